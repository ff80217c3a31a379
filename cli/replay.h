/* popek probe --witnesses: what the classifier's witnesses show on machines. */
#ifndef POPEK_CLI_REPLAY_H
#define POPEK_CLI_REPLAY_H

#include "../hardware/replay.h"

struct replay_request {
    const char *profile, *instruction, *output;
    const char *mode; /* as in struct probe_options */
    bool json;
    unsigned shard, shard_count;
    const char *records; /* text of recorded differences */
};

/* Replays on each backend and writes the report; what to exit with. */
int replay_witnesses(const struct replay_request *r, const struct isa *isa, const struct matcher *m, struct backend *const *backends, size_t count);

#endif
