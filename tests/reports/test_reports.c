/* Whole reports against the ones that are kept: a verdict that changes shows here. reports.txt says which; `make rebase` writes them anew. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/reports/"

/* The number of the first line in which the texts differ, 0 when they are equal; *a and *b are moved to that line. */
static unsigned first_difference(const char **a, const char **b) {
    for (unsigned line = 1;; line++) {
        size_t left = strcspn(*a, "\n");
        size_t right = strcspn(*b, "\n");
        if (left != right || strncmp(*a, *b, left + 1) != 0) {
            return line;
        }
        if ((*a)[left] == '\0') {
            return 0;
        }
        *a += left + 1;
        *b += right + 1;
    }
}

static void check_report(const char *name, const char *arguments) {
    char command[512];
    char path[256];
    (void)snprintf(command, sizeof command, "\"$POPEK\" %s", arguments);
    (void)snprintf(path, sizeof path, FOLDER "%s.txt", name);
    struct command_result r = run_command(command);
    char *kept = read_text(path, NULL);
    if (CHECK(kept != NULL, "%s can be read", path) && CHECK(r.code == 0 || r.code == 1, "popek %s: exit code %d: %s", arguments, r.code, r.err)) {
        const char *expected = kept;
        const char *got = r.out;
        unsigned line = first_difference(&expected, &got);
        CHECK(line == 0, "%s:%u: was '%.*s', now '%.*s' (`make rebase` shows all of it)", path, line, (int)strcspn(expected, "\n"), expected,
              (int)strcspn(got, "\n"), got);
    }
    free(kept);
    command_result_free(&r);
}

static void test_reports(void) {
    char *list = read_text(FOLDER "reports.txt", NULL);
    char *rest = NULL;
    unsigned count = 0;
    for (char *line = list == NULL ? NULL : strtok_r(list, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *bar = strstr(line, " | ");
        if (line[0] != '#' && CHECK(bar != NULL, "a line of reports.txt without a bar: %s", line)) {
            *bar = '\0';
            check_report(line, bar + 3);
            count++;
        }
    }
    CHECK(count >= 6, "%u reports are kept", count);
    free(list);
}

/* The comparison sees a difference of one character, a line less and a line more. */
static void test_comparison(void) {
    static const struct {
        const char *a, *b;
        unsigned line;
    } pairs[] = {{"one\ntwo\n", "one\ntwo\n", 0}, {"one\ntwo\n", "one\ntoo\n", 2}, {"one\ntwo\n", "one\n", 2}, {"", "one\n", 1}, {"one", "one\n", 1}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const char *a = pairs[i].a;
        const char *b = pairs[i].b;
        unsigned line = first_difference(&a, &b);
        CHECK(line == pairs[i].line, "pair %zu differs in line %u, not %u", i, pairs[i].line, line);
    }
}

static const struct test tests[] = {{"comparison", test_comparison}, {"kept reports", test_reports}};
const struct suite reports_suite = SUITE("reports", tests);
