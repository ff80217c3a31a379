/* Delivers exceptions and interrupts. The tables describe the delivery of INT1, which asks for no privilege: any event is delivered as INT1 is, with
 * the entry of its own vector in place of entry 1 (arrays.c), with an error code where it has one, and with the address of the instruction itself. */
#include "decode.h"
#include "execute.h"

#define IDT_ERROR 2u /* the error code names an entry of the IDT: SDM vol. 3A, 7.13 */

/* SDM vol. 3A, table 7-4. */
static bool is_contributory(unsigned vector) { return vector == 0 || (vector >= VECTOR_TSS && vector <= VECTOR_PROTECTION); }

static bool is_double(unsigned first, unsigned second) {
    return (is_contributory(first) && is_contributory(second)) || (first == VECTOR_PAGE && (is_contributory(second) || second == VECTOR_PAGE));
}

/* The limit of the IDT as the step of INT1 should see it: entry 1 is there when the entry of the vector is. */
static uint16_t shown_limit(const struct x86 *s, unsigned vector) {
    uint32_t size = s->pe != 0 ? 8 : 4;
    uint32_t last = 2 * size - 1;
    bool inside = vector * size + size - 1 <= s->idtr_limit;
    return (uint16_t)(!inside ? 0 : s->idtr_limit > last ? s->idtr_limit : last);
}

static bool deliver_once(struct processor *p, const struct fault *fault, bool external, struct fault *next) {
    const struct instruction *i = &p->decoder->external[processor_mode(&p->state)];
    const struct event event = {fault->vector, fault->has_error, (!external && !fault->is_trap) || p->resume, fault->error};
    uint16_t limit = p->state.idtr_limit;
    p->state.idtr_limit = shown_limit(&p->state, fault->vector);
    p->next_resume = false;
    p->delivering = true;
    p->event = fault->vector;
    bool good = execute_event(p, i, &event, next);
    p->delivering = false;
    p->state.idtr_limit = limit;
    if (!good && next->has_error && (next->error & IDT_ERROR) != 0 && next->vector != VECTOR_PAGE) {
        next->error = (next->error & 7) | (uint32_t)fault->vector << 3;
    }
    return good;
}

void deliver(struct processor *p, const struct fault *first, bool external) {
    struct fault current = *first;
    p->state.halted = 0;
    p->delivered++;
    for (;;) {
        struct fault next;
        if (current.vector == VECTOR_PAGE) {
            p->state.cr2 = current.address;
        }
        if (deliver_once(p, &current, external, &next) || p->failure != NULL) {
            p->resume = p->next_resume;
            return;
        }
        if (current.vector == VECTOR_DOUBLE && !external) {
            p->shut_down = true; /* SDM vol. 3A, 7.15, #DF */
            return;
        }
        if (!external && is_double(current.vector, next.vector)) {
            if (next.vector == VECTOR_PAGE) {
                p->state.cr2 = next.address;
            }
            next = (struct fault){VECTOR_DOUBLE, true, false, 0, 0};
        }
        current = next;
        external = false;
    }
}
