/* Direct execution of each instruction. What runs on the real processor is an instruction of the bare machine, nothing else. */
#include "direct.h"

uint32_t run_LD(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a) {
    load_processor(v, host, ram_count);
    uint32_t outcome = third_generation_LD(host, ram, ram_count, d, a);
    if (outcome == DONE) {
        save_processor(v, host);
    }
    return outcome;
}

uint32_t run_ST(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a) {
    load_processor(v, host, ram_count);
    uint32_t outcome = third_generation_ST(host, ram, ram_count, d, a);
    if (outcome == DONE) {
        save_processor(v, host);
    }
    /*@ assert window: v->origin == \at(v->origin, Pre) && v->processor.size == \at(v->processor.size, Pre); */
    /*@ assert kept: outcome != DONE ==> \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert kept_words: outcome != DONE ==>
        third_generation_word_same{Pre, Here}(ram, ram, \at(v->origin, Pre), \at(v->origin, Pre) + \at(v->processor.size, Pre)); */
    /*@ assert elsewhere: \let place = third_generation_ST_write_0_place(\at(v->processor.r_base, Pre), \at(v->processor.reg[a], Pre));
        outcome == DONE ==> \forall integer k; 0 <= k < ram_count && k != v->origin + place ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert words_elsewhere: outcome == DONE ==>
        third_generation_word_elsewhere{Pre, Here}(ram, ram, \at(v->origin, Pre), \at(v->origin, Pre) + \at(v->processor.size, Pre),
        \at(v->origin, Pre) + third_generation_ST_write_0_place(\at(v->processor.r_base, Pre), \at(v->processor.reg[a], Pre))); */
    return outcome;
}

uint32_t run_ADD(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a) {
    (void)ram;
    load_processor(v, host, ram_count);
    /*@ assert loaded_a: host->reg[a] == \at(v->processor.reg[a], Pre); */
    /*@ assert loaded_d: host->reg[d] == \at(v->processor.reg[d], Pre); */
    uint32_t outcome = third_generation_ADD(host, d, a);
    /*@ assert added: host->reg[d] == third_generation_ADD_write_0_value(\at(v->processor.reg[a], Pre), \at(v->processor.reg[d], Pre)); */
    if (outcome == DONE) {
        save_processor(v, host);
    }
    return outcome;
}

uint32_t run_JMP(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a) {
    (void)ram;
    load_processor(v, host, ram_count);
    uint32_t outcome = third_generation_JMP(host, a);
    if (outcome == DONE) {
        save_processor(v, host);
    }
    return outcome;
}

uint32_t run_BZ(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a) {
    (void)ram;
    load_processor(v, host, ram_count);
    uint32_t outcome = third_generation_BZ(host, d, a);
    if (outcome == DONE) {
        save_processor(v, host);
    }
    return outcome;
}

uint32_t run_SVC(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count) {
    (void)ram;
    load_processor(v, host, ram_count);
    return third_generation_SVC(host);
}

uint32_t run_LPSW(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a) {
    load_processor(v, host, ram_count);
    return third_generation_LPSW(host, ram, ram_count, a);
}

uint32_t run_LRB(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a, uint8_t b) {
    (void)ram;
    load_processor(v, host, ram_count);
    return third_generation_LRB(host, a, b);
}

uint32_t run_HALT(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count) {
    (void)ram;
    load_processor(v, host, ram_count);
    return third_generation_HALT(host);
}
