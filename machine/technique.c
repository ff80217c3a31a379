/* One guest by every technique: run, compared with the bare machine, and timed. */
#include "technique.h"

#include "../direct/kind_table.h"
#include "computer_internal.h"
#include "outcome.h"
#include "patches.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 2000u              /* of the empty trap */
#define PATIENCE 120000000u       /* instructions that a guest may take longer than on the bare machine */
#define LONG_PATIENCE 3000000000u /* the same where the bare machine did not come to its end */
#define LEAST_SHARE 0.2           /* of the time in the child, below which the guest's own time is not told from the cost of the exits */

const char *technique_name(enum technique t) {
    static const char *const names[TECHNIQUES] = {"trap", "scan", "patch", "hypercall"};
    return names[t];
}

bool technique_rewrites(enum technique t) { return t == TECHNIQUE_PATCH || t == TECHNIQUE_HYPERCALL; }

enum computer_end technique_bare(struct computer *bare, uint64_t instructions, struct technique_table *table) {
    enum computer_end end = computer_run(bare, instructions);
    table->instructions = computer_statistics(bare)->executed;
    table->unfinished = end == COMPUTER_RUNNING;
    (void)computer_serial(bare, &table->shown);
    return end;
}

/* Of a bare machine that has not come to its end only what it has shown so far counts. */
static bool compare(const struct technique_run *r, const struct session_result *result, char *text, size_t size) {
    const struct outcome seen = {r->guest, result->end, ""};
    const struct outcome bare = {r->bare, r->bare_end, "on the bare machine"};
    if (result->differs) {
        (void)snprintf(text, size, "%.500s", result->difference);
        return false;
    }
    const struct outcome_question q = {r->bare_end == COMPUTER_RUNNING, r->except};
    return outcomes_agree(&seen, &bare, &q, text, size);
}

static bool ends_line(char c) { return c == '\n' || c == '\r'; }

static void find_last_line(const char *text, struct technique_row *row) {
    size_t end = row->shown;
    while (end > 0 && ends_line(text[end - 1])) {
        end--;
    }
    size_t start = end;
    while (start > 0 && !ends_line(text[start - 1])) {
        start--;
    }
    (void)snprintf(row->last_line, sizeof row->last_line, "%.*s", (int)(end - start), text + start);
}

void technique_execute(const struct technique_run *r, struct technique_table *table) {
    struct technique_row *row = &table->rows[r->technique];
    const struct session_request request = {.backend = BACKEND_NATIVE,
                                            .instructions = 2 * table->instructions + (table->unfinished ? LONG_PATIENCE : PATIENCE),
                                            .native = r->native,
                                            .unscanned = r->technique != TECHNIQUE_SCAN,
                                            .met = r->technique == TECHNIQUE_SCAN ? r->met : NULL};
    struct session_result result;
    session_run(r->guest, &request, &result);
    row->ran = result.unusable == NULL;
    row->unusable = result.unusable;
    if (row->ran) {
        row->equivalent = compare(r, &result, row->difference, sizeof row->difference);
        row->end = result.end;
        find_last_line(computer_serial(r->guest, &row->shown), row);
        row->exits = result.entries;
        row->emulated = computer_emulated(r->guest);
        row->seconds = result.seconds - result.setup_seconds + result.guest_seconds;
        row->guest_seconds = result.guest_seconds;
    }
}

/* What an entry and an exit cost in the child alone: one NOP, and a trap. */
static double exit_cost(const struct native_tables *native, const struct matcher *matcher) {
    const struct direct_options options = {.frames = 1,
                                           .policy = DIRECT_CHECKED,
                                           .matcher = matcher,
                                           .kinds32 = native->kinds->open[DIRECT_CODE_32],
                                           .kinds16 = native->kinds->open[DIRECT_CODE_16]};
    struct direct *d = NULL;
    const char *reason = NULL;
    struct direct_state s = {.eip = 0};
    struct direct_event event;
    if (!direct_open(&options, &d, &reason)) {
        return 0;
    }
    for (unsigned i = 0; i < DIRECT_SEGMENTS; i++) {
        s.segments[i] = (struct direct_segment){0, DIRECT_PAGE - 1, i == DIRECT_CS ? 11 : 3, true, true};
    }
    memcpy(direct_memory(d), "\x90\xF4", 2);
    (void)direct_wrote(d, 0, 2);
    struct direct_statistics before = direct_statistics(d);
    for (unsigned i = 0; i < ROUNDS; i++) {
        direct_set_state(d, &s);
        direct_run(d, 0, &event);
    }
    struct direct_statistics after = direct_statistics(d);
    direct_close(d);
    return after.entries > before.entries ? (after.seconds - before.seconds) / (double)(after.entries - before.entries) : 0;
}

void technique_finish(struct technique_table *table, const struct native_tables *native, const struct computer *bare) {
    const struct technique_row *best = NULL;
    for (unsigned i = 0; i < TECHNIQUES; i++) {
        const struct technique_row *row = &table->rows[i];
        best = row->ran && row->equivalent && (best == NULL || row->exits < best->exits) ? row : best;
    }
    if (best != NULL) {
        double own = best->guest_seconds - (double)best->exits * exit_cost(native, bare->processor.decoder->matcher);
        bool enough = own > LEAST_SHARE * best->guest_seconds;
        table->own_seconds = enough ? own : 0;
        table->at_most = LEAST_SHARE * best->guest_seconds;
    }
}
