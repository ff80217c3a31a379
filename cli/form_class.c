/* The class of single forms, known or decided when they are asked for: what decode shows beside each instruction. */
#include "form_class.h"

#include "../isa-model/grow.h"
#include "cli.h"
#include "known_classes.h"

#include <stdlib.h>
#include <string.h>

/* Forms decided one by one have only their own semantics loaded; from the sixth on it pays to load all. */
enum { ONE_BY_ONE = 6 };

struct known_class {
    const char *text; /* of the form, owned by the isa of the caller */
    const char *name; /* NULL: it could not be decided */
};

struct form_classes {
    const char *isa, *profile;
    struct class_table *table; /* of a built-in ISA; looked for at the first question */
    bool looked;
    struct isa *whole;
    struct known_class *known;
    size_t count, capacity;
};

struct form_classes *form_classes_new(const char *isa, const char *profile) {
    struct form_classes *f = calloc(1, sizeof *f);
    if (f != NULL) {
        f->isa = isa;
        f->profile = profile;
    }
    return f;
}

void form_classes_free(struct form_classes *f) {
    if (f != NULL) {
        class_table_free(f->table);
        isa_free(f->whole);
        free(f->known);
        free(f);
    }
}

static const char *decide(const struct form_classes *f, const struct isa *isa, const char *text, const char *mode) {
    const struct selection s = {.mode = mode, .profile = f->profile, .definition = DEFINITION_REPAIRED};
    struct classify_options o;
    int code = EXIT_FINE;
    const char *name = NULL;
    if (!resolve_selection(&s, isa, text, &o)) {
        return NULL;
    }
    struct classification *c = decide_or_complain(isa, &o, &code);
    if (c != NULL && c->verdict_count > 0) {
        name = verdict_class_name(c->verdicts[0].class);
    }
    classification_free(c);
    return name;
}

static const char *decide_alone(const struct form_classes *f, const char *text, const char *mode) {
    const struct isa_options only = {.only = text};
    struct source_reader reader;
    int code = EXIT_FINE;
    struct isa *isa = load_isa(f->isa, &only, &reader, &code);
    const char *name = isa == NULL ? NULL : decide(f, isa, text, mode);
    isa_free(isa);
    return name;
}

static bool remember(struct form_classes *f, const char *text, const char *name) {
    struct known_class *larger = array_grow(f->known, f->count, &f->capacity, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    f->known = larger;
    f->known[f->count++] = (struct known_class){text, name};
    return true;
}

const char *form_class(void *context, const struct isa *isa, const struct form *form, enum matcher_mode mode) {
    struct form_classes *f = context;
    const char *mode_name = matcher_mode_name(mode);
    f->table = f->looked ? f->table : known_classes(f->isa, isa, f->profile, "plain");
    f->looked = true;
    if (f->table != NULL) {
        const struct class_entry *e = class_table_at(f->table, (size_t)(form - isa->forms), (size_t)isa_find_mode(isa, mode_name));
        return e == NULL ? NULL : verdict_class_name(e->class);
    }
    for (size_t i = 0; i < f->count; i++) {
        if (f->known[i].text == form->text) {
            return f->known[i].name;
        }
    }
    if (f->count >= ONE_BY_ONE && f->whole == NULL) {
        const struct isa_options all = {.only = NULL};
        struct source_reader reader;
        int code = EXIT_FINE;
        f->whole = load_isa(f->isa, &all, &reader, &code);
    }
    const char *name = f->whole != NULL ? decide(f, f->whole, form->text, mode_name) : decide_alone(f, form->text, mode_name);
    return remember(f, form->text, name) ? name : NULL;
}
