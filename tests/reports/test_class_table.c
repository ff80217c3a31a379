/* The class tables that the program is built with are what the classifier says; a damaged one is refused. */
#include "../../reports/class_table.h"
#include "../../reports/closing.h"
#include "../tests.h"

#include <stdlib.h>
#include <string.h>

/* Every profile is asked about in a mode, and one in all modes under its best configuration, which depends on the modes. */
static const struct table_case {
    const char *profile, *mode, *configuration;
} cases[] = {
    {"ring_compression", "long", "plain"},
    {"ring_compression_v86", "real", "plain"},
    {"umip_best", "compatibility", "plain"},
    {"v386", "protected", "plain"},
    {"svm", "v86", "plain"},
    {"vmx", NULL, "best"},
    {"direct_execution", "protected", "plain"},
    {"direct_execution_gated", "protected", "plain"},
    {"virtual_processor", "protected", "plain"},
};

/* The table of the program under test, which lies beside it. */
static char *table_text(const char *profile, size_t *size) {
    char path[1024];
    const char *popek = getenv("POPEK");
    const char *slash = strrchr(popek, '/');
    (void)snprintf(path, sizeof path, "%.*s/classes/x86.%s", slash == NULL ? 1 : (int)(slash - popek), slash == NULL ? "." : popek, profile);
    return read_text(path, size);
}

static struct classification *decide(const struct isa *isa, const struct table_case *t) {
    const int profile = isa_find_profile(isa, t->profile);
    struct classify_options o = {.profile = (unsigned)profile, .mode = t->mode == NULL ? -1 : isa_find_mode(isa, t->mode), .search = true};
    char *message = NULL;
    bool internal = false;
    o.configuration = plain_configuration(isa, o.profile);
    o.best = strcmp(t->configuration, "best") == 0;
    struct classification *c = classify(isa, &o, &message, &internal);
    free(message);
    return c;
}

/* How many verdicts the table has otherwise. */
static size_t differences(const struct class_table *table, const struct classification *c) {
    size_t count = 0;
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        const struct class_entry *e = class_table_at(table, v->form, v->mode);
        char closing[96] = "";
        if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
            closing_text(c, (unsigned)i, closing, sizeof closing);
        }
        count += e == NULL || e->class != v->class || e->hole != v->answers[QUESTION_HOLE] || strcmp(e->closed_by, closing) != 0 ? 1 : 0;
    }
    return count;
}

static struct class_table *read_case(const struct isa *isa, const struct table_case *t) {
    size_t size = 0;
    char *text = table_text(t->profile, &size);
    struct class_table *table = text == NULL ? NULL : class_table_read(text, size, isa, t->profile, t->configuration);
    CHECK(table != NULL, "no table of %s, %s", t->profile, t->configuration);
    free(text);
    return table;
}

static void test_equal(void) {
    struct isa *isa = load_file("x86-tables/x86.isa", NULL, 0);
    for (size_t i = 0; isa != NULL && i < sizeof cases / sizeof cases[0]; i++) {
        struct class_table *table = read_case(isa, &cases[i]);
        struct classification *c = table == NULL ? NULL : decide(isa, &cases[i]);
        size_t count = c == NULL ? SIZE_MAX : differences(table, c);
        CHECK(count == 0 && c->verdict_count > 1000, "%s, %s: %zu verdicts differ from the table", cases[i].profile, cases[i].configuration, count);
        classification_free(c);
        class_table_free(table);
    }
    isa_free(isa);
}

/* Negative control: a machine whose CLI does not check its privilege has other classes. */
static void test_control(void) {
    const struct table_case t = {"ring_compression", "long", "plain"};
    struct isa *isa = load_dropped("x86-tables/x86.isa", "CLI", "CLI", UINT64_MAX);
    struct class_table *table = isa == NULL ? NULL : read_case(isa, &t);
    struct classify_options o = {.mode = isa_find_mode(isa, "long"), .instruction = "CLI", .search = true};
    char *message = NULL;
    bool internal = false;
    o.configuration = plain_configuration(isa, 0);
    o.profile = (unsigned)isa_find_profile(isa, t.profile);
    struct classification *c = table == NULL ? NULL : classify(isa, &o, &message, &internal);
    CHECK(c != NULL && differences(table, c) == 1, "CLI without its check has the class of the table");
    free(message);
    classification_free(c);
    class_table_free(table);
    isa_free(isa);
}

/* Cut anywhere, or with a letter that no entry has, a table is none. */
static void test_damage(void) {
    struct isa *isa = load_dropped("x86-tables/x86.isa", "", NULL, 0);
    size_t size = 0;
    char *text = table_text("vmx", &size);
    size_t taken = 0;
    const char *second = text == NULL ? NULL : strstr(text, "best");
    if (CHECK(isa != NULL && second != NULL, "no table to damage")) {
        size_t end = (size_t)(second - text);
        for (size_t cut = 0; cut + 64 < end; cut += cut < 300 ? 1 : 97) {
            struct class_table *t = class_table_read(text, cut, isa, "vmx", "plain");
            taken += t == NULL ? 0 : 1;
            class_table_free(t);
        }
        CHECK(taken == 0, "%zu tables that are cut off are taken", taken);
        char *letters = strstr(text, "\n\n") + 2;
        letters[0] = '~';
        CHECK(class_table_read(text, size, isa, "vmx", "plain") == NULL, "a letter without an entry is taken");
        CHECK(class_table_read(text, size, isa, "svm", "plain") == NULL, "the table of another profile is taken");
    }
    free(text);
    isa_free(isa);
}

static const struct test tests[] = {{"tables are what the classifier says", test_equal}, {"control", test_control}, {"damaged tables", test_damage}};
const struct suite class_table_suite = SUITE("class_table", tests);
