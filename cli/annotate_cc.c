/* popek annotate-cc: runs a compiler that finds popek as its assembler, which annotates and then calls the real one. */
#include "annotate.h"
#include "temporary.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* How annotate-cc tells annotate-as what its options are: all of them, each in a line. */
#define OPTIONS_VARIABLE "POPEK_ANNOTATE_OPTIONS"
enum { PATH_SIZE = 4096, MOST_OPTIONS = 64 };

/* Runs a program; its exit code, or EXIT_CANNOT_RUN after a message. */
static int run_program(char *const *arguments) {
    pid_t child = 0;
    int status = 0;
    int error = posix_spawnp(&child, arguments[0], NULL, NULL, arguments, environ);
    if (error != 0) {
        complain("cannot run '%s': %s", arguments[0], strerror(error));
        return EXIT_CANNOT_RUN;
    }
    while (waitpid(child, &status, 0) != child) {
        if (errno != EINTR) {
            return EXIT_INTERNAL;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A directory with one file, `as`, which the compiler's -B finds. */
static bool make_assembler(char directory[PATH_SIZE]) {
    char self[PATH_SIZE];
    char path[PATH_SIZE + 8];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0 || !temporary_make(directory, PATH_SIZE)) {
        return false;
    }
    self[length] = '\0';
    (void)snprintf(path, sizeof path, "%s/as", directory);
    FILE *script = fopen(path, "w");
    bool good = script != NULL && strchr(self, '\'') == NULL && fprintf(script, "#!/bin/sh\nexec '%s' annotate-as -- \"$@\"\n", self) > 0;
    good = script != NULL && fclose(script) == 0 && good && chmod(path, 0700) == 0;
    return good;
}

/* Options of popek come before the compiler's name. */
static int find_compiler(int argc, char **argv) {
    int at = 1;
    while (at < argc && argv[at][0] == '-') {
        at++;
    }
    return at;
}

static bool pass_options(int count, char **argv) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (int i = 1; out != NULL && i < count; i++) {
        (void)fprintf(out, "%s\n", argv[i]);
    }
    bool good = out != NULL && fclose(out) == 0 && setenv(OPTIONS_VARIABLE, text, 1) == 0;
    free(text);
    return good;
}

int command_annotate_cc(int argc, char **argv) {
    int compiler = find_compiler(argc, argv);
    if (compiler == argc) {
        if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0)) {
            (void)puts("Usage: popek annotate-cc [OPTION...] COMPILER [ARGUMENT...]\n"
                       "Runs a compiler, gcc for example, whose output is annotated before it is\n"
                       "assembled: CC=\"popek annotate-cc gcc\".\n\n"
                       "Options are those of popek annotate, written with = (--room=8).");
            return EXIT_FINE;
        }
        complain("which compiler? for example: popek annotate-cc gcc -c kernel.c");
        return EXIT_USAGE;
    }
    char directory[PATH_SIZE];
    char search[PATH_SIZE + 8];
    char **arguments = calloc((size_t)(argc - compiler) + 2, sizeof *arguments);
    int code = EXIT_INTERNAL;
    if (arguments == NULL || !pass_options(compiler, argv) || !make_assembler(directory)) {
        complain("the assembler cannot be put in place: %s", strerror(errno));
        free(arguments);
        return EXIT_INTERNAL;
    }
    (void)snprintf(search, sizeof search, "-B%s/", directory);
    arguments[0] = argv[compiler];
    arguments[1] = search;
    memcpy(arguments + 2, argv + compiler + 1, (size_t)(argc - compiler - 1) * sizeof *arguments);
    code = run_program(arguments);
    temporary_remove(directory);
    free(arguments);
    return code;
}

/* What the compiler calls as its assembler. */
struct assembling {
    struct annotate_request annotate;
    char **arguments; /* of the real assembler, ended by NULL */
    int count;
    int input; /* index of the source among them, 0: standard input */
};

/* Options that take the next argument. */
static bool has_argument(const char *option) {
    static const char *const options[] = {
        "-o", "-I", "--MD", "-MD", "--defsym", "--listing-lhs-width", "--listing-rhs-width", "-J", "--debug-prefix-map"};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (strcmp(option, options[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The flags matter to how a statement is read; the output does not. */
static void take_arguments(struct assembling *a, int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        a->arguments[a->count] = argv[i];
        bool pair = has_argument(argv[i]) && i + 1 < argc;
        bool output = strcmp(argv[i], "-o") == 0 || strcmp(argv[i], "--MD") == 0 || strcmp(argv[i], "-MD") == 0;
        if (argv[i][0] != '-' || argv[i][1] == '\0') {
            a->input = argv[i][0] == '-' ? 0 : a->count;
            a->count += argv[i][0] == '-' ? 0 : 1;
            continue;
        }
        a->annotate.question.bits = strcmp(argv[i], "--32") == 0 ? 32 : a->annotate.question.bits;
        a->count++;
        if (pair) {
            a->arguments[a->count++] = argv[++i];
        }
        for (int k = pair ? 2 : 1; k > 0 && !output && a->annotate.flag_count + 2 < MOST_AS_FLAGS; k--) {
            a->annotate.flags[a->annotate.flag_count++] = a->arguments[a->count - k];
        }
    }
}

/* The options stay in use as long as *kept, which the caller frees. */
static bool take_options(struct annotate_request *r, char **kept) {
    static char name[] = "popek annotate-cc";
    static char *list[MOST_OPTIONS + 2] = {name};
    const char *text = getenv(OPTIONS_VARIABLE);
    char *copy = *kept = strdup(text == NULL ? "" : text);
    char *rest = NULL;
    int count = 1;
    for (char *line = copy == NULL ? NULL : strtok_r(copy, "\n", &rest); line != NULL && count <= MOST_OPTIONS; line = strtok_r(NULL, "\n", &rest)) {
        list[count++] = line;
    }
    return argp_parse(&annotate_argp, count, list, 0, NULL, r) == 0;
}

/* Assembles the annotated text in place of the source. Sites without a label are reported and do not fail the build. */
static int assemble(struct assembling *a) {
    struct annotate_result result;
    char path[] = "/tmp/popek-annotated-XXXXXX";
    const char *source = a->input == 0 ? "-" : a->arguments[a->input];
    int code = annotate_file(&a->annotate, source, &result);
    int file = code == EXIT_FINE || code == EXIT_FINDINGS ? mkstemp(path) : -1;
    if (file >= 0) {
        bool good = write(file, result.text, result.size) == (ssize_t)result.size;
        (void)close(file);
        a->arguments[a->input == 0 ? a->count++ : a->input] = path;
        a->arguments[a->count] = NULL;
        code = good ? run_program(a->arguments) : EXIT_INTERNAL;
        (void)unlink(path);
    } else if (code == EXIT_FINE || code == EXIT_FINDINGS) {
        complain("no temporary file can be made: %s", strerror(errno));
        code = EXIT_INTERNAL;
    }
    annotate_result_free(&result);
    return code;
}

int command_annotate_as(int argc, char **argv) {
    struct assembling a = {.arguments = calloc((size_t)argc + 3, sizeof *a.arguments)};
    char *kept = NULL;
    annotate_defaults(&a.annotate);
    if (a.arguments == NULL || argc < 2 || strcmp(argv[1], "--") != 0 || !take_options(&a.annotate, &kept)) {
        complain("annotate-as is called by annotate-cc");
        free(kept);
        free(a.arguments);
        return EXIT_USAGE;
    }
    a.arguments[a.count++] = (char *)(uintptr_t)a.annotate.question.assembler; /* not written to */
    take_arguments(&a, argc - 2, argv + 2);
    int code = annotate_open(&a.annotate);
    if (code == EXIT_FINE) {
        code = assemble(&a);
    }
    annotate_close(&a.annotate);
    free(kept);
    free(a.arguments);
    return code;
}
