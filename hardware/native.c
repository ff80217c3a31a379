/* The native backend: this processor in user mode, in a child process. */
#include "hardware.h"

#include "native_child.h"
#include "native_world.h"
#include "worker.h"

#include <stdlib.h>

struct native {
    struct backend base;
    struct worker *worker;
    struct native_worlds worlds;
};

static bool native_run(struct backend *b, const struct world *world, const struct run *runs, size_t count, struct run_result *results) {
    struct native *n = (struct native *)b;
    return worker_run(n->worker, (unsigned)(world - n->worlds.worlds), runs, count, results);
}

static const struct world *native_worlds_of(struct backend *b, size_t *count) {
    struct native *n = (struct native *)b;
    *count = n->worlds.count;
    return n->worlds.worlds;
}

static const char *native_description(struct backend *b) { return ((struct native *)b)->worlds.description; }

static void native_close(struct backend *b) {
    struct native *n = (struct native *)b;
    worker_free(n->worker);
    free(n);
}

static const struct backend_operations operations = {"native", native_worlds_of, native_run, native_description, native_close};

struct backend *native_open(const char **reason) {
    struct native *n = calloc(1, sizeof *n);
    *reason = "out of memory";
    if (n == NULL) {
        return NULL;
    }
    n->base.operations = &operations;
    n->worker = worker_new(native_child_main, NULL);
    if (n->worker != NULL) {
        *reason = native_find_worlds(&n->base, &n->worlds);
    }
    if (*reason != NULL) {
        native_close(&n->base);
        return NULL;
    }
    return &n->base;
}
