/* Executes an instruction: operands are fetched, the step of the tables is called, what it wrote is stored. */
#include "execute.h"

#include "breakpoints.h"
#include "host_code.h"
#include "memory_watch.h"
#include "trap_handlers.h"

#include "../isa-model/emitted_handlers.h"

#include <stddef.h>

#define NUMBER_SP 4u

struct fault fault_of_outcome(uint32_t outcome, uint64_t argument) {
    uint32_t vector = outcome - 2;
    bool has_error = vector == VECTOR_DOUBLE || (vector >= VECTOR_TSS && vector <= VECTOR_PAGE) || vector == VECTOR_ALIGNMENT;
    return (struct fault){(uint8_t)vector, has_error, false, has_error ? (uint32_t)argument : 0, 0};
}

/* Calls the step with other `undefined` results, and notes in what the results differ. */
static void find_undefined(struct processor *p, const struct instruction *i, const void *state, const word128 *values) {
    static const struct {
        size_t offset;
        uint32_t bit;
    } flags[] = {{offsetof(struct x86, status_cf), 0x1},  {offsetof(struct x86, status_pf), 0x4},  {offsetof(struct x86, status_af), 0x10},
                 {offsetof(struct x86, status_zf), 0x40}, {offsetof(struct x86, status_sf), 0x80}, {offsetof(struct x86, status_of), 0x800}};
    struct x86 zeros;
    struct x86 ones;
    word128 with_zeros[MOST_OPERANDS];
    word128 with_ones[MOST_OPERANDS];
    uint64_t argument = 0;
    memcpy(&zeros, state, sizeof zeros);
    memcpy(&ones, state, sizeof ones);
    memcpy(with_zeros, values, i->count * sizeof *values);
    memcpy(with_ones, values, i->count * sizeof *values);
    (void)i->step->call(&zeros, p->arrays, with_zeros, p->choices, &argument);
    for (unsigned k = 0; k < i->step->choice_count; k++) {
        p->choices[k] = k == i->length_choice ? p->choices[k] : 1;
    }
    (void)i->step->call(&ones, p->arrays, with_ones, p->choices, &argument);
    for (unsigned k = 0; k < i->step->choice_count; k++) {
        p->choices[k] = k == i->length_choice ? p->choices[k] : 0;
    }
    p->undefined->flags = 0;
    for (unsigned k = 0; k < sizeof flags / sizeof flags[0]; k++) {
        uint8_t *zero = (uint8_t *)&zeros + flags[k].offset;
        const uint8_t *one = (const uint8_t *)&ones + flags[k].offset;
        p->undefined->flags |= *zero != *one ? flags[k].bit : 0;
        *zero = *one;
    }
    /* Copies of one state; a difference in padding would cost time, not truth. NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
    p->undefined->others = memcmp(&zeros, &ones, sizeof zeros) != 0 || memcmp(with_zeros, with_ones, i->count * sizeof *values) != 0;
}

uint32_t call_step(struct processor *p, const struct instruction *i, void *state, word128 *values, uint64_t *argument) {
    if (i->length_choice != NO_REGISTER) {
        p->choices[i->length_choice] = i->length;
    }
    if (p->undefined != NULL) {
        find_undefined(p, i, state, values);
        arrays_clear(p);
    }
    const struct handler *handler = trap_handler_for(p->handlers, state, i);
    uint32_t outcome = handler != NULL ? trap_handler_execute(p, handler, i, state, values, argument) : HANDLER_REFUSED;
    p->by_handler = outcome != HANDLER_REFUSED;
    if (outcome == HANDLER_REFUSED) {
        outcome = i->step->call(state, p->arrays, values, p->choices, argument);
    }
    if (i->length_choice != NO_REGISTER) {
        p->choices[i->length_choice] = 0;
    }
    return outcome;
}

/* An operand in memory meets breakpoints when it is read (direction 1) or written (2). */
static bool meet(struct processor *p, const struct location *place, unsigned direction, uint32_t linear) {
    if (breakpoints_enabled(&p->state) && (place->direction & direction) != 0) {
        breakpoints_access(p, linear, place->kind == PLACE_AREA ? place->area : place->bytes, direction == 1 ? ACCESS_READ : ACCESS_WRITE);
    }
    return true;
}

bool fetch_operand(struct processor *p, const struct location *place, bool user, uint32_t *pushed, uint32_t *linear, word128 *value,
                   struct fault *fault) {
    *value = 0;
    if (place->kind == PLACE_MEMORY || place->kind == PLACE_POPPED) {
        enum access access = (place->direction & 2) != 0 ? ACCESS_WRITE : ACCESS_READ;
        bool good = place_linear(p, place, access, linear, fault) &&
                    (access == ACCESS_READ || linear_writable(p, *linear, place->bytes, user, fault)) &&
                    ((place->direction & 1) == 0 || linear_read(p, *linear, value, place->bytes, user, fault));
        if (good && p->profile != NULL && place->kind == PLACE_MEMORY) {
            memory_watch(p, *linear, place, user);
        }
        return good && meet(p, place, 1, *linear);
    }
    if (place->kind == PLACE_AREA) {
        return fetch_area(p, place, user, linear, fault) && meet(p, place, 1, *linear);
    }
    if (place->kind == PLACE_PUSHED) {
        const struct x86 *s = &p->state;
        *pushed += place->bytes;
        return segment_linear(s, SEGMENT_SS, ((uint32_t)s->rsp - *pushed) & stack_mask(s), place->bytes, ACCESS_WRITE, linear, fault) &&
               linear_writable(p, *linear, place->bytes, user, fault);
    }
    *value = place_value(p, place);
    return true;
}

bool store_operand(struct processor *p, const struct location *place, bool user, uint32_t linear, word128 value, struct fault *fault) {
    if (is_register(place)) {
        write_register(p, place, value);
        return true;
    }
    if (place->kind == PLACE_AREA) {
        return store_area(p, place, user, linear, fault) && meet(p, place, 2, linear);
    }
    return place->kind == PLACE_NOTHING || (linear_write(p, linear, &value, place->bytes, user, fault) && meet(p, place, 2, linear));
}

static bool execute_it(struct processor *p, const struct instruction *i, struct fault *fault) {
    if ((i->flags & INSTRUCTION_VECTORS) != 0) {
        if (p->vectors_elsewhere.fetch != NULL) {
            p->vectors_elsewhere.fetch(p->vectors_elsewhere.context, p);
        }
        p->stack_top = p->state.x87_status >> 11 & 7u;
    }
    if ((i->flags & INSTRUCTION_CAREFUL) != 0) {
        return execute_carefully(p, i, fault);
    }
    word128 values[MOST_OPERANDS];
    uint32_t linear[MOST_OPERANDS] = {0};
    uint32_t pushed = 0;
    uint64_t argument = 0;
    bool user = p->state.cpl == 3;
    bool none = repeat_is_over(p, i);
    for (unsigned k = 0; k < i->count; k++) {
        const struct location *place = &i->places[k];
        values[k] = 0;
        if (!none && !fetch_operand(p, place, user, &pushed, &linear[k], &values[k], fault)) {
            return false;
        }
    }
    uint32_t outcome = call_step(p, i, &p->state, values, &argument);
    if (outcome != 0) {
        *fault = fault_of_outcome(outcome, argument);
        return false;
    }
    for (unsigned k = i->count; k-- > 0;) { /* XADD: the first operand is the one that stays when both are one register */
        const struct location *place = &i->places[k];
        if ((place->direction & 2) != 0 && !none && !store_operand(p, place, user, linear[k], values[k], fault)) {
            return false;
        }
    }
    return true;
}

bool execute(struct processor *p, const struct instruction *i, struct fault *fault) {
    p->by_handler = false;
    bool good = execute_it(p, i, fault);
    p->handled += p->by_handler ? 1 : 0;
    p->stepped += p->by_handler ? 0 : 1;
    return good;
}
