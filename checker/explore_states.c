/* States that cost no search: those of earlier steps, put into this mode, and those beside what was found. */
#include "explorer.h"

#include "../isa-model/grow.h"

#include <stdlib.h>

#define USELESS 60u /* neighbours in a row that exercise nothing new */

static struct valuation *copy_of(const struct valuation *v) {
    struct valuation *copy = valuation_new();
    bool good = copy != NULL;
    for (size_t i = 0; good && i < valuation_size(v); i++) {
        const struct valuation_entry *x = &valuation_entries(v)[i];
        good = valuation_set(copy, x->symbol, x->arguments, x->argument_count, x->value);
    }
    if (!good) {
        valuation_free(copy);
        return NULL;
    }
    return copy;
}

bool explorer_try(struct explorer *e, struct targets *t, struct valuation *state, bool *useful) {
    bool *covered = malloc((t->count + 1) * sizeof *covered);
    bool good = covered != NULL && mark_covered(e, state, t, covered);
    *useful = false;
    for (size_t i = 0; good && i < t->count; i++) {
        if (covered[i] && t->items[i].status != TARGET_COVERED) {
            t->items[i].status = TARGET_COVERED;
            t->items[i].state = (unsigned)t->state_count;
            *useful = true;
        }
    }
    free(covered);
    if (good && *useful) {
        struct valuation **larger = array_grow(t->states, t->state_count, &t->state_capacity, sizeof(struct valuation *));
        good = larger != NULL;
        t->states = good ? larger : t->states;
    }
    if (good && *useful) {
        t->states[t->state_count++] = state;
    } else {
        valuation_free(state);
    }
    return good;
}

bool explorer_remember(struct explorer *e, const struct targets *t) {
    bool good = true;
    for (size_t i = 0; good && i < t->state_count; i++) {
        struct valuation *copy = copy_of(t->states[i]);
        good = copy != NULL;
        struct valuation **place = &e->recalled[e->recalled_count++ % EXPLORER_RECALLED];
        valuation_free(*place);
        *place = copy;
    }
    return good;
}

/* The variables of the mode's condition. */
static bool find_frame(struct explorer *e) {
    if (!cone_collect(e->frame_cone, &e->base, 1)) {
        return false;
    }
    e->frame_count = 0;
    for (size_t i = 0; i < cone_size(e->frame_cone) && e->frame_count < EXPLORER_FRAME; i++) {
        struct term_view v = term_look(e->isa->pool, cone_terms(e->frame_cone)[i]);
        if (v.operation == TERM_APPLY && v.argument_count == 0) {
            e->frame[e->frame_count++] = v.symbol;
        }
    }
    return true;
}

static bool try_copy(struct explorer *e, struct targets *t, const struct valuation *state, const struct valuation *frame, bool *useful) {
    struct valuation *copy = copy_of(state);
    bool good = copy != NULL;
    for (unsigned i = 0; good && frame != NULL && i < e->frame_count; i++) {
        good = valuation_set(copy, e->frame[i], NULL, 0, valuation_get(frame, e->frame[i], NULL, 0));
    }
    if (!good) {
        valuation_free(copy);
        return false;
    }
    return explorer_try(e, t, copy, useful);
}

/* The states of earlier steps, put into this mode. */
static bool try_recalled(struct explorer *e, struct targets *t, const struct valuation *frame) {
    bool good = true;
    bool useful = false;
    for (unsigned i = 0; good && i < EXPLORER_RECALLED; i++) {
        if (e->recalled[i] != NULL) {
            good = try_copy(e, t, e->recalled[i], frame, &useful);
        }
    }
    return good;
}

static uint64_t next_random(struct explorer *e) {
    e->seed ^= e->seed << 13;
    e->seed ^= e->seed >> 7;
    e->seed ^= e->seed << 17;
    return e->seed * UINT64_C(0x2545F4914F6CDD1D);
}

bool explorer_try_neighbours(struct explorer *e, struct targets *t) {
    bool good = true;
    unsigned useless = 0;
    while (good && useless < USELESS && t->state_count > 0) {
        struct valuation *copy = copy_of(t->states[next_random(e) % t->state_count]);
        size_t size = copy == NULL ? 0 : valuation_size(copy);
        bool useful = false;
        for (unsigned n = 1 + (unsigned)(next_random(e) % 2); size > 0 && n > 0; n--) {
            const struct valuation_entry *x = &valuation_entries(copy)[next_random(e) % size];
            const struct valuation_entry *y = &valuation_entries(copy)[next_random(e) % size];
            unsigned width = term_symbol_width(e->isa->pool, x->symbol);
            const word128 values[] = {0,
                                      ~(word128)0,
                                      x->value + 1,
                                      x->value - 1,
                                      x->value ^ (word128)1 << next_random(e) % width,
                                      y->value,
                                      ~x->value,
                                      (word128)next_random(e) << 64 | next_random(e)};
            word128 value = values[next_random(e) % 8] & (~(word128)0 >> (TERM_MAXIMUM_WIDTH - width));
            good = valuation_set(copy, x->symbol, x->arguments, x->argument_count, value);
        }
        good = good && copy != NULL && explorer_try(e, t, copy, &useful);
        useless = useful ? 0 : useless + 1;
    }
    return good;
}

bool explorer_try_known(struct explorer *e, struct targets *t, const struct targets *seeds, const struct valuation *frame) {
    bool good = find_frame(e);
    bool useful = false;
    for (size_t i = 0; good && seeds != NULL && i < seeds->state_count; i++) {
        good = try_copy(e, t, seeds->states[i], frame, &useful);
    }
    return good && try_recalled(e, t, frame);
}
