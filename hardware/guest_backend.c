/* The operations of backends that run the guest in a child process. */
#include "guest_backend.h"

#include <stdlib.h>

const struct world *guest_backend_worlds(struct backend *b, size_t *count) {
    *count = GUEST_WORLDS;
    return ((struct guest_backend *)b)->guest.worlds;
}

bool guest_backend_run(struct backend *b, const struct world *world, const struct run *runs, size_t count, struct run_result *results) {
    struct guest_backend *g = (struct guest_backend *)b;
    return worker_run(g->worker, (unsigned)(world - g->guest.worlds), runs, count, results);
}

const char *guest_backend_description(struct backend *b) { return ((struct guest_backend *)b)->description; }

void guest_backend_close(struct backend *b) {
    struct guest_backend *g = (struct guest_backend *)b;
    worker_free(g->worker);
    free(g);
}
