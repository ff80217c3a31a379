/* popek decode: which instruction form are these bytes? */
#include "arguments.h"
#include "../reports/decode.h"
#include "cli.h"
#include "form_class.h"

#include <stdlib.h>
#include <string.h>

#define MOST_BYTES 65536u

struct request {
    const char *isa, *output, *profile;
    enum matcher_mode mode;
    bool json;
    uint8_t *bytes;
    size_t size;
    const char *bad; /* the argument that is not hexadecimal */
};

static const struct argp_option options[] = {
    {"mode", 'm', "MODE", 0, "operating mode: real, v86, protected16, protected, compatibility, long, or 16, 32, 64 (long)", 0},
    {"profile", 'p', "NAME", 0, "show the class under this profile (the first of the ISA)", 0},
    {"isa", 'i', "ISA", 0, "the tables, or a file that describes x86 (x86)", 0},
    {"format", 'f', "text|json", 0, "what to write (text)", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static int digit(char c) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = c == '\0' ? NULL : strchr(digits, c);
    return found == NULL ? -1 : (int)(found - digits) % 16;
}

/* Pairs of digits in any grouping; "0x" and "\x" before them and ", : ;" between them do not matter. */
static bool add_bytes(struct request *r, const char *text) {
    while (*text != '\0') {
        if (strchr(" ,:;_\t\n", *text) != NULL) {
            text++;
        } else if ((text[0] == '0' || text[0] == '\\') && (text[1] == 'x' || text[1] == 'X')) {
            text += 2;
        } else if (digit(text[0]) >= 0 && digit(text[1]) >= 0 && r->size < MOST_BYTES) {
            r->bytes[r->size++] = (uint8_t)(digit(text[0]) * 16 + digit(text[1]));
            text += 2;
        } else {
            return false;
        }
    }
    return true;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case 'm':
        if (!matcher_find_mode(argument, &r->mode)) {
            argp_error(state, "unknown mode '%s'; there is: real, v86, protected16, protected, compatibility, long, 16, 32, 64", argument);
        }
        return 0;
    case 'p':
        r->profile = argument;
        return 0;
    case 'i':
        r->isa = argument;
        return 0;
    case ARGP_KEY_ARG:
        r->bad = r->bad == NULL && !add_bytes(r, argument) ? argument : r->bad;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num == 0) {
            argp_error(state, "which bytes? for example: popek decode 0f 01 e0");
        }
        return 0;
    default:
        return argument_rest(key, argument, state, &(struct rest){NULL, NULL, NULL, &r->output, &r->json});
    }
}

static int show(const struct request *r, const struct isa *isa, const struct matcher *m) {
    const char *profile = r->profile != NULL ? r->profile : isa->profile_count > 0 ? profile_in(isa, 0, 0)->name : NULL;
    struct form_classes *classes = form_classes_new(r->isa, profile);
    struct listing *l =
        classes == NULL ? NULL : listing_make(m, isa, r->mode, r->bytes, r->size, profile, profile == NULL ? NULL : form_class, classes);
    struct output out;
    form_classes_free(classes);
    if (l == NULL) {
        complain("out of memory");
        return EXIT_INTERNAL;
    }
    int code = EXIT_INTERNAL;
    if (output_open(&out, r->output)) {
        code = output_close(&out, r->json ? report_decode_json(out.stream, l) : report_decode_text(out.stream, l));
    }
    code = code == EXIT_FINE && !l->complete ? EXIT_FINDINGS : code;
    listing_free(l);
    return code;
}

static int run(const struct request *r) {
    int code = EXIT_INTERNAL;
    const struct isa_options no_semantics = {.only = ""};
    struct isa *isa = NULL;
    struct matcher *m = load_with_matcher(r->isa, &no_semantics, &isa, &code);
    if (m == NULL) {
        return code;
    }
    if (r->profile != NULL && isa_find_profile(isa, r->profile) < 0) {
        complain_unknown_profile(isa, r->profile);
        code = EXIT_USAGE;
    } else {
        code = show(r, isa, m);
    }
    matcher_free(m);
    isa_free(isa);
    return code;
}

int command_decode(int argc, char **argv) {
    static const struct argp argp = {options,
                                     parse,
                                     "BYTES...",
                                     "Decodes hexadecimal BYTES, in any grouping, to instruction forms; or says why they are no instruction.\v"
                                     "Exit code 0: all bytes are instructions; 1: some are not (the list ends there); 3: BYTES are not hexadecimal.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct request r = {.isa = "x86", .mode = MATCHER_LONG, .bytes = malloc(MOST_BYTES)};
    if (r.bytes == NULL) {
        complain("out of memory");
        return EXIT_INTERNAL;
    }
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    int code = EXIT_INPUT;
    if (r.bad != NULL) {
        complain("not pairs of hexadecimal digits (at most %u bytes): '%s'", MOST_BYTES, r.bad);
    } else if (r.size == 0) {
        complain("no bytes");
    } else {
        code = run(&r);
    }
    free(r.bytes);
    return code;
}
