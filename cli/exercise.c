/* popek exercise: the exercises of the course, and whether a solution is one. */
#include "exercise.h"

#include "cli.h"
#include "../reports/wording.h"
#include "form_class.h"
#include "guest_file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define EXERCISES 7u
#define MACHINES 4u

struct request {
    unsigned number; /* 0: a list of them */
    const char *file;
};

static const struct {
    const char *title, *start, *task;
} exercises[EXERCISES] = {
    {"Four instructions of four classes", "classes.isa",
     "Give the third generation machine four instructions: INNOCENT, which is\n"
     "innocuous; PEEK, behaviour sensitive and not control sensitive; SWITCH, control\n"
     "sensitive; GUARD, privileged and not sensitive. PEEK and SWITCH are not\n"
     "privileged."},
    {"Witnesses by hand", "witnesses.txt",
     "Write down two states in which MOVE_FROM_SR of the mc68000 shows the mode, and\n"
     "a state of the machine `lra` with the state in which a monitor runs it, in\n"
     "which LRA gives another result."},
    {"The converse of Theorem 1", "converse.isa",
     "Give the third generation machine an instruction TOUCH with which the test of\n"
     "Theorem 1 fails, and which is no hole: the machine stays virtualizable."},
    {"A machine for the hybrid monitor", "hybrid.isa",
     "Give the third generation machine an instruction BACK with which Theorem 3 holds\n"
     "and Theorem 1 does not, and an innocuous instruction TICK that shows the time."},
    {"Sixteen bytes that notice", "notice.txt",
     "Write at most 16 bytes of 32-bit code of which a program at CPL 3 can run every\n"
     "instruction, and which tell a kernel that it is not at CPL 0: three different\n"
     "holes, one of which CR4.UMIP and CR4.TSD do not close, and one of which they do."},
    {"A guest that asks its kernel", "guest.s",
     "The guest for the machine `lra` takes its real address with LRA, and goes wrong\n"
     "under a monitor. Para-virtualize it: without LRA, with a supervisor call, it\n"
     "still ends with 42 in r0, and does the same under the monitor."},
    {"A handler that is proven", "handler.c",
     "Write the bare machine's LRB (load relocation-bounds register) in C and have\n"
     "Frama-C prove that it is the instruction of the tables."},
};

static int list(void) {
    (void)puts("The exercises of the course (docs/course):\n");
    for (unsigned i = 0; i < EXERCISES; i++) {
        (void)printf("  %u  %s\n", i + 1, exercises[i].title);
    }
    (void)puts("\n  popek exercise N         the task\n"
               "  popek exercise N FILE    whether FILE solves it");
    return EXIT_FINE;
}

static int show_task(unsigned number) {
    (void)printf("Exercise %u: %s\n\n%s\n\nBegin with a copy of docs/course/exercises/%s, then\n  popek exercise %u FILE\n", number,
                 exercises[number - 1].title, exercises[number - 1].task, exercises[number - 1].start, number);
    return EXIT_FINE;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) {
            if (argument[0] < '1' || argument[0] > '0' + (char)EXERCISES || argument[1] != '\0') {
                argp_error(state, "there are exercises 1 to %u, not '%s'; `popek exercise` lists them", EXERCISES, argument);
            }
            r->number = (unsigned)(argument[0] - '0');
        } else if (state->arg_num == 1) {
            r->file = argument;
        } else {
            argp_error(state, "one file at a time; what is '%s'?", argument);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* 1, 3 and 4. */
static int judge_machine(const struct request *r, struct exercise_result *result) {
    const struct isa_options options = {.only = NULL};
    struct source_reader reader;
    int code = EXIT_INTERNAL;
    struct isa *isa = load_isa(r->file, &options, &reader, &code);
    const struct selection everything = {.definition = DEFINITION_REPAIRED};
    struct classify_options question;
    if (isa == NULL || !resolve_selection(&everything, isa, NULL, &question)) {
        isa_free(isa);
        return isa == NULL ? code : EXIT_INPUT;
    }
    struct classification *c = decide_or_complain(isa, &question, &code);
    if (c != NULL) {
        (r->number == 1 ? judge_classes : r->number == 3 ? judge_converse : judge_hybrid)(c, result);
        code = EXIT_FINE;
    }
    classification_free(c);
    isa_free(isa);
    return code;
}

struct machines {
    struct isa *isas[MACHINES];
};

static const struct isa *machine(void *context, const char *name) {
    struct machines *m = context;
    const struct isa_options options = {.only = NULL};
    struct source_reader reader;
    int code = EXIT_FINE;
    for (unsigned i = 0; i < MACHINES; i++) {
        if (m->isas[i] == NULL) {
            m->isas[i] = load_isa(name, &options, &reader, &code);
        }
        if (m->isas[i] == NULL || strcmp(m->isas[i]->name, name) == 0) {
            return m->isas[i];
        }
    }
    return NULL;
}

/* The text of a small file, ended by a zero byte; NULL after a message. The caller frees it. */
static char *read_solution(const char *path) {
    size_t size = 0;
    char *text = read_bounded(path, &size);
    if (text != NULL) {
        text[size] = '\0'; /* read_bounded leaves room for it */
    }
    return text;
}

static int judge_states(const struct request *r, struct exercise_result *result) {
    char *text = read_solution(r->file);
    if (text == NULL) {
        return EXIT_INPUT;
    }
    struct machines machines = {{NULL}};
    bool good = judge_witnesses(text, machine, &machines, result);
    for (unsigned i = 0; i < MACHINES; i++) {
        isa_free(machines.isas[i]);
    }
    free(text);
    if (!good) {
        complain("out of memory");
    }
    return good ? EXIT_FINE : EXIT_INTERNAL;
}

/* Pairs of hexadecimal digits in any grouping; what follows a # is for people. False: something else. */
static bool read_bytes(const char *text, uint8_t *bytes, size_t most, size_t *size) {
    while (*text != '\0') {
        char pair[3] = {text[0], text[1], '\0'};
        if (isspace((unsigned char)*text) != 0) {
            text++;
        } else if (*text == '#') {
            text += strcspn(text, "\n");
        } else if (isxdigit((unsigned char)text[0]) != 0 && isxdigit((unsigned char)text[1]) != 0 && *size < most) {
            bytes[(*size)++] = (uint8_t)strtoul(pair, NULL, 16);
            text += 2;
        } else {
            return false;
        }
    }
    return *size > 0;
}

static struct listing *list_bytes(const struct isa *isa, const struct matcher *m, const char *profile, const uint8_t *bytes, size_t size) {
    struct form_classes *classes = form_classes_new("x86", profile);
    struct listing *l = classes == NULL ? NULL : listing_make(m, isa, MATCHER_PROTECTED, bytes, size, profile, form_class, classes);
    form_classes_free(classes);
    return l;
}

static int judge_code(const struct request *r, struct exercise_result *result) {
    uint8_t bytes[256];
    size_t size = 0;
    char *text = read_solution(r->file);
    if (text == NULL) {
        return EXIT_INPUT;
    }
    bool good = read_bytes(text, bytes, sizeof bytes, &size);
    free(text);
    if (!good) {
        complain("'%s': pairs of hexadecimal digits are expected, at least one and at most %zu", r->file, sizeof bytes);
        return EXIT_INPUT;
    }
    const struct isa_options no_semantics = {.only = ""};
    struct source_reader reader;
    int code = EXIT_INTERNAL;
    char *message = NULL;
    struct isa *isa = load_isa("x86", &no_semantics, &reader, &code);
    struct matcher *m = isa == NULL ? NULL : matcher_of_isa(isa, &message);
    struct listing *plain = m == NULL ? NULL : list_bytes(isa, m, "ring_compression", bytes, size);
    struct listing *closed = m == NULL ? NULL : list_bytes(isa, m, "umip_best", bytes, size);
    if (plain != NULL && closed != NULL) {
        judge_bytes(plain, closed, result);
        code = EXIT_FINE;
    } else {
        complain("%s", message == NULL ? "out of memory" : message);
    }
    listing_free(plain);
    listing_free(closed);
    free(message);
    matcher_free(m);
    isa_free(isa);
    return code;
}

static int judge_program(const struct request *r, struct exercise_result *result) {
    struct isa *isa = NULL;
    int code = EXIT_INTERNAL;
    struct target *t = target_or_complain("lra", &isa, &code);
    if (t == NULL) {
        return code;
    }
    struct guest g = {0, 0, NULL};
    code = EXIT_INPUT;
    if (load_guest(t, r->file, &g)) {
        code = judge_guest(t, &g, result) ? EXIT_FINE : EXIT_INTERNAL;
    }
    guest_free(&g);
    target_free(t);
    isa_free(isa);
    return code;
}

static int report(const struct request *r, const struct exercise_result *result) {
    unsigned met = 0;
    (void)printf("Exercise %u: %s\n\n", r->number, exercises[r->number - 1].title);
    for (unsigned i = 0; i < result->count; i++) {
        (void)printf("  %-4s ", result->points[i].met ? "yes" : "no");
        write_wrapped(stdout, 7, 7, result->points[i].text);
        met += result->points[i].met ? 1 : 0;
    }
    bool solved = exercise_solved(result);
    (void)printf(solved ? "\nSolved.\n" : "\nNot yet: %u of %u.\n", met, result->count);
    return solved ? EXIT_FINE : EXIT_FINDINGS;
}

int command_exercise(int argc, char **argv) {
    static const struct argp argp = {
        NULL,
        parse,
        "[N [FILE]]",
        "The exercises of the course (docs/course): which there are, the task of exercise N, and whether FILE solves it.\v"
        "Exit codes: 0 solved, or a task was shown; 1 not yet; 2 bad usage; 3 bad input; 77 exercise 7 needs Frama-C and Why3.",
        NULL,
        NULL,
        NULL};
    static int (*const judges[EXERCISES])(const struct request *, struct exercise_result *) = {
        judge_machine, judge_states, judge_machine, judge_machine, judge_code, judge_program, NULL};
    struct request r = {0, NULL};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    if (r.number == 0) {
        return list();
    }
    if (r.file == NULL) {
        return show_task(r.number);
    }
    struct exercise_result result = {.count = 0};
    int code = r.number == EXERCISES ? prove_exercise(r.file, &result) : judges[r.number - 1](&r, &result);
    return code == EXIT_FINE ? report(&r, &result) : code;
}
