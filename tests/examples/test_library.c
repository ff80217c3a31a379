/* The machines of docs/library.md: the table there is what is expected of them, and every row is compared with what is decided. */
#include "../tests.h"

#include "../../reports/closing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE "docs/library.md"
#define COLUMNS 11u

enum column {
    COLUMN_ISA,
    COLUMN_MACHINE,
    COLUMN_YEAR,
    COLUMN_PROFILE,
    COLUMN_CONFIGURATION,
    COLUMN_THEOREM_1,
    COLUMN_THEOREM_2,
    COLUMN_THEOREM_3,
    COLUMN_VIOLATIONS,
    COLUMN_HOLES,
    COLUMN_CLOSING
};
struct row {
    char *cells[COLUMNS];
};

static char *trimmed(char *text) {
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ') {
        text[--length] = '\0';
    }
    return text;
}

/* A line of the table whose first cell is the name of a built-in ISA in backquotes; changes the line. */
static bool parse_row(char *line, struct row *row) {
    if (strncmp(line, "| `", 3) != 0) {
        return false;
    }
    size_t count = 0;
    char *at = line + 1;
    for (char *bar = strchr(at, '|'); bar != NULL && count < COLUMNS; bar = strchr(at, '|')) {
        *bar = '\0';
        row->cells[count++] = trimmed(at);
        at = bar + 1;
    }
    if (count != COLUMNS) {
        return false;
    }
    row->cells[COLUMN_ISA]++;
    row->cells[COLUMN_ISA][strcspn(row->cells[COLUMN_ISA], "`")] = '\0';
    return true;
}

/* Instruction names, each once, in the order of the forms; "none" when there is none. */
struct names {
    char text[2048];
};

static void add_name(struct names *names, const char *name) {
    size_t length = strlen(name);
    for (const char *at = strstr(names->text, name); at != NULL; at = strstr(at + 1, name)) {
        bool starts = at == names->text || at[-1] == ' ';
        if (starts && (at[length] == ',' || at[length] == '\0')) {
            return;
        }
    }
    size_t used = strlen(names->text);
    (void)snprintf(names->text + used, sizeof names->text - used, "%s%s", used == 0 ? "" : ", ", name);
}

static const char *text_of(const struct names *names) { return names->text[0] == '\0' ? "none" : names->text; }

static const char *word(enum answer a) { return a == ANSWER_YES ? "yes" : a == ANSWER_NO ? "no" : "undecided"; }

static bool differs(const char *what, const char *said, const char *decided, char *problem, size_t size) {
    if (strcmp(said, decided) == 0) {
        return false;
    }
    (void)snprintf(problem, size, "%s: the table says '%s', decided is '%s'", what, said, decided);
    return true;
}

static void collect(const struct classification *c, struct names *violations, struct names *holes, struct names *closing) {
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        const char *name = c->isa->forms[v->form].instruction;
        bool violates = v->class == VERDICT_SENSITIVE_UNPRIVILEGED;
        if (violates) {
            add_name(violations, name);
        }
        if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
            char text[256];
            if (!violates) {
                add_name(holes, name);
            }
            closing_text(c, (unsigned)i, text, sizeof text);
            if (text[0] != '\0' && strcmp(text, "no configuration") != 0) {
                add_name(closing, text);
            }
        }
    }
}

/* What the row says that is not so, in `problem`; false when it is all so. */
static bool is_wrong(const struct row *row, const struct classification *c, char *problem, size_t size) {
    struct names violations = {""};
    struct names holes = {""};
    struct names closing = {""};
    collect(c, &violations, &holes, &closing);
    return differs("Theorem 1", row->cells[COLUMN_THEOREM_1], word(c->theorem[0].holds), problem, size) ||
           differs("Theorem 2", row->cells[COLUMN_THEOREM_2], word(c->theorem[1].holds), problem, size) ||
           differs("Theorem 3", row->cells[COLUMN_THEOREM_3], word(c->theorem[2].holds), problem, size) ||
           differs("sensitive and not privileged", row->cells[COLUMN_VIOLATIONS], text_of(&violations), problem, size) ||
           differs("holes beside", row->cells[COLUMN_HOLES], text_of(&holes), problem, size) ||
           differs("closed by", row->cells[COLUMN_CLOSING], text_of(&closing), problem, size);
}

static struct classification *classify_row(const struct row *row, const struct isa *isa) {
    int profile = isa_find_profile(isa, row->cells[COLUMN_PROFILE]);
    bool best = strcmp(row->cells[COLUMN_CONFIGURATION], "best") == 0;
    if (!CHECK(profile >= 0, "%s has a profile %s", isa->name, row->cells[COLUMN_PROFILE]) ||
        !CHECK(best || strcmp(row->cells[COLUMN_CONFIGURATION], "plain") == 0, "%s: the configuration is plain or best", isa->name)) {
        return NULL;
    }
    const struct classify_options o = {.mode = -1,
                                       .profile = (unsigned)profile,
                                       .best = best,
                                       .configuration = plain_configuration(isa, (unsigned)profile),
                                       .search = profile_in(isa, (size_t)profile, 0)->free_bit_count > 0};
    char *message = NULL;
    bool internal = false;
    struct classification *c = classify(isa, &o, &message, &internal);
    CHECK(c != NULL, "%s: %s", isa->name, message == NULL ? "out of memory" : message);
    free(message);
    return c;
}

static struct isa *load_row(const struct row *row) {
    char path[160];
    (void)snprintf(path, sizeof path, "examples/isa/%s.isa", row->cells[COLUMN_ISA]);
    return load_file(path, NULL, 0);
}

/* The table must not be able to say anything: each of its cells is changed in turn. */
static void check_controls(const struct row *row, const struct classification *c) {
    for (unsigned column = COLUMN_THEOREM_1; column < COLUMNS; column++) {
        struct row changed = *row;
        char problem[4096] = "";
        char other[] = "undecided";
        changed.cells[column] = other;
        CHECK(is_wrong(&changed, c, problem, sizeof problem), "%s: a wrong cell %u is noticed", c->isa->name, column);
    }
}

static void check_row(const struct row *row) {
    struct isa *isa = load_row(row);
    struct classification *c = isa == NULL ? NULL : classify_row(row, isa);
    if (c != NULL) {
        char problem[4096] = "";
        CHECK(!is_wrong(row, c, problem, sizeof problem), "%s, profile %s, %s: %s", isa->name, row->cells[COLUMN_PROFILE],
              row->cells[COLUMN_CONFIGURATION], problem);
        check_controls(row, c);
    }
    classification_free(c);
    isa_free(isa);
}

static void test_rows(void) {
    char *text = read_text(TABLE, NULL);
    char *rest = NULL;
    unsigned count = 0;
    for (char *line = text == NULL ? NULL : strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        struct row row;
        if (parse_row(line, &row)) {
            check_row(&row);
            count++;
        }
    }
    CHECK(count >= 14, "%u rows in " TABLE, count);
    free(text);
}

static const char *const machines[] = {"system360_67", "pdp10_ka10", "pdp11_45", "vax",    "vax_virtual",
                                       "mc68000",      "mc68010",    "mips32",   "armv7a", "riscv"};
#define MACHINE_COUNT (sizeof machines / sizeof machines[0])

/* Every form says where its semantics come from and how it is encoded; every machine is built in and has a row. */
static void test_sources(void) {
    struct command_result list = run_command("\"$POPEK\" list");
    char *text = read_text(TABLE, NULL);
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "examples/isa/%s.isa", machines[i]);
        struct isa *isa = load_file(path, NULL, 0);
        for (size_t k = 0; isa != NULL && k < isa->form_count; k++) {
            CHECK(isa->forms[k].source[0] != '\0', "%s of %s has a source", isa->forms[k].text, isa->name);
            CHECK(isa->forms[k].encoding[0] != '\0', "%s of %s has an encoding", isa->forms[k].text, isa->name);
        }
        isa_free(isa);
        (void)snprintf(path, sizeof path, "\n%s\n", machines[i]);
        CHECK(strstr(list.out, path) != NULL, "popek list names %s", machines[i]);
        (void)snprintf(path, sizeof path, "\n| `%s` |", machines[i]);
        CHECK(text != NULL && strstr(text, path) != NULL, TABLE " has a row of %s", machines[i]);
    }
    free(text);
    command_result_free(&list);
}

static const struct test tests[] = {
    {"the table of docs/library.md", test_rows},
    {"sources, encodings, built-in names", test_sources},
};
const struct suite library_suite = SUITE("library", tests);
