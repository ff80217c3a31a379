/* What the test suites share. A case is one check; the runner counts them. */
#ifndef POPEK_TESTS_H
#define POPEK_TESTS_H

#include "../classifier/classifier.h"

#include <CUnit/CUnit.h>

struct test {
    const char *name;
    void (*run)(void);
};
struct suite {
    const char *name;
    const struct test *tests;
    size_t count;
};
#define SUITE(suite_name, tests)                                                                                                                     \
    { suite_name, tests, sizeof(tests) / sizeof((tests)[0]) }

#define SUITE_NAMED(name) extern const struct suite name##_suite;
#include "suites.def"
#undef SUITE_NAMED

/* Counts a case; prints the message when it fails. Returns `good`. */
bool check_case(bool good, const char *file, unsigned line, const char *format, ...) __attribute__((format(printf, 4, 5)));
#define CHECK(good, ...) check_case((good), __FILE__, __LINE__, __VA_ARGS__)

/* Loads a file; a failure is a failed case, and NULL. */
/* Only forms of one instruction or with one text have semantics; the trap points whose bits are set are left out. */
struct isa *load_dropped(const char *path, const char *only, const char *drop_form, uint64_t drop_points);
struct isa *load_file(const char *path, const char *drop_form, unsigned drop_point);
/* An ISA of text; *messages as of isa_load. */
struct isa *load_text(const char *text, char **messages);
/* Classifies under the plain configuration, all modes; a failure is a failed case, and NULL. */
struct classification *classify_plain(const struct isa *isa, const struct classify_options *options);
unsigned plain_configuration(const struct isa *isa, unsigned profile);
/* -1 when there is none. */
int find_form(const struct isa *isa, const char *text);

/* A whole file as text that ends with a zero byte, NULL when it cannot be read; the caller frees it. */
char *read_text(const char *path, size_t *size);

struct command_result {
    int code; /* exit code; -1 when killed */
    char *out, *err;
};
/* Runs it with sh. $POPEK is the program under test, $TEMPORARY a directory for files. */
struct command_result run_command(const char *command);
/* Whether the command needs a pseudo-terminal (script) and there is none, as in a root without /dev/pts; then it says that it is skipped. */
bool lacks_terminal(const char *command);
void command_result_free(struct command_result *r);

#endif
