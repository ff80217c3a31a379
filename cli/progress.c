/* The progress line: a thread of its own looks at two numbers, so that nobody who works has to look at a clock. */
#include "progress.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TENTH 100000000L /* nanoseconds */
#define FIRST 10u        /* tenths of a second until the line shows */
#define AGAIN 5u

static enum loudness loudness = LOUDNESS_USUAL;
static const char *doing;
static pthread_t thread;
static bool started;
static atomic_bool stop, shown;
static atomic_size_t done_so_far, all;

void progress_loudness(enum loudness l) { loudness = l; }

/* write(2) and not stdio: a child that is forked meanwhile must not find a lock taken. */
static void put(const char *text) { (void)!write(STDERR_FILENO, text, strlen(text)); }

static void show(unsigned tenths) {
    char line[80];
    size_t total = atomic_load(&all);
    if (total > 0) {
        (void)snprintf(line, sizeof line, "\r%.40s: %zu %%, %u s ", doing, 100 * atomic_load(&done_so_far) / total, tenths / 10);
    } else {
        (void)snprintf(line, sizeof line, "\r%.40s: %u s ", doing, tenths / 10);
    }
    put(line);
    atomic_store(&shown, true);
}

static void *watch(void *context) {
    const struct timespec tenth = {0, TENTH};
    for (unsigned tenths = 1; !atomic_load(&stop); tenths++) {
        (void)nanosleep(&tenth, NULL);
        if (tenths >= FIRST && tenths % AGAIN == 0 && !atomic_load(&stop)) {
            show(tenths);
        }
    }
    return context;
}

bool progress_wanted(void) { return loudness != LOUDNESS_QUIET && isatty(STDERR_FILENO) == 1; }

void progress_begin(const char *what) {
    doing = what;
    if (!started && progress_wanted()) {
        atomic_store(&stop, false);
        started = pthread_create(&thread, NULL, watch, NULL) == 0;
    }
}

void progress_step(void *context, size_t done, size_t total) {
    (void)context;
    atomic_store(&done_so_far, done);
    atomic_store(&all, total);
}

void progress_end(void) {
    if (started) {
        atomic_store(&stop, true);
        (void)pthread_join(thread, NULL);
        started = false;
        if (atomic_load(&shown)) {
            put("\r\033[K");
        }
    }
}

void progress_tell(const char *format, ...) {
    struct rusage used;
    if (loudness != LOUDNESS_VERBOSE || getrusage(RUSAGE_SELF, &used) != 0) {
        return;
    }
    char text[160];
    char line[200];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)snprintf(line, sizeof line, "%spopek: %s (%.2f s)\n", atomic_load(&shown) ? "\r\033[K" : "", text,
                   (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6);
    put(line);
}
