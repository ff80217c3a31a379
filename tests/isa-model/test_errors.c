/* Errors of the language: every file of errors/ gives exactly the messages beside it. `make rebase` writes them anew. */
#include "../tests.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_file(const char *path) {
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.only = NULL};
    char *messages = NULL;
    struct isa *isa = isa_load(path, &reader, &options, &messages);
    CHECK(isa == NULL, "%s is accepted", path);
    char golden[512];
    (void)snprintf(golden, sizeof golden, "%.*s.txt", (int)(strlen(path) - 4), path);
    char *expected = read_text(golden, NULL);
    CHECK(messages != NULL && expected != NULL && strcmp(messages, expected) == 0, "%s: the messages are\n%s-- and should be\n%s", path,
          messages == NULL ? "(none)\n" : messages, expected == NULL ? "(no such file)\n" : expected);
    free(messages);
    free(expected);
    isa_free(isa);
}

static void test_golden(void) {
    glob_t found;
    if (!CHECK(glob("tests/isa-model/errors/*.isa", 0, NULL, &found) == 0, "there are files with errors")) {
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        check_file(found.gl_pathv[i]);
    }
    globfree(&found);
}

static void test_missing_file(void) {
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.only = NULL};
    char *messages = NULL;
    struct isa *isa = isa_load("tests/no-such-file.isa", &reader, &options, &messages);
    CHECK(isa == NULL && messages != NULL && strstr(messages, "cannot read") != NULL, "a file that is not there");
    free(messages);
    isa_free(isa);
}

/* Every beginning of a good description is an error with a message, never a crash; only the whole is accepted. */
static void test_truncation(void) {
    char *text = read_text("examples/isa/third_generation/machine.isa", NULL);
    if (!CHECK(text != NULL, "the machine is there")) {
        return;
    }
    size_t length = strlen(text);
    size_t silent = 0;
    for (size_t cut = 0; cut < length; cut += 61) {
        char saved = text[cut];
        text[cut] = '\0';
        char *messages = NULL;
        struct isa *isa = load_text(text, &messages);
        silent += isa == NULL && (messages == NULL || messages[0] == '\0') ? 1u : 0u;
        free(messages);
        isa_free(isa);
        text[cut] = saved;
    }
    CHECK(silent == 0, "%zu truncated descriptions are refused without a message", silent);
    free(text);
}

static const struct test tests[] = {
    {"golden messages", test_golden},
    {"missing file", test_missing_file},
    {"truncated descriptions", test_truncation},
};
const struct suite errors_suite = SUITE("errors", tests);
