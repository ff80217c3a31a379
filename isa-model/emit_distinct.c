/* Which forms mean the same: equal terms are equal handles, so a meaning is a list of numbers. */
#include "emit_table.h"

#include <string.h>

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 29);
}

static uint64_t hash_of(const struct isa *isa, const struct semantics *m) {
    uint64_t hash = mix(mix(mix(mix(m->operand_count, m->trap), m->memory_trap), m->trap_vector), m->trap_argument);
    for (size_t i = 0; i < isa->leaf_count; i++) {
        hash = mix(hash, m->next[i]);
    }
    for (size_t i = 0; i < m->operand_count; i++) {
        hash = mix(mix(hash, m->operands[i].symbol), m->operands[i].next);
    }
    for (size_t i = 0; i < m->write_count; i++) {
        hash = mix(mix(mix(hash, m->writes[i].guard), m->writes[i].index), m->writes[i].value);
    }
    return hash;
}

static bool same_operands(const struct semantics *a, const struct semantics *b) {
    bool same = a->operand_count == b->operand_count;
    for (size_t i = 0; same && i < a->operand_count; i++) {
        const struct operand *x = &a->operands[i];
        const struct operand *y = &b->operands[i];
        same = x->symbol == y->symbol && x->next == y->next && x->direction == y->direction && x->width == y->width && strcmp(x->name, y->name) == 0;
    }
    return same;
}

static bool same_writes(const struct semantics *a, const struct semantics *b) {
    bool same = a->write_count == b->write_count;
    for (size_t i = 0; same && i < a->write_count; i++) {
        const struct array_write *x = &a->writes[i];
        const struct array_write *y = &b->writes[i];
        same = x->leaf == y->leaf && x->guard == y->guard && x->index == y->index && x->value == y->value;
    }
    return same;
}

static bool same_meaning(const struct isa *isa, const struct semantics *a, const struct semantics *b) {
    return a->trap == b->trap && a->memory_trap == b->memory_trap && a->trap_vector == b->trap_vector && a->trap_argument == b->trap_argument &&
           memcmp(a->next, b->next, isa->leaf_count * sizeof *a->next) == 0 && same_operands(a, b) && same_writes(a, b);
}

static size_t find(const struct isa *isa, const struct distinct *d, const struct semantics *m) {
    size_t at = (size_t)hash_of(isa, m) & (d->table_size - 1);
    while (d->table[at] != 0 && !same_meaning(isa, d->steps[d->table[at] - 1], m)) {
        at = (at + 1) & (d->table_size - 1);
    }
    return at;
}

unsigned distinct_number(struct planner *p, struct distinct *d, const struct semantics *m) {
    if (d->count == d->capacity) {
        d->steps = arena_grow(&p->arena, d->steps, d->count, &d->capacity, sizeof(const struct semantics *));
        d->table_size = 1;
        while (d->table_size < 2 * d->capacity + 2) {
            d->table_size *= 2;
        }
        d->table = arena_allocate(&p->arena, d->table_size * sizeof *d->table);
        for (size_t i = 0; i < d->count; i++) {
            d->table[find(p->isa, d, d->steps[i])] = (uint32_t)i + 1;
        }
    }
    size_t at = find(p->isa, d, m);
    if (d->table[at] == 0) {
        d->steps[d->count++] = m;
        d->table[at] = (uint32_t)d->count;
    }
    return d->table[at] - 1;
}
