/* Loading, classifying and running commands for the tests. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

char *read_text(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = NULL;
    size_t length = 0;
    for (size_t got = 1; got > 0; length += got) {
        char *grown = realloc(text, length + 65536 + 1);
        if (grown == NULL) {
            break;
        }
        text = grown;
        got = fread(text + length, 1, 65536, file);
        text[length + got] = '\0';
    }
    (void)fclose(file);
    if (size != NULL) {
        *size = length;
    }
    return text;
}

struct isa *load_file(const char *path, const char *drop_form, unsigned drop_point) {
    return load_dropped(path, NULL, drop_form, drop_point == 0 ? 0 : (uint64_t)1 << (drop_point - 1));
}

struct isa *load_dropped(const char *path, const char *only, const char *drop_form, uint64_t drop_points) {
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.only = only, .drop_instruction = drop_form, .drop_points = drop_points};
    char *messages = NULL;
    struct isa *isa = isa_load(path, &reader, &options, &messages);
    if (isa == NULL) {
        CHECK(false, "%s does not load: %s", path, messages == NULL ? "out of memory" : messages);
    }
    free(messages);
    return isa;
}

static char *read_memory(void *context, const char *path, size_t *size) {
    if (strcmp(path, "test.isa") != 0) {
        return NULL;
    }
    *size = strlen(context);
    return strdup(context);
}

struct isa *load_text(const char *text, char **messages) {
    char *copy = strdup(text);
    const struct source_reader reader = {read_memory, copy};
    const struct isa_options options = {.only = NULL};
    struct isa *isa = isa_load("test.isa", &reader, &options, messages);
    free(copy);
    return isa;
}

unsigned plain_configuration(const struct isa *isa, unsigned profile) {
    unsigned bits = 0;
    for (size_t i = 0; i < profile_in(isa, profile, 0)->free_bit_count; i++) {
        bits |= profile_in(isa, profile, 0)->free_bits[i].plain != 0 ? 1u << i : 0u;
    }
    return bits;
}

struct classification *classify_plain(const struct isa *isa, const struct classify_options *options) {
    struct classify_options o = *options;
    o.mode = -1;
    o.configuration = plain_configuration(isa, o.profile);
    char *message = NULL;
    bool internal = false;
    struct classification *c = classify(isa, &o, &message, &internal);
    if (c == NULL) {
        CHECK(false, "classify: %s", message == NULL ? "out of memory" : message);
    }
    free(message);
    return c;
}

int find_form(const struct isa *isa, const char *text) {
    for (size_t i = 0; i < isa->form_count; i++) {
        if (strcmp(isa->forms[i].text, text) == 0) {
            return (int)i;
        }
    }
    return -1;
}

struct command_result run_command(const char *command) {
    struct command_result r = {-1, NULL, NULL};
    char out[256];
    char err[256];
    (void)snprintf(out, sizeof out, "%s/stdout", getenv("TEMPORARY"));
    (void)snprintf(err, sizeof err, "%s/stderr", getenv("TEMPORARY"));
    size_t size = strlen(command) + 128;
    char *line = malloc(size);
    if (line != NULL) {
        /* Seconds of processor time: what hangs ends. The literal definition in all modes takes minutes. */
        const char *limit = getenv("POPEK_TEST_ALL") == NULL ? "300" : "1800";
        (void)snprintf(line, size, "ulimit -t %s; { %s\n} >\"$TEMPORARY/stdout\" 2>\"$TEMPORARY/stderr\" </dev/null", limit, command);
        int status = system(line); // NOLINT(cert-env33-c): the commands are those of the tests
        r.code = status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        free(line);
    }
    r.out = read_text(out, NULL);
    r.err = read_text(err, NULL);
    return r;
}

bool lacks_terminal(const char *command) {
    if (strstr(command, "script -") == NULL) {
        return false;
    }
    struct command_result r = run_command("script -qec true /dev/null");
    bool lacks = r.code != 0;
    if (lacks) {
        (void)printf("       skipped, no pseudo-terminal can be made: %s\n", command);
    }
    command_result_free(&r);
    return lacks;
}

void command_result_free(struct command_result *r) {
    free(r->out);
    free(r->err);
}
