/* popek rewrite: calls, hypercalls or traps in the place of a binary's sites, and back. */
#include "../scanner/rewrite.h"

#include "../x86-tables/footprint.h"
#include "except_list.h"
#include "site_question.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEY_TO = 0x400, KEY_UNDO, KEY_VECTOR, KEY_ENTRY, KEY_ALL, KEY_ANNOTATED, KEY_MEMORY, KEY_LIST };

static const char *const kind_names[] = {[REWRITE_HEADER] = "", [REWRITE_TRAP] = "trap", [REWRITE_HYPERCALL] = "hypercall", [REWRITE_CALL] = "call"};

struct request {
    struct site_question sites;
    struct scan_question scan;
    struct rewrite_question question;
    struct except_list except;
    const char *input, *output;
    bool undo, list;
};

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "write the new binary there", 0},
    {"to", KEY_TO, "trap|hypercall|call", 0, "INT3, one byte; INT n, two bytes; near CALL, five bytes (trap)", 0},
    {"vector", KEY_VECTOR, "N", 0, "of hypercalls (0x82)", 0},
    {"entry", KEY_ENTRY, "SYMBOL", 0, "of the binary, that is called (popek_emulate)", 0},
    {"all-sites", KEY_ALL, NULL, 0, "sensitive and privileged instructions too; else holes, the others trap by themselves", 0},
    {"memory", KEY_MEMORY, NULL, 0, "also what popek annotate --from has labelled because of the memory that it touches", 0},
    {"only-annotated", KEY_ANNOTATED, NULL, 0, "what popek annotate has labelled; else what a scan finds, too", 0},
    {"list", KEY_LIST, NULL, 0, "every place, with the registers and flags that are free there", 0},
    {"undo", KEY_UNDO, NULL, 0, "give back the original file", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    char *end = NULL;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->sites;
        state->child_inputs[1] = &r->except;
        return 0;
    case 'o':
        r->output = argument;
        return 0;
    case KEY_TO:
        for (unsigned i = REWRITE_TRAP; i <= REWRITE_CALL; i++) {
            if (strcmp(argument, kind_names[i]) == 0) {
                r->question.kind = (enum rewrite_kind)i;
                return 0;
            }
        }
        argp_error(state, "unknown replacement '%s'; there is: trap, hypercall, call", argument);
        return 0;
    case KEY_VECTOR: {
        unsigned long vector = strtoul(argument, &end, 0);
        if (argument[0] < '0' || argument[0] > '9' || *end != '\0' || vector > 0xFF) {
            argp_error(state, "--vector needs a number from 0 to 255, not '%s'", argument);
        }
        r->question.vector = (uint8_t)vector;
        return 0;
    }
    case KEY_ENTRY:
        r->question.entry = argument;
        return 0;
    case KEY_ALL:
        r->question.all_sites = true;
        return 0;
    case KEY_MEMORY:
        r->question.memory = true;
        return 0;
    case KEY_ANNOTATED:
        r->question.only_annotated = true;
        return 0;
    case KEY_LIST:
        r->list = true;
        return 0;
    case KEY_UNDO:
        r->undo = true;
        return 0;
    case ARGP_KEY_ARG:
        if (r->input != NULL) {
            argp_error(state, "one file at a time");
        }
        r->input = argument;
        return 0;
    case ARGP_KEY_END:
        if (r->input == NULL || r->output == NULL) {
            argp_error(state, "which binary, and where to? for example: popek rewrite kernel -o kernel.rewritten");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static uint8_t *read_binary(const char *path, size_t *size, mode_t *mode) {
    struct stat s;
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    if (file != NULL && fstat(fileno(file), &s) == 0 && S_ISREG(s.st_mode)) {
        bytes = malloc((size_t)s.st_size + 1);
        *mode = s.st_mode & 07777;
        *size = bytes == NULL ? 0 : fread(bytes, 1, (size_t)s.st_size, file);
        if (bytes != NULL && ferror(file) != 0) {
            free(bytes);
            bytes = NULL;
        }
        errno = bytes == NULL ? EIO : errno;
    } else if (file != NULL) {
        errno = EINVAL;
    }
    if (bytes == NULL) {
        complain("cannot read '%s': %s", path, strerror(errno));
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return bytes;
}

static int complain_of(const struct request *r, const struct rewrite_result *result) {
    switch (result->status) {
    case REWRITE_FINE:
        return EXIT_FINE;
    case REWRITE_BAD:
        complain("'%s': %s", r->input, result->message == NULL ? "the file is damaged" : result->message);
        return EXIT_INPUT;
    case REWRITE_NO_ENTRY:
        complain("'%s' has no symbol '%s' that could be called; --entry names another", r->input, r->question.entry);
        return EXIT_INPUT;
    case REWRITE_NO_TABLE:
        return EXIT_INTERNAL; /* it has been said */
    default:
        complain("out of memory");
        return EXIT_INTERNAL;
    }
}

/* What a replacement may overwrite, as far as popek annotate has found it out. */
static void show_free(const struct rewrite_place *p) {
    bool any = false;
    for (unsigned i = 0; i < FOOTPRINT_BITS; i++) {
        if ((p->live >> i & 1) == 0) {
            bool narrow = p->bits != 64 && i < FOOTPRINT_FLAGS;
            (void)printf("%s%s%s", any ? " " : "  free: ", narrow ? "e" : "", footprint_name(i) + (narrow ? 1 : 0));
            any = true;
        }
    }
}

/* How many places there are of each kind, and those that are as they were, or all. */
static int show(const struct request *r, const struct rewrite_result *result) {
    static const char *const outcomes[] = {[REWRITE_PLACED] = "placed",
                                           [REWRITE_TOO_SHORT] = "too short",
                                           [REWRITE_OUT_OF_REACH] = "out of reach",
                                           [REWRITE_OVERLAPS] = "in another site",
                                           [REWRITE_IN_TABLES] = "in the headers of the file"};
    size_t placed = 0;
    size_t annotated = 0;
    for (size_t i = 0; i < result->place_count; i++) {
        placed += result->places[i].outcome == REWRITE_PLACED ? 1 : 0;
        annotated += result->places[i].annotated ? 1 : 0;
    }
    (void)printf("%s: %zu of %zu sites are %ss now (%zu annotated, %zu found by the scan)\n", r->output, placed, result->place_count,
                 kind_names[r->question.kind], annotated, result->place_count - annotated);
    for (size_t i = 0; i < result->place_count; i++) {
        const struct rewrite_place *p = &result->places[i];
        if (r->list || p->outcome != REWRITE_PLACED) {
            (void)printf("  %10" PRIx64 "  %-16s %2u bytes  %s", p->address, r->sites.isa->forms[p->form].instruction, p->total,
                         outcomes[p->outcome]);
            if (r->list) {
                show_free(p);
            }
            (void)putchar('\n');
        }
    }
    return placed == result->place_count ? EXIT_FINE : EXIT_FINDINGS;
}

static int write_binary(const struct request *r, const struct rewrite_result *result, mode_t mode) {
    struct output out;
    if (!output_open(&out, r->output)) {
        return EXIT_INTERNAL;
    }
    int code = output_close(&out, fwrite(result->bytes, 1, result->size, out.stream) == result->size);
    if (code == EXIT_FINE && chmod(r->output, mode) != 0) {
        complain("cannot set the permissions of '%s': %s", r->output, strerror(errno));
        code = EXIT_INPUT;
    }
    return code;
}

static int run(const struct request *r) {
    size_t size = 0;
    mode_t mode = 0;
    uint8_t *bytes = read_binary(r->input, &size, &mode);
    if (bytes == NULL) {
        return EXIT_INPUT;
    }
    struct rewrite_result result = r->undo ? rewrite_undo(bytes, size) : rewrite_file(&r->question, r->input, bytes, size);
    int code = complain_of(r, &result);
    if (code == EXIT_FINE) {
        code = write_binary(r, &result, mode);
    }
    if (code == EXIT_FINE && !r->undo) {
        code = show(r, &result);
    }
    rewrite_result_free(&result);
    free(bytes);
    return code;
}

int command_rewrite(int argc, char **argv) {
    static const struct argp_child children[] = {{&site_question_argp, 0, NULL, 0}, {&except_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    static const struct argp argp = {
        options,
        parse,
        "IN.elf",
        "Replaces the sites of a linked ELF file by traps, hypercalls, or calls of a monitor.\v"
        "What was there is kept in the section .popek.original, from which a monitor knows what to emulate, and --undo gives "
        "back the file byte by byte.\nExit code: 0 all sites are replaced, 1 some are not (they are listed), 3 bad input.",
        children,
        NULL,
        NULL};
    struct request r = {.sites = SITE_QUESTION_DEFAULT,
                        .scan = {.mode = -1, .jobs = 1, .only_counts = true},
                        .question = {.kind = REWRITE_TRAP, .vector = 0x82, .entry = "popek_emulate"}};
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    int code = r.undo ? EXIT_FINE : site_question_open(&r.sites, &r.scan);
    r.question.scan = &r.scan;
    r.question.isa = r.sites.isa;
    r.question.except = r.except.names;
    if (code == EXIT_FINE && !r.undo && !except_known(&r.except, r.sites.isa)) {
        code = EXIT_USAGE;
    }
    if (code == EXIT_FINE) {
        code = run(&r);
    }
    site_question_close(&r.sites);
    return code;
}
