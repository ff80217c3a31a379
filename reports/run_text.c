/* A run of a guest, as text. */
#include "run.h"

#include <stdlib.h>

static void put_statistics(FILE *out, const struct run_report *r) {
    const struct computer_statistics *s = computer_statistics(r->computer);
    double millions = r->result->seconds > 0 ? (double)s->executed / r->result->seconds / 1e6 : 0;
    (void)fprintf(out, "backend: %s\n", session_backend_name(r->request->backend));
    (void)fprintf(out, "instructions: %llu in %.3f s (%.1f million a second)\n", (unsigned long long)s->executed, r->result->seconds, millions);
    if (r->result->direct > 0) {
        (void)fprintf(out, "executed by the backend: %llu, came back %llu times\n", (unsigned long long)r->result->direct,
                      (unsigned long long)r->result->traps);
    }
    if (r->result->revealed > 0) {
        (void)fprintf(out, "came back: %llu times; instructions scanned: %llu, executed one by one: %llu\n", (unsigned long long)r->result->traps,
                      (unsigned long long)r->result->revealed, (unsigned long long)r->result->alone);
    }
    if (r->result->handled + r->result->stepped > 0) {
        (void)fprintf(out, "done by proven handlers: %llu, by emitted steps: %llu, pages shadowed: %llu, returns linked: %llu\n",
                      (unsigned long long)r->result->handled, (unsigned long long)r->result->stepped, (unsigned long long)r->result->shadowed,
                      (unsigned long long)r->result->linked);
        (void)fprintf(out, "delivered by the proven handler: %llu of %llu\n", (unsigned long long)r->result->handled_deliveries,
                      (unsigned long long)r->result->delivered);
    }
    if (r->request->compare && r->result->compared > 0) {
        (void)fprintf(out, "compared: %llu\n", (unsigned long long)r->result->compared);
    }
    if (r->result->excused > 0) {
        (void)fprintf(out, "done by the model alone: %llu\n", (unsigned long long)r->result->excused);
    }
    (void)fprintf(out, "exceptions: %llu, interrupts: %llu\n", (unsigned long long)s->faults, (unsigned long long)s->interrupts);
    for (unsigned i = 0; i < 256; i++) {
        if (s->by_vector[i] > 0) {
            (void)fprintf(out, "  vector %3u: %llu\n", i, (unsigned long long)s->by_vector[i]);
        }
    }
}

bool report_run_text(FILE *out, const struct run_report *r) {
    size_t size = 0;
    const char *serial = computer_serial(r->computer, &size);
    if (!r->shown) {
        (void)fwrite(serial, 1, size, out);
    }
    if (r->screen) {
        char *text = computer_screen(r->computer);
        if (text == NULL) {
            return false;
        }
        (void)fputs(text, out);
        free(text);
    }
    if (r->statistics) {
        put_statistics(out, r);
    }
    return true;
}

void report_run_end(FILE *out, const struct run_report *r) {
    const struct session_result *s = r->result;
    unsigned long long executed = (unsigned long long)computer_statistics(r->computer)->executed;
    if (s->differs) {
        (void)fprintf(out, "popek run: difference after %llu instructions: %s\n", executed, s->difference);
    } else if (s->end == COMPUTER_ENDED && s->exit_code != 0) {
        (void)fprintf(out, "popek run: the guest ended with exit code %u after %llu instructions\n", s->exit_code, executed);
    } else if (s->end == COMPUTER_UNSUPPORTED) {
        (void)fprintf(out, "popek run: the machine cannot execute %s\n", computer_failure(r->computer));
    } else if (s->end == COMPUTER_RUNNING) {
        (void)fprintf(out, "popek run: stopped after %llu instructions, before %s\n", executed, s->last);
    } else if (s->end != COMPUTER_ENDED && s->end != COMPUTER_HALTED) {
        (void)fprintf(out, "popek run: %s after %llu instructions\n", computer_end_name(s->end), executed);
    }
}
