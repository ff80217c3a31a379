/* JRST 1: of the bare machine, on the real processor, and as a step of a virtual machine in user mode. */
#include "jrst1.h"

/*@ // It is control sensitive: there is a state, in supervisor mode, in which it changes the mode. It is not privileged: it never traps. And it is not
  @ // user sensitive: in user mode it leaves the mode as it is.
  @ lemma JRST1_sensitive: third_generation_JRST1_next_privilege != 0;
  @ lemma JRST1_unprivileged: !third_generation_JRST1_trap && !third_generation_JRST1_memory_trap;
  @ lemma JRST1_plain_jump_in_user_mode: third_generation_JRST1_next_privilege == 1;
  @*/

uint32_t machine_JRST1(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t a) {
    uint32_t outcome = third_generation_JRST1(s, a);
    if (outcome != DONE) {
        take_trap(s, word, count, outcome);
    }
    return outcome;
}

uint32_t run_JRST1(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a) {
    (void)ram;
    load_processor(v, host, ram_count);
    uint32_t outcome = third_generation_JRST1(host, a);
    if (outcome == DONE) {
        save_processor(v, host);
    }
    return outcome;
}

uint32_t monitor_JRST1(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a) {
    uint32_t outcome = run_JRST1(v, host, ram, ram_count, a);
    /*@ assert kept: \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert window: third_generation_word_same{Pre, Here}(\at(ram + v->origin, Pre), ram + v->origin, 0, v->processor.size); */
    /*@ assert new_8: ram[v->origin + 8] == \at(ram[v->origin + 8], Pre); */
    /*@ assert new_9: ram[v->origin + 9] == \at(ram[v->origin + 9], Pre); */
    /*@ assert new_10: ram[v->origin + 10] == \at(ram[v->origin + 10], Pre); */
    /*@ assert new_11: ram[v->origin + 11] == \at(ram[v->origin + 11], Pre); */
    if (outcome != DONE) {
        v->entries = v->entries + 1;
        reflect_trap(v, ram, ram_count, outcome);
    }
    return outcome;
}
