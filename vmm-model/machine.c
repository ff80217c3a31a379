/* The bare machine: each instruction with the trap that it may be. */
#include "machine.h"

void take_trap(struct third_generation *s, uint16_t *word, uint32_t count, uint32_t outcome) {
    uint8_t privilege = s->privilege;
    uint16_t pc = s->pc;
    uint16_t base = s->r_base;
    uint16_t bound = s->r_bound;
    (void)count;
    s->privilege = (word[8] & 1) == 1 ? USER : SUPERVISOR;
    s->pc = word[9];
    s->r_base = word[10];
    s->r_bound = word[11];
    word[0] = privilege;
    word[1] = pc;
    word[2] = base;
    word[3] = bound;
    word[4] = (uint16_t)outcome;
}

uint32_t machine_LD(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t d, uint8_t a) {
    uint32_t outcome = third_generation_LD(s, word, count, d, a);
    if (outcome != DONE) {
        take_trap(s, word, count, outcome);
    }
    return outcome;
}

uint32_t machine_ST(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t d, uint8_t a) {
    uint32_t outcome = third_generation_ST(s, word, count, d, a);
    if (outcome != DONE) {
        take_trap(s, word, count, outcome);
    }
    return outcome;
}

uint32_t machine_ADD(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t d, uint8_t a) {
    uint32_t outcome = third_generation_ADD(s, d, a);
    if (outcome != DONE) {
        take_trap(s, word, count, outcome);
    }
    return outcome;
}

uint32_t machine_JMP(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t a) {
    uint32_t outcome = third_generation_JMP(s, a);
    if (outcome != DONE) {
        take_trap(s, word, count, outcome);
    }
    return outcome;
}

uint32_t machine_BZ(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t d, uint8_t a) {
    uint32_t outcome = third_generation_BZ(s, d, a);
    if (outcome != DONE) {
        take_trap(s, word, count, outcome);
    }
    return outcome;
}

uint32_t machine_LPSW(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t a) {
    uint32_t outcome = third_generation_LPSW(s, word, count, a);
    if (outcome != DONE) {
        take_trap(s, word, count, outcome);
    }
    return outcome;
}

uint32_t machine_LRB(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t a, uint8_t b) {
    uint32_t outcome = third_generation_LRB(s, a, b);
    if (outcome != DONE) {
        take_trap(s, word, count, outcome);
    }
    return outcome;
}

uint32_t machine_SVC(struct third_generation *s, uint16_t *word, uint32_t count) {
    uint32_t outcome = third_generation_SVC(s);
    if (outcome != DONE) {
        take_trap(s, word, count, outcome);
    }
    return outcome;
}

uint32_t machine_HALT(struct third_generation *s, uint16_t *word, uint32_t count) {
    uint32_t outcome = third_generation_HALT(s);
    if (outcome != DONE) {
        take_trap(s, word, count, outcome);
    }
    return outcome;
}
