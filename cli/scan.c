/* popek scan: the holes, the sensitive and the privileged instructions of real binaries. */
#include "../reports/scan.h"
#include "../scanner/batch.h"
#include "cli.h"
#include "progress.h"
#include "site_question.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SYMBOLS = 0x100, KEY_FILLING, KEY_ALL_BYTES, KEY_SUMMARY, KEY_RAW, KEY_BASE, KEY_BREAKPOINTS };

static const struct {
    const char *name;
    bool (*report)(FILE *out, const struct scan_report *r);
} formats[] = {{"text", report_scan_text}, {"json", report_scan_json}, {"csv", report_scan_csv}, {"sarif", report_scan_sarif}};
#define FORMAT_COUNT (sizeof formats / sizeof formats[0])

struct request {
    struct site_question sites;
    const char *output;
    size_t format;
    bool summary, symbols;
    struct scan_question question;
    struct scan_paths paths;
    bool exhausted;
};

static const struct argp_option options[] = {
    {"mode", 'm', "MODE", 0, "auto: as the file says (auto); real, v86, protected16, protected, compatibility, long, or 16, 32, 64", 0},
    {"raw", KEY_RAW, NULL, 0, "the files are code and nothing else (--mode says of which mode; long)", 0},
    {"base", KEY_BASE, "ADDRESS", 0, "of raw code, where its first byte lies (0); implies --raw", 0},
    {"all-bytes", KEY_ALL_BYTES, NULL, 0, "instructions at every offset too, those that overlap others (marked +)", 0},
    {"filling", KEY_FILLING, NULL, 0, "runs of INT3 between functions too, which are passed over else", 0},
    {"breakpoints", KEY_BREAKPOINTS, NULL, 0, "per basic block, where a monitor that scans before it executes must stop; text, json or csv", 0},
    {"symbols", KEY_SYMBOLS, NULL, 0, "totals by function too", 0},
    {"summary", KEY_SUMMARY, NULL, 0, "totals only, no list of sites", 0},
    {"jobs", 'j', "N", 0, "how many threads (1)", 0},
    {"format", 'f', "FORMAT", 0, "what to write: text, json, csv, sarif (text)", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static uint64_t parse_number(struct argp_state *state, const char *option, const char *text, uint64_t least, uint64_t most) {
    char *end = NULL;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 0);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || n < least || n > most) {
        argp_error(state, "%s needs a number from %llu to %llu, not '%s'", option, (unsigned long long)least, (unsigned long long)most, text);
    }
    return n;
}

static void parse_mode(struct argp_state *state, const char *text, struct scan_question *q) {
    enum matcher_mode mode = MATCHER_LONG;
    if (strcmp(text, "auto") == 0) {
        q->mode = -1;
    } else if (matcher_find_mode(text, &mode)) {
        q->mode = (int)mode;
    } else {
        argp_error(state, "unknown mode '%s'; there is: auto, real, v86, protected16, protected, compatibility, long, 16, 32, 64", text);
    }
}

static size_t parse_scan_format(struct argp_state *state, const char *text) {
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(text, formats[i].name) == 0) {
            return i;
        }
    }
    argp_error(state, "unknown format '%s'; there is: text, json, csv, sarif", text);
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->sites;
        return 0;
    case 'm':
        parse_mode(state, argument, &r->question);
        return 0;
    case KEY_BASE:
        r->question.base = parse_number(state, "--base", argument, 0, UINT64_MAX);
        r->question.raw = true;
        return 0;
    case KEY_RAW:
        r->question.raw = true;
        return 0;
    case KEY_ALL_BYTES:
        r->question.all_bytes = true;
        return 0;
    case KEY_FILLING:
        r->question.filling = true;
        return 0;
    case KEY_BREAKPOINTS:
        r->question.breakpoints = true;
        return 0;
    case KEY_SYMBOLS:
        r->symbols = true;
        return 0;
    case KEY_SUMMARY:
        r->summary = true;
        return 0;
    case 'j':
        r->question.jobs = (unsigned)parse_number(state, "--jobs", argument, 1, 256);
        return 0;
    case 'f':
        r->format = parse_scan_format(state, argument);
        return 0;
    case 'o':
        r->output = argument;
        return 0;
    case ARGP_KEY_ARG:
        r->exhausted = !scan_paths_add(&r->paths, argument) || r->exhausted;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num == 0) {
            argp_error(state, "which files? for example: popek scan /bin/true");
        }
        if (r->question.breakpoints && (r->question.all_bytes || strcmp(formats[r->format].name, "sarif") == 0)) {
            argp_error(state, "--breakpoints goes neither with --all-bytes nor with --format sarif");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void show_progress(void *context, size_t done, size_t count, const char *path) {
    (void)context;
    (void)fprintf(stderr, "\r\033[K%zu of %zu  %.60s", done, count, path);
    (void)fputs(done == count ? "\r\033[K" : "", stderr);
}

/* In a directory what is no binary is passed over, but not the module of a kernel that is only compressed. */
static int complain_of_unknown(const struct scan_result *result, const char *path, bool found) {
    if (found && (result->message == NULL || strstr(path, ".ko.") == NULL)) {
        return EXIT_FINE;
    }
    if (result->message != NULL) {
        complain("'%s': %s", path, result->message);
    } else {
        complain("'%s' is no ELF file, no archive and no PE file; for raw code: --raw", path);
    }
    return EXIT_INPUT;
}

/* One message for each file that could not be scanned; the exit code for it. */
static int complain_of(const struct scan_result *result, const char *path, bool found) {
    switch (result->status) {
    case SCAN_FINE:
        return EXIT_FINE;
    case SCAN_UNKNOWN:
        return complain_of_unknown(result, path, found);
    case SCAN_UNREADABLE:
        complain("cannot read '%s': %s", path, result->message == NULL ? "no regular file" : result->message);
        return EXIT_INPUT;
    case SCAN_BAD:
        complain("'%s': %s", path, result->message == NULL ? "the file is damaged" : result->message);
        return EXIT_INPUT;
    case SCAN_NO_TABLE:
        return EXIT_INTERNAL; /* it has been said */
    default:
        complain("out of memory");
        return EXIT_INTERNAL;
    }
}

/* Bad input counts before holes: the answer is not complete; and holes before what could not be decided. */
static int judge(const struct scan_report *r, const struct scan_paths *paths) {
    int worst = EXIT_FINE;
    bool hole = false;
    bool undecided = false;
    size_t binaries = 0;
    for (size_t i = 0; i < r->count; i++) {
        binaries += r->results[i].binary_count;
        int code = complain_of(&r->results[i], r->paths[i], paths->found[i]);
        worst = code > worst ? code : worst;
        for (size_t b = 0; b < r->results[i].binary_count; b++) {
            const struct scan_binary *binary = &r->results[i].binaries[b];
            for (size_t s = 0; s < binary->site_count; s++) {
                const struct scan_form *form = &binary->sections[binary->sites[s].section].forms[binary->sites[s].form];
                hole = hole || form->hole;
                undecided = undecided || form->undecided;
            }
        }
    }
    if (binaries == 0 && worst == EXIT_FINE) {
        complain("there is no binary in what was given");
        worst = EXIT_INPUT;
    }
    if (worst != EXIT_FINE) {
        return worst;
    }
    return hole ? EXIT_FINDINGS : undecided ? EXIT_UNDECIDED : EXIT_FINE;
}

static int show(const struct request *r, struct scan_result *results) {
    struct output out;
    const struct scan_report report = {.isa = r->sites.isa,
                                       .profile = r->sites.profile,
                                       .configuration = r->sites.configuration,
                                       .paths = (const char *const *)r->paths.paths,
                                       .results = results,
                                       .count = r->paths.count,
                                       .summary = r->summary,
                                       .symbols = r->symbols,
                                       .breakpoints = r->question.breakpoints};
    int code = judge(&report, &r->paths);
    if (code == EXIT_INTERNAL || !output_open(&out, r->output)) {
        return EXIT_INTERNAL;
    }
    int written = output_close(&out, formats[r->format].report(out.stream, &report));
    return written != EXIT_FINE ? written : code;
}

static int run(struct request *r) {
    struct scan_result *results = calloc(r->paths.count + 1, sizeof *results);
    int code = results == NULL ? EXIT_INTERNAL : site_question_open(&r->sites, &r->question);
    if (code == EXIT_FINE) {
        r->question.only_counts = r->summary && !r->symbols;
        scan_all(&r->question, &r->paths, results, progress_wanted() ? show_progress : NULL, NULL);
        code = show(r, results);
        for (size_t i = 0; i < r->paths.count; i++) {
            scan_result_free(&results[i]);
        }
    }
    free(results);
    site_question_close(&r->sites);
    return code;
}

int command_scan(int argc, char **argv) {
    static const struct argp_child children[] = {{&site_question_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    static const struct argp argp = {
        options,
        parse,
        "FILE...",
        "Finds the instructions of binaries that a monitor must care about.\v"
        "ELF files of every kind, kernels, archives, PE files, raw code; of directories every binary in them. Each site has address, bytes, text, "
        "function and source line, class, and what closes it.\nExit code: 0 no holes, 1 holes, 3 bad input, 4 undecided.",
        children,
        NULL,
        NULL};
    struct request r = {.sites = SITE_QUESTION_DEFAULT, .question = {.mode = -1, .jobs = 1}};
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    int code = EXIT_INTERNAL;
    if (r.exhausted) {
        complain("out of memory");
    } else {
        code = run(&r);
    }
    scan_paths_free(&r.paths);
    return code;
}
