/* popek merge: results of shards, joined. */
#include "../evidence/merge.h"
#include "cli.h"
#include "json_file.h"

#include <stdlib.h>

struct request {
    const char *output;
    char **files;
    size_t count;
};

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case 'o':
        r->output = argument;
        return 0;
    case ARGP_KEY_ARGS:
        r->files = state->argv + state->next;
        r->count = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which files? results of `popek probe` or `popek check` with --format json --shard K/N");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int write_merged(const struct request *r, const json_t *merged) {
    struct output out;
    if (!output_open(&out, r->output)) {
        return EXIT_INTERNAL;
    }
    bool complete = json_dumpf(merged, out.stream, JSON_INDENT(1) | JSON_PRESERVE_ORDER) == 0;
    (void)fputc('\n', out.stream);
    return output_close(&out, complete);
}

int command_merge(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "FILE...",
        "Joins the JSON results of parts of `popek probe` or `popek check` (--shard K/N): the same bytes as one run of the whole gives. "
        "Results of several backends or machines stand side by side.\v"
        "Exit codes: 0 fine; 2 bad usage; 3 bad input, or a part is missing or there twice; 70 internal error.",
        NULL,
        NULL,
        NULL};
    struct request r = {NULL, NULL, 0};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    json_t **documents = calloc(r.count + 1, sizeof(json_t *));
    int code = documents == NULL ? EXIT_INTERNAL : EXIT_FINE;
    for (size_t i = 0; code == EXIT_FINE && i < r.count; i++) {
        documents[i] = load_json(r.files[i]);
        code = documents[i] == NULL ? EXIT_INPUT : EXIT_FINE;
    }
    if (code == EXIT_FINE) {
        char *message = NULL;
        json_t *merged = merge_results(documents, (const char *const *)(void *)r.files, r.count, &message);
        if (merged == NULL) {
            code = complain_message(message);
        } else {
            code = write_merged(&r, merged);
        }
        free(message);
        json_decref(merged);
    }
    for (size_t i = 0; documents != NULL && i < r.count; i++) {
        json_decref(documents[i]);
    }
    free(documents);
    return code;
}
