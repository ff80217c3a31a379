/* popek check: instruction handlers and emulators against the reference step. */
#include "check_request.h"

#include "../hardware/hardware.h"
#include "cli.h"
#include "embedded.h"
#include "progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern const struct emitted_isa x86_emitted;

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

static struct baseline *open_baseline(const struct check_request *r, int *code) {
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

static int resolve(struct check_request *r, const struct isa *isa) {
    if (r->options.instruction != NULL && !is_known_name(isa, r->options.instruction)) {
        complain_unknown_instruction(isa, r->options.instruction);
        return EXIT_USAGE;
    }
    r->options.mode = r->mode == NULL ? -1 : isa_find_mode(isa, r->mode);
    if (r->mode != NULL && r->options.mode < 0) {
        complain_unknown_mode(isa, r->mode);
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

static int check_one(const struct check_request *r, struct isa *isa, const struct matcher *m, const char *path, struct checked *c) {
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
    if (report->form_count == 0 && r->options.shard_count == 1) { /* a part may be empty */
        complain("%s: it handles nothing of what is asked for", path);
        return EXIT_USAGE;
    }
    if (r->statistics) {
        (void)fprintf(stderr, "%s: %llu states; %.2f s exploring, %.2f s running, %.0f states a second\n", report->subject,
                      (unsigned long long)report->states, report->exploring, report->running, (double)report->states / report->running);
    }
    return EXIT_FINE;
}

static int check_target(const struct check_request *r, struct isa *isa, const struct matcher *m, struct checked *c) {
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

static int judge(const struct check_request *r, struct checked *c) {
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
        check_request_options,
        check_request_parse,
        "[PLUGIN.so...]",
        "Gives instruction handlers, or whole emulators, states that exercise every check of the reference both ways, and "
        "compares what they do (docs/checker.md).\v"
        "Exit codes: 0 no finding; 1 findings; 2 bad usage; 3 bad input; 4 something is not proven, and no state shows a fault; 70 internal error; "
        "77 the target or the prover cannot "
        "run here.",
        NULL,
        NULL,
        NULL};
    struct check_request r = {.write = report_check_text, .prover_steps = 4000000};
    r.options = (struct check_options){.mode = -1,
                                       .states = 1000,
                                       .seed = 1,
                                       .shard_count = 1,
                                       .resource_limit = 400000,
                                       .hang_milliseconds = 2000,
                                       .records = recorded_differences()};
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
    if (r.prove != NULL) {
        code = code == EXIT_FINE ? check_prove(&r, isa, m) : code;
    } else {
        code = code == EXIT_FINE ? judge(&r, &checked) : code;
    }
    for (size_t i = 0; i < checked.count; i++) {
        check_report_free(checked.reports[i]);
        plugin_close(checked.plugins[i]);
    }
    free(message);
    matcher_free(m);
    isa_free(isa);
    return code;
}
