/* popek assemble: a program for a teaching machine becomes a guest file. */
#include "arguments.h"
#include "cli.h"

#include "guest_file.h"

#include <stdlib.h>

struct request {
    const char *program, *isa, *output;
};

static const struct argp_option options[] = {
    {"isa", 'i', "FILE", 0, "the machine whose instructions are meant (" BUILT_IN_MACHINE ")", 0},
    {"output", 'o', "FILE", 0, "write the guest there (needed)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case 'i':
        r->isa = argument;
        return 0;
    case ARGP_KEY_END:
        if (r->output == NULL) {
            argp_error(state, "where to? A guest file is not text: give -o FILE");
        }
        return 0;
    default:
        return argument_rest(key, argument, state,
                             &(struct rest){"program", "popek assemble escape.s -o escape.guest", &r->program, &r->output, NULL});
    }
}

static int write_guest(const struct guest *g, const char *path) {
    size_t size = 0;
    char *bytes = guest_write(g, &size);
    struct output out;
    int code = EXIT_INTERNAL;
    if (bytes == NULL) {
        complain("out of memory");
    } else if (output_open(&out, path)) {
        code = output_close(&out, fwrite(bytes, 1, size, out.stream) == size);
    }
    free(bytes);
    return code;
}

int command_assemble(int argc, char **argv) {
    static const struct argp argp = {
        options,   parse,
        "PROGRAM", "Assembles PROGRAM for a teaching machine; `popek simulate` runs what comes out. docs/simulate.md is the language.",
        NULL,      NULL,
        NULL};
    struct request r = {NULL, BUILT_IN_MACHINE, NULL};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    struct isa *isa = NULL;
    int code = EXIT_INTERNAL;
    struct target *t = target_or_complain(r.isa, &isa, &code);
    if (t == NULL) {
        return code;
    }
    struct guest g = {0, 0, NULL};
    size_t size = 0;
    char *text = read_bounded(r.program, &size);
    code = EXIT_INPUT;
    if (text != NULL && assemble_or_complain(t, r.program, text, size, &g)) {
        code = write_guest(&g, r.output);
    }
    free(text);
    guest_free(&g);
    target_free(t);
    isa_free(isa);
    return code;
}
