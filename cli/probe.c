/* popek probe: the tables against a processor, a hypervisor or an emulator. */
#include "../reports/probe.h"
#include "arguments.h"
#include "cli.h"
#include "embedded.h"
#include "experiment.h"
#include "replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_CPL = 0x100, KEY_SEED, KEY_STATES, KEY_SHARD, KEY_DRY_RUN, KEY_STATISTICS, KEY_ALL, KEY_WITNESSES, KEY_EXPERIMENT, KEY_WRONG };

static const struct {
    const char *name;
    probe_writer *write; /* NULL: text */
} formats[] = {{"text", NULL},
               {"json", report_probe_json},
               {"markdown", report_probe_markdown},
               {"csv", report_probe_csv},
               {"sarif", report_probe_sarif},
               {"junit", report_probe_junit},
               {"tap", report_probe_tap}};
#define FORMAT_COUNT (sizeof formats / sizeof formats[0])

struct request {
    const char *isa, *output, *backend, *profile;
    probe_writer *write;
    bool statistics, experiment;
    struct probe_options options;
};

static const struct argp_option options[] = {
    {"backend", 'b', "native|kvm|unicorn|all", 0, "what to run on (all that work here)", 0},
    {"mode", 'm', "MODE", 0, "only this operating mode: real, v86, protected16, protected, compatibility, long; or the modes of 16, 32, 64 bits", 0},
    {"cpl", KEY_CPL, "0|3", 0, "only this privilege level", 0},
    {"instruction", 'i', "NAME", 0, "only this instruction or form", 0},
    {"all-forms", KEY_ALL, NULL, 0, "not only system forms on kvm and unicorn", 0},
    {"states", KEY_STATES, "N", 0, "states for each variant of a form (4)", 0},
    {"seed", KEY_SEED, "N", 0, "another choice of states (1)", 0},
    {"shard", KEY_SHARD, "K/N", 0, "only part K of N, from 1", 0},
    {"witnesses", KEY_WITNESSES, "PROFILE", 0, "instead of forms, the classifier's witnesses under this profile", 0},
    {"experiment", KEY_EXPERIMENT, NULL, 0,
     "instead of single states, pairs that a program cannot tell apart: at two levels, with tables at two places", 0},
    {"dry-run", KEY_DRY_RUN, NULL, 0, "list what would run", 0},
    {"format", 'f', "text|json|markdown|csv|sarif|junit|tap", 0, "what to write (text); of witnesses and experiments text or json", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {"statistics", KEY_STATISTICS, NULL, 0, "time and runs per second, to standard error", 0},
    {"wrong-prediction", KEY_WRONG, "BIT", OPTION_HIDDEN, "negative control: this bit of RAX is predicted wrong", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void parse_mode(struct probe_options *o, struct argp_state *state, const char *text) {
    for (unsigned mode = 0; mode < MATCHER_MODE_COUNT; mode++) {
        if (probe_mode_wanted(text, (enum matcher_mode)mode)) {
            o->mode = mode == MATCHER_LONG ? matcher_mode_name(MATCHER_LONG) : text; /* one name for results that belong together */
            return;
        }
    }
    argp_error(state, "unknown mode '%s'; there is: real, v86, protected16, protected, compatibility, long, and 16, 32, 64 for all of a code size",
               text);
}

static probe_writer *parse_writer(struct argp_state *state, const char *text) {
    const char *names[FORMAT_COUNT];
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        names[i] = formats[i].name;
    }
    return formats[argument_choice(state, "format", text, names, FORMAT_COUNT)].write;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case 'b':
        r->backend = argument;
        return 0;
    case 'm':
        parse_mode(&r->options, state, argument);
        return 0;
    case KEY_CPL:
        r->options.cpl = (int)argument_number(state, "--cpl", argument, 0, 3);
        return 0;
    case 'i':
        r->options.instruction = argument;
        return 0;
    case KEY_STATES:
        r->options.states = (unsigned)argument_number(state, "--states", argument, 1, 1000000);
        return 0;
    case KEY_SEED:
        r->options.seed = argument_number(state, "--seed", argument, 0, 4294967295UL);
        return 0;
    case KEY_SHARD:
        argument_shard(state, argument, &r->options.shard, &r->options.shard_count);
        return 0;
    case KEY_WITNESSES:
        r->profile = argument;
        return 0;
    case KEY_EXPERIMENT:
        r->experiment = true;
        return 0;
    case KEY_ALL:
        r->options.all_forms = true;
        return 0;
    case KEY_DRY_RUN:
        r->options.dry_run = true;
        return 0;
    case 'f':
        r->write = parse_writer(state, argument);
        return 0;
    case 'o':
        r->output = argument;
        return 0;
    case KEY_STATISTICS:
        r->statistics = true;
        return 0;
    case KEY_WRONG:
        r->options.wrong_prediction = (unsigned)argument_number(state, "--wrong-prediction", argument, 1, 64);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one ISA at a time; what is '%s'?", argument);
        }
        r->isa = argument;
        return 0;
    case ARGP_KEY_END:
        if ((r->profile != NULL || r->experiment) && r->write != NULL && r->write != report_probe_json) {
            argp_error(state, "--witnesses and --experiment have the formats text and json");
        }
        if (r->experiment && (r->profile != NULL || r->options.dry_run)) {
            argp_error(state, "--experiment goes with neither --witnesses nor --dry-run: `popek probe --dry-run` lists the same forms");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

#define BACKENDS_MOST 8u
static const struct {
    const char *name;
    struct backend *(*open)(const char **reason);
} backends[] = {{"native", native_open}, {"kvm", kvm_open}, {"unicorn", unicorn_open}};
#define BACKEND_COUNT (sizeof backends / sizeof backends[0])

static const char *backend_name(const void *context, size_t i) {
    (void)context;
    return i < BACKEND_COUNT ? backends[i].name : "all";
}

struct work {
    struct backend *opened[BACKENDS_MOST];
    struct probe *probes[BACKENDS_MOST];
    size_t count;
};

static int write_report(const struct request *r, const struct isa *isa, const struct work *w) {
    struct output out;
    if (!output_open(&out, r->output)) {
        return EXIT_INTERNAL;
    }
    bool complete = true;
    if (r->write != NULL) {
        complete = r->write(out.stream, isa, (const struct probe *const *)w->probes, w->count);
    }
    for (size_t i = 0; r->write == NULL && i < w->count; i++) {
        complete = report_probe_text(out.stream, w->probes[i], output_coloured(&out)) && complete;
        (void)fputs(i + 1 < w->count ? "\n" : "", out.stream);
    }
    return output_close(&out, complete);
}

static int probe_all(const struct request *r, const struct isa *isa, const struct matcher *m, struct work *w) {
    int code = EXIT_FINE;
    for (size_t i = 0; i < w->count; i++) {
        char *message = NULL;
        w->probes[i] = probe_make(isa, m, w->opened[i], &r->options, &message);
        struct probe *p = w->probes[i];
        if (p == NULL) {
            complain("%s: %s", w->opened[i]->operations->name, message == NULL ? "out of memory" : message);
            free(message);
            return EXIT_INTERNAL;
        }
        code = p->totals[PROBE_DIFFERS] > 0 ? EXIT_FINDINGS : code;
        if (p->form_count == 0) {
            complain("%s: no form of that name, or none in a mode and at a level that it can run", p->backend);
            return EXIT_USAGE;
        }
        if (r->statistics) {
            (void)fprintf(stderr, "%s: %zu runs in %.2f s, %.0f runs a second\n", p->backend, p->runs, p->seconds, (double)p->runs / p->seconds);
        }
    }
    int written = write_report(r, isa, w);
    return written == EXIT_FINE ? code : written;
}

static int run(const struct request *r, struct work *w) {
    int code = EXIT_INTERNAL;
    const struct isa_options wanted = {.only = r->options.instruction};
    struct isa *isa = NULL;
    struct matcher *m = load_with_matcher(r->isa, &wanted, &isa, &code);
    if (m == NULL) {
        return code;
    }
    if (r->profile != NULL) {
        const struct replay_request replay = {r->profile,       r->options.instruction, r->output,         r->options.mode, r->write != NULL,
                                              r->options.shard, r->options.shard_count, r->options.records};
        code = replay_witnesses(&replay, isa, m, w->opened, w->count);
    } else if (r->experiment) {
        const struct experiment_request asked = {r->output, r->write != NULL, &r->options};
        code = experiment_backends(&asked, isa, m, w->opened, w->count);
    } else {
        code = probe_all(r, isa, m, w);
    }
    for (size_t i = 0; i < w->count; i++) {
        probe_free(w->probes[i]);
        w->probes[i] = NULL;
    }
    matcher_free(m);
    isa_free(isa);
    return code;
}

/* Opens what was asked for; of all, those that work here. */
static int open_backends(const struct request *r, struct work *w) {
    bool all = strcmp(r->backend, "all") == 0;
    bool known = all;
    for (size_t i = 0; i < BACKEND_COUNT; i++) {
        if (!all && strcmp(r->backend, backends[i].name) != 0) {
            continue;
        }
        const char *reason = NULL;
        known = true;
        w->opened[w->count] = backends[i].open(&reason);
        if (w->opened[w->count] != NULL) {
            w->count++;
        } else {
            (void)fprintf(stderr, "popek: %s cannot run here: %s\n", backends[i].name, reason);
        }
    }
    if (!known) {
        complain_unknown("backend", r->backend, backend_name, NULL, BACKEND_COUNT + 1);
        return EXIT_USAGE;
    }
    return w->count == 0 ? EXIT_CANNOT_RUN : EXIT_FINE;
}

int command_probe(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "[ISA]",
        "Runs every instruction form on a processor, a hypervisor or an emulator, and compares what happens with what the tables (x86) predict.\v"
        "Exit codes: 0 as predicted, or a recorded difference; 1 something differs; 2 bad usage; 3 bad input; 70 internal error; 77 it cannot run "
        "here.",
        NULL,
        NULL,
        NULL};
    struct request r = {.isa = "x86", .backend = "all"};
    r.options = (struct probe_options){.cpl = -1, .seed = 1, .states = 4, .shard_count = 1, .records = recorded_differences()};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    struct work w = {.count = 0};
    int code = open_backends(&r, &w);
    if (code == EXIT_FINE) {
        code = run(&r, &w);
    }
    for (size_t i = 0; i < w.count; i++) {
        w.opened[i]->operations->close(w.opened[i]);
    }
    return code;
}
