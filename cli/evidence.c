/* popek evidence: what is decided, replayed, run on machines and proven, for each form and mode. */
#include "../reports/evidence.h"
#include "json_file.h"
#include "page.h"
#include "subject.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_ROWS = 0x180 };

struct request {
    struct selection selection;      /* first */
    struct subject subject;          /* ISA and instruction; the rest is of the selection */
    const char **results, **ledgers; /* paths */
    size_t result_count, ledger_count;
    enum page_format format;
    bool rows;
};

static const struct argp_option options[] = {
    {"results", 'r', "FILE", 0, "a result of `popek probe --format json` or `popek merge`; may be given several times", 0},
    {"ledger", 'l', "FILE", 0, "a ledger of proofs, of one unit or of all; may be given several times", 0},
    {"instruction", 'i', "NAME", 0, "only this instruction or form", 0},
    {"rows", KEY_ROWS, NULL, 0, "text: every row, however many there are", 0},
    PAGE_FORMAT_OPTION,
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->selection;
        return 0;
    case 'r':
        r->results[r->result_count++] = argument;
        return 0;
    case 'l':
        r->ledgers[r->ledger_count++] = argument;
        return 0;
    case KEY_ROWS:
        r->rows = true;
        return 0;
    case 'f':
        r->format = page_format(state, argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which ISA? for example x86");
        return 0;
    default:
        return parse_subject(key, argument, state, &r->subject);
    }
}

/* Something contradicts the tables; or the solver gave up. */
static int exit_code_of(const struct evidence *e) {
    size_t against = 0;
    bool undecided = false;
    for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
        against += e->totals[c][EVIDENCE_AGAINST];
    }
    for (size_t i = 0; i < e->row_count; i++) {
        undecided = undecided || e->rows[i].verdict->class == VERDICT_UNDECIDED;
    }
    return against > 0 ? EXIT_FINDINGS : undecided ? EXIT_UNDECIDED : EXIT_FINE;
}

static bool write_html(FILE *out, const struct evidence *e, const struct report_scope *scope, const struct source_reader *reader) {
    struct page_parts parts;
    bool complete = page_parts_read(&parts) && report_evidence_html(out, e, scope, reader, parts.style, parts.script);
    page_parts_free(&parts);
    return complete;
}

static bool write_report(const struct request *r, const struct output *out, const struct evidence *e, const struct report_scope *scope,
                         const struct source_reader *reader) {
    switch (r->format) {
    case FORMAT_JSON:
        return report_evidence_json(out->stream, e);
    case FORMAT_HTML:
        return write_html(out->stream, e, scope, reader);
    case FORMAT_MARKDOWN:
        return report_evidence_markdown(out->stream, e);
    case FORMAT_CSV:
        return report_evidence_csv(out->stream, e);
    case FORMAT_SARIF:
        return report_evidence_sarif(out->stream, e);
    case FORMAT_JUNIT:
        return report_evidence_junit(out->stream, e);
    case FORMAT_TAP:
        return report_evidence_tap(out->stream, e);
    case FORMAT_TEXT:
    case FORMAT_COUNT:
        break;
    }
    return report_evidence_text(out->stream, e, r->rows, output_coloured(out));
}

static int report(const struct request *r, const struct evidence *e, const struct report_scope *scope, const struct source_reader *reader) {
    struct output out;
    if (!output_open(&out, r->selection.output)) {
        return EXIT_INTERNAL;
    }
    int code = output_close(&out, write_report(r, &out, e, scope, reader));
    return code == EXIT_FINE ? exit_code_of(e) : code;
}

/* The documents of `inputs`; false after a message. */
static bool load_all(json_t **documents, const char *const *paths, size_t count) {
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        documents[i] = load_json(paths[i]);
        good = documents[i] != NULL;
    }
    return good;
}

struct documents {
    const struct request *request;
    json_t **results, **ledgers;
};

static int join(const struct request *r, const struct classification *c, const struct documents *d, const struct report_scope *scope,
                const struct source_reader *reader) {
    const struct evidence_inputs inputs = {c, d->results, r->results, r->result_count, d->ledgers, r->ledgers, r->ledger_count};
    char *message = NULL;
    struct evidence *e = evidence_make(&inputs, &message);
    int code = e == NULL ? complain_message(message) : report(r, e, scope, reader);
    evidence_free(e);
    free(message);
    return code;
}

static int run(const void *request, struct isa *isa, const struct source_reader *reader) {
    const struct documents *d = request;
    const struct request *r = d->request;
    struct classify_options o;
    int code = EXIT_INTERNAL;
    if (!resolve_selection(&r->selection, isa, r->subject.instruction, &o)) {
        return EXIT_USAGE;
    }
    o.search = profile_in(isa, o.profile, 0)->free_bit_count > 0;
    o.fingerprints = true;
    struct classification *c = decide_or_complain(isa, &o, &code);
    if (c != NULL) {
        const struct report_scope scope = {o.mode, r->subject.instruction};
        code = join(r, c, d, &scope, reader);
        classification_free(c);
    }
    return code;
}

static int load_and_run(const struct request *r) {
    const struct documents d = {r, calloc(r->result_count + 1, sizeof(json_t *)), calloc(r->ledger_count + 1, sizeof(json_t *))};
    int code = d.results == NULL || d.ledgers == NULL ? EXIT_INTERNAL : EXIT_INPUT;
    if (code == EXIT_INPUT && load_all(d.results, r->results, r->result_count) && load_all(d.ledgers, r->ledgers, r->ledger_count)) {
        const struct isa_options wanted = {.only = r->subject.instruction};
        code = with_isa(r->subject.isa, &wanted, run, &d);
    }
    for (size_t i = 0; d.results != NULL && i < r->result_count; i++) {
        json_decref(d.results[i]);
    }
    for (size_t i = 0; d.ledgers != NULL && i < r->ledger_count; i++) {
        json_decref(d.ledgers[i]);
    }
    free(d.results);
    free(d.ledgers);
    return code;
}

int command_evidence(int argc, char **argv) {
    static const struct argp_child children[] = {{&selection_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    static const struct argp argp = {
        options,
        parse,
        "ISA",
        "The evidence matrix: for each form and mode, what the solver decided, which machines and proofs agree, and what is not known.\v"
        "Exit codes: 0 nothing contradicts the tables, 1 something does, 2 bad usage, 3 bad input, 4 undecided, 70 internal error.",
        children,
        NULL,
        NULL};
    struct request r;
    memset(&r, 0, sizeof r);
    r.results = calloc((size_t)argc + 1, sizeof *r.results); /* as many as there can be */
    r.ledgers = calloc((size_t)argc + 1, sizeof *r.ledgers);
    int code = EXIT_INTERNAL;
    if (r.results != NULL && r.ledgers != NULL) {
        (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
        code = load_and_run(&r);
    }
    free((void *)r.results);
    free((void *)r.ledgers);
    return code;
}
