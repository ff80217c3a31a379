/* Reads results of popek probe into tables by form and mode. */
#include "measurements.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct measurements {
    const struct isa *isa;
    struct measured_runs *runs;         /* by machine, form, mode */
    struct measured_witness *witnesses; /* the same */
    bool has[MACHINE_COUNT], has_witnesses[MACHINE_COUNT], system_only[MACHINE_COUNT];
    const json_t *worlds[MACHINE_COUNT];
};

static bool say(char **message, const char *name, const char *what, const char *which) {
    if (asprintf(message, "%s: %s%s%s", name, what, which[0] == '\0' ? "" : " ", which) < 0) {
        *message = NULL;
    }
    return false;
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static size_t place(const struct measurements *m, enum machine machine, unsigned form, unsigned mode) {
    return ((size_t)machine * m->isa->form_count + form) * m->isa->mode_count + mode;
}

/* The form and the mode that an entry is about. */
static bool find_place(const struct measurements *m, enum machine machine, const json_t *entry, size_t *at) {
    const char *text = text_of(entry, "form");
    json_int_t number = json_integer_value(json_object_get(entry, "number"));
    int mode = isa_find_mode(m->isa, text_of(entry, "mode"));
    if (number < 0 || (size_t)number >= m->isa->form_count || strcmp(m->isa->forms[number].text, text) != 0 || mode < 0) {
        return false;
    }
    *at = place(m, machine, (unsigned)number, (unsigned)mode);
    return true;
}

static unsigned count_of(const json_t *entry, const char *key) { return (unsigned)json_integer_value(json_object_get(entry, key)); }

static bool read_forms(struct measurements *m, enum machine machine, const json_t *probe, const char *name, char **message) {
    const json_t *forms = json_object_get(probe, "forms");
    for (size_t i = 0; i < json_array_size(forms); i++) {
        const json_t *entry = json_array_get(forms, i);
        size_t at = 0;
        if (!find_place(m, machine, entry, &at)) {
            return say(message, name, "the tables have no such form in that place, the results are of another version:", text_of(entry, "form"));
        }
        struct measured_runs *r = &m->runs[at];
        r->agree += count_of(entry, "agrees") + count_of(entry, "emulated");
        r->known += count_of(entry, "known");
        r->differ += count_of(entry, "differs");
        r->absent += count_of(entry, "absent");
        r->elsewhere += count_of(entry, "absent-executes");
        r->not_run += count_of(entry, "cannot-run");
        r->reason = json_object_get(entry, "reason") != NULL ? text_of(entry, "reason") : r->reason;
    }
    return true;
}

static bool read_probe(struct measurements *m, enum machine machine, const json_t *probe, const char *name, char **message) {
    const json_t *worlds = json_object_get(probe, "worlds");
    if (json_is_true(json_object_get(probe, "dry_run"))) {
        return say(message, name, "a dry run shows nothing", "");
    }
    if (strcmp(text_of(probe, "shard"), "1/1") != 0) {
        return say(message, name, "this is a part of the work: join the parts with `popek merge`", "");
    }
    m->system_only[machine] = !json_is_true(json_object_get(json_object_get(probe, "scope"), "all_forms"));
    for (size_t i = 0; i < json_array_size(worlds); i++) {
        m->system_only[machine] = m->system_only[machine] && json_is_true(json_object_get(json_array_get(worlds, i), "system_only"));
    }
    m->worlds[machine] = worlds;
    m->has[machine] = true;
    return read_forms(m, machine, probe, name, message);
}

static bool read_replay(struct measurements *m, enum machine machine, const json_t *replay, const char *profile, const char *name, char **message) {
    static const char *const names[] = {"", "confirmed", "explained", "refuted", "not-reachable"};
    const json_t *rows = json_object_get(replay, "witnesses");
    const char *made_for = text_of(json_object_get(replay, "scope"), "profile");
    if (strcmp(made_for, profile) != 0) {
        return say(message, name, "witnesses of another profile:", made_for);
    }
    if (strcmp(text_of(replay, "shard"), "1/1") != 0) {
        return say(message, name, "this is a part of the work: join the parts with `popek merge`", "");
    }
    m->has_witnesses[machine] = true;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *entry = json_array_get(rows, i);
        size_t at = 0;
        if (!find_place(m, machine, entry, &at)) {
            return say(message, name, "the tables have no such form in that place, the results are of another version:", text_of(entry, "form"));
        }
        struct measured_witness *w = &m->witnesses[at];
        for (unsigned v = WITNESS_CONFIRMED; v <= WITNESS_NOT_REACHABLE; v++) {
            if (strcmp(names[v], text_of(entry, "verdict")) == 0) {
                w->verdict = v;
            }
        }
        const char *cause = text_of(entry, "cause");
        w->question = text_of(entry, "question");
        w->reason = cause[0] != '\0' ? cause : text_of(entry, "reason");
    }
    return true;
}

static bool read_document(struct measurements *m, const json_t *document, const char *profile, const char *name, char **message) {
    static const char *const machines[] = {"native", "kvm", "unicorn"};
    const json_t *probes = json_object_get(document, "probes");
    const json_t *replays = json_object_get(document, "replays");
    const json_t *list = probes != NULL ? probes : replays;
    if (!json_is_array(list)) {
        return say(message, name, "neither `probes` nor `replays` in it", "");
    }
    if (strcmp(text_of(document, "isa"), m->isa->name) != 0) {
        return say(message, name, "results of another ISA:", text_of(document, "isa"));
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *result = json_array_get(list, i);
        unsigned machine = 0;
        while (machine < MACHINE_COUNT && strcmp(machines[machine], text_of(result, "backend")) != 0) {
            machine++;
        }
        if (machine == MACHINE_COUNT) {
            return say(message, name, "unknown backend", text_of(result, "backend"));
        }
        bool good = probes != NULL ? read_probe(m, machine, result, name, message) : read_replay(m, machine, result, profile, name, message);
        if (!good) {
            return false;
        }
    }
    return true;
}

struct measurements *measurements_new(const struct evidence_inputs *inputs, const char *profile, char **message) {
    struct measurements *m = calloc(1, sizeof *m);
    bool good = m != NULL;
    if (good) {
        m->isa = inputs->classification->isa;
        size_t size = (size_t)MACHINE_COUNT * m->isa->form_count * m->isa->mode_count;
        m->runs = calloc(size + 1, sizeof *m->runs);
        m->witnesses = calloc(size + 1, sizeof *m->witnesses);
        good = m->runs != NULL && m->witnesses != NULL;
    }
    for (size_t i = 0; good && i < inputs->result_count; i++) {
        good = read_document(m, inputs->results[i], profile, inputs->result_names[i], message);
    }
    if (!good) {
        measurements_free(m);
        return NULL;
    }
    return m;
}

void measurements_free(struct measurements *m) {
    if (m != NULL) {
        free(m->runs);
        free(m->witnesses);
        free(m);
    }
}

bool measurements_has(const struct measurements *m, enum machine machine) { return m->has[machine]; }
bool measurements_has_witnesses(const struct measurements *m, enum machine machine) { return m->has_witnesses[machine]; }
bool measurements_is_system_only(const struct measurements *m, enum machine machine) { return m->system_only[machine]; }

bool measurements_has_mode(const struct measurements *m, enum machine machine, const char *mode) {
    for (size_t i = 0; i < json_array_size(m->worlds[machine]); i++) {
        if (strcmp(text_of(json_array_get(m->worlds[machine], i), "mode"), mode) == 0) {
            return true;
        }
    }
    return false;
}

const struct measured_runs *measured_runs(const struct measurements *m, enum machine machine, unsigned form, unsigned mode) {
    return &m->runs[place(m, machine, form, mode)];
}

const struct measured_witness *measured_witness(const struct measurements *m, enum machine machine, unsigned form, unsigned mode) {
    return &m->witnesses[place(m, machine, form, mode)];
}
