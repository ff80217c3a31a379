/* Walks directories and scans many files in threads. */
#include "batch.h"

#include <fts.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_JOBS 256u

static bool add(struct scan_paths *p, const char *path, bool found) {
    if ((p->count & (p->count + 1)) == 0) {
        size_t capacity = (p->count + 1) * 2;
        char **paths = realloc(p->paths, capacity * sizeof *paths);
        if (paths == NULL) {
            return false;
        }
        p->paths = paths;
        bool *flags = realloc(p->found, capacity * sizeof *flags);
        if (flags == NULL) {
            return false;
        }
        p->found = flags;
    }
    p->paths[p->count] = strdup(path);
    p->found[p->count] = found;
    return p->paths[p->count] != NULL && ++p->count > 0;
}

static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

bool scan_paths_add(struct scan_paths *p, const char *path) {
    struct stat s;
    if (stat(path, &s) != 0 || !S_ISDIR(s.st_mode)) {
        return add(p, path, false);
    }
    char *copy = strdup(path);
    char *roots[] = {copy, NULL};
    FTS *walk = copy == NULL ? NULL : fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    bool good = walk != NULL;
    for (FTSENT *e = good ? fts_read(walk) : NULL; good && e != NULL; e = fts_read(walk)) {
        good = e->fts_info != FTS_F || add(p, e->fts_path, true);
    }
    if (walk != NULL) {
        (void)fts_close(walk);
    }
    free(copy);
    return good;
}

void scan_paths_free(struct scan_paths *p) {
    for (size_t i = 0; i < p->count; i++) {
        free(p->paths[i]);
    }
    free(p->paths);
    free(p->found);
    *p = (struct scan_paths){NULL, NULL, 0};
}

struct batch {
    const struct scan_question *question;
    const struct scan_paths *paths;
    struct scan_result *results;
    scan_progress progress;
    void *context;
    atomic_size_t next;
    pthread_mutex_t lock;
    size_t done;
};

static void *work(void *context) {
    struct batch *b = context;
    for (size_t i = atomic_fetch_add(&b->next, 1); i < b->paths->count; i = atomic_fetch_add(&b->next, 1)) {
        b->results[i] = scan_file(b->question, b->paths->paths[i]);
        (void)pthread_mutex_lock(&b->lock);
        b->done++;
        if (b->progress != NULL) {
            b->progress(b->context, b->done, b->paths->count, b->paths->paths[i]);
        }
        (void)pthread_mutex_unlock(&b->lock);
    }
    return NULL;
}

void scan_all(const struct scan_question *q, const struct scan_paths *p, struct scan_result *results, scan_progress progress, void *context) {
    struct scan_question each = *q;
    struct batch b = {.question = &each, .paths = p, .results = results, .progress = progress, .context = context};
    pthread_t threads[MOST_JOBS];
    unsigned count = 0;
    each.jobs = p->count > 1 ? 1 : q->jobs;
    atomic_init(&b.next, 0);
    (void)pthread_mutex_init(&b.lock, NULL);
    for (; count + 1 < q->jobs && count + 1 < p->count && count < MOST_JOBS; count++) {
        if (pthread_create(&threads[count], NULL, work, &b) != 0) {
            break;
        }
    }
    (void)work(&b);
    for (unsigned i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    (void)pthread_mutex_destroy(&b.lock);
}
