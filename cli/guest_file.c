/* Guests by path: files of `popek assemble`, and assembler programs. */
#include "guest_file.h"

#include "cli.h"

#include "../simulator/assembler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES (1u << 20) /* a guest has at most 65536 words */

char *read_bounded(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    char *bytes = file == NULL ? NULL : malloc(MOST_BYTES + 1);
    if (file == NULL || bytes == NULL) {
        complain(file == NULL ? "cannot read '%s': %s" : "out of memory", path, strerror(errno));
        if (file != NULL) {
            (void)fclose(file);
        }
        return NULL;
    }
    errno = 0;
    *size = fread(bytes, 1, MOST_BYTES + 1, file);
    int reason = ferror(file) != 0 ? errno : 0;
    (void)fclose(file);
    if (reason != 0 || *size > MOST_BYTES) {
        complain("cannot read '%s': %s", path, reason != 0 ? strerror(reason) : "it has more than 1 MiB");
        free(bytes);
        return NULL;
    }
    return bytes;
}

bool assemble_or_complain(const struct target *t, const char *path, const char *text, size_t size, struct guest *g) {
    char *messages = NULL;
    bool good = assemble(t, path, text, size, g, &messages);
    if (!good && messages == NULL) {
        complain("out of memory");
    } else if (!good) {
        (void)fputs(messages, stderr);
    }
    free(messages);
    return good;
}

static bool is_program(const char *path, const char *bytes, size_t size) {
    size_t length = strlen(path);
    return length > 2 && strcmp(path + length - 2, ".s") == 0 && !guest_recognize(bytes, size);
}

bool load_guest(const struct target *t, const char *path, struct guest *g) {
    size_t size = 0;
    char *bytes = read_bounded(path, &size);
    if (bytes == NULL) {
        return false;
    }
    const char *message = NULL;
    bool good = is_program(path, bytes, size) ? assemble_or_complain(t, path, bytes, size, g) : guest_read(bytes, size, g, &message);
    if (message != NULL) {
        complain("'%s': %s; a guest is a file of `popek assemble`, or a program whose name ends in .s", path, message);
    }
    free(bytes);
    return good;
}

struct target *target_or_complain(const char *name, struct isa **isa, int *code) {
    const struct isa_options options = {.only = NULL};
    struct source_reader reader;
    const char *message = NULL;
    *isa = load_isa(name, &options, &reader, code);
    if (*isa == NULL) {
        return NULL;
    }
    struct target *t = target_new(*isa, &message);
    if (t == NULL) {
        complain("'%s' is no teaching machine: %s", name, message);
        isa_free(*isa);
        *isa = NULL;
        *code = EXIT_INPUT;
    }
    return t;
}
