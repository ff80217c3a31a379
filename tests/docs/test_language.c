/* The examples of docs/language.md: each is put into its surroundings (tests/docs/language, at the line "//@") and checked; and a letter that is left
 * out of one is seen. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK "<!-- example: "

/* The main file is a text; another one has nothing that matters. */
static char *read_memory(void *context, const char *path, size_t *size) {
    const char *text = strcmp(path, "example.isa") == 0 ? context : "constant OTHER = 1;\n";
    *size = strlen(text);
    return strdup(text);
}

static struct isa *load(char *text, char **messages) {
    const struct source_reader reader = {read_memory, text};
    const struct isa_options options = {.only = NULL};
    *messages = NULL;
    return isa_load("example.isa", &reader, &options, messages);
}

/* The block of four blanks that begins behind `from`; the caller frees it. */
static char *block_behind(const char *from) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool begun = false;
    for (const char *line = from; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        bool inside = strncmp(line, "    ", 4) == 0;
        if (begun && !inside && length > 0) {
            break;
        }
        begun = begun || inside;
        (void)fprintf(out, "%.*s\n", (int)length, line);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    (void)fclose(out);
    return text;
}

/* The surroundings with the example in them; NULL when there are none. */
static char *surrounded(const char *name, const char *example) {
    char path[128];
    (void)snprintf(path, sizeof path, "tests/docs/language/%s.isa", name);
    char *around = read_text(path, NULL);
    char *place = around == NULL ? NULL : strstr(around, "//@\n");
    char *text = NULL;
    if (place != NULL) {
        size_t size = strlen(around) + strlen(example) + 1;
        text = malloc(size);
        (void)snprintf(text, size, "%.*s%s%s", (int)(place - around), around, example, place + 4);
    }
    free(around);
    return text;
}

static void check_example(const char *name, const char *example) {
    char *text = surrounded(name, example);
    if (text == NULL) {
        CHECK(false, "no surroundings for the example '%s'", name);
        return;
    }
    char *messages = NULL;
    struct isa *isa = load(text, &messages);
    CHECK(isa != NULL, "the example '%s' of docs/language.md: %s", name, messages);
    isa_free(isa);
    free(messages);
    free(text);
    /* Without its last brace, or its last semicolon, it is none. */
    char *broken = strdup(example);
    char *last = strrchr(broken, '}') != NULL ? strrchr(broken, '}') : strrchr(broken, ';');
    *last = ' ';
    text = surrounded(name, broken);
    isa = load(text, &messages);
    CHECK(isa == NULL && messages != NULL, "the example '%s', broken, is refused", name);
    isa_free(isa);
    free(messages);
    free(text);
    free(broken);
}

static void test_examples(void) {
    char *document = read_text("docs/language.md", NULL);
    unsigned count = 0;
    for (const char *at = document; (at = strstr(at, MARK)) != NULL; count++) {
        char name[64] = "";
        at += strlen(MARK);
        (void)sscanf(at, "%63[a-z]", name);
        char *example = block_behind(at + strcspn(at, "\n") + 1);
        check_example(name, example);
        free(example);
    }
    CHECK(count >= 12, "docs/language.md has %u examples", count);
    free(document);
}

static const struct test tests[] = {{"its examples are checked", test_examples}};
const struct suite language_suite = SUITE("language", tests);
