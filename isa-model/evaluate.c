/* Executes one form on a concrete state. */
#include "evaluate.h"

#include <stdlib.h>

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned argument_count) {
    return valuation_get(context, s, arguments, argument_count);
}

static bool set_scalar(struct valuation *v, symbol s, word128 value) { return valuation_set(v, s, NULL, 0, value); }

/* Scalars and operands after the step; `advanced` false: the state as it was, because of a trap. */
static bool store_scalars(const struct isa *isa, const struct semantics *semantics, const struct valuation *before, bool advanced,
                          const word128 *values, struct valuation *after) {
    size_t at = 4;
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width == 0) {
            symbol s = isa->leaves[i].symbol;
            if (!set_scalar(after, s, advanced ? values[at] : valuation_get(before, s, NULL, 0))) {
                return false;
            }
            at++;
        }
    }
    for (size_t i = 0; i < semantics->operand_count; i++, at++) {
        symbol s = semantics->operands[i].symbol;
        if ((semantics->operands[i].direction & OPERAND_OUT) != 0 &&
            !set_scalar(after, s, advanced ? values[at] : valuation_get(before, s, NULL, 0))) {
            return false;
        }
    }
    return true;
}

static bool store_elements(const struct isa *isa, const struct semantics *semantics, const word128 *values, struct valuation *after) {
    for (size_t i = 0; i < semantics->write_count; i++, values += 3) {
        if (values[0] != 0 && !valuation_set(after, isa->leaves[semantics->writes[i].leaf].symbol, &values[1], 1, values[2])) {
            return false;
        }
    }
    return true;
}

static size_t gather(const struct isa *isa, const struct semantics *semantics, term *roots) {
    size_t count = 0;
    roots[count++] = semantics->memory_trap;
    roots[count++] = semantics->trap;
    roots[count++] = semantics->trap_vector;
    roots[count++] = semantics->trap_argument;
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width == 0) {
            roots[count++] = semantics->next[i];
        }
    }
    for (size_t i = 0; i < semantics->operand_count; i++) {
        roots[count++] = semantics->operands[i].next;
    }
    for (size_t i = 0; i < semantics->write_count; i++) {
        roots[count++] = semantics->writes[i].guard;
        roots[count++] = semantics->writes[i].index;
        roots[count++] = semantics->writes[i].value;
    }
    return count;
}

bool step(const struct isa *isa, const struct semantics *semantics, const struct valuation *before, struct step_result *result) {
    size_t most = 4 + isa->leaf_count + semantics->operand_count + 3 * semantics->write_count;
    term *roots = malloc(most * sizeof *roots);
    word128 *values = malloc(most * sizeof *values);
    struct valuation *after = valuation_new();
    /* The lookup only reads; the callback's context has no const. */
    struct valuation *state = (struct valuation *)(uintptr_t)before;
    bool good = roots != NULL && values != NULL && after != NULL;
    if (good) {
        size_t count = gather(isa, semantics, roots);
        good = term_evaluate(isa->pool, roots, count, look_up, state, values);
        if (good) {
            result->outcome = values[0] != 0 ? STEP_MEMORY_TRAP : values[1] != 0 ? STEP_TRAP : STEP_DONE;
            result->trap_vector = result->outcome == STEP_TRAP ? (unsigned)values[2] : 0;
            result->trap_argument = result->outcome == STEP_TRAP ? values[3] : 0;
            bool done = result->outcome == STEP_DONE;
            good = store_scalars(isa, semantics, before, done, values, after) &&
                   (!done || store_elements(isa, semantics, values + (count - 3 * semantics->write_count), after));
        }
    }
    free(roots);
    free(values);
    if (!good) {
        valuation_free(after);
        return false;
    }
    result->after = after;
    return true;
}
