/* Compiles a user's handlers, has Frama-C prove them against the emitted contracts, and counts the goals. */
#include "prove.h"

#include "../isa-model/emit.h"
#include "../isa-model/emitted_handlers.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define MESSAGE 3000u

struct work {
    struct isa *isa;
    const char *directory;
    char source[PATH_MAX], beside[PATH_MAX]; /* the file, and where it lies */
    struct prove_result *result;
};

static FILE *create(const struct work *w, const char *name) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", w->directory, name);
    return length < 0 || (size_t)length >= sizeof path ? NULL : fopen(path, "wb");
}

static bool close_file(FILE *out, bool good) { return out != NULL && fclose(out) == 0 && good; }

static bool write_builtin(const struct work *w, prove_builtin *builtin, const char *path, const char *name) {
    char *text = builtin(path);
    FILE *out = text == NULL ? NULL : create(w, name);
    bool good = out != NULL && fputs(text, out) >= 0;
    free(text);
    return close_file(out, good);
}

/* Handlers that the user does not have are not there, and no error: every function that the contracts declare is weak. */
static bool write_weak(const struct work *w, const char *contracts) {
    FILE *out = create(w, "table.c");
    for (const char *line = contracts; out != NULL && line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n' ? 1 : 0;
        const char *name = strncmp(line, "uint", 4) == 0 ? strchr(line, ' ') : NULL;
        size_t length = name == NULL ? 0 : strcspn(name + 1, "(\n");
        if (length > 0 && name[1 + length] == '(' && strncmp(name + 1, "x86_virtual_", 12) == 0) {
            (void)fprintf(out, "#pragma weak %.*s\n", (int)length, name + 1);
        }
    }
    bool good = out != NULL && fputs("#include \"handlers.c\"\n#include \"opaque.c\"\n", out) >= 0;
    return close_file(out, good);
}

static bool write_files(const struct work *w, prove_builtin *builtin) {
    char problem[200] = "";
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    bool good = memory != NULL && emit_handlers(memory, w->isa, problem);
    good = close_file(memory, good);
    FILE *header = good ? create(w, "x86_virtual.h") : NULL;
    good = close_file(header, header != NULL && fputs(text, header) >= 0) && write_weak(w, text);
    free(text);
    FILE *table = good ? create(w, "handlers.c") : NULL;
    good = close_file(table, table != NULL && emit_handlers_table(table, w->isa, problem));
    w->result->message = problem[0] == '\0' ? NULL : strdup(problem);
    return good && write_builtin(w, builtin, "isa-model/emitted.h", "emitted.h") &&
           write_builtin(w, builtin, "isa-model/emitted_handlers.h", "emitted_handlers.h") &&
           write_builtin(w, builtin, "examples/handlers/opaque.c", "opaque.c");
}

/* The last bytes of what a tool said. */
static char *read_end(const struct work *w, const char *name) {
    char path[PATH_MAX];
    char *text = calloc(1, MESSAGE + 1);
    (void)snprintf(path, sizeof path, "%s/%s", w->directory, name);
    FILE *in = text == NULL ? NULL : fopen(path, "rb");
    if (in != NULL) {
        (void)fseek(in, 0, SEEK_END);
        long size = ftell(in);
        (void)fseek(in, size > (long)MESSAGE ? size - (long)MESSAGE : 0, SEEK_SET);
        (void)fread(text, 1, MESSAGE, in);
        (void)fclose(in);
    }
    return text;
}

/* What it says goes to the file `log` of the directory. */
static enum prove_status run(const struct work *w, const char *const *arguments, const char *log) {
    char path[PATH_MAX];
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = 0;
    (void)snprintf(path, sizeof path, "%s/%s", w->directory, log);
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return PROVE_FAILED;
    }
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    /* The arguments are not written to; the type is that of execve. */
    int error = posix_spawnp(&child, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (error != 0 || waitpid(child, &status, 0) != child || (WIFEXITED(status) && WEXITSTATUS(status) == 127)) {
        w->result->message = strdup(arguments[0]);
        return PROVE_NO_TOOL;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        w->result->message = read_end(w, log);
        return PROVE_BAD_SOURCE;
    }
    return PROVE_FINE;
}

static enum prove_status compile(const struct work *w) {
    char object[PATH_MAX + 16];
    char table[PATH_MAX + 16];
    const char *compiler = getenv("CC");
    (void)snprintf(object, sizeof object, "%s/handlers.so", w->directory);
    (void)snprintf(table, sizeof table, "%s/table.c", w->directory);
    const char *const arguments[] = {compiler == NULL || compiler[0] == '\0' ? "cc" : compiler,
                                     "-std=c11",
                                     "-w",
                                     "-O1",
                                     "-fPIC",
                                     "-shared",
                                     "-I",
                                     w->directory,
                                     "-I",
                                     w->beside,
                                     "-o",
                                     object,
                                     w->source,
                                     table,
                                     NULL};
    return run(w, arguments, "compiler.log");
}

static enum prove_status prove(const struct work *w, unsigned steps) {
    char include[2 * PATH_MAX + 64];
    char configuration[PATH_MAX + 32];
    char report[PATH_MAX + 32];
    char work[32];
    (void)snprintf(configuration, sizeof configuration, "%s/why3.conf", w->directory);
    (void)snprintf(include, sizeof include, "-cpp-extra-args=-I%s -I%s", w->directory, w->beside);
    (void)snprintf(report, sizeof report, "%s/goals.json", w->directory);
    (void)snprintf(work, sizeof work, "%u", steps);
    const char *const detect[] = {"why3", "config", "detect", "-C", configuration, NULL};
    enum prove_status status = run(w, detect, "why3.log");
    if (status != PROVE_FINE) {
        return status;
    }
    /* As proofs/prove.sh; what handlers share is put in the place of its calls. */
    const char *const arguments[] = {"frama-c",
                                     "-no-autoload-plugins",
                                     "-load-module",
                                     "wp,rtegen",
                                     "-machdep",
                                     "gcc_x86_64",
                                     include,
                                     "-inline-calls",
                                     "@inline",
                                     "-remove-inlined",
                                     "@inline",
                                     "-wp",
                                     "-wp-rte",
                                     "-wp-model",
                                     "Typed",
                                     "-wp-prover",
                                     "cvc4",
                                     "-wp-steps",
                                     work,
                                     "-wp-timeout",
                                     "60",
                                     "-wp-no-pruning",
                                     "-wp-no-ground",
                                     "-wp-report-json",
                                     report,
                                     w->source,
                                     NULL};
    return setenv("WHY3CONFIG", configuration, 1) != 0 ? PROVE_FAILED : run(w, arguments, "frama-c.log");
}

static bool add_open(struct proved_function *f, const char *goal) {
    char *longer = NULL;
    if (asprintf(&longer, "%s%s%s", f->open == NULL ? "" : f->open, f->open == NULL ? "" : ", ", goal) < 0) {
        return false;
    }
    free(f->open);
    f->open = longer;
    return true;
}

static bool count_goals(const json_t *goals, struct proved_function *f) {
    const char *goal = NULL;
    json_t *value = NULL;
    bool good = true;
    size_t prefix = strlen(f->name) + 1;
    json_object_foreach((json_t *)(uintptr_t)goals, goal, value) {
        const json_t *main = json_object_get(value, "wp:main");
        unsigned total = (unsigned)json_integer_value(json_object_get(main, "total"));
        unsigned valid = (unsigned)json_integer_value(json_object_get(main, "valid"));
        if (strcmp(goal, "wp:section") != 0) {
            f->goals += total;
            f->proven += valid;
            good = good && (valid >= total || add_open(f, strncmp(goal, f->name, prefix - 1) == 0 ? goal + prefix : goal));
        }
    }
    return good;
}

/* Every handler that the object has. */
static bool list_functions(const struct work *w, void *object, const struct handlers_isa *handlers) {
    struct prove_result *r = w->result;
    r->functions = calloc(handlers->handler_count + 1, sizeof *r->functions);
    for (size_t i = 0; r->functions != NULL && i < handlers->handler_count; i++) {
        const struct handler *h = &handlers->handlers[i];
        if (dlsym(object, h->name) != NULL) {
            struct proved_function *f = &r->functions[r->count++];
            (void)snprintf(f->name, sizeof f->name, "%s", h->name);
            f->form = w->isa->forms[h->form].text;
            f->mode = w->isa->modes[h->mode_number].name;
        }
    }
    return r->functions != NULL;
}

static enum prove_status load_functions(const struct work *w) {
    char path[PATH_MAX + 16];
    (void)snprintf(path, sizeof path, "%s/handlers.so", w->directory);
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (object == NULL) {
        const char *why = dlerror();
        w->result->message = strdup(why == NULL ? "it cannot be loaded" : why);
        return PROVE_BAD_SOURCE;
    }
    const struct handlers_isa *handlers = dlsym(object, "x86_handlers");
    bool good = handlers != NULL && list_functions(w, object, handlers);
    (void)dlclose(object);
    return good ? PROVE_FINE : PROVE_FAILED;
}

static bool read_goals(const struct work *w) {
    char path[PATH_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/goals.json", w->directory);
    json_t *report = json_load_file(path, 0, NULL);
    const json_t *functions = json_object_get(report, "wp:functions");
    bool good = functions != NULL;
    for (size_t i = 0; good && i < w->result->count; i++) {
        struct proved_function *f = &w->result->functions[i];
        good = count_goals(json_object_get(functions, f->name), f);
    }
    json_decref(report);
    return good;
}

enum prove_status prove_handlers(struct isa *isa, const char *source, const char *directory, prove_builtin *builtin, unsigned steps,
                                 struct prove_result *result) {
    struct work w = {.isa = isa, .directory = directory, .result = result};
    *result = (struct prove_result){NULL, 0, NULL};
    if (realpath(source, w.source) == NULL) {
        result->message = strdup("it cannot be read");
        return PROVE_BAD_SOURCE;
    }
    memcpy(w.beside, w.source, sizeof w.beside);
    (void)memmove(w.beside, dirname(w.beside), strlen(w.beside) + 1);
    enum prove_status status = write_files(&w, builtin) ? compile(&w) : PROVE_FAILED;
    status = status == PROVE_FINE ? load_functions(&w) : status;
    if (status != PROVE_FINE || result->count == 0) {
        return status;
    }
    status = prove(&w, steps);
    if (status == PROVE_FINE && !read_goals(&w)) {
        result->message = strdup("Frama-C left no report of goals");
        status = PROVE_FAILED;
    }
    return status;
}

void prove_result_free(struct prove_result *r) {
    for (size_t i = 0; i < r->count; i++) {
        free(r->functions[i].open);
    }
    free(r->functions);
    free(r->message);
}
