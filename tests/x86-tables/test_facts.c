/* Facts about single instructions that the manuals state: class, and the fault at CPL 3. facts.txt says how a fact is written. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROFILE "ring_compression"

struct facts {
    struct isa *isa;
    unsigned profile;
    char *states[16]; /* by mode, then those of all modes */
    size_t count;
};

static char *trimmed(char *text) {
    text += strspn(text, " ");
    for (char *end = text + strlen(text); end > text && end[-1] == ' ';) {
        *--end = '\0';
    }
    return text;
}

static unsigned configuration_of(const struct facts *f, const char *text) {
    unsigned bits = plain_configuration(f->isa, f->profile);
    const struct profile *profile = profile_in(f->isa, f->profile, 0);
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        const char *name = f->isa->leaves[profile->free_bits[i].leaf].name;
        const char *found = strstr(text, name);
        if (found != NULL && found[strlen(name)] == '=') {
            bits = found[strlen(name) + 1] == '1' ? bits | 1u << i : bits & ~(1u << i);
        }
    }
    return bits;
}

static void set_states(const struct facts *f, const char *list, struct valuation *state) {
    char *copy = strdup(list);
    char *rest = NULL;
    for (char *t = copy == NULL ? NULL : strtok_r(copy, " ", &rest); t != NULL; t = strtok_r(NULL, " ", &rest)) {
        char name[64] = "";
        unsigned long long index = 0;
        unsigned long long value = 0;
        bool element = sscanf(t, "%63[^[=][%lli]=%lli", name, (long long *)&index, (long long *)&value) == 3; // NOLINT(cert-err34-c)
        const char *equals = strchr(t, '=');
        value = equals == NULL ? 0 : strtoull(equals + 1, NULL, 0);
        int leaf = isa_find_leaf(f->isa, name);
        word128 at = index;
        if (CHECK(leaf >= 0, "there is no component '%s'", name)) {
            (void)valuation_set(state, f->isa->leaves[leaf].symbol, &at, element ? 1 : 0, value);
        }
    }
    free(copy);
}

static void check_fault(const struct facts *f, const struct form *form, unsigned mode, const char *configuration, const char *fault) {
    struct valuation *state = valuation_new();
    struct step_result result = {STEP_DONE, 0, 0, NULL};
    char list[128];
    (void)snprintf(list, sizeof list, "%s", configuration);
    for (char *c = list; *c != '\0'; c++) {
        *c = *c == ',' ? ' ' : *c;
    }
    set_states(f, f->states[15], state);
    set_states(f, f->states[mode], state);
    set_states(f, list, state);
    if (CHECK(step(f->isa, form->semantics[mode], state, &result), "%s executes", form->text)) {
        const char *got = result.outcome == STEP_DONE ? "runs" : result.trap_vector == 13 ? "GP" : result.trap_vector == 6 ? "UD" : "another trap";
        CHECK(strcmp(got, fault) == 0, "%s (%s) at CPL 3 with '%s': %s, not %s", form->text, f->isa->modes[mode].name, configuration, got, fault);
    }
    valuation_free(result.after);
    valuation_free(state);
}

static void check_class(const struct facts *f, const char *name, unsigned mode, const char *configuration, const char *class) {
    static const char *const classes[] = {"PS", "S", "P", "I", "undecided"};
    struct classify_options o = {.mode = (int)mode, .profile = f->profile, .instruction = name, .configuration = configuration_of(f, configuration)};
    char *message = NULL;
    bool internal = false;
    struct classification *c = classify(f->isa, &o, &message, &internal);
    bool any = false;
    CHECK(c != NULL, "%s is classified: %s", name, message == NULL ? "" : message);
    for (size_t i = 0; c != NULL && i < c->verdict_count; i++) {
        const char *got = classes[c->verdicts[i].class];
        bool equal = strcmp(got, class) == 0;
        any = any || equal;
        CHECK(equal || strcmp(class, "S") == 0, "%s (%s) with '%s': %s, not %s", f->isa->forms[c->verdicts[i].form].text, f->isa->modes[mode].name,
              configuration, got, class);
    }
    /* Of a group some form is sensitive, not necessarily each. */
    CHECK(c == NULL || any, "%s (%s) with '%s' is %s", name, f->isa->modes[mode].name, configuration, class);
    free(message);
    classification_free(c);
}

static void check_fact(struct facts *f, char *const *fields) {
    for (unsigned mode = 0; mode < f->isa->mode_count; mode++) {
        const char *name = f->isa->modes[mode].name;
        const char *found = strstr(fields[1], name);
        bool all = strcmp(fields[1], "all") == 0 && f->states[mode] != NULL;
        bool named = found != NULL && strchr(" ", found[strlen(name)]) != NULL;
        size_t forms = 0;
        if (!all && !named) {
            continue;
        }
        for (size_t i = 0; i < f->isa->form_count; i++) {
            const struct form *form = &f->isa->forms[i];
            bool meant = strcmp(form->instruction, fields[0]) == 0 || strcmp(form->text, fields[0]) == 0;
            if (meant && form->semantics[mode] != NULL) {
                forms++;
                if (fields[4][0] != '\0') {
                    check_fault(f, form, mode, fields[2], fields[4]);
                }
            }
        }
        CHECK(forms > 0 || all, "%s has a form in %s", fields[0], name);
        if (forms > 0 && fields[3][0] != '\0') {
            check_class(f, fields[0], mode, fields[2], fields[3]);
        }
        f->count += forms > 0 ? 1 : 0;
    }
}

static void read_line(struct facts *f, char *line) {
    if (line[0] == '@') {
        char *colon = strchr(line, ':');
        if (CHECK(colon != NULL, "@MODE: STATE is wanted: %s", line)) {
            *colon = '\0';
            int mode = isa_find_mode(f->isa, line + 1);
            f->states[mode < 0 ? 15 : mode] = strdup(colon + 1);
        }
        return;
    }
    char *fields[5] = {line, NULL, NULL, NULL, NULL};
    for (int i = 1; i < 5; i++) {
        char *bar = strchr(fields[i - 1], '|');
        if (!CHECK(bar != NULL, "a fact has five fields: %s", line)) {
            return;
        }
        *bar = '\0';
        fields[i] = bar + 1;
    }
    for (int i = 0; i < 5; i++) {
        fields[i] = trimmed(fields[i]);
    }
    check_fact(f, fields);
}

static void test_facts(void) {
    struct facts f = {load_file("x86-tables/x86.isa", NULL, 0), 0, {NULL}, 0};
    size_t size = 0;
    char *text = read_text("tests/x86-tables/facts.txt", &size);
    if (CHECK(f.isa != NULL && text != NULL && f.isa->mode_count < 15, "x86 and its facts load")) {
        f.profile = (unsigned)isa_find_profile(f.isa, PROFILE);
        char *rest = NULL;
        for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
            if (line[0] != '#') {
                read_line(&f, line);
            }
        }
        CHECK(f.count > 250, "%zu facts were checked", f.count);
    }
    for (size_t i = 0; i < 16; i++) {
        free(f.states[i]);
    }
    free(text);
    isa_free(f.isa);
}

static const struct test tests[] = {{"what the manuals say of single instructions", test_facts}};
const struct suite facts_suite = SUITE("facts", tests);
