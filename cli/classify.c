/* popek classify: the class of every form, and what that means for the theorems. */
#include "../reports/reports.h"
#include "page.h"
#include "statistics.h"
#include "subject.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_SMT2 = 0x200, KEY_STATISTICS };

struct request {
    struct selection selection;
    struct subject subject; /* ISA and instruction; the rest is of the selection */
    const char *smt2_directory;
    enum page_format format;
    bool statistics;
};

static const struct argp_option options[] = {
    {"instruction", 'i', "NAME", 0, "only this instruction or form", 0},
    PAGE_FORMAT_OPTION,
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
    case 'f':
        r->format = page_format(state, argument);
        return 0;
    case KEY_SMT2:
        r->smt2_directory = argument;
        return 0;
    case KEY_STATISTICS:
        r->statistics = true;
        return 0;
    case ARGP_KEY_END:
        if (r->subject.isa == NULL) {
            argp_error(state, "which ISA? A built-in name (popek list) or a file");
        }
        return 0;
    default:
        return parse_subject(key, argument, state, &r->subject);
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

static int run(const void *request, struct isa *isa, const struct source_reader *reader) {
    const struct request *r = request;
    struct classify_options o;
    if (!resolve_selection(&r->selection, isa, r->subject.instruction, &o)) {
        return EXIT_USAGE;
    }
    o.search = r->subject.instruction == NULL && profile_in(isa, o.profile, 0)->free_bit_count > 0;
    o.smt2_directory = r->smt2_directory;
    int code = EXIT_INTERNAL;
    struct classification *c = decide_or_complain(isa, &o, &code);
    if (c == NULL) {
        return code;
    }
    const struct report_scope scope = {o.mode, r->subject.instruction};
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
    const struct isa_options wanted = selection_options(&r.selection, r.subject.instruction);
    return with_isa(r.subject.isa, &wanted, run, &r);
}
