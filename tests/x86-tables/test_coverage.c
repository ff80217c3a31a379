/* The list of names and exclusions behind the coverage: what is stale in it is reported, and what it says of absent extensions is shown. */
#include "../../x86-tables/coverage.h"
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct bad_line {
    const char *line, *message;
} bad_lines[] = {
    {"sgdt = absent \"both have it\"", "the tables have 'sgdt'"},
    {"vmgexit = absent \"the tables have it\"", "the tables have 'vmgexit'"},
    {"nonsense = excluded \"nobody has it\"", "Capstone has no instruction 'nonsense'"},
    {"nonsense = absent", "the reason is missing"},
    {"nonsense", "is wanted"},
};

/* With `line` added to the names that are kept. */
static struct coverage *make(const struct isa *isa, const char *line, char **names, char **message) {
    size_t size = 0;
    char *kept = read_text("x86-tables/capstone_names.txt", &size);
    *names = NULL;
    if (kept == NULL || asprintf(names, "%s%s\n", kept, line) < 0) {
        *names = NULL;
    }
    free(kept);
    *message = NULL;
    return *names == NULL ? NULL : coverage_make(isa, *names, strlen(*names), message);
}

static void test_lines(void) {
    struct isa *isa = load_dropped("x86-tables/x86.isa", "", NULL, 0);
    for (size_t i = 0; isa != NULL && i < sizeof bad_lines / sizeof bad_lines[0]; i++) {
        char *names = NULL;
        char *message = NULL;
        struct coverage *c = make(isa, bad_lines[i].line, &names, &message);
        CHECK(c == NULL && message != NULL && strstr(message, bad_lines[i].message) != NULL, "'%s': %s", bad_lines[i].line,
              message == NULL ? "no message" : message);
        coverage_free(c);
        free(message);
        free(names);
    }
    isa_free(isa);
}

static void test_absent(void) {
    struct isa *isa = load_dropped("x86-tables/x86.isa", "", NULL, 0);
    char *names = NULL;
    char *message = NULL;
    struct coverage *c = isa == NULL ? NULL : make(isa, "", &names, &message);
    if (CHECK(c != NULL, "coverage: %s", message == NULL ? "" : message)) {
        size_t absent = c->known_count + c->beyond_count;
        CHECK(c->row_count > absent, "extensions that neither has are in it");
        for (size_t i = absent; i < c->row_count; i++) {
            CHECK(c->rows[i].kind == COVERAGE_EXCLUDED && c->rows[i].name != NULL && c->rows[i].reason[0] != '\0', "row %zu has a reason", i);
        }
    }
    coverage_free(c);
    free(message);
    free(names);
    isa_free(isa);
}

static const struct test tests[] = {{"stale and bad lines", test_lines}, {"absent extensions", test_absent}};
const struct suite coverage_suite = SUITE("coverage", tests);
