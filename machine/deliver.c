/* Delivers exceptions and interrupts: each is the event DELIVERY of the tables, and what a delivery raises is delivered next. */
#include "decode.h"
#include "execute.h"

/* SDM vol. 3A, table 7-4. */
static bool is_contributory(unsigned vector) { return vector == 0 || (vector >= VECTOR_TSS && vector <= VECTOR_PROTECTION); }

static bool is_double(unsigned first, unsigned second) {
    return (is_contributory(first) && is_contributory(second)) || (first == VECTOR_PAGE && (is_contributory(second) || second == VECTOR_PAGE));
}

static bool deliver_once(struct processor *p, const struct fault *fault, bool external, struct fault *next) {
    const struct event event = {fault->has_error, (!external && !fault->is_trap) || p->resume, fault->error};
    struct instruction i = p->decoder->delivery[processor_mode(&p->state)];
    const struct {
        const char *name;
        uint64_t value;
    } told[] = {{"vector", fault->vector}, {"has_error", event.has_error}, {"error_code", event.error}, {"resume", event.resume}};
    for (unsigned k = 0; k < i.count; k++) {
        for (unsigned n = 0; n < sizeof told / sizeof told[0]; n++) {
            i.places[k].constant = strcmp(i.step->operands[k].name, told[n].name) == 0 ? told[n].value : i.places[k].constant;
        }
    }
    p->next_resume = false;
    p->by_handler = false;
    bool good = execute_event(p, &i, &event, next);
    p->handled_deliveries += good && p->by_handler ? 1 : 0;
    return good;
}

void deliver(struct processor *p, const struct fault *first, bool external) {
    struct fault current = *first;
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
