/* Compares outcomes, then registers, then memory. */
#include "compare.h"

#include "components.h"
#include "operands.h"

#include <stdio.h>
#include <string.h>

struct list {
    struct difference *items;
    size_t count;
};

static void add(struct list *l, const char *name, uint64_t expected, uint64_t known, uint64_t seen) {
    if (l->count < DIFFERENCES_MOST) {
        struct difference *d = &l->items[l->count];
        (void)snprintf(d->name, sizeof d->name, "%s", name);
        d->expected = expected & known;
        d->known = known;
        d->seen = seen & known;
    }
    l->count++;
}

/* The flags of MXCSR that tell which exception it was are set before #XM (SDM vol. 1, 11.5.2); in the tables a trap discards every assignment. */
#define SIMD_FLAGS UINT64_C(0x3F)

/* Registers against a state of which some bits are known. */
static void compare_registers(struct list *l, const struct machine_state *expected, const struct machine_state *known, const struct world *world,
                              const struct machine_state *seen, const char *when, bool simd_exception) {
    for (size_t i = 0; i < state_part_count(); i++) {
        struct state_part part = state_part(i);
        uint64_t mask = state_part_get(&part, &world->observed);
        mask &= known == NULL ? UINT64_MAX : state_part_get(&part, known);
        uint64_t e = state_part_get(&part, expected);
        uint64_t s = state_part_get(&part, seen);
        bool is_selector = part.size == 2 && strstr(part.name, ".selector") != NULL;
        e = is_selector && world->clears_null_selectors && e < 4 ? 0 : e;
        mask &= simd_exception && strcmp(part.name, "mxcsr") == 0 ? ~SIMD_FLAGS : UINT64_MAX;
        if (((e ^ s) & mask) != 0) {
            char name[40];
            (void)snprintf(name, sizeof name, "%s%s", part.name, when);
            add(l, name, e, mask, s);
        }
    }
}

/* What a byte should be after the run; the known bits of it. */
static void expected_byte(const struct prediction *p, bool done, const struct run *run, uint64_t address, uint8_t *value, uint8_t *known) {
    *known = done && p->anywhere ? 0 : 0xFF;
    (void)window_byte(run, address, value);
    for (unsigned i = 0; done && i < p->write_count; i++) {
        const struct predicted_write *w = &p->writes[i];
        if (address >= w->address && address < w->address + w->size) {
            *value = w->value[address - w->address];
            *known = w->known[address - w->address];
        }
    }
}

static void compare_quadword(struct list *l, const struct prediction *p, bool done, const struct run *run, uint32_t offset, uint64_t seen) {
    uint64_t expected = 0;
    uint64_t known = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint8_t value = 0;
        uint8_t bits = 0;
        expected_byte(p, done, run, (uint64_t)WINDOW_BASE + offset + i, &value, &bits);
        expected |= (uint64_t)value << (8 * i);
        known |= (uint64_t)bits << (8 * i);
    }
    if (((expected ^ seen) & known) != 0) {
        char name[40];
        (void)snprintf(name, sizeof name, "memory[0x%x]%s", WINDOW_BASE + offset, done ? "" : " after a fault");
        add(l, name, expected, known, seen);
    }
}

static bool changed(const struct run_result *r, uint32_t offset, uint64_t *value) {
    for (uint32_t i = 0; i < r->change_count && i < RUN_CHANGES; i++) {
        if (r->changes[i].offset == offset) {
            *value = r->changes[i].value;
            return true;
        }
    }
    return false;
}

/* A quadword of the window after the run. */
static uint64_t quadword_after(const struct run *run, const struct run_result *r, uint32_t offset) {
    uint64_t value = 0;
    if (changed(r, offset, &value)) {
        return value;
    }
    for (unsigned k = 0; k < 8; k++) {
        uint8_t byte = 0;
        (void)window_byte(run, (uint64_t)WINDOW_BASE + offset + k, &byte);
        value |= (uint64_t)byte << (8 * k);
    }
    return value;
}

static void compare_memory(struct list *l, const struct prediction *p, bool done, const struct run *run, const struct run_result *r) {
    for (uint32_t i = 0; i < r->change_count && i < RUN_CHANGES; i++) {
        compare_quadword(l, p, done, run, r->changes[i].offset, r->changes[i].value);
    }
    for (unsigned i = 0; done && i < p->write_count; i++) { /* stores that did not happen */
        const struct predicted_write *w = &p->writes[i];
        if (w->address < WINDOW_BASE + WINDOW_DATA || w->address + w->size > (uint64_t)WINDOW_BASE + WINDOW_DATA + WINDOW_DATA_SIZE) {
            continue;
        }
        for (uint32_t offset = (uint32_t)(w->address - WINDOW_BASE) & ~7u; offset < (uint32_t)(w->address - WINDOW_BASE) + w->size; offset += 8) {
            uint64_t value = 0;
            if (!changed(r, offset, &value)) {
                compare_quadword(l, p, true, run, offset, quadword_after(run, r, offset));
            }
        }
    }
}

static bool is_memory_trap(uint32_t vector) { return vector == 12 || vector == 13 || vector == 14 || vector == 17; }

/* An interrupt at CPL 0 completes in the handler: there is no change of level that would make it an entry into other software. */
static bool enters_handler(const struct prediction *p, const struct world *w, const struct run_result *r) {
    bool by_gate = w->handlers != 0 && p->after.rip == w->handlers + UINT64_C(16) * r->vector;
    bool by_call = w->system_call != 0 && p->after.rip == w->system_call;
    return p->done && p->known.rip == UINT64_MAX && (by_gate || by_call);
}

static bool outcome_agrees(const struct prediction *p, const struct world *world, const struct run_result *r) {
    switch (r->outcome) {
    case RUN_DONE:
        return p->done;
    case RUN_KERNEL:
        return p->kernel || enters_handler(p, world, r);
    case RUN_TRAP:
        for (unsigned i = 0; i < p->trap_count; i++) {
            if (p->traps[i].vector == r->vector && (world->error_codes_unseen || p->traps[i].error == r->error)) {
                return true;
            }
        }
        return p->memory_trap && is_memory_trap(r->vector);
    default:
        return false;
    }
}

size_t compare_run(const struct prediction *p, const struct world *world, const struct run *run, const struct run_result *result,
                   struct difference *differences) {
    struct list l = {differences, 0};
    if (!outcome_agrees(p, world, result)) {
        add(&l, "outcome", p->trap_count > 0 ? p->traps[0].vector : 0, ~UINT64_C(0), result->vector);
    } else if (result->outcome == RUN_DONE && p->done_count > 1) {
        compare_registers(&l, &p->after, &p->known, world, &result->after, "", false);
        compare_memory(&l, p, true, run, result);
    } else if (result->outcome == RUN_TRAP && result->vector != 1 && !p->memory_trap) { /* a fault leaves everything as it was */
        compare_registers(&l, &run->before, NULL, world, &result->after, " after a fault", result->vector == 19);
        compare_memory(&l, p, false, run, result);
    }
    return l.count;
}

/* ---- two runs ---------------------------------------------------------------------------------------------------------------------------------- */

/* Whether the prediction says which bits of the outcome are certain. */
static bool is_certain(const struct compared_run *r) { return r->prediction->done && r->prediction->done_count > 1; }

static uint64_t certain_part(const struct compared_run *r, const struct state_part *part) {
    return state_part_get(part, &r->world->observed) & (is_certain(r) ? state_part_get(part, &r->prediction->known) : UINT64_MAX);
}

static uint64_t certain_memory(const struct compared_run *r, uint32_t offset) {
    uint64_t certain = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint8_t value = 0;
        uint8_t bits = 0xFF;
        if (is_certain(r)) {
            expected_byte(r->prediction, true, r->run, (uint64_t)WINDOW_BASE + offset + i, &value, &bits);
        }
        certain |= (uint64_t)bits << (8 * i);
    }
    return certain;
}

/* What one of them changed; what both changed belongs to the first. */
static void compare_changes(struct list *l, const struct compared_run runs[2], unsigned which) {
    const struct run_result *r = runs[which].result;
    for (uint32_t i = 0; i < r->change_count && i < RUN_CHANGES; i++) {
        uint32_t offset = r->changes[i].offset;
        uint64_t value = 0;
        if (which == 1 && changed(runs[0].result, offset, &value)) {
            continue;
        }
        uint64_t certain = certain_memory(&runs[0], offset) & certain_memory(&runs[1], offset);
        uint64_t first = quadword_after(runs[0].run, runs[0].result, offset);
        uint64_t second = quadword_after(runs[1].run, runs[1].result, offset);
        if (((first ^ second) & certain) != 0) {
            char name[40];
            (void)snprintf(name, sizeof name, "memory[0x%x]", WINDOW_BASE + offset);
            add(l, name, first, certain, second);
        }
    }
}

size_t compare_results(const struct compared_run runs[2], bool (*skipped)(const char *name), struct difference *differences) {
    struct list l = {differences, 0};
    for (size_t i = 0; i < state_part_count(); i++) {
        struct state_part part = state_part(i);
        uint64_t certain = certain_part(&runs[0], &part) & certain_part(&runs[1], &part);
        uint64_t first = state_part_get(&part, &runs[0].result->after);
        uint64_t second = state_part_get(&part, &runs[1].result->after);
        if (((first ^ second) & certain) != 0 && !skipped(part.name)) {
            add(&l, part.name, first, certain, second);
        }
    }
    compare_changes(&l, runs, 0);
    compare_changes(&l, runs, 1);
    return l.count;
}

/* ---- text -------------------------------------------------------------------------------------------------------------------------------------- */

static void append(char *text, size_t size, const char *more) {
    size_t length = strlen(text);
    (void)snprintf(text + length, size - length, "%s%s", length > 0 ? " or " : "", more);
}

static void describe_trap(char *text, size_t size, uint32_t vector, uint32_t error) {
    static const char *const names[] = {"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", NULL,  "#TS",
                                        "#NP", "#SS", "#GP", "#PF", NULL,  "#MF", "#AC", "#MC", "#XM", "#VE", "#CP"};
    const char *name = vector < sizeof names / sizeof names[0] ? names[vector] : NULL;
    bool has_error = vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21;
    if (name == NULL) {
        (void)snprintf(text, size, "trap %u", vector);
    } else if (has_error) {
        (void)snprintf(text, size, error < 10 ? "%s(%u)" : "%s(0x%x)", name, error);
    } else {
        (void)snprintf(text, size, "%s", name);
    }
}

void describe_prediction(const struct prediction *p, char *text, size_t size) {
    text[0] = '\0';
    if (p->done) {
        append(text, size, "done");
    }
    if (p->kernel) {
        append(text, size, "enters the system software");
    }
    for (unsigned i = 0; i < p->trap_count; i++) {
        char trap[32];
        describe_trap(trap, sizeof trap, p->traps[i].vector, p->traps[i].error);
        append(text, size, trap);
    }
    if (p->memory_trap) {
        append(text, size, "memory trap");
    }
}

void describe_result(const struct run_result *r, char *text, size_t size) {
    switch (r->outcome) {
    case RUN_DONE:
        (void)snprintf(text, size, "done");
        break;
    case RUN_KERNEL:
        (void)snprintf(text, size, r->vector == 0 ? "enters the system software" : "enters the system software (vector %u)", r->vector);
        break;
    case RUN_TRAP:
        describe_trap(text, size, r->vector, r->error);
        break;
    case RUN_LOST:
        (void)snprintf(text, size, "the machine was lost (%u)", r->detail);
        break;
    default:
        (void)snprintf(text, size, "does not end");
        break;
    }
}
