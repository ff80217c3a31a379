/* A run of a guest. */
#include "session.h"

#include "computer_internal.h"
#include "outcome.h"
#include "session_parts.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>

const char *session_backend_name(enum session_backend b) {
    static const char *const names[] = {"model", "unicorn", "kvm", "native"};
    return names[b];
}

/* Of this process, and of the children that ended. */
double session_clock(void) {
    struct timespec t = {0, 0};
    struct rusage children;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    memset(&children, 0, sizeof children);
    (void)getrusage(RUSAGE_CHILDREN, &children);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9 + (double)(children.ru_utime.tv_sec + children.ru_stime.tv_sec) +
           (double)(children.ru_utime.tv_usec + children.ru_stime.tv_usec) / 1e6;
}

static void trace_line(struct computer *c, FILE *out) {
    struct machine_state s;
    char text[128];
    computer_state(c, &s);
    computer_describe_next(c, text, sizeof text);
    (void)fprintf(out, "%04x:%08x cpl %u %-32s eax %08x ecx %08x edx %08x ebx %08x esp %08x ebp %08x esi %08x edi %08x flags %06x\n",
                  s.segments[SEGMENT_CS].selector, (unsigned)s.rip, (unsigned)s.cpl, text, (unsigned)s.general[0], (unsigned)s.general[1],
                  (unsigned)s.general[2], (unsigned)s.general[3], (unsigned)s.general[4], (unsigned)s.general[5], (unsigned)s.general[6],
                  (unsigned)s.general[7], (unsigned)s.rflags);
}

static void run_model(struct computer *c, const struct session_request *request, struct session_result *result) {
    result->end = COMPUTER_RUNNING;
    if (request->trace == NULL) {
        result->end = computer_run(c, request->instructions);
        return;
    }
    for (uint64_t i = 0; i < request->instructions && result->end == COMPUTER_RUNNING; i++) {
        trace_line(c, request->trace);
        result->end = computer_step(c);
    }
}

static void run_alone(struct computer *c, const struct session_request *request, struct session_result *result) {
    if (request->backend == BACKEND_UNICORN) {
        run_on_engine(c, request, result);
    } else if (request->backend == BACKEND_KVM) {
        run_on_kvm(c, request, result);
    } else if (request->backend == BACKEND_NATIVE) {
        run_natively(c, request, result);
    } else {
        run_model(c, request, result);
    }
}

/* The same guest on two backends, each by itself. */
static void run_pair(struct computer *c, const struct session_request *request, struct session_result *result) {
    struct computer *second = c->patches != NULL ? NULL : computer_new(c->processor.decoder, c->memory.size);
    struct session_request other = *request;
    struct session_result found;
    char where[32];
    if (second == NULL) {
        result->unusable = c->patches != NULL ? "a rewritten guest is compared with --technique" : "out of memory";
        return;
    }
    memcpy(second->memory.bytes, c->memory.bytes, c->memory.size);
    second->processor.state = c->processor.state;
    computer_memory_changed(second);
    computer_set_input(second, c->devices.serial.source);
    memset(&found, 0, sizeof found);
    other.backend = request->other;
    run_alone(c, request, result);
    if (result->unusable == NULL) {
        run_alone(second, &other, &found);
        result->unusable = found.unusable;
        (void)snprintf(where, sizeof where, "on %s", session_backend_name(request->other));
        if (!result->differs && found.differs) {
            result->differs = true;
            (void)snprintf(result->difference, sizeof result->difference, "%s: %.400s", where, found.difference);
        } else if (!result->differs) {
            const struct outcome_question q = {false, request->except};
            result->differs = !outcomes_agree(&(struct outcome){c, result->end, ""}, &(struct outcome){second, found.end, where}, &q,
                                              result->difference, sizeof result->difference);
        }
    }
    computer_free(second);
}

void session_run(struct computer *c, const struct session_request *request, struct session_result *result) {
    double start = session_clock();
    memset(result, 0, sizeof *result);
    bool beside = request->backend == BACKEND_MODEL && (request->other == BACKEND_UNICORN || request->other == BACKEND_NATIVE);
    if (!request->compare) {
        run_alone(c, request, result);
    } else if (beside) {
        run_compared(c, request, result);
    } else {
        run_pair(c, request, result);
    }
    result->seconds = session_clock() - start;
    result->exit_code = computer_exit_code(c);
    if (result->unusable == NULL) {
        computer_describe_next(c, result->last, sizeof result->last);
    }
}
