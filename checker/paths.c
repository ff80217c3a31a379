/* Keeps explored steps in a text file: `S STEP STATUSES`, then a line `V VALUES` for each state. */
#include "paths.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MOST 65536u

struct path_store {
    struct isa *isa;
    const char *file;
    unsigned resource_limit;
    struct explorer *explorer;
    bool fixed;          /* only some states are wanted */
    char *text;          /* of the file; zero bytes for the ends of lines */
    const char **places; /* by step: where its line begins in `text` */
    uint64_t hash;
    FILE *fresh; /* what was explored now */
    char *fresh_text;
    size_t fresh_size;
    bool changed;
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

/* Reads the file if it is of these tables. */
static bool read_file(struct path_store *s) {
    FILE *in = s->file == NULL ? NULL : fopen(s->file, "rb");
    size_t size = 0;
    if (in == NULL) {
        return true;
    }
    (void)fseek(in, 0, SEEK_END);
    long end = ftell(in);
    rewind(in);
    s->text = end < 0 ? NULL : malloc((size_t)end + 1);
    size = s->text == NULL ? 0 : fread(s->text, 1, (size_t)end, in);
    (void)fclose(in);
    if (s->text == NULL) {
        return false;
    }
    s->text[size] = '\0';
    uint64_t hash = 0;
    if (sscanf(s->text, "popek-paths 1 %" SCNx64, &hash) != 1 || hash != s->hash) { // NOLINT(cert-err34-c)
        s->text[0] = '\0';
    }
    for (char *line = s->text; line != NULL && *line != '\0';) {
        char *next = strchr(line, '\n');
        if (line[0] == 'S') {
            unsigned long step = strtoul(line + 1, NULL, 10);
            if (step < STEPS_MOST) {
                s->places[step] = line;
            }
        }
        line = next == NULL ? NULL : next + 1;
    }
    return true;
}

struct path_store *path_store_open(struct isa *isa, const char *file, unsigned resource_limit, char **message) {
    struct path_store *s = calloc(1, sizeof *s);
    (void)message;
    if (s == NULL) {
        return NULL;
    }
    *s = (struct path_store){.isa = isa, .file = file, .resource_limit = resource_limit};
    s->hash = hash_of(isa);
    s->places = calloc(STEPS_MOST, sizeof *s->places);
    s->fresh = open_memstream(&s->fresh_text, &s->fresh_size);
    if (s->places == NULL || s->fresh == NULL || !read_file(s)) {
        path_store_close(s);
        return NULL;
    }
    return s;
}

void path_store_close(struct path_store *s) {
    if (s != NULL) {
        explorer_free(s->explorer);
        if (s->fresh != NULL) {
            (void)fclose(s->fresh);
        }
        free(s->fresh_text);
        free(s->places);
        free(s->text);
        free(s);
    }
}

/* ---- symbols ----------------------------------------------------------------------------------------------------------------------------------- */

/* What a value is of: a leaf, an operand of the form, or a choice. False: of none of these. */
static bool symbol_code(const struct isa *isa, const struct semantics *m, symbol x, char *kind, size_t *number) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].symbol == x) {
            *kind = isa->leaves[i].index_width == 0 ? 'l' : 'a';
            *number = i;
            return true;
        }
    }
    for (size_t i = 0; i < m->operand_count; i++) {
        if (m->operands[i].symbol == x) {
            *kind = 'o';
            *number = i;
            return true;
        }
    }
    for (size_t i = 0; i < isa->undefined_count; i++) {
        if (isa->undefined_symbols[i] == x) {
            *kind = 'u';
            *number = i;
            return true;
        }
    }
    *kind = 'n';
    *number = 0;
    return x == isa->length;
}

static bool code_symbol(const struct isa *isa, const struct semantics *m, char kind, size_t number, symbol *x) {
    if (kind == 'l' || kind == 'a') {
        *x = number < isa->leaf_count ? isa->leaves[number].symbol : 0;
        return number < isa->leaf_count && (isa->leaves[number].index_width == 0) == (kind == 'l');
    }
    if (kind == 'o') {
        *x = number < m->operand_count ? m->operands[number].symbol : 0;
        return number < m->operand_count;
    }
    if (kind == 'u') {
        *x = number < isa->undefined_count ? isa->undefined_symbols[number] : 0;
        return number < isa->undefined_count;
    }
    *x = isa->length;
    return kind == 'n';
}

static void put_word(FILE *out, word128 value) {
    if (value >> 64 != 0) {
        (void)fprintf(out, "%" PRIx64 "%016" PRIx64, (uint64_t)(value >> 64), (uint64_t)value);
    } else {
        (void)fprintf(out, "%" PRIx64, (uint64_t)value);
    }
}

static word128 take_word(const char **at) {
    word128 value = 0;
    for (;; (*at)++) {
        char c = **at;
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
        if (digit == 16) {
            return value;
        }
        value = value << 4 | digit;
    }
}

static void put_step(struct path_store *s, unsigned step, const struct semantics *m, const struct targets *t) {
    (void)fprintf(s->fresh, "S %u ", step);
    for (size_t i = 0; i < t->count; i++) {
        (void)fputc('0' + (int)t->items[i].status, s->fresh);
    }
    (void)fputc('\n', s->fresh);
    for (size_t i = 0; i < t->state_count; i++) {
        (void)fputc('V', s->fresh);
        for (size_t k = 0; k < valuation_size(t->states[i]); k++) {
            const struct valuation_entry *e = &valuation_entries(t->states[i])[k];
            char kind = ' ';
            size_t number = 0;
            if (e->value != 0 && e->argument_count <= 1 && symbol_code(s->isa, m, e->symbol, &kind, &number)) {
                (void)fprintf(s->fresh, " %c%zu", kind, number);
                if (e->argument_count == 1) {
                    (void)fputc(':', s->fresh);
                    put_word(s->fresh, e->arguments[0]);
                }
                (void)fputc('=', s->fresh);
                put_word(s->fresh, e->value);
            }
        }
        (void)fputc('\n', s->fresh);
    }
    s->changed = true;
}

static struct valuation *read_state(const struct path_store *s, const struct semantics *m, const char *line) {
    struct valuation *v = valuation_new();
    const char *at = line + 1;
    bool good = v != NULL;
    while (good && *at == ' ') {
        char kind = at[1];
        char *end = NULL;
        size_t number = strtoul(at + 2, &end, 10);
        symbol x = 0;
        word128 index = 0;
        bool has_index = *end == ':';
        at = end;
        if (has_index) {
            at++;
            index = take_word(&at);
        }
        good = *at == '=' && code_symbol(s->isa, m, kind, number, &x) && has_index == (kind == 'a');
        if (good) {
            at++;
            word128 value = take_word(&at);
            good = valuation_set(v, x, &index, has_index ? 1 : 0, value);
        }
    }
    if (!good) {
        valuation_free(v);
        return NULL;
    }
    return v;
}

/* False: what is in the file is not of this step, or memory is exhausted; it is explored anew then. */
static bool read_step(struct path_store *s, unsigned step, const struct semantics *m, struct targets *t) {
    const char *line = step < STEPS_MOST ? s->places[step] : NULL;
    const char *statuses = line == NULL ? NULL : strchr(line + 2, ' ');
    size_t count = statuses == NULL ? 0 : strspn(statuses + 1, "0123");
    size_t states = 0;
    if (statuses == NULL) {
        return false;
    }
    const char *first = strchr(line, '\n');
    for (const char *l = first; l != NULL && l[1] == 'V'; l = strchr(l + 1, '\n')) {
        states++;
    }
    *t = (struct targets){calloc(count + 1, sizeof *t->items), count, calloc(states + 1, sizeof(struct valuation *)), 0, states + 1};
    bool good = t->items != NULL && t->states != NULL;
    for (size_t i = 0; good && i < count; i++) {
        /* Trap points come first, in the order of the form. */
        t->items[i] = (struct target){
            .kind = i < m->point_count ? TARGET_TRAP : TARGET_BRANCH, .status = (enum target_status)(statuses[1 + i] - '0'), .number = (unsigned)i};
    }
    for (const char *l = first; good && t->state_count < states; l = strchr(l + 1, '\n')) {
        t->states[t->state_count] = read_state(s, m, l + 1);
        good = t->states[t->state_count] != NULL;
        t->state_count += good ? 1 : 0;
    }
    if (!good) {
        targets_free(t);
    }
    return good;
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

bool path_store_get(struct path_store *s, unsigned step, const struct semantics *m, unsigned mode, struct targets *t) {
    struct targets known = {NULL, 0, NULL, 0, 0};
    if (read_step(s, step, m, &known) && !s->fixed) {
        *t = known;
        return true;
    }
    bool good = have_explorer(s) && explore(s->explorer, m, mode, &known, t);
    targets_free(&known);
    if (good && !s->fixed) {
        put_step(s, step, m, t);
    }
    return good && ferror(s->fresh) == 0;
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
    if (s->file == NULL || !s->changed || fflush(s->fresh) != 0) {
        return true;
    }
    size_t length = strlen(s->file) + 16;
    char *name = malloc(length);
    if (name == NULL) {
        return false;
    }
    (void)snprintf(name, length, "%s.new", s->file);
    FILE *out = fopen(name, "wb");
    bool good = out != NULL;
    if (good) {
        (void)fprintf(out, "popek-paths 1 %" PRIx64 "\n", s->hash);
        const char *old = s->text == NULL ? NULL : strchr(s->text, '\n');
        (void)fputs(old == NULL ? "" : old + 1, out);
        (void)fwrite(s->fresh_text, 1, s->fresh_size, out);
        good = ferror(out) == 0;
        good = fclose(out) == 0 && good && rename(name, s->file) == 0;
    }
    if (!good) {
        *message = malloc(length + 32);
        if (*message != NULL) {
            (void)snprintf(*message, length + 32, "cannot write '%s'", s->file);
        }
    }
    free(name);
    return good;
}
