/* The options of `popek check`. */
#include "check_request.h"

#include "arguments.h"

#include <string.h>

enum {
    KEY_STATES = 0x100,
    KEY_TIME,
    KEY_SEED,
    KEY_SHARD,
    KEY_BASELINE,
    KEY_ALL,
    KEY_PATHS,
    KEY_HANG,
    KEY_STATISTICS,
    KEY_STOP,
    KEY_LIMIT,
    KEY_TARGET,
    KEY_PROVE,
    KEY_STEPS
};

const struct argp_option check_request_options[] = {
    {"instruction", 'i', "NAME", 0, "only this instruction or form", 0},
    {"mode", 'm', "MODE", 0, "only this operating mode", 0},
    {"target", KEY_TARGET, "kvm|unicorn", 0, "instead of a plug-in, a whole machine (docs/hardware.md)", 0},
    {"all-forms", KEY_ALL, NULL, 0, "not only system forms: all that the plug-in handles", 0},
    {"states", KEY_STATES, "N", 0, "random states for each form and mode, besides the solver's (1000)", 0},
    {"time", KEY_TIME, "SECONDS", 0, "go on with random states for so long, spread over the forms", 0},
    {"seed", KEY_SEED, "N", 0, "another choice of random states (1)", 0},
    {"shard", KEY_SHARD, "K/N", 0, "only part K of N, from 1", 0},
    {"baseline", KEY_BASELINE, "FILE", 0, "findings that are accepted until a day, with reasons", 0},
    {"paths", KEY_PATHS, "FILE", 0, "read the solver's states from there, and keep new ones there", 0},
    {"hang", KEY_HANG, "MS", 0, "a call that takes longer than this hangs (2000)", 0},
    {"stop-early", KEY_STOP, NULL, 0, "no more states for a form after its first finding", 0},
    {"resource-limit", KEY_LIMIT, "N", 0, "work that the solver may spend on one target (400000)", 0},
    {"prove", KEY_PROVE, "FILE.c", 0, "instead of a plug-in, handlers in C, which Frama-C proves against the contracts", 0},
    {"prover-steps", KEY_STEPS, "N", 0, "work that the prover may spend on one goal (4000000)", 0},
    {"format", 'f', "text|json|junit|sarif|tap|csv|markdown", 0, "what to write (text)", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {"statistics", KEY_STATISTICS, NULL, 0, "time and states per second, to standard error", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void parse_writer(struct check_request *r, struct argp_state *state, const char *text) {
    static const struct {
        const char *name;
        check_writer *write;
    } writers[] = {{"text", report_check_text}, {"json", report_check_json}, {"junit", report_check_junit},      {"sarif", report_check_sarif},
                   {"tap", report_check_tap},   {"csv", report_check_csv},   {"markdown", report_check_markdown}};
    r->write = NULL;
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        r->write = strcmp(text, writers[i].name) == 0 ? writers[i].write : r->write;
    }
    if (r->write == NULL) {
        argp_error(state, "unknown format '%s'; there is: text, json, junit, sarif, tap, csv, markdown", text);
    }
}

static error_t parse_limits(int key, char *argument, struct argp_state *state) {
    struct check_options *o = &((struct check_request *)state->input)->options;
    switch (key) {
    case KEY_STATES:
        o->states = argument_number(state, "--states", argument, 0, UINT64_C(1000000000000));
        return 0;
    case KEY_TIME:
        o->seconds = (double)argument_number(state, "--time", argument, 0, 10000000);
        return 0;
    case KEY_SEED:
        o->seed = argument_number(state, "--seed", argument, 0, UINT32_MAX);
        return 0;
    case KEY_HANG:
        o->hang_milliseconds = (unsigned)argument_number(state, "--hang", argument, 0, 10000000);
        return 0;
    case KEY_STEPS:
        ((struct check_request *)state->input)->prover_steps = (unsigned)argument_number(state, "--prover-steps", argument, 1, UINT32_MAX);
        return 0;
    case KEY_LIMIT:
        o->resource_limit = (unsigned)argument_number(state, "--resource-limit", argument, 0, UINT32_MAX);
        return 0;
    case KEY_SHARD:
        argument_shard(state, argument, &o->shard, &o->shard_count);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

error_t check_request_parse(int key, char *argument, struct argp_state *state) {
    struct check_request *r = state->input;
    switch (key) {
    case 'i':
        r->options.instruction = argument;
        return 0;
    case 'm':
        r->mode = argument;
        return 0;
    case KEY_ALL:
        r->chosen = true;
        return 0;
    case KEY_BASELINE:
        r->baseline = argument;
        return 0;
    case KEY_TARGET:
        r->target = argument;
        return 0;
    case KEY_PROVE:
        r->prove = argument;
        return 0;
    case KEY_PATHS:
        r->options.paths = argument;
        return 0;
    case KEY_STOP:
        r->options.stop_early = true;
        return 0;
    case KEY_STATISTICS:
        r->statistics = true;
        return 0;
    case 'f':
        parse_writer(r, state, argument);
        return 0;
    case 'o':
        r->output = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (r->count == PLUGINS_MOST) {
            argp_error(state, "at most %u plug-ins at a time", PLUGINS_MOST);
        } else {
            r->plugins[r->count++] = argument;
        }
        return 0;
    case ARGP_KEY_END:
        if ((r->count > 0) + (r->target != NULL) + (r->prove != NULL) != 1) {
            argp_error(state, r->count == 0 && r->target == NULL ? "which plug-in? for example: popek check handlers.so"
                                                                 : "a plug-in, a target or a file to prove, and not two of them");
        } else if (r->prove != NULL && r->write != report_check_text) {
            argp_error(state, "--prove writes text");
        }
        return 0;
    default:
        return parse_limits(key, argument, state);
    }
}
