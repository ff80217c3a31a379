/* Annotates one file for the commands that do so. */
#include "annotate.h"

#include "../reports/memory_profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_HOLES = 0x300, KEY_FROM, KEY_ROOM, KEY_AS, KEY_32 };

static const struct argp_option options[] = {
    {"holes", KEY_HOLES, NULL, 0, "only holes; else sensitive and privileged instructions too", 0},
    {"from", KEY_FROM, "PROFILE", 0, "also what touches page tables, descriptor tables and devices: a file of popek run --profile-memory", 0},
    {"room", KEY_ROOM, "BYTES", 0, "how long an annotated instruction is made with no-ops, 0 to 15 (5, a call)", 0},
    {"as", KEY_AS, "PROGRAM", 0, "the GNU assembler (as)", 0},
    {"32", KEY_32, NULL, 0, "for a 32-bit object file (64-bit)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void parse_room(struct argp_state *state, const char *text, struct annotate_request *r) {
    char *end = NULL;
    unsigned long room = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || room > SCAN_LONGEST) {
        argp_error(state, "--room needs a number from 0 to %u, not '%s'", SCAN_LONGEST, text);
    }
    r->question.room = (unsigned)room;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct annotate_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->sites;
        state->child_inputs[1] = &r->except;
        return 0;
    case KEY_HOLES:
        r->question.only_holes = true;
        return 0;
    case KEY_FROM:
        r->profile = argument;
        return 0;
    case KEY_ROOM:
        parse_room(state, argument, r);
        return 0;
    case KEY_AS:
        r->question.assembler = argument;
        return 0;
    case KEY_32:
        r->question.bits = 32;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&site_question_argp, 0, NULL, 0}, {&except_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
const struct argp annotate_argp = {options, parse, NULL, NULL, children, NULL, NULL};

void annotate_defaults(struct annotate_request *r) {
    *r = (struct annotate_request){.sites = SITE_QUESTION_DEFAULT, .scan = {.mode = -1, .jobs = 1}, .question = {.bits = 64, .room = 5}};
    r->question.assembler = "as";
}

int annotate_open(struct annotate_request *r) {
    int code = site_question_open(&r->sites, &r->scan);
    if (code == EXIT_FINE && !except_known(&r->except, r->sites.isa)) {
        code = EXIT_USAGE;
    }
    if (r->flag_count < MOST_AS_FLAGS) {
        r->flags[r->flag_count++] = r->question.bits == 64 ? "--64" : "--32";
    }
    r->question.scan = &r->scan;
    r->question.isa = r->sites.isa;
    r->question.flags = r->flags;
    r->question.except = r->except.names;
    return code;
}

void annotate_close(struct annotate_request *r) { site_question_close(&r->sites); }

static char *read_source(const char *path, size_t *size) {
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rb");
    char *text = NULL;
    FILE *out = file == NULL ? NULL : open_memstream(&text, size);
    char block[16384];
    bool good = out != NULL;
    for (size_t count = 1; good && count > 0;) {
        count = fread(block, 1, sizeof block, file);
        good = fwrite(block, 1, count, out) == count && ferror(file) == 0;
    }
    good = out != NULL && fclose(out) == 0 && good;
    if (!good) {
        complain("cannot read '%s': %s", path, strerror(errno));
        free(text);
        text = NULL;
    }
    if (file != NULL && !standard) {
        (void)fclose(file);
    }
    return text;
}

static void show_gaps(const struct annotate_request *r, const char *path, const struct annotate_result *result) {
    for (size_t i = 0; i < result->gap_count; i++) {
        const struct annotate_gap *g = &result->gaps[i];
        if (g->unlabelled) {
            (void)fprintf(stderr, "%s:%" PRIu32 ": warning: no label for %s at %#" PRIx64 " of its section: a macro's arguments or bytes make it\n",
                          path, g->line, r->sites.isa->forms[g->form].text, g->offset);
        } else {
            (void)fprintf(stderr, "%s: warning: the label at %#" PRIx64 " of its section marks an instruction that is no site\n", path, g->offset);
        }
    }
}

static int judge(const struct annotate_request *r, const char *path, const struct annotate_result *result) {
    switch (result->status) {
    case ANNOTATE_FINE:
        show_gaps(r, path, result);
        return result->gap_count == 0 ? EXIT_FINE : EXIT_FINDINGS;
    case ANNOTATE_NO_ASSEMBLER:
        complain("cannot run the assembler '%s': %s", r->question.assembler, result->message == NULL ? "?" : result->message);
        return EXIT_CANNOT_RUN;
    case ANNOTATE_BAD:
        complain("'%s' does not assemble: %s", path, result->message == NULL ? "?" : result->message);
        return EXIT_INPUT;
    case ANNOTATE_NO_TABLE:
        return EXIT_INTERNAL; /* it has been said */
    default:
        complain("out of memory");
        return EXIT_INTERNAL;
    }
}

/* What the profile says of this source; false after a message. */
static bool read_profile(const struct annotate_request *r, const char *path, struct annotate_line **lines, size_t *count) {
    struct profile_line *found = NULL;
    size_t size = 0;
    char *text = read_source(r->profile, &size);
    const char *message = text == NULL ? NULL : memory_profile_read(text, size, path, &found, count);
    if (message != NULL) {
        complain("'%s': %s", r->profile, message);
    }
    *lines = found == NULL ? NULL : calloc(*count + 1, sizeof **lines);
    for (size_t i = 0; *lines != NULL && i < *count; i++) {
        (*lines)[i] = (struct annotate_line){found[i].line, found[i].kinds};
    }
    free(found);
    free(text);
    return *lines != NULL;
}

int annotate_file(const struct annotate_request *r, const char *path, struct annotate_result *result) {
    struct annotate_question question = r->question;
    struct annotate_line *lines = NULL;
    size_t size = 0;
    char *text = read_source(path, &size);
    *result = (struct annotate_result){.status = ANNOTATE_OUT_OF_MEMORY};
    if (text == NULL || (r->profile != NULL && !read_profile(r, path, &lines, &question.line_count))) {
        free(text);
        return EXIT_INPUT;
    }
    question.lines = lines;
    *result = annotate_text(&question, text, size);
    free(lines);
    free(text);
    return judge(r, path, result);
}
