/* Keeps explored steps. A child process explores those that are not known yet: what it finds depends on what it was given alone, and on nothing that
 * was explored before, so parts of the work give what the whole gives. */
#include "paths.h"

#include "paths_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_MOST 65536u

struct path_store {
    struct isa *isa;
    const char *file;
    unsigned resource_limit;
    struct explorer *explorer; /* as it was made: only child processes explore with it */
    bool fixed;                /* only some states are wanted */
    char *text;                /* of the file */
    char **blocks;             /* what was explored now, as text */
    size_t block_count;
    const char **places, **fresh; /* by step: where its line begins in `text`; in a block */
    uint64_t hash;
};

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

/* Of every term and name: a file is of these tables or of others. */
static uint64_t hash_of(const struct isa *isa) {
    uint64_t hash = isa->form_count;
    for (term t = 0; t < term_pool_size(isa->pool); t++) {
        struct term_view v = term_look(isa->pool, t);
        hash = mix(hash, (uint64_t)v.operation << 32 | v.width << 16 | v.low);
        hash = mix(hash, v.operation == TERM_APPLY ? v.symbol : (uint64_t)v.constant ^ (uint64_t)(v.constant >> 64));
        for (unsigned i = 0; i < v.argument_count; i++) {
            hash = mix(hash, v.arguments[i]);
        }
    }
    return hash;
}

static void find_places(char *text, const char **places) {
    for (char *line = text; line != NULL && *line != '\0';) {
        char *next = strchr(line, '\n');
        unsigned long step = line[0] == 'S' ? strtoul(line + 1, NULL, 10) : STEPS_MOST;
        if (step < STEPS_MOST) {
            places[step] = line;
        }
        line = next == NULL ? NULL : next + 1;
    }
}

/* Everything that can be read, or NULL: out of memory. */
static char *read_all(FILE *in) {
    char *text = NULL;
    size_t size = 0;
    FILE *copy = open_memstream(&text, &size);
    char piece[4096];
    size_t length = 0;
    while (copy != NULL && (length = fread(piece, 1, sizeof piece, in)) > 0) {
        (void)fwrite(piece, 1, length, copy);
    }
    bool good = copy != NULL && fclose(copy) == 0 && ferror(in) == 0;
    if (!good) {
        free(text);
        return NULL;
    }
    return text;
}

/* Reads the file if it is of these tables. */
static bool read_file(struct path_store *s) {
    FILE *in = s->file == NULL ? NULL : fopen(s->file, "rb");
    if (in == NULL) {
        return true;
    }
    s->text = read_all(in);
    (void)fclose(in);
    uint64_t hash = 0;
    if (s->text != NULL && (sscanf(s->text, "popek-paths 4 %" SCNx64, &hash) != 1 || hash != s->hash)) { // NOLINT(cert-err34-c)
        s->text[0] = '\0';
    }
    if (s->text != NULL) {
        find_places(s->text, s->places);
    }
    return s->text != NULL;
}

struct path_store *path_store_open(struct isa *isa, const char *file, unsigned resource_limit) {
    struct path_store *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    *s = (struct path_store){.isa = isa, .file = file, .resource_limit = resource_limit};
    s->hash = hash_of(isa);
    s->places = calloc(STEPS_MOST, sizeof *s->places);
    s->fresh = calloc(STEPS_MOST, sizeof *s->fresh);
    if (s->places == NULL || s->fresh == NULL || !read_file(s)) {
        path_store_close(s);
        return NULL;
    }
    return s;
}

void path_store_close(struct path_store *s) {
    if (s != NULL) {
        explorer_free(s->explorer);
        for (size_t i = 0; i < s->block_count; i++) {
            free(s->blocks[i]);
        }
        free(s->blocks);
        free((void *)s->places);
        free((void *)s->fresh);
        free(s->text);
        free(s);
    }
}

static bool have_explorer(struct path_store *s) {
    s->explorer = s->explorer != NULL ? s->explorer : explorer_new(s->isa, s->resource_limit);
    return s->explorer != NULL;
}

bool path_store_fix(struct path_store *s, unsigned leaf, word128 value) {
    if (!have_explorer(s)) {
        return false;
    }
    explorer_fix(s->explorer, leaf, value);
    s->fixed = true;
    return true;
}

/* States of the file fit all plug-ins that fix nothing; for others they are where the search begins. */
static const char *known_line(const struct path_store *s, unsigned number) {
    const char *fresh = number < STEPS_MOST ? s->fresh[number] : NULL;
    return fresh != NULL || s->fixed || number >= STEPS_MOST ? fresh : s->places[number];
}

bool path_store_has(const struct path_store *s, unsigned number) { return known_line(s, number) != NULL; }

/* ---- the child --------------------------------------------------------------------------------------------------------------------------------- */

static bool explore_all(struct path_store *s, const struct path_item *items, size_t count, FILE *out) {
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        struct targets t;
        struct targets known = {NULL, 0, NULL, 0, 0};
        const char *line = items[i].number < STEPS_MOST ? s->places[items[i].number] : NULL;
        (void)paths_take(line, s->isa, items[i].semantics, &known);
        good = explore(s->explorer, items[i].semantics, items[i].mode, &known, &t);
        targets_free(&known);
        if (good) {
            paths_put(out, s->isa, items[i].number, items[i].semantics, &t);
            targets_free(&t);
        }
    }
    return good && fflush(out) == 0;
}

static bool keep_block(struct path_store *s, char *text) {
    char **blocks = realloc(s->blocks, (s->block_count + 1) * sizeof *blocks);
    if (blocks == NULL) {
        free(text);
        return false;
    }
    s->blocks = blocks;
    s->blocks[s->block_count++] = text;
    find_places(text, s->fresh);
    return true;
}

bool path_store_explore(struct path_store *s, const struct path_item *items, size_t count) {
    int ends[2];
    if (!have_explorer(s) || pipe(ends) != 0) {
        return false;
    }
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        FILE *out = fdopen(ends[1], "wb");
        (void)close(ends[0]);
        _exit(out != NULL && explore_all(s, items, count, out) ? 0 : 1);
    }
    (void)close(ends[1]);
    FILE *in = pid < 0 ? NULL : fdopen(ends[0], "rb");
    char *text = in == NULL ? NULL : read_all(in);
    int status = 1;
    if (in != NULL) {
        (void)fclose(in);
    } else {
        (void)close(ends[0]);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (text == NULL || status != 0) {
        free(text);
        return false;
    }
    return keep_block(s, text);
}

/* ---- what is known ----------------------------------------------------------------------------------------------------------------------------- */

bool path_store_get(struct path_store *s, const struct path_item *item, struct targets *t) {
    const char *line = known_line(s, item->number);
    if (line != NULL && paths_take(line, s->isa, item->semantics, t)) {
        return true;
    }
    return path_store_explore(s, item, 1) && paths_take(known_line(s, item->number), s->isa, item->semantics, t);
}

bool path_store_plain(struct path_store *s, unsigned mode, struct targets *t) {
    *t = (struct targets){NULL, 0, calloc(1, sizeof(struct valuation *)), 0, 1};
    bool good = t->states != NULL && have_explorer(s) && find_mode_state(s->explorer, mode, &t->states[0]);
    t->state_count = good && t->states[0] != NULL ? 1 : 0;
    if (!good) {
        targets_free(t);
    }
    return good;
}

bool path_store_save(struct path_store *s, char **message) {
    if (s->file == NULL || s->block_count == 0 || s->fixed) {
        return true;
    }
    char *name = NULL;
    if (asprintf(&name, "%s.%ld", s->file, (long)getpid()) < 0) {
        return false;
    }
    FILE *out = fopen(name, "wb");
    bool good = false;
    if (out != NULL) {
        (void)fprintf(out, "popek-paths 4 %" PRIx64 "\n", s->hash);
        const char *old = s->text == NULL ? NULL : strchr(s->text, '\n');
        (void)fputs(old == NULL ? "" : old + 1, out);
        for (size_t i = 0; i < s->block_count; i++) {
            (void)fputs(s->blocks[i], out);
        }
        good = ferror(out) == 0;
        good = fclose(out) == 0 && good && rename(name, s->file) == 0;
    }
    if (!good && asprintf(message, "cannot write '%s'", s->file) < 0) {
        *message = NULL;
    }
    free(name);
    return good;
}
