/* Finds the parts of each result and puts their forms and rows into the order that the whole has. */
#include "merge.h"

#include "../hardware/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_MOST 4096u

struct part {
    json_t *result;
    const char *name; /* of its document */
    unsigned number, count;
    bool done;
};
struct merge {
    struct part parts[PARTS_MOST];
    size_t count;
    const char *kind, *isa; /* "probes", "replays" or "checks", which name the ISA in each result */
    char **message;
};

static bool say(struct merge *m, const char *name, const char *what) {
    if (*m->message == NULL && asprintf(m->message, "%s: %s", name, what) < 0) {
        *m->message = NULL;
    }
    return false;
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* ---- reading ----------------------------------------------------------------------------------------------------------------------------------- */

static bool take_part(struct merge *m, json_t *result, const char *name) {
    unsigned number = 0;
    unsigned count = 0;
    int end = 0;
    const char *shard = text_of(result, "shard");
    const char *subject = strcmp(m->kind, "checks") == 0 ? "subject" : "backend";
    bool whole = json_is_object(result) && text_of(result, subject)[0] != '\0' && sscanf(shard, "%u/%u%n", &number, &count, &end) == 2;
    if (!whole || shard[end] != '\0' || number < 1 || number > count) {
        return say(m, name, "no result of `popek probe --format json` or `popek check --format json`");
    }
    if (m->count == PARTS_MOST) {
        return say(m, name, "too many parts");
    }
    m->parts[m->count++] = (struct part){result, name, number, count, false};
    return true;
}

static bool take_document(struct merge *m, json_t *document, const char *name) {
    const char *kind = json_object_get(document, "probes") != NULL ? "probes" : json_object_get(document, "checks") != NULL ? "checks" : "replays";
    json_t *list = json_object_get(document, kind);
    const char *isa = text_of(document, "isa");
    if (!json_is_array(list)) {
        return say(m, name, "neither `probes` nor `replays` nor `checks` in it");
    }
    if (m->kind != NULL && (strcmp(kind, m->kind) != 0 || strcmp(isa, m->isa) != 0)) {
        return say(m, name, "of another kind or another ISA than the files before it");
    }
    m->kind = kind;
    m->isa = isa;
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!take_part(m, json_array_get(list, i), name)) {
            return false;
        }
    }
    return true;
}

/* ---- joining ----------------------------------------------------------------------------------------------------------------------------------- */

static bool belong_together(const struct part *a, const struct part *b) {
    static const char *const keys[] = {"backend", "machine", "scope", "dry_run", "worlds", "subject", "isa", "seed", "asked", "declarations"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const json_t *one = json_object_get(a->result, keys[i]);
        const json_t *other = json_object_get(b->result, keys[i]);
        if (one != other && !json_equal(one, other)) {
            return false;
        }
    }
    return a->count == b->count;
}

/* The place of an entry: its world (of witnesses: none), then its form. Entries of one form stand in one part only. */
struct entry {
    json_t *value;
    size_t world, form, order;
};

static int by_place(const void *a, const void *b) {
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->world != y->world) {
        return x->world < y->world ? -1 : 1;
    }
    if (x->form != y->form) {
        return x->form < y->form ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order ? 1 : 0;
}

static size_t world_of(const json_t *worlds, const json_t *entry) {
    size_t i = 0;
    while (i < json_array_size(worlds)) {
        const json_t *w = json_array_get(worlds, i);
        bool same = strcmp(text_of(w, "mode"), text_of(entry, "mode")) == 0 &&
                    json_integer_value(json_object_get(w, "cpl")) == json_integer_value(json_object_get(entry, "cpl"));
        if (same) {
            break;
        }
        i++;
    }
    return i;
}

/* The list under `key` of all parts in the order of the whole; of what differs, as much as popek probe keeps. */
static json_t *join_list(const struct part *const *parts, size_t count, const char *key, size_t *left_out) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += json_array_size(json_object_get(parts[i]->result, key));
    }
    struct entry *entries = calloc(total + 1, sizeof *entries);
    json_t *joined = json_array();
    size_t at = 0;
    for (size_t i = 0; entries != NULL && i < count; i++) {
        const json_t *list = json_object_get(parts[i]->result, key);
        const json_t *worlds = json_object_get(parts[i]->result, "worlds");
        for (size_t k = 0; k < json_array_size(list); k++) {
            json_t *value = json_array_get(list, k);
            entries[at] = (struct entry){value, world_of(worlds, value), (size_t)json_integer_value(json_object_get(value, "number")), at};
            at++;
        }
    }
    if (entries != NULL) {
        qsort(entries, total, sizeof *entries, by_place);
    }
    size_t differing = 0;
    *left_out = 0;
    for (size_t i = 0; entries != NULL && i < total; i++) {
        bool differs = strcmp(text_of(entries[i].value, "verdict"), probe_verdict_name(PROBE_DIFFERS)) == 0;
        differing += differs ? 1u : 0u;
        if (differs && differing > PROBE_ROWS_MOST) {
            (*left_out)++;
        } else {
            (void)json_array_append(joined, entries[i].value);
        }
    }
    bool good = entries != NULL && json_array_size(joined) == total - *left_out;
    free(entries);
    if (!good) {
        json_decref(joined);
        return NULL;
    }
    return joined;
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* The texts under `key` of all parts, sorted. */
static json_t *join_texts(const struct part *const *parts, size_t count, const char *key) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += json_array_size(json_object_get(parts[i]->result, key));
    }
    const char **texts = calloc(total + 1, sizeof *texts);
    json_t *joined = json_array();
    size_t at = 0;
    for (size_t i = 0; texts != NULL && i < count; i++) {
        const json_t *list = json_object_get(parts[i]->result, key);
        for (size_t k = 0; k < json_array_size(list); k++) {
            const char *text = json_string_value(json_array_get(list, k));
            texts[at++] = text == NULL ? "" : text;
        }
    }
    qsort((void *)texts, at, sizeof *texts, by_text);
    for (size_t i = 0; i < at; i++) {
        (void)json_array_append_new(joined, json_string(texts[i]));
    }
    free((void *)texts);
    return joined;
}

static void add_numbers(json_t *to, const json_t *from) {
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(to, key, value) { (void)json_integer_set(value, json_integer_value(value) + json_integer_value(json_object_get(from, key))); }
}

static void add_field(json_t *to, const json_t *from, const char *key) {
    json_t *value = json_object_get(to, key);
    (void)json_integer_set(value, json_integer_value(value) + json_integer_value(json_object_get(from, key)));
}

/* The first part as a copy, and everything that is counted added to it. */
static json_t *join_parts(const struct part *const *parts, size_t count) {
    json_t *whole = json_deep_copy(parts[0]->result);
    bool is_probe = json_object_get(whole, "rows") != NULL;
    bool is_check = json_object_get(whole, "findings") != NULL;
    json_t *records = json_object_get(whole, "records");
    size_t left_out = 0;
    for (size_t i = 1; i < count; i++) {
        const json_t *part = parts[i]->result;
        if (!is_check) {
            add_field(whole, part, "runs");
            add_field(whole, part, "rows_left_out");
        }
        add_numbers(json_object_get(whole, "totals"), json_object_get(part, "totals"));
        for (size_t k = 0; k < json_array_size(records); k++) {
            const json_t *other = json_array_get(json_object_get(part, "records"), k);
            add_field(json_array_get(records, k), other, "runs");
            add_field(json_array_get(records, k), other, "shown");
        }
    }
    bool good = whole != NULL && json_object_set_new(whole, "shard", json_string("1/1")) == 0;
    if (is_check) {
        good = json_object_set_new(whole, "forms", join_list(parts, count, "forms", &left_out)) == 0 && good;
        good = json_object_set_new(whole, "findings", join_list(parts, count, "findings", &left_out)) == 0 && good;
        good = json_object_set_new(whole, "fixed", join_texts(parts, count, "fixed")) == 0 && good;
    } else if (is_probe) {
        json_t *forms = join_list(parts, count, "forms", &left_out);
        good = json_object_set_new(whole, "forms", forms) == 0 && good;
        json_t *rows = join_list(parts, count, "rows", &left_out);
        good = json_object_set_new(whole, "rows", rows) == 0 && good;
        json_t *more = json_object_get(whole, "rows_left_out");
        (void)json_integer_set(more, json_integer_value(more) + (json_int_t)left_out);
    } else {
        good = json_object_set_new(whole, "witnesses", join_list(parts, count, "witnesses", &left_out)) == 0 && good;
    }
    if (!good) {
        json_decref(whole);
        return NULL;
    }
    return whole;
}

/* All parts that belong to the one at `first`, by their numbers. */
static json_t *join_from(struct merge *m, size_t first) {
    unsigned count = m->parts[first].count;
    const struct part **found = calloc(count + 1, sizeof(const struct part *));
    json_t *joined = NULL;
    bool good = found != NULL;
    for (size_t i = first; good && i < m->count; i++) {
        struct part *p = &m->parts[i];
        if (!p->done && belong_together(&m->parts[first], p)) {
            p->done = true;
            good = found[p->number - 1] == NULL || say(m, p->name, "a part that another file has too");
            found[p->number - 1] = p;
        }
    }
    for (unsigned i = 0; good && i < count; i++) {
        char what[80];
        (void)snprintf(what, sizeof what, "part %u of %u of this work is missing", i + 1, count);
        good = found[i] != NULL || say(m, m->parts[first].name, what);
    }
    if (good) {
        joined = join_parts(found, count);
    }
    free((void *)found);
    return joined;
}

json_t *merge_results(json_t *const *documents, const char *const *names, size_t count, char **message) {
    struct merge *m = calloc(1, sizeof *m);
    json_t *list = json_array();
    json_t *merged = NULL;
    *message = NULL;
    bool good = m != NULL && list != NULL;
    if (good) {
        m->message = message;
    }
    for (size_t i = 0; good && i < count; i++) {
        good = take_document(m, documents[i], names[i]);
    }
    for (size_t i = 0; good && i < m->count; i++) {
        if (!m->parts[i].done) {
            good = json_array_append_new(list, join_from(m, i)) == 0;
        }
    }
    if (good && m->kind != NULL) {
        merged = strcmp(m->kind, "checks") == 0 ? json_pack("{s:O}", m->kind, list) : json_pack("{s:s, s:O}", "isa", m->isa, m->kind, list);
    }
    json_decref(list);
    free(m);
    return merged;
}
