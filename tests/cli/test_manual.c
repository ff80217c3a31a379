/* The manual pages: made of the text of --help, whole, and without a complaint of two readers of manual pages. */
#include "../tests.h"

#include <stdio.h>
#include <string.h>

/* Both readers; what they say. One that is not installed is named, and the case is not counted. */
#define READ_PAGE                                                                                                                                    \
    "page() { if command -v mandoc >/dev/null; then mandoc -Tlint -W style \"$1\"; fi; "                                                             \
    "if command -v groff >/dev/null; then groff -man -Tutf8 -ww -z \"$1\" 2>&1; fi; }; "

static bool made(void) {
    struct command_result r = run_command("tools/manual.sh \"$POPEK\" \"$TEMPORARY/man\" && ls \"$TEMPORARY/man\"");
    bool good = CHECK(r.code == 0 && r.err != NULL && r.err[0] == '\0', "the pages are made: %s", r.err);
    command_result_free(&r);
    return good;
}

static bool reader_missing(void) {
    struct command_result r = run_command("command -v mandoc || command -v groff");
    bool missing = r.code != 0;
    command_result_free(&r);
    if (missing) {
        (void)printf("skipped: neither mandoc nor groff is installed\n");
    }
    return missing;
}

static void test_lint(void) {
    if (!made() || reader_missing()) {
        return;
    }
    struct command_result r = run_command(READ_PAGE "for f in \"$TEMPORARY\"/man/*.1; do page \"$f\"; done");
    CHECK(r.out != NULL && r.out[0] == '\0', "manual pages: %s", r.out);
    command_result_free(&r);
    /* The check itself can fail. */
    r = run_command(READ_PAGE
                    "printf '.TH X 1 2000-01-01\\n.SH NAME\\nx \\\\- y\\n.nosuchmacro\\n' >\"$TEMPORARY/wrong.1\"; page \"$TEMPORARY/wrong.1\"");
    CHECK(r.out != NULL && strstr(r.out, "nosuchmacro") != NULL, "an unknown macro is seen: %s", r.out);
    command_result_free(&r);
}

/* A page for each subcommand that popek alone names, and every option of its --help in it. */
static void test_whole(void) {
    if (!made()) {
        return;
    }
    struct command_result r =
        run_command("\"$POPEK\" --help | sed -n '/^To begin/q; s/^  \\([a-z-]*\\) .*/\\1/p' | while read -r name; do "
                    "[ -s \"$TEMPORARY/man/popek-$name.1\" ] || echo \"no page of $name\"; "
                    "tr -d '\\\\' <\"$TEMPORARY/man/popek-$name.1\" >\"$TEMPORARY/page\"; "
                    "\"$POPEK\" \"$name\" --help | grep -o '^  .\\{0,4\\}--[a-z0-9-]*' | grep -o -e '--.*' | while read -r option; do "
                    "grep -q -e \"^[.]B .*$option\" \"$TEMPORARY/page\" || echo \"$name: no $option\"; echo seen >>\"$TEMPORARY/seen\"; "
                    "done; done; wc -l <\"$TEMPORARY/seen\"");
    int options = 0;
    CHECK(r.out != NULL && sscanf(r.out, "%d", &options) == 1 && options > 100, "every option is in its page: %s", r.out);
    command_result_free(&r);
}

static const struct test tests[] = {
    {"readers do not complain", test_lint},
    {"every subcommand and option", test_whole},
};
const struct suite manual_suite = SUITE("manual", tests);
