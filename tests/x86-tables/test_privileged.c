/* Privileged instructions as lists that others made have them, by bytes and operating mode, both ways; privileged.txt says how. */
#include "../../x86-tables/matcher.h"
#include "../tests.h"
#include "state_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 5
#define MODES 6

/* What the lists say of one machine. */
struct lists {
    struct isa *isa;
    struct matcher *matcher;
    char base[MODES][2048]; /* states of each mode, and of all modes, without CPL */
    bool *listed;           /* by form and mode: some line is about it, or about another form of the instruction */
    size_t lines, wrong;
    bool report; /* wrong lines are failed cases */
};

static void wrong(struct lists *l, const char *name, unsigned mode, const char *what) {
    l->wrong++;
    if (l->report) {
        CHECK(false, "%s (%s): %s", name, l->isa->modes[mode].name, what);
    }
}

static const char *trap_word(const struct step_result *r) {
    switch (r->outcome == STEP_DONE ? 0 : r->trap_vector) {
    case 0:
        return "runs";
    case 6:
        return "UD";
    case 13:
        return "GP";
    default:
        return "another trap";
    }
}

/* What a form does at a privilege level. */
static const char *outcome(const struct lists *l, const struct form *form, unsigned mode, const char *more, unsigned level) {
    const struct state_subject s = {l->isa, form, form->semantics[mode]};
    struct valuation *state = valuation_new();
    struct step_result result = {STEP_DONE, 0, 0, NULL};
    char cpl[16];
    (void)snprintf(cpl, sizeof cpl, "cpl=%u", level);
    state_set(&s, l->base[mode], state);
    state_set(&s, more, state);
    state_set(&s, cpl, state);
    bool stepped = step(l->isa, form->semantics[mode], state, &result);
    const char *word = stepped ? trap_word(&result) : "does not execute";
    if (stepped) {
        valuation_free(result.after);
    }
    valuation_free(state);
    return word;
}

static bool has_word(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *at = strstr(list, word); at != NULL; at = strstr(at + 1, word)) {
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

static bool mark(struct lists *l, const char *instruction, unsigned mode) {
    bool any = false;
    for (size_t i = 0; i < l->isa->form_count; i++) {
        if (strcmp(l->isa->forms[i].instruction, instruction) == 0) {
            l->listed[i * MODES + mode] = true;
            any = true;
        }
    }
    return any;
}

/* Real-address mode has no CPL but 0, virtual-8086 mode none but 3: there only what traps and what runs is compared. */
static void check_mode(struct lists *l, char *const *fields, unsigned mode, const struct form *form) {
    bool there = has_word(fields[1], l->isa->modes[mode].name);
    const char *inside = mode == MATCHER_V86 ? "" : outcome(l, form, mode, fields[2], 0);
    const char *outside = mode == MATCHER_REAL ? "" : outcome(l, form, mode, fields[2], 3);
    (void)mark(l, form->instruction, mode);
    if (mode == MATCHER_V86) {
        if (strcmp(outside, "runs") == 0) {
            wrong(l, fields[4], mode, "runs in virtual-8086 mode");
        }
    } else if (!there && strcmp(inside, "runs") == 0) {
        wrong(l, fields[4], mode, "runs at CPL 0 in a mode that does not have it");
    } else if (there && strcmp(inside, "runs") != 0) {
        wrong(l, fields[4], mode, "does not run at CPL 0");
    } else if (there && mode != MATCHER_REAL && strcmp(outside, fields[3]) != 0) {
        wrong(l, fields[4], mode, "another outcome at CPL 3 than the manual's");
    }
}

static void check_line(struct lists *l, char *const *fields) {
    uint8_t bytes[15];
    size_t size = 0;
    for (const char *at = fields[0]; size < sizeof bytes && *at != '\0'; at += 2 + (at[2] == ' ')) {
        char pair[3] = {at[0], at[1], '\0'};
        bytes[size++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    for (unsigned mode = 0; mode < MODES; mode++) {
        struct decoded d;
        bool matched = matcher_decode(l->matcher, (enum matcher_mode)mode, bytes, size, &d);
        if (matched && d.length == size) {
            check_mode(l, fields, mode, &l->isa->forms[d.form]);
        } else if (has_word(fields[1], l->isa->modes[mode].name)) {
            wrong(l, fields[4], mode, "these bytes are no instruction here");
        }
    }
    l->lines++;
}

static char *trimmed(char *text) {
    text += strspn(text, " ");
    for (char *end = text + strlen(text); end > text && end[-1] == ' ';) {
        *--end = '\0';
    }
    return text;
}

static bool read_state(struct lists *l, char *line) {
    char *colon = strchr(line, ':');
    if (line[0] != '@' || colon == NULL) {
        return false;
    }
    *colon = '\0';
    for (unsigned mode = 0; mode < MODES; mode++) {
        if (has_word(line + 1, l->isa->modes[mode].name) || strcmp(line, "@all") == 0) {
            size_t length = strlen(l->base[mode]);
            (void)snprintf(l->base[mode] + length, sizeof l->base[mode] - length, "%s ", trimmed(colon + 1));
        }
    }
    return true;
}

static void exempt(struct lists *l, char *line) {
    line[strcspn(line, ";")] = '\0';
    const char *instruction = trimmed(line + 1);
    for (unsigned mode = 0; mode < MODES; mode++) {
        CHECK(mark(l, instruction, mode), "there is an instruction '%s'", instruction);
    }
}

static void read_line(struct lists *l, char *line) {
    char *fields[FIELDS] = {line};
    if (line[0] == '#' || read_state(l, line)) {
        return;
    }
    if (line[0] == '!') {
        exempt(l, line);
        return;
    }
    for (int i = 1; i < FIELDS; i++) {
        char *bar = strchr(fields[i - 1], '|');
        if (!CHECK(bar != NULL, "a line has five fields: %s", line)) {
            return;
        }
        *bar = '\0';
        fields[i] = bar + 1;
    }
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = trimmed(fields[i]);
    }
    check_line(l, fields);
}

/* The other way: what only level 0 can do is in the lists. */
static void check_complete(struct lists *l, const char *machine) {
    for (size_t i = 0; i < l->isa->form_count; i++) {
        const struct form *form = &l->isa->forms[i];
        for (unsigned mode = MATCHER_PROTECTED16; mode < MODES; mode++) {
            if (form->semantics[mode] != NULL && !l->listed[i * MODES + mode] && strcmp(outcome(l, form, mode, machine, 3), "runs") != 0 &&
                strcmp(outcome(l, form, mode, machine, 0), "runs") == 0) {
                wrong(l, form->text, mode, "only level 0 runs it, and no list has it");
            }
        }
    }
}

/* Wrong lines and forms, all of them failed cases when `report`; without the check `drop` of the form HLT when it is not 0. */
static size_t hold(uint64_t drop, bool report) {
    struct lists l = {.isa = load_file("x86-tables/x86.isa", drop == 0 ? NULL : "HLT", (unsigned)drop), .report = report};
    char *text = read_text("tests/x86-tables/privileged.txt", NULL);
    char *message = NULL;
    l.matcher = l.isa == NULL ? NULL : matcher_of_isa(l.isa, &message);
    l.listed = l.isa == NULL ? NULL : calloc(l.isa->form_count * MODES, sizeof *l.listed);
    if (CHECK(l.matcher != NULL && l.listed != NULL && text != NULL, "tables and lists load: %s", message == NULL ? "" : message)) {
        char *rest = NULL;
        for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
            read_line(&l, line);
        }
        check_complete(&l, "");
        check_complete(&l, "svm_machine=1 efer.svme=1");
        check_complete(&l, "vmx_operation=1 cr4.cet=1 s_cet=1 u_cet=1");
        CHECK(l.lines > 100, "%zu lines were compared", l.lines);
    }
    free(message);
    free(text);
    free(l.listed);
    matcher_free(l.matcher);
    isa_free(l.isa);
    return l.wrong;
}

static void test_lists(void) { CHECK(hold(0, true) == 0, "the tables have what the lists have"); }

/* Negative control. */
static void test_dropped_check(void) { CHECK(hold(1, false) > 0, "a halt at CPL 3 is noticed"); }

static const struct test tests[] = {{"lists of privileged instructions", test_lists}, {"a check left out", test_dropped_check}};
const struct suite privileged_suite = SUITE("privileged", tests);
