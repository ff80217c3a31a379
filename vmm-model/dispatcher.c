/* The dispatcher: runs an instruction of the guest on the real processor, and decides what a trap of the real processor means. */
#include "dispatcher.h"

void reflect_trap(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count, uint32_t outcome) {
    (void)ram_count;
    take_trap(&v->processor, ram + v->origin, v->processor.size, outcome);
}

uint32_t monitor_LD(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a) {
    uint32_t outcome = run_LD(v, host, ram, ram_count, d, a);
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

uint32_t monitor_ST(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a) {
    uint32_t outcome = run_ST(v, host, ram, ram_count, d, a);
    /*@ assert kept: outcome != DONE ==> \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert window: outcome != DONE ==> third_generation_word_same{Pre, Here}(\at(ram + v->origin, Pre), ram + v->origin, 0, v->processor.size); */
    /*@ assert registers: outcome != DONE ==> \forall integer k; 0 <= k < 8 ==> v->processor.reg[k] == \at(v->processor.reg[k], Pre); */
    /*@ assert new_8: outcome != DONE ==> ram[v->origin + 8] == \at(ram[v->origin + 8], Pre); */
    /*@ assert new_9: outcome != DONE ==> ram[v->origin + 9] == \at(ram[v->origin + 9], Pre); */
    /*@ assert new_10: outcome != DONE ==> ram[v->origin + 10] == \at(ram[v->origin + 10], Pre); */
    /*@ assert new_11: outcome != DONE ==> ram[v->origin + 11] == \at(ram[v->origin + 11], Pre); */
    if (outcome != DONE) {
        v->entries = v->entries + 1;
        reflect_trap(v, ram, ram_count, outcome);
    }
    return outcome;
}

uint32_t monitor_ADD(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a) {
    uint32_t outcome = run_ADD(v, host, ram, ram_count, d, a);
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

uint32_t monitor_JMP(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a) {
    uint32_t outcome = run_JMP(v, host, ram, ram_count, a);
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

uint32_t monitor_BZ(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a) {
    uint32_t outcome = run_BZ(v, host, ram, ram_count, d, a);
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

uint32_t monitor_SVC(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count) {
    uint32_t outcome = run_SVC(v, host, ram, ram_count);
    /*@ assert kept: \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert window: third_generation_word_same{Pre, Here}(\at(ram + v->origin, Pre), ram + v->origin, 0, v->processor.size); */
    /*@ assert registers: \forall integer k; 0 <= k < 8 ==> v->processor.reg[k] == \at(v->processor.reg[k], Pre); */
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

void monitor_trap(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint32_t outcome) {
    load_processor(v, host, ram_count);
    /*@ assert kept: \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert window: third_generation_word_same{Pre, Here}(\at(ram + v->origin, Pre), ram + v->origin, 0, v->processor.size); */
    /*@ assert registers: \forall integer k; 0 <= k < 8 ==> v->processor.reg[k] == \at(v->processor.reg[k], Pre); */
    /*@ assert new_8: ram[v->origin + 8] == \at(ram[v->origin + 8], Pre); */
    /*@ assert new_9: ram[v->origin + 9] == \at(ram[v->origin + 9], Pre); */
    /*@ assert new_10: ram[v->origin + 10] == \at(ram[v->origin + 10], Pre); */
    /*@ assert new_11: ram[v->origin + 11] == \at(ram[v->origin + 11], Pre); */
    v->entries = v->entries + 1;
    reflect_trap(v, ram, ram_count, outcome);
}

uint32_t virtual_LPSW(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count, uint8_t a) {
    if (v->processor.privilege != SUPERVISOR) {
        return PRIVILEGED_TRAP;
    }
    return interpret_LPSW(v, ram, ram_count, a);
}

uint32_t dispatch_LPSW(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count, uint8_t a) {
    uint32_t outcome = virtual_LPSW(v, ram, ram_count, a);
    v->entries = v->entries + 1;
    if (outcome != DONE) {
        reflect_trap(v, ram, ram_count, outcome);
    }
    return outcome;
}

uint32_t monitor_LPSW(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a) {
    (void)run_LPSW(v, host, ram, ram_count, a);
    /*@ assert kept: \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert window: third_generation_word_same{Pre, Here}(\at(ram + v->origin, Pre), ram + v->origin, 0, v->processor.size); */
    /*@ assert registers: \forall integer k; 0 <= k < 8 ==> v->processor.reg[k] == \at(v->processor.reg[k], Pre); */
    /*@ assert new_8: ram[v->origin + 8] == \at(ram[v->origin + 8], Pre); */
    /*@ assert new_9: ram[v->origin + 9] == \at(ram[v->origin + 9], Pre); */
    /*@ assert new_10: ram[v->origin + 10] == \at(ram[v->origin + 10], Pre); */
    /*@ assert new_11: ram[v->origin + 11] == \at(ram[v->origin + 11], Pre); */
    /*@ assert same_privilege: v->processor.privilege == \at(v->processor.privilege, Pre); */
    /*@ assert same_pc: v->processor.pc == \at(v->processor.pc, Pre); */
    /*@ assert same_r_base: v->processor.r_base == \at(v->processor.r_base, Pre); */
    /*@ assert same_r_bound: v->processor.r_bound == \at(v->processor.r_bound, Pre); */
    /*@ assert same_size: v->processor.size == \at(v->processor.size, Pre); */
    /*@ assert same_a: v->processor.reg[a] == \at(v->processor.reg[a], Pre); */
    uint32_t outcome = dispatch_LPSW(v, ram, ram_count, a);
    /*@ assert done: outcome == DONE ==> \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert done_window: outcome == DONE ==> third_generation_word_same{Pre, Here}(\at(ram + v->origin, Pre), ram + v->origin, 0, v->processor.size); */
    return outcome;
}

uint32_t virtual_LRB(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count, uint8_t a, uint8_t b) {
    if (v->processor.privilege != SUPERVISOR) {
        return PRIVILEGED_TRAP;
    }
    return interpret_LRB(v, ram, ram_count, a, b);
}

uint32_t dispatch_LRB(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count, uint8_t a, uint8_t b) {
    uint32_t outcome = virtual_LRB(v, ram, ram_count, a, b);
    v->entries = v->entries + 1;
    if (outcome != DONE) {
        reflect_trap(v, ram, ram_count, outcome);
    }
    return outcome;
}

uint32_t monitor_LRB(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a, uint8_t b) {
    (void)run_LRB(v, host, ram, ram_count, a, b);
    /*@ assert kept: \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert window: third_generation_word_same{Pre, Here}(\at(ram + v->origin, Pre), ram + v->origin, 0, v->processor.size); */
    /*@ assert registers: \forall integer k; 0 <= k < 8 ==> v->processor.reg[k] == \at(v->processor.reg[k], Pre); */
    /*@ assert new_8: ram[v->origin + 8] == \at(ram[v->origin + 8], Pre); */
    /*@ assert new_9: ram[v->origin + 9] == \at(ram[v->origin + 9], Pre); */
    /*@ assert new_10: ram[v->origin + 10] == \at(ram[v->origin + 10], Pre); */
    /*@ assert new_11: ram[v->origin + 11] == \at(ram[v->origin + 11], Pre); */
    /*@ assert same_privilege: v->processor.privilege == \at(v->processor.privilege, Pre); */
    /*@ assert same_pc: v->processor.pc == \at(v->processor.pc, Pre); */
    /*@ assert same_r_base: v->processor.r_base == \at(v->processor.r_base, Pre); */
    /*@ assert same_r_bound: v->processor.r_bound == \at(v->processor.r_bound, Pre); */
    /*@ assert same_size: v->processor.size == \at(v->processor.size, Pre); */
    /*@ assert same_a: v->processor.reg[a] == \at(v->processor.reg[a], Pre); */
    /*@ assert same_b: v->processor.reg[b] == \at(v->processor.reg[b], Pre); */
    uint32_t outcome = dispatch_LRB(v, ram, ram_count, a, b);
    /*@ assert done: outcome == DONE ==> \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert done_window: outcome == DONE ==> third_generation_word_same{Pre, Here}(\at(ram + v->origin, Pre), ram + v->origin, 0, v->processor.size); */
    return outcome;
}

uint32_t virtual_HALT(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count) {
    if (v->processor.privilege != SUPERVISOR) {
        return PRIVILEGED_TRAP;
    }
    return interpret_HALT(v, ram, ram_count);
}

uint32_t dispatch_HALT(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count) {
    uint32_t outcome = virtual_HALT(v, ram, ram_count);
    v->entries = v->entries + 1;
    if (outcome != DONE) {
        reflect_trap(v, ram, ram_count, outcome);
    }
    return outcome;
}

uint32_t monitor_HALT(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count) {
    (void)run_HALT(v, host, ram, ram_count);
    /*@ assert kept: \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert window: third_generation_word_same{Pre, Here}(\at(ram + v->origin, Pre), ram + v->origin, 0, v->processor.size); */
    /*@ assert registers: \forall integer k; 0 <= k < 8 ==> v->processor.reg[k] == \at(v->processor.reg[k], Pre); */
    /*@ assert new_8: ram[v->origin + 8] == \at(ram[v->origin + 8], Pre); */
    /*@ assert new_9: ram[v->origin + 9] == \at(ram[v->origin + 9], Pre); */
    /*@ assert new_10: ram[v->origin + 10] == \at(ram[v->origin + 10], Pre); */
    /*@ assert new_11: ram[v->origin + 11] == \at(ram[v->origin + 11], Pre); */
    /*@ assert same_privilege: v->processor.privilege == \at(v->processor.privilege, Pre); */
    /*@ assert same_pc: v->processor.pc == \at(v->processor.pc, Pre); */
    /*@ assert same_r_base: v->processor.r_base == \at(v->processor.r_base, Pre); */
    /*@ assert same_r_bound: v->processor.r_bound == \at(v->processor.r_bound, Pre); */
    /*@ assert same_size: v->processor.size == \at(v->processor.size, Pre); */
    uint32_t outcome = dispatch_HALT(v, ram, ram_count);
    /*@ assert done: outcome == DONE ==> \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre); */
    /*@ assert done_window: outcome == DONE ==> third_generation_word_same{Pre, Here}(\at(ram + v->origin, Pre), ram + v->origin, 0, v->processor.size); */
    return outcome;
}
