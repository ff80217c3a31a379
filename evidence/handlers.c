/* Counts goals by function; a routine is found by its name: the prefix of a monitor, the form, and the mode where there are several. */
#include "handlers.h"

#include "../isa-model/emit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Routines of vmm-model that do a step of the virtual machine: of x86 (popek emit --for handlers), of the third generation machine. */
static const char *const prefixes[] = {"x86_virtual_", "monitor_"};
#define PREFIX_COUNT (sizeof prefixes / sizeof prefixes[0])

struct routine {
    const char *function;
    unsigned goals, proven;
};
struct handlers {
    struct routine *routines;
    size_t count;
};

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static bool is_routine(const char *function) {
    for (size_t i = 0; i < PREFIX_COUNT; i++) {
        if (strncmp(function, prefixes[i], strlen(prefixes[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Goals of one property: the parts that provers have done, and what is left. */
static bool add_goal(struct handlers *h, const json_t *goal) {
    const char *function = text_of(goal, "function");
    unsigned left = (unsigned)json_integer_value(json_object_get(goal, "unproven"));
    unsigned done = 0;
    const char *prover = NULL;
    json_t *value = NULL;
    json_t *kinds = json_object_get(goal, "kinds");
    json_object_foreach(kinds, prover, value) { done += (unsigned)json_integer_value(value); }
    if (!is_routine(function)) {
        return true;
    }
    struct routine *r = h->routines;
    while (r < h->routines + h->count && strcmp(r->function, function) != 0) {
        r++;
    }
    if (r == h->routines + h->count) {
        struct routine *larger = realloc(h->routines, (h->count + 1) * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        h->routines = larger;
        r = &h->routines[h->count++];
        *r = (struct routine){function, 0, 0};
    }
    r->goals += done + left;
    r->proven += done;
    return true;
}

static bool add_unit(struct handlers *h, const json_t *unit) {
    const json_t *goals = json_object_get(unit, "goals");
    bool good = true;
    for (size_t i = 0; good && i < json_array_size(goals); i++) {
        good = add_goal(h, json_array_get(goals, i));
    }
    return good;
}

struct handlers *handlers_new(const struct evidence_inputs *inputs, char **message) {
    struct handlers *h = calloc(1, sizeof *h);
    bool good = h != NULL;
    for (size_t i = 0; good && i < inputs->ledger_count; i++) {
        const json_t *units = json_object_get(inputs->ledgers[i], "units");
        if (units == NULL && json_object_get(inputs->ledgers[i], "goals") == NULL) {
            good = false;
            if (asprintf(message, "%s: no ledger of proofs: neither `goals` nor `units` in it", inputs->ledger_names[i]) < 0) {
                *message = NULL;
            }
        }
        good = good && (units != NULL || add_unit(h, inputs->ledgers[i]));
        for (size_t k = 0; good && k < json_array_size(units); k++) {
            good = add_unit(h, json_array_get(units, k));
        }
    }
    if (!good) {
        handlers_free(h);
        return NULL;
    }
    return h;
}

void handlers_free(struct handlers *h) {
    if (h != NULL) {
        free(h->routines);
        free(h);
    }
}

static bool is_named(const char *function, const char *form, const char *mode) {
    char name[200];
    char identifier[160];
    emit_identifier(form, identifier, sizeof identifier);
    for (size_t i = 0; i < PREFIX_COUNT; i++) {
        (void)snprintf(name, sizeof name, "%s%s%s%s", prefixes[i], identifier, mode == NULL ? "" : "_", mode == NULL ? "" : mode);
        if (strcmp(name, function) == 0) {
            return true;
        }
    }
    return false;
}

const char *handlers_find(const struct handlers *h, const struct isa *isa, unsigned form, unsigned mode, unsigned *goals, unsigned *proven) {
    const struct form *f = &isa->forms[form];
    const char *mode_name = isa->mode_count > 1 ? isa->modes[mode].name : NULL;
    for (size_t i = 0; i < h->count; i++) {
        const struct routine *r = &h->routines[i];
        if (is_named(r->function, f->text, mode_name) || is_named(r->function, f->instruction, mode_name)) {
            *goals = r->goals;
            *proven = r->proven;
            return r->function;
        }
    }
    return NULL;
}
