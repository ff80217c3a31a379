/* popek check: instruction handlers and emulators against the reference step. */
#include "../hardware/hardware.h"
#include "../reports/check.h"
#include "arguments.h"
#include "cli.h"
#include "progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
    KEY_TARGET
};
#define PLUGINS_MOST 64u

extern const struct emitted_isa x86_emitted;

struct request {
    const char *plugins[PLUGINS_MOST];
    size_t count;
    const char *mode, *output, *baseline, *target;
    check_writer *write;
    bool statistics, chosen;
    struct check_options options;
};

static const struct argp_option options[] = {
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
    {"format", 'f', "text|json|junit|sarif|tap", 0, "what to write (text)", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {"statistics", KEY_STATISTICS, NULL, 0, "time and states per second, to standard error", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void parse_writer(struct request *r, struct argp_state *state, const char *text) {
    static const struct {
        const char *name;
        check_writer *write;
    } writers[] = {{"text", report_check_text},
                   {"json", report_check_json},
                   {"junit", report_check_junit},
                   {"sarif", report_check_sarif},
                   {"tap", report_check_tap}};
    r->write = NULL;
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        r->write = strcmp(text, writers[i].name) == 0 ? writers[i].write : r->write;
    }
    if (r->write == NULL) {
        argp_error(state, "unknown format '%s'; there is: text, json, junit, sarif, tap", text);
    }
}

static error_t parse_limits(int key, char *argument, struct argp_state *state) {
    struct check_options *o = &((struct request *)state->input)->options;
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

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
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
        if ((r->count == 0) != (r->target != NULL)) {
            argp_error(state, r->count == 0 ? "which plug-in?" : "a plug-in or a target, not both");
        }
        return 0;
    default:
        return parse_limits(key, argument, state);
    }
}

static void show_progress(void *context, size_t done, size_t all) {
    (void)context;
    (void)fprintf(stderr, "\r%zu of %zu forms and modes%s", done, all, done == all ? "\n" : "");
}

static char *read_whole(const char *path) {
    FILE *in = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0;
    FILE *copy = in == NULL ? NULL : open_memstream(&text, &size);
    for (int c = 0; copy != NULL && (c = fgetc(in)) != EOF;) {
        (void)fputc(c, copy);
    }
    if (copy != NULL && fclose(copy) != 0) {
        free(text);
        text = NULL;
    }
    if (in != NULL) {
        (void)fclose(in);
    }
    return text;
}

static struct baseline *open_baseline(const struct request *r, int *code) {
    char *message = NULL;
    char *text = read_whole(r->baseline);
    struct baseline *b = text == NULL ? NULL : baseline_read(text, &message);
    if (b == NULL) {
        complain("%s: %s", r->baseline, text == NULL ? strerror(errno) : message == NULL ? "out of memory" : message);
        *code = EXIT_INPUT;
    }
    free(text);
    free(message);
    return b;
}

static bool is_known_name(const struct isa *isa, const char *name) {
    for (size_t i = 0; i < isa->form_count; i++) {
        if (strcmp(isa->forms[i].text, name) == 0 || strcmp(isa->forms[i].instruction, name) == 0) {
            return true;
        }
    }
    return false;
}

static const char *mode_name(const void *context, size_t i) { return ((const struct isa *)context)->modes[i].name; }
static const char *instruction_name(const void *context, size_t i) { return ((const struct isa *)context)->forms[i].instruction; }

static int resolve(struct request *r, const struct isa *isa) {
    if (r->options.instruction != NULL && !is_known_name(isa, r->options.instruction)) {
        complain_unknown("instruction", r->options.instruction, instruction_name, isa, isa->form_count);
        return EXIT_USAGE;
    }
    r->options.mode = r->mode == NULL ? -1 : isa_find_mode(isa, r->mode);
    if (r->mode != NULL && r->options.mode < 0) {
        complain_unknown("operating mode", r->mode, mode_name, isa, isa->mode_count);
        return EXIT_USAGE;
    }
    r->options.system_only = r->options.instruction == NULL && !r->chosen;
    return EXIT_FINE;
}

struct checked {
    struct plugin *plugins[PLUGINS_MOST];
    struct check_report *reports[PLUGINS_MOST];
    size_t count;
};

static int check_one(const struct request *r, struct isa *isa, const struct matcher *m, const char *path, struct checked *c) {
    char *message = NULL;
    int code = EXIT_FINE;
    c->plugins[c->count] = plugin_open(path, isa, &x86_emitted, &message);
    c->reports[c->count] = NULL;
    if (c->plugins[c->count] != NULL) {
        c->reports[c->count] = check_plugin(isa, m, &x86_emitted, c->plugins[c->count], &r->options, &message);
        code = EXIT_INTERNAL;
    } else {
        code = message == NULL ? EXIT_INTERNAL : EXIT_INPUT;
    }
    const struct check_report *report = c->reports[c->count++];
    if (report == NULL) {
        complain("%s", message == NULL ? "out of memory" : message);
        free(message);
        return code;
    }
    if (report->form_count == 0) {
        complain("%s: it handles nothing of what is asked for", path);
        return EXIT_USAGE;
    }
    if (r->statistics) {
        (void)fprintf(stderr, "%s: %llu states; %.2f s exploring, %.2f s running, %.0f states a second\n", report->subject,
                      (unsigned long long)report->states, report->exploring, report->running, (double)report->states / report->running);
    }
    return EXIT_FINE;
}

static int check_target(const struct request *r, struct isa *isa, const struct matcher *m, struct checked *c) {
    const char *reason = NULL;
    char *message = NULL;
    bool kvm = strcmp(r->target, "kvm") == 0;
    if (!kvm && strcmp(r->target, "unicorn") != 0) {
        complain("unknown target '%s'; there is: kvm, unicorn", r->target);
        return EXIT_USAGE;
    }
    struct backend *b = kvm ? kvm_open(&reason) : unicorn_open(&reason);
    if (b == NULL) {
        (void)fprintf(stderr, "popek: %s cannot run here: %s\n", r->target, reason);
        return EXIT_CANNOT_RUN;
    }
    struct check_report *report = check_machine(isa, m, &x86_emitted, b, &r->options, &message);
    b->operations->close(b);
    if (report == NULL) {
        complain("%s", message == NULL ? "out of memory" : message);
        free(message);
        return EXIT_INTERNAL;
    }
    c->plugins[c->count] = NULL;
    c->reports[c->count++] = report;
    return EXIT_FINE;
}

static int judge(const struct request *r, struct checked *c) {
    char today[16] = "";
    time_t now = time(NULL);
    struct tm calendar;
    int code = EXIT_FINE;
    if (gmtime_r(&now, &calendar) != NULL) {
        (void)strftime(today, sizeof today, "%Y-%m-%d", &calendar);
    }
    struct baseline *b = r->baseline == NULL ? NULL : open_baseline(r, &code);
    for (size_t i = 0; code == EXIT_FINE && b != NULL && i < c->count; i++) {
        code = baseline_apply(b, c->reports[i], today) ? EXIT_FINE : EXIT_INTERNAL;
    }
    struct output out;
    if (code == EXIT_FINE && output_open(&out, r->output)) {
        code = output_close(&out, r->write(out.stream, (const struct check_report *const *)c->reports, c->count, output_coloured(&out)));
    }
    for (size_t i = 0; code == EXIT_FINE && i < c->count; i++) {
        struct check_totals t;
        check_totals(c->reports[i], &t);
        code = t.new_findings > 0 ? EXIT_FINDINGS : code;
    }
    baseline_free(b);
    return code;
}

int command_check(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "[PLUGIN.so...]",
        "Gives instruction handlers, or whole emulators, states that exercise every check of the reference both ways, and "
        "compares what they do (docs/checker.md).\v"
        "Exit codes: 0 no finding; 1 findings; 2 bad usage; 3 bad input; 70 internal error; 77 the target cannot "
        "run here.",
        NULL,
        NULL,
        NULL};
    struct request r = {.write = report_check_text};
    r.options = (struct check_options){.mode = -1, .states = 1000, .seed = 1, .shard_count = 1, .resource_limit = 400000, .hang_milliseconds = 2000};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    r.options.progress = progress_wanted() ? show_progress : NULL;
    struct source_reader reader;
    int code = EXIT_INTERNAL;
    const struct isa_options all = {.only = NULL};
    struct isa *isa = load_isa("x86", &all, &reader, &code);
    if (isa == NULL) {
        return code;
    }
    char *message = NULL;
    struct matcher *m = matcher_of_isa(isa, &message);
    static struct checked checked;
    code = m == NULL ? EXIT_INTERNAL : resolve(&r, isa);
    for (size_t i = 0; code == EXIT_FINE && i < r.count; i++) {
        code = check_one(&r, isa, m, r.plugins[i], &checked);
    }
    if (code == EXIT_FINE && r.target != NULL) {
        code = check_target(&r, isa, m, &checked);
    }
    code = code == EXIT_FINE ? judge(&r, &checked) : code;
    for (size_t i = 0; i < checked.count; i++) {
        check_report_free(checked.reports[i]);
        plugin_close(checked.plugins[i]);
    }
    free(message);
    matcher_free(m);
    isa_free(isa);
    return code;
}
