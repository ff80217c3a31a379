/* Witnesses replayed on a machine, as text and as JSON. Both return false when memory is exhausted. */
#ifndef POPEK_REPORTS_REPLAY_H
#define POPEK_REPORTS_REPLAY_H

#include "../classifier/classifier.h"
#include "../hardware/replay.h"

#include <stdio.h>

struct replay_row {
    const struct form_verdict *verdict;
    struct replay_outcome outcome; /* of the witness: of its first state that is not confirmed */
};
struct replay_report {
    const struct isa *isa;
    const char *backend, *profile;
    const char *machine;            /* its description */
    unsigned shard, shard_count;    /* witnesses of forms with form % shard_count == shard */
    const char *mode, *instruction; /* what was asked for; instruction: NULL, all */
    struct explanations *explanations;
    const struct replay_row *rows;
    size_t row_count;
};

bool report_replay_text(FILE *out, const struct replay_report *r);
bool report_replay_json(FILE *out, const struct replay_report *reports, size_t count);

#endif
