/* Single steps of x86 forms against results worked out by hand from the manual; cases.txt says how a case is written. */
#include "../tests.h"
#include "state_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void compare_all(const struct state_subject *s, const char *before, char *list, const struct step_result *result) {
    char *rest = NULL;
    for (char *t = strtok_r(list, " ", &rest); t != NULL; t = strtok_r(NULL, " ", &rest)) {
        struct state_assignment a;
        if (state_assignment(s, t, &a)) {
            word128 got = valuation_get(result->after, a.symbol, &a.index, a.element ? 1 : 0);
            CHECK(got == a.value, "%s {%s}: %s, but it is 0x%llx%016llx", s->form->text, before, t, (unsigned long long)(got >> 64),
                  (unsigned long long)got);
        }
    }
}

static word128 value_before(void *context, symbol s, const word128 *arguments, unsigned argument_count) {
    return valuation_get(context, s, arguments, argument_count);
}

/* A case whose state is not one of its mode would prove nothing. */
static void check_mode(const struct state_subject *s, int mode, const char *before, struct valuation *state) {
    word128 holds = 0;
    bool evaluated = term_evaluate(s->isa->pool, &s->isa->modes[mode].condition, 1, value_before, state, &holds);
    CHECK(evaluated && holds == 1, "%s {%s}: the state is not one of %s", s->form->text, before, s->isa->modes[mode].name);
}

static void step_case(const struct state_subject *s, struct valuation *state, char *const *fields) {
    struct step_result result;
    if (!CHECK(step(s->isa, s->semantics, state, &result), "%s executes", s->form->text)) {
        return;
    }
    char got[64] = "done";
    if (result.outcome != STEP_DONE) {
        (void)snprintf(got, sizeof got, "trap%u:%x", result.trap_vector, (unsigned)result.trap_argument);
    }
    char *rest = NULL;
    const char *expected = strtok_r(fields[2], " ", &rest);
    CHECK(expected != NULL && strcmp(got, expected) == 0, "%s {%s}: %s, not %s", s->form->text, fields[1], got, expected == NULL ? "?" : expected);
    if (result.outcome == STEP_DONE) {
        compare_all(s, fields[1], fields[3], &result);
    }
    valuation_free(result.after);
}

static void run_case(const struct isa *isa, int mode, const char *base, char *line) {
    char *fields[4] = {line, NULL, NULL, NULL};
    for (int i = 1; i < 4; i++) {
        char *bar = strchr(fields[i - 1], '|');
        if (!CHECK(bar != NULL, "a case has four fields: %s", line)) {
            return;
        }
        *bar = '\0';
        fields[i] = bar + 1;
    }
    for (char *end = fields[0] + strlen(fields[0]); end > fields[0] && end[-1] == ' ';) {
        *--end = '\0';
    }
    int found = find_form(isa, fields[0]);
    struct valuation *state = valuation_new();
    const struct semantics *semantics = found < 0 ? NULL : isa->forms[found].semantics[mode];
    if (CHECK(semantics != NULL && state != NULL, "there is no form '%s' in %s", fields[0], isa->modes[mode].name)) {
        const struct state_subject s = {isa, &isa->forms[found], semantics};
        state_set(&s, base, state);
        state_set(&s, fields[1], state);
        check_mode(&s, mode, fields[1], state);
        step_case(&s, state, fields);
    }
    valuation_free(state);
}

struct script {
    int mode;
    char base[8192];
    size_t count;
};

static void run_line(const struct isa *isa, struct script *script, char *line) {
    if (strncmp(line, "@mode ", 6) == 0) {
        int named = isa_find_mode(isa, line + 6);
        script->mode = CHECK(named >= 0, "there is no mode '%s'", line + 6) ? named : script->mode;
    } else if (line[0] == '@' || line[0] == '+') {
        size_t length = line[0] == '@' ? 0 : strlen(script->base);
        int needed = snprintf(script->base + length, sizeof script->base - length, "%s%s", length > 0 ? " " : "", line + 1);
        CHECK(needed >= 0 && (size_t)needed < sizeof script->base - length, "the base state is too long: %s", line);
    } else if (line[0] != '#') {
        run_case(isa, script->mode, script->base, line);
        script->count++;
    }
}

static size_t run_files(const char *machine, const char *const *files, size_t count) {
    struct isa *isa = load_file(machine, NULL, 0);
    struct script script = {0, "", 0};
    for (size_t i = 0; isa != NULL && i < count; i++) {
        char *text = read_text(files[i], NULL);
        char *rest = NULL;
        for (char *line = text == NULL ? NULL : strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
            run_line(isa, &script, line);
        }
        free(text);
    }
    isa_free(isa);
    return script.count;
}

static void test_cases(void) {
    static const char *const files[] = {"tests/x86-tables/cases.txt",        "tests/x86-tables/cases_integer.txt",
                                        "tests/x86-tables/cases_8086.txt",   "tests/x86-tables/cases_ia32e.txt",
                                        "tests/x86-tables/cases_system.txt", "tests/x86-tables/cases_extensions.txt"};
    size_t count = run_files("x86-tables/x86.isa", files, sizeof files / sizeof files[0]);
    CHECK(count > 900, "the files hold cases: %zu", count);
}

/* The machine whose transfers use shadow stacks and branch tracking. */
static void test_enforcement(void) {
    static const char *const files[] = {"tests/x86-tables/cases_enforcement.txt"};
    size_t count = run_files("x86-tables/x86_cet.isa", files, 1);
    CHECK(count > 120, "the file holds cases: %zu", count);
}

static const struct test tests[] = {{"single steps", test_cases}, {"single steps with control-flow enforcement", test_enforcement}};
const struct suite cases_suite = SUITE("cases", tests);
