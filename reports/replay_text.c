/* Replayed witnesses as text: a summary, what was refuted, and why the rest could not be set up. */
#include "replay.h"

#include <string.h>

static size_t count_verdict(const struct replay_report *r, enum replay_verdict v) {
    size_t count = 0;
    for (size_t i = 0; i < r->row_count; i++) {
        count += r->rows[i].outcome.verdict == v ? 1u : 0u;
    }
    return count;
}

static void print_differing(FILE *out, const struct replay_report *r, enum replay_verdict verdict, const char *title) {
    bool any = false;
    for (size_t i = 0; i < r->row_count; i++) {
        const struct replay_row *row = &r->rows[i];
        if (row->outcome.verdict == verdict) {
            (void)fprintf(out, "%s  %s  [%s]  %s: expected %s, seen %s; differs: %s\n", any ? "" : title, r->isa->forms[row->verdict->form].text,
                          r->isa->modes[row->verdict->mode].name, question_name(row->verdict->witness->question), row->outcome.expected,
                          row->outcome.seen, row->outcome.reason);
            any = true;
        }
    }
}

/* How many witnesses need each component that the backend cannot set up. */
static void print_reasons(FILE *out, const struct replay_report *r) {
    bool any = false;
    for (size_t i = 0; i < r->row_count; i++) {
        size_t alike = 0;
        bool said = r->rows[i].outcome.verdict != REPLAY_NOT_REACHABLE;
        for (size_t k = 0; !said && k < r->row_count; k++) {
            bool same = r->rows[k].outcome.verdict == REPLAY_NOT_REACHABLE && strcmp(r->rows[k].outcome.reason, r->rows[i].outcome.reason) == 0;
            said = same && k < i;
            alike += same ? 1u : 0u;
        }
        if (!said) {
            (void)fprintf(out, "%s  %6zu  %s\n", any ? "" : "\nNot reachable here, because of:\n", alike, r->rows[i].outcome.reason);
            any = true;
        }
    }
}

bool report_replay_text(FILE *out, const struct replay_report *r) {
    (void)fprintf(out, "%s: witnesses of profile %s on %s\n\n", r->isa->title, r->profile, r->backend);
    (void)fprintf(out, "  %6zu  confirmed on the machine\n  %6zu  a recorded difference\n  %6zu  refuted\n  %6zu  not reachable here\n",
                  count_verdict(r, REPLAY_CONFIRMED), count_verdict(r, REPLAY_EXPLAINED), count_verdict(r, REPLAY_REFUTED),
                  count_verdict(r, REPLAY_NOT_REACHABLE));
    print_differing(out, r, REPLAY_REFUTED, "\nRefuted:\n");
    print_differing(out, r, REPLAY_EXPLAINED, "\nRecorded differences:\n");
    print_reasons(out, r);
    return true;
}
