/* Single steps of x86 forms against results worked out by hand from the manual; cases.txt says how a case is written. */
#include "../tests.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct assignment {
    symbol symbol;
    bool element;
    word128 index, value;
};

static word128 number(const char *text) {
    unsigned base = text[0] == '0' && text[1] == 'x' ? 16 : 10;
    word128 value = 0;
    for (text += base == 16 ? 2 : 0; isxdigit((unsigned char)*text) != 0; text++) {
        unsigned digit = isdigit((unsigned char)*text) != 0 ? (unsigned)(*text - '0') : (unsigned)(tolower((unsigned char)*text) - 'a') + 10;
        value = value * base + digit;
    }
    return value;
}

static bool find_symbol(const struct isa *isa, const struct form *form, const char *name, symbol *found) {
    int leaf = isa_find_leaf(isa, name);
    if (leaf >= 0 || strcmp(name, "length") == 0) {
        *found = leaf >= 0 ? isa->leaves[leaf].symbol : isa->length;
        return true;
    }
    for (size_t i = 0; i < form->semantics[0]->operand_count; i++) {
        if (strcmp(form->semantics[0]->operands[i].name, name) == 0) {
            *found = form->semantics[0]->operands[i].symbol;
            return true;
        }
    }
    return false;
}

/* "name=value" or "name[index]=value". */
static bool parse_assignment(const struct isa *isa, const struct form *form, const char *text, struct assignment *a) {
    char name[128];
    const char *equals = strchr(text, '=');
    if (equals == NULL || (size_t)(equals - text) >= sizeof name) {
        return CHECK(false, "%s: '%s' is not NAME=VALUE", form->text, text);
    }
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = '\0';
    char *bracket = strchr(name, '[');
    *a = (struct assignment){0, bracket != NULL, 0, number(equals + 1)};
    if (bracket != NULL) {
        *bracket = '\0';
        a->index = number(bracket + 1);
    }
    return CHECK(find_symbol(isa, form, name, &a->symbol), "%s has no '%s'", form->text, name);
}

static void set_all(const struct isa *isa, const struct form *form, const char *list, struct valuation *state) {
    char *copy = strdup(list);
    char *rest = NULL;
    for (char *t = copy == NULL ? NULL : strtok_r(copy, " ", &rest); t != NULL; t = strtok_r(NULL, " ", &rest)) {
        struct assignment a;
        if (parse_assignment(isa, form, t, &a)) {
            (void)valuation_set(state, a.symbol, &a.index, a.element ? 1 : 0, a.value);
        }
    }
    free(copy);
}

static void compare_all(const struct isa *isa, const struct form *form, const char *before, char *list, const struct step_result *result) {
    char *rest = NULL;
    for (char *t = strtok_r(list, " ", &rest); t != NULL; t = strtok_r(NULL, " ", &rest)) {
        struct assignment a;
        if (parse_assignment(isa, form, t, &a)) {
            word128 got = valuation_get(result->after, a.symbol, &a.index, a.element ? 1 : 0);
            CHECK(got == a.value, "%s {%s}: %s, but it is 0x%llx", form->text, before, t, (unsigned long long)got);
        }
    }
}

static void run_case(const struct isa *isa, const char *base, char *line) {
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
    struct step_result result;
    if (CHECK(found >= 0 && state != NULL, "there is no form '%s'", fields[0])) {
        const struct form *form = &isa->forms[found];
        set_all(isa, form, base, state);
        set_all(isa, form, fields[1], state);
        if (CHECK(step(isa, form->semantics[0], state, &result), "%s executes", form->text)) {
            char got[64] = "done";
            if (result.outcome != STEP_DONE) {
                (void)snprintf(got, sizeof got, "trap%u:%x", result.trap_vector, (unsigned)result.trap_argument);
            }
            char *rest = NULL;
            const char *expected = strtok_r(fields[2], " ", &rest);
            CHECK(expected != NULL && strcmp(got, expected) == 0, "%s {%s}: %s, not %s", form->text, fields[1], got,
                  expected == NULL ? "?" : expected);
            if (result.outcome == STEP_DONE) {
                compare_all(isa, form, fields[1], fields[3], &result);
            }
            valuation_free(result.after);
        }
    }
    valuation_free(state);
}

static void test_cases(void) {
    struct isa *isa = load_file("x86-tables/x86.isa", NULL, 0);
    char *text = read_text("tests/x86-tables/cases.txt", NULL);
    const char *base = "";
    char *rest = NULL;
    size_t count = 0;
    for (char *line = isa == NULL || text == NULL ? NULL : strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '@') {
            base = line + 1;
        } else if (line[0] != '#') {
            run_case(isa, base, line);
            count++;
        }
    }
    CHECK(count > 100, "cases.txt holds cases: %zu", count);
    free(text);
    isa_free(isa);
}

static const struct test tests[] = {{"single steps", test_cases}};
const struct suite cases_suite = SUITE("cases", tests);
