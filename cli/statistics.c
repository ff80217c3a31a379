/* What a classification cost: processor time, memory, and the slowest queries. */
#include "statistics.h"

#include <sys/resource.h>

#define SLOWEST 5u

/* Indices of the slowest queries, slowest first; fewer when there are fewer. */
static size_t slowest(const struct classification *c, size_t found[SLOWEST]) {
    size_t count = 0;
    for (size_t i = 0; i < c->query_count; i++) {
        size_t at = count;
        while (at > 0 && c->queries[found[at - 1]].seconds < c->queries[i].seconds) {
            at--;
        }
        if (at == SLOWEST) {
            continue;
        }
        count += count < SLOWEST ? 1u : 0u;
        for (size_t k = count - 1; k > at; k--) {
            found[k] = found[k - 1];
        }
        found[at] = i;
    }
    return count;
}

static const char *answer_text(enum answer a) { return a == ANSWER_YES ? "sat" : a == ANSWER_NO ? "unsat" : "undecided"; }

void print_statistics(FILE *to, const struct classification *c) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        double seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
        (void)fprintf(to, "%.3f s of processor time, %.1f MB at most\n", seconds, (double)usage.ru_maxrss / 1024.0);
    }
    (void)fprintf(to, "%zu verdicts, %zu solver queries; the slowest:\n", c->verdict_count, c->query_count);
    size_t found[SLOWEST];
    size_t count = slowest(c, found);
    for (size_t i = 0; i < count; i++) {
        const struct query_record *q = &c->queries[found[i]];
        (void)fprintf(to, "  %7.1f ms  %-9s %-17s %s (%s)\n", q->seconds * 1000.0, answer_text(q->answer), question_name(q->question), q->form_text,
                      q->mode);
    }
}
