/* Classifies, then replays the witness of every verdict that has one. */
#include "replay.h"

#include "../hardware/explanations.h"
#include "../hardware/probe.h"
#include "../reports/replay.h"
#include "cli.h"

#include <stdlib.h>

#define BACKENDS_MOST 8u

/* All states of a witness: it is confirmed when each of them is. */
static bool replay_one(struct replayer *player, struct replay_row *row) {
    const struct form_verdict *v = row->verdict;
    for (unsigned i = 0; i < v->witness->state_count; i++) {
        const struct witness_state *s = &v->witness->states[i];
        const struct valuation *other = v->witness->state_count == 2 ? v->witness->states[1 - i].before : NULL;
        if (!replay_state(player, v->form, v->mode, s->before, other, &s->result, &row->outcome)) {
            return false;
        }
        if (row->outcome.verdict != REPLAY_CONFIRMED) {
            break;
        }
    }
    return true;
}

/* In a mode that was asked for, and a form of this part. */
static bool is_wanted(const struct replay_request *r, const struct isa *isa, const struct form_verdict *v) {
    enum matcher_mode mode = MATCHER_LONG;
    bool known = matcher_find_mode(isa->modes[v->mode].name, &mode);
    return v->witness != NULL && v->form % r->shard_count == r->shard && (!known || probe_mode_wanted(r->mode, mode));
}

static bool replay_all(const struct replay_request *r, const struct isa *isa, const struct matcher *m, struct backend *b,
                       const struct classification *c, struct replay_report *report) {
    struct replayer *player = replayer_new(isa, m, b, report->explanations);
    struct replay_row *rows = calloc(c->verdict_count + 1, sizeof *rows);
    bool good = player != NULL && rows != NULL;
    report->rows = rows;
    for (size_t i = 0; good && i < c->verdict_count; i++) {
        if (is_wanted(r, isa, &c->verdicts[i])) {
            rows[report->row_count].verdict = &c->verdicts[i];
            good = replay_one(player, &rows[report->row_count]);
            report->row_count++;
        }
    }
    replayer_free(player);
    return good;
}

static int write_reports(const struct replay_request *r, const struct replay_report *reports, size_t count) {
    struct output out;
    if (!output_open(&out, r->output)) {
        return EXIT_INTERNAL;
    }
    bool complete = !r->json || report_replay_json(out.stream, reports, count);
    for (size_t i = 0; !r->json && i < count; i++) {
        complete = report_replay_text(out.stream, &reports[i]) && complete;
        (void)fputs(i + 1 < count ? "\n" : "", out.stream);
    }
    return output_close(&out, complete);
}

static int run(const struct replay_request *r, const struct isa *isa, const struct matcher *m, struct backend *const *backends, size_t count,
               struct replay_report *reports) {
    int profile = isa_find_profile(isa, r->profile);
    if (profile < 0) {
        complain_unknown_profile(isa, r->profile);
        return EXIT_USAGE;
    }
    struct classify_options options = {.profile = (unsigned)profile, .mode = -1, .instruction = r->instruction};
    options.mode = r->mode == NULL ? -1 : isa_find_mode(isa, r->mode); /* -1 for a code size, too: the rows are chosen below */
    for (size_t i = 0; i < profile_in(isa, (size_t)profile, 0)->free_bit_count; i++) {
        options.configuration |= profile_in(isa, (size_t)profile, 0)->free_bits[i].plain != 0 ? 1u << i : 0u;
    }
    int code = EXIT_INTERNAL;
    struct classification *c = decide_or_complain(isa, &options, &code);
    if (c == NULL) {
        return code;
    }
    code = EXIT_FINE;
    for (size_t i = 0; i < count && code != EXIT_INTERNAL; i++) {
        const char *machine = backends[i]->operations->description(backends[i]);
        char *message = NULL;
        reports[i] = (struct replay_report){.isa = isa,
                                            .backend = backends[i]->operations->name,
                                            .profile = r->profile,
                                            .machine = machine,
                                            .shard = r->shard,
                                            .shard_count = r->shard_count,
                                            .mode = r->mode == NULL ? "all" : r->mode,
                                            .instruction = r->instruction};
        reports[i].explanations = explanations_new(r->records, isa, reports[i].backend, machine, &message);
        if (reports[i].explanations == NULL) {
            complain("%s", message == NULL ? "out of memory" : message);
            code = EXIT_INTERNAL;
        } else if (!replay_all(r, isa, m, backends[i], c, &reports[i])) {
            complain("%s: out of resources", reports[i].backend);
            code = EXIT_INTERNAL;
        }
        free(message);
        for (size_t k = 0; k < reports[i].row_count && code == EXIT_FINE; k++) {
            code = reports[i].rows[k].outcome.verdict == REPLAY_REFUTED ? EXIT_FINDINGS : EXIT_FINE;
        }
    }
    int written = code == EXIT_INTERNAL ? EXIT_INTERNAL : write_reports(r, reports, count);
    classification_free(c);
    return written == EXIT_FINE ? code : written;
}

int replay_witnesses(const struct replay_request *r, const struct isa *isa, const struct matcher *m, struct backend *const *backends, size_t count) {
    struct replay_report reports[BACKENDS_MOST] = {{.row_count = 0}};
    int code = count > BACKENDS_MOST ? EXIT_INTERNAL : run(r, isa, m, backends, count, reports);
    for (size_t i = 0; i < BACKENDS_MOST; i++) {
        free((void *)(uintptr_t)reports[i].rows);
        explanations_free(reports[i].explanations);
    }
    return code;
}
