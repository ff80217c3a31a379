/* Recorded differences: how rows are read and what they explain; and that a wrong row and a stale one show. */
#include "../../hardware/explanations.h"
#include "../../hardware/probe.h"
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAUSE "because c | emulator | text (source)\n"

static void test_reading(void) {
    static const struct {
        const char *text, *message; /* NULL: it is good */
    } cases[] = {
        {"", NULL},
        {"# only a comment\n\n", NULL},
        {CAUSE "on native\nADD | * | rflags | c\n", NULL},
        {CAUSE "on kvm: VT-x\nADD | long/3 protected/* | #GP(*) -> done | c", NULL},
        {"because c | nobody | text\n", "line 1: the blame is"},
        {"because c | emulator\n", "line 1: a cause needs"},
        {CAUSE CAUSE, "line 2: there is a cause of that name"},
        {CAUSE "ADD | * | rflags | c\n", "line 2: no `on BACKEND` stands above"},
        {CAUSE "on native\nADD | * | rflags | d\n", "line 3: no cause of that name"},
        {CAUSE "on native\nADD | * | rflags\n", "line 3: a row needs"},
        {CAUSE "on :\n", "line 2: `on` needs a backend"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *message = NULL;
        struct records *r = records_read(cases[i].text, &message);
        CHECK((r != NULL) == (cases[i].message == NULL), "case %zu: %s", i, message == NULL ? "read" : message);
        CHECK(cases[i].message == NULL || (message != NULL && strstr(message, cases[i].message) != NULL), "case %zu: '%s'", i,
              message == NULL ? "" : message);
        free(message);
        records_free(r);
    }
}

static void test_explaining(void) {
    static const struct {
        const char *what, *expected, *seen, *first, *second; /* differences; second: NULL, none */
        bool explains;
    } cases[] = {
        {"#GP(0) -> done", "#GP(0)", "done", "outcome", NULL, true},
        {"#GP(*) -> done", "#GP(0x28)", "done", "outcome", NULL, true},
        {"#GP(0) -> done", "#UD", "done", "outcome", NULL, false},
        {"#GP(0) -> done", "#GP(0)", "#UD", "outcome", NULL, false},
        {"done -> the machine was lost (*)", "done", "the machine was lost (17)", "outcome", NULL, true},
        {"done -> done", "done", "done", "rflags", NULL, false},
        {"rflags", "done", "done", "rflags", NULL, true},
        {"rflags", "done", "done", "rflags", "rax", false},
        {"rflags, r*", "done", "done", "rflags", "rax", true},
        {"memory*", "done", "done", "memory[0x14000]", "memory[0x14008] after a fault", true},
        {"memory*", "done", "done", "dr6", NULL, false},
        {"excluded", "done", "done", "dr6", NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct difference d[2];
        memset(d, 0, sizeof d);
        (void)snprintf(d[0].name, sizeof d[0].name, "%s", cases[i].first);
        (void)snprintf(d[1].name, sizeof d[1].name, "%s", cases[i].second == NULL ? "" : cases[i].second);
        const struct record r = {.what = cases[i].what};
        const struct observation o = {cases[i].expected, cases[i].seen, d, cases[i].second == NULL ? 1 : 2};
        CHECK(record_explains(&r, &o) == cases[i].explains, "case %zu: '%s'", i, cases[i].what);
    }
    const struct record any = {.what = "rflags"};
    const struct observation nothing = {"done", "done", NULL, 0};
    CHECK(!record_explains(&any, &nothing), "where nothing differs, nothing is explained");
}

static void test_about(void) {
    static const struct {
        const char *form, *where;
        enum matcher_mode mode;
        unsigned cpl;
        bool about;
    } cases[] = {
        {"ADD", "*", MATCHER_LONG, 3, true},
        {"ADD r/m8, r8", "long/3", MATCHER_LONG, 3, true},
        {"ADD r/m8, r8", "long/0", MATCHER_LONG, 3, false},
        {"ADD", "real/* protected/0 long/*", MATCHER_LONG, 3, true},
        {"ADD", "*/0", MATCHER_PROTECTED, 0, true},
        {"ADD", "protected/0", MATCHER_PROTECTED16, 0, false},
        {"ADC", "*", MATCHER_LONG, 3, false},
    };
    const struct form form = {.text = "ADD r/m8, r8", .instruction = "ADD"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct record r = {.form = cases[i].form, .where = cases[i].where, .exact = strchr(cases[i].form, ' ') != NULL};
        const struct world world = {.mode = cases[i].mode, .cpl = cases[i].cpl};
        CHECK(record_is_about(&r, &form, &world) == cases[i].about, "case %zu: '%s', '%s'", i, cases[i].form, cases[i].where);
    }
    const struct record r = {.backend = "kvm", .machine = "none"};
    CHECK(record_is_on(&r, "kvm", "virtualization: none") && !record_is_on(&r, "kvm", "VT-x") && !record_is_on(&r, "native", "none"),
          "rows are about one machine");
}

/* The rows of the tables name forms that exist; another one is an error with its line. */
static void test_strangers(void) {
    struct isa *isa = load_dropped("x86-tables/x86.isa", "", NULL, 0);
    char *text = read_text("x86-tables/hardware_differences.txt", NULL);
    char *message = NULL;
    struct explanations *e = isa == NULL ? NULL : explanations_new(text, isa, "unicorn", "Unicorn 2.0", &message);
    if (CHECK(e != NULL, "hardware_differences.txt: %s", message == NULL ? "?" : message)) {
        CHECK(explanations_count(e) > 100, "Unicorn's differences are recorded row by row: %zu rows", explanations_count(e));
    }
    free(message);
    explanations_free(e);
    e = isa == NULL ? NULL : explanations_new(CAUSE "on native\nFROB r9 | * | rflags | c\n", isa, "native", "", &message);
    CHECK(e == NULL && message != NULL && strstr(message, "line 3: no form or instruction 'FROB r9'") != NULL, "a form that does not exist: %s",
          message == NULL ? "?" : message);
    explanations_free(e);
    free(message);
    free(text);
    isa_free(isa);
}

/* With bit 6 of RAX predicted wrong, ADD differs in every run: a row that says so explains it, another one does not and is found stale. */
static void test_wrong_rows(void) {
    static const struct {
        const char *row;
        bool known;
        size_t stale;
    } cases[] = {
        {"ADD | * | r* | c", true, 0},           {"ADD | */3 | rbx | c", false, 1},
        {"ADD | * | done -> #UD | c", false, 1}, {"ADD | real/0 | * | c", false, 0}, /* not run there: nothing is said about the row */
        {"ADC | * | * | c", false, 0},
    };
    const char *reason = NULL;
    char *message = NULL;
    struct backend *b = native_open(&reason);
    struct isa *isa = b == NULL ? NULL : load_dropped("x86-tables/x86.isa", "ADD", NULL, 0);
    struct matcher *m = isa == NULL ? NULL : matcher_of_isa(isa, &message);
    if (b == NULL) {
        (void)printf("skipped: native: %s\n", reason);
    }
    for (size_t i = 0; m != NULL && i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        (void)snprintf(text, sizeof text, CAUSE "on native\n%s\n", cases[i].row);
        const struct probe_options o = {
            .instruction = "ADD", .cpl = -1, .seed = 7, .states = 4, .shard_count = 1, .records = text, .wrong_prediction = 6};
        struct probe *p = probe_make(isa, m, b, &o, &message);
        size_t stale = 0;
        if (!CHECK(p != NULL, "%s", message == NULL ? "out of memory" : message)) {
            continue;
        }
        for (size_t k = 0; k < explanations_count(p->explanations); k++) {
            stale += explanation_is_stale(explanations_at(p->explanations, k)) ? 1u : 0u;
        }
        CHECK((p->totals[PROBE_DIFFERS] == 0) == cases[i].known && (p->totals[PROBE_KNOWN] > 0) == cases[i].known, "'%s': %zu known, %zu differ",
              cases[i].row, p->totals[PROBE_KNOWN], p->totals[PROBE_DIFFERS]);
        CHECK(stale == cases[i].stale, "'%s': %zu stale rows", cases[i].row, stale);
        probe_free(p);
    }
    free(message);
    matcher_free(m);
    isa_free(isa);
    if (b != NULL) {
        b->operations->close(b);
    }
}

static const struct test tests[] = {{"rows are read", test_reading},
                                    {"what a row explains", test_explaining},
                                    {"what a row is about", test_about},
                                    {"forms of the tables", test_strangers},
                                    {"wrong and stale rows", test_wrong_rows}};
const struct suite records_suite = SUITE("records", tests);
