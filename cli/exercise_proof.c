/* Exercise 7: Frama-C over a handler, with the header that `popek emit` writes. */
#include "cli.h"
#include "emit.h"
#include "exercise.h"
#include "guest_file.h"
#include "temporary.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* $D is the folder. Seconds are far above what the goals need; steps decide. */
#define PROVE                                                                                                                                        \
    "cd \"$D\" && command -v frama-c >/dev/null && command -v why3 >/dev/null || exit 77; why3 config detect -C why3.conf >why3.log 2>&1; "          \
    "WHY3CONFIG=$D/why3.conf frama-c -wp -wp-rte -wp-model Typed+ref -wp-prover z3,cvc4 -wp-steps 400000 -wp-timeout 60 "                            \
    "-wp-fct third_generation_LRB handler.c 2>&1"

static char *folder_path(const char *folder, const char *name) {
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL) {
        (void)snprintf(path, size, "%s/%s", folder, name);
    }
    return path;
}

static bool write_text(const char *folder, const char *name, const char *text, size_t size) {
    char *path = folder_path(folder, name);
    FILE *file = path == NULL ? NULL : fopen(path, "wb");
    bool good = file != NULL && fwrite(text, 1, size, file) == size;
    good = file != NULL && fclose(file) == 0 && good;
    free(path);
    return good;
}

static bool write_header(const char *folder) {
    const struct isa_options options = {.only = NULL};
    struct source_reader reader;
    int code = EXIT_INTERNAL;
    struct isa *isa = load_isa("third_generation", &options, &reader, &code);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = isa == NULL ? NULL : open_memstream(&text, &size);
    bool good = stream != NULL && emit_acsl(stream, isa, -1);
    good = stream != NULL && fclose(stream) == 0 && good && write_text(folder, "third_generation.h", text, size);
    free(text);
    isa_free(isa);
    return good;
}

/* The numbers that Frama-C ends with; what it says before goes to standard error when it does not come so far. */
static int run_prover(const char *source, struct exercise_result *result) {
    FILE *out = popen(PROVE, "r"); // NOLINT(cert-env33-c): the command has no part that anybody chooses
    char line[512];
    char said[4096] = "";
    size_t used = 0;
    unsigned proven = 0;
    unsigned total = 0;
    while (out != NULL && fgets(line, sizeof line, out) != NULL) {
        const char *numbers = strstr(line, "Proved goals:");
        if (numbers != NULL) {
            (void)sscanf(numbers, "Proved goals: %u / %u", &proven, &total);
        }
        used += used + strlen(line) < sizeof said ? (size_t)snprintf(said + used, sizeof said - used, "%s", line) : 0;
    }
    int status = out == NULL ? -1 : pclose(out);
    if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        complain("frama-c and why3 are not installed; on Debian: apt-get install frama-c-base why3 cvc4 z3");
        return EXIT_CANNOT_RUN;
    }
    if (status < 0 || total == 0) {
        (void)fputs(said, stderr);
        complain("Frama-C made no goals of the file; does it define third_generation_LRB?");
        return EXIT_INPUT;
    }
    judge_proof(source, proven, total, result);
    return EXIT_FINE;
}

int prove_exercise(const char *path, struct exercise_result *result) {
    size_t size = 0;
    char *text = read_bounded(path, &size);
    if (text == NULL) {
        return EXIT_INPUT;
    }
    text[size] = 0; /* read_bounded leaves room */
    char folder[PATH_MAX];
    int code = EXIT_INTERNAL;
    bool made = temporary_make(folder, sizeof folder);
    if (!made || setenv("D", folder, 1) != 0 || !write_text(folder, "handler.c", text, size) || !write_header(folder)) {
        complain("no temporary folder can be made");
    } else {
        code = run_prover(text, result);
    }
    if (made) {
        temporary_remove(folder);
    }
    free(text);
    return code;
}
