/* The hybrid monitor: the interpreter of virtual supervisor code, and the choice between it and direct execution. */
#include "hybrid.h"

uint32_t interpret_step(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count) {
    (void)ram_count;
    uint32_t outcome = machine_step(&v->processor, ram + v->origin, v->processor.size);
    /*@ assert below: \forall integer k; 0 <= k < v->origin ==> ram[k] == \at(ram[k], Pre); */
    v->entries = v->entries + 1;
    return outcome;
}

uint32_t hybrid_step(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count) {
    uint32_t outcome;
    if (v->processor.privilege == SUPERVISOR) {
        outcome = interpret_step(v, ram, ram_count);
        /*@ assert interpreted_below: third_generation_word_same{Pre, Here}(ram, ram, 0, \at(v->origin, Pre)); */
    } else {
        outcome = monitor_step(v, host, ram, ram_count);
        /*@ assert direct_below: third_generation_word_same{Pre, Here}(ram, ram, 0, \at(v->origin, Pre)); */
    }
    /*@ assert all_below: third_generation_word_same{Pre, Here}(ram, ram, 0, \at(v->origin, Pre)); */
    /*@ assert place: v->origin == \at(v->origin, Pre); */
    return outcome;
}
