/* popek classify: the class of every form, and what that means for the theorems. */
#include "../reports/reports.h"
#include "arguments.h"
#include "cli.h"
#include "page.h"
#include "statistics.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_SMT2 = 0x200, KEY_STATISTICS };

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_HTML, FORMAT_MARKDOWN, FORMAT_CSV, FORMAT_SARIF, FORMAT_JUNIT, FORMAT_TAP, FORMAT_COUNT };
static const char *const formats[FORMAT_COUNT] = {"text", "json", "html", "markdown", "csv", "sarif", "junit", "tap"};

struct request {
    struct selection selection;
    const char *isa, *instruction, *smt2_directory;
    enum format format;
    bool statistics;
};

static const struct argp_option options[] = {
    {"instruction", 'i', "NAME", 0, "only this instruction or form", 0},
    {"format", 'f', "text|json|html|markdown|csv|sarif|junit|tap", 0, "what to write (text); html is one page for a browser", 0},
    {"smt2", KEY_SMT2, "DIR", 0, "write every query there as SMT-LIB 2 with its answer", 0},
    {"statistics", KEY_STATISTICS, NULL, 0, "time, memory and the slowest queries, to standard error", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->selection;
        return 0;
    case 'i':
        r->instruction = argument;
        return 0;
    case 'f':
        r->format = (enum format)argument_choice(state, "format", argument, formats, FORMAT_COUNT);
        return 0;
    case KEY_SMT2:
        r->smt2_directory = argument;
        return 0;
    case KEY_STATISTICS:
        r->statistics = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one ISA at a time; what is '%s'?", argument);
        }
        r->isa = argument;
        return 0;
    case ARGP_KEY_END:
        if (r->isa == NULL) {
            argp_error(state, "which ISA? A built-in name (popek list) or a file");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int exit_code_of(const struct classification *c) {
    if (c->theorem[0].holds == ANSWER_NO || c->virtualizable_pointwise == ANSWER_NO) {
        return EXIT_FINDINGS;
    }
    bool undecided = c->theorem[0].holds == ANSWER_UNDECIDED || c->virtualizable_pointwise == ANSWER_UNDECIDED;
    for (size_t i = 0; i < c->verdict_count; i++) {
        undecided = undecided || c->verdicts[i].class == VERDICT_UNDECIDED;
    }
    return undecided ? EXIT_UNDECIDED : EXIT_FINE;
}

static bool write_report(const struct request *r, const struct output *out, const struct classification *c, const struct report_scope *scope,
                         const struct source_reader *reader) {
    switch (r->format) {
    case FORMAT_JSON:
        return report_classification_json(out->stream, c, scope);
    case FORMAT_HTML: {
        struct page_parts parts;
        bool complete = page_parts_read(&parts) && report_classification_html(out->stream, c, scope, reader, parts.style, parts.script);
        page_parts_free(&parts);
        return complete;
    }
    case FORMAT_MARKDOWN:
        return report_classification_markdown(out->stream, c, scope);
    case FORMAT_CSV:
        return report_classification_csv(out->stream, c);
    case FORMAT_SARIF:
        return report_classification_sarif(out->stream, c);
    case FORMAT_JUNIT:
        return report_classification_junit(out->stream, c);
    case FORMAT_TAP:
        return report_classification_tap(out->stream, c);
    case FORMAT_TEXT:
    case FORMAT_COUNT:
        break;
    }
    return report_classification_text(out->stream, c, scope, output_coloured(out));
}

static int report(const struct request *r, const struct classification *c, const struct report_scope *scope, const struct source_reader *reader) {
    struct output out;
    if (!output_open(&out, r->selection.output)) {
        return EXIT_INTERNAL;
    }
    int code = output_close(&out, write_report(r, &out, c, scope, reader));
    return code == EXIT_FINE ? exit_code_of(c) : code;
}

static int run(const struct request *r, const struct isa *isa, const struct source_reader *reader) {
    struct classify_options o;
    if (!resolve_selection(&r->selection, isa, r->instruction, &o)) {
        return EXIT_USAGE;
    }
    o.search = r->instruction == NULL && profile_in(isa, o.profile, 0)->free_bit_count > 0;
    o.smt2_directory = r->smt2_directory;
    int code = EXIT_INTERNAL;
    struct classification *c = decide_or_complain(isa, &o, &code);
    if (c == NULL) {
        return code;
    }
    const struct report_scope scope = {o.mode, r->instruction};
    code = report(r, c, &scope, reader);
    if (r->statistics) {
        print_statistics(stderr, c);
    }
    classification_free(c);
    return code;
}

int command_classify(int argc, char **argv) {
    static const struct argp_child children[] = {{&selection_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    static const struct argp argp = {
        options,
        parse,
        "ISA",
        "Decides the Popek and Goldberg class of every instruction form of ISA (a built-in name or a file), and Theorems 1, 2 and 3.\v"
        "Exit codes: 0 Theorem 1 holds, 1 it does not, 2 bad usage, 3 bad input, 4 undecided, 70 internal error.",
        children,
        NULL,
        NULL};
    struct request r;
    memset(&r, 0, sizeof r);
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    struct source_reader reader;
    int code = EXIT_INTERNAL;
    const struct isa_options drop = {.only = r.instruction,
                                     .drop_instruction = r.selection.drop_form,
                                     .drop_points = r.selection.drop_point == 0 ? 0 : (uint64_t)1 << (r.selection.drop_point - 1)};
    struct isa *isa = load_isa(r.isa, &drop, &reader, &code);
    if (isa == NULL) {
        return code;
    }
    code = run(&r, isa, &reader);
    isa_free(isa);
    return code;
}
