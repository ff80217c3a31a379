/* The formats that programs read: SARIF and JUnit against schemas, TAP by its plan, CSV by its columns. reports.txt keeps whole ones. */
#include "../schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BROKEN "check \"$(dirname \"$POPEK\")\"/handlers/broken.so --instruction CLTS --states 50"
static const struct {
    const char *arguments;
    bool scan; /* has CSV and SARIF only */
} subjects[] = {
    {"classify examples/isa/lra.isa", false},
    {"classify examples/isa/third_generation.isa", false},
    {"classify examples/isa/mfpi.isa --resource-limit 1", false}, /* undecided */
    {"classify x86 --mode long --instruction SGDT", false},
    {"classify tests/reports/hostile.isa", false},
    {"evidence x86 --mode long --instruction SGDT", false},
    {BROKEN, false},
    {"probe --backend native --instruction POPF --states 2", false},
    {"probe --backend unicorn --instruction CLTS --states 2", false},
    {"scan \"$(dirname \"$POPEK\")\"/guests/robin_irvine.elf", true},
};
#define SUBJECT_COUNT (sizeof subjects / sizeof subjects[0])

/* False when the machine lacks what the subject needs, which is said; otherwise the caller frees the result. */
static bool write_as(size_t subject, const char *format, struct command_result *r) {
    char command[512];
    (void)snprintf(command, sizeof command, "\"$POPEK\" %s --format %s", subjects[subject].arguments, format);
    *r = run_command(command);
    if (r->code == 77) {
        (void)printf("skipped: %s", r->err);
        command_result_free(r);
        return false;
    }
    CHECK(r->code == 0 || r->code == 1 || r->code == 4, "%s: exit code %d: %s", command, r->code, r->err);
    return true;
}

static json_t *load_schema(void) {
    json_error_t error;
    json_t *schema = json_load_file("tests/schemas/sarif.schema.json", 0, &error);
    CHECK(schema != NULL, "the schema is JSON: line %d: %s", error.line, error.text);
    return schema;
}

/* What a schema cannot say: rules and results fit, and of one run no two results have the same fingerprint. */
static void check_results(const json_t *log, const char *arguments) {
    const json_t *run = json_array_get(json_object_get(log, "runs"), 0);
    const json_t *rules = json_object_get(json_object_get(json_object_get(run, "tool"), "driver"), "rules");
    const json_t *results = json_object_get(run, "results");
    json_t *seen = json_object();
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *x = json_array_get(results, i);
        size_t rule = (size_t)json_integer_value(json_object_get(x, "ruleIndex"));
        const char *kind = json_string_value(json_object_get(x, "kind"));
        const char *level = json_string_value(json_object_get(x, "level"));
        const char *print = json_string_value(json_object_get(json_object_get(x, "partialFingerprints"), "popek/v1"));
        CHECK(json_equal(json_object_get(json_array_get(rules, rule), "id"), json_object_get(x, "ruleId")) != 0, "%s: rule of result %zu", arguments,
              i);
        CHECK((strcmp(kind, "fail") == 0) == (strcmp(level, "none") != 0), "%s: kind and level of result %zu", arguments, i);
        CHECK(print != NULL && json_object_get(seen, print) == NULL, "%s: the fingerprint of result %zu is its own", arguments, i);
        (void)json_object_set_new(seen, print == NULL ? "" : print, json_true());
    }
    json_decref(seen);
}

static void test_sarif(void) {
    json_t *schema = load_schema();
    for (size_t i = 0; schema != NULL && i < SUBJECT_COUNT; i++) {
        struct command_result r;
        if (write_as(i, "sarif", &r)) {
            json_t *log = json_loads(r.out, 0, NULL);
            CHECK(log != NULL && schema_valid(schema, log, subjects[i].arguments), "%s follows the schema", subjects[i].arguments);
            check_results(log, subjects[i].arguments);
            json_decref(log);
            command_result_free(&r);
        }
    }
    json_decref(schema);
}

static const char xmllint[] = "xmllint --noout --schema tests/schemas/junit.xsd ";

static void test_junit(void) {
    struct command_result present = run_command("command -v xmllint");
    bool skipped = present.code != 0;
    command_result_free(&present);
    if (skipped) {
        (void)printf("skipped: xmllint is not there (libxml2-utils)\n");
        return;
    }
    for (size_t i = 0; i < SUBJECT_COUNT; i++) {
        struct command_result r;
        if (!subjects[i].scan && write_as(i, "junit -o $TEMPORARY/junit.xml", &r)) {
            command_result_free(&r);
            char command[128];
            (void)snprintf(command, sizeof command, "%s$TEMPORARY/junit.xml", xmllint);
            r = run_command(command);
            CHECK(r.code == 0, "%s: %s", subjects[i].arguments, r.err);
            command_result_free(&r);
        }
    }
    /* Negative controls: a case without a name, a count that is no number, a failure outside of a case. */
    static const char *const bad[] = {
        "<testsuites><testsuite name='a' tests='1' failures='0' errors='0'><testcase classname='x'/></testsuite></testsuites>",
        "<testsuites><testsuite name='a' tests='all' failures='0' errors='0'/></testsuites>",
        "<testsuites><testsuite name='a' tests='0' failures='1' errors='0'><failure type='x'/></testsuite></testsuites>"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char command[400];
        (void)snprintf(command, sizeof command, "echo \"%s\" | %s-", bad[i], xmllint);
        struct command_result r = run_command(command);
        CHECK(r.code != 0, "the schema refuses %s", bad[i]);
        command_result_free(&r);
    }
}

static void test_tap(void) {
    for (size_t i = 0; i < SUBJECT_COUNT; i++) {
        struct command_result r;
        if (subjects[i].scan || !write_as(i, "tap", &r)) {
            continue;
        }
        unsigned plan = 0;
        unsigned tests = 0;
        bool ordered = strncmp(r.out, "TAP version 14\n1..", 18) == 0 && sscanf(r.out + 15, "1..%u", &plan) == 1; // NOLINT(cert-err34-c)
        for (const char *line = r.out; line != NULL; line = strchr(line, '\n') == NULL ? NULL : strchr(line, '\n') + 1) {
            unsigned number = 0;
            if (strncmp(line, "ok ", 3) == 0 || strncmp(line, "not ok ", 7) == 0) {
                ordered = sscanf(strstr(line, "ok "), "ok %u - ", &number) == 1 && number == ++tests && ordered; // NOLINT(cert-err34-c)
            }
        }
        CHECK(ordered && plan == tests && tests > 0, "%s: a plan of %u, %u tests", subjects[i].arguments, plan, tests);
        CHECK((strstr(r.out, "\nnot ok ") != NULL) == (r.code == 1), "%s: a test fails if and only if the command does", subjects[i].arguments);
        command_result_free(&r);
    }
}

/* The number of fields of the record at *text by RFC 4180, which is moved after it; 0 when it is damaged. */
static unsigned fields_of(const char **text) {
    const char *at = *text;
    for (unsigned fields = 1;; fields++) {
        if (*at == '"') {
            for (at++; *at != '\0' && (*at != '"' || at[1] == '"'); at++) {
                at += *at == '"' ? 1 : 0;
            }
            at += *at == '"' ? 1 : 0;
        } else {
            at += strcspn(at, ",\"\r\n");
        }
        if (*at != ',') {
            *text = at[0] == '\r' && at[1] == '\n' ? at + 2 : at;
            return at == *text ? 0 : fields;
        }
        at++;
    }
}

static void test_csv(void) {
    for (size_t i = 0; i < SUBJECT_COUNT; i++) {
        struct command_result r;
        if (write_as(i, "csv", &r)) {
            const char *at = r.out;
            unsigned columns = fields_of(&at);
            unsigned records = 0;
            bool even = columns > 1;
            for (; even && *at != '\0'; records++) {
                even = fields_of(&at) == columns;
            }
            CHECK(even && records > 0, "%s: %u columns, record %u: %.60s", subjects[i].arguments, columns, records, at);
            command_result_free(&r);
        }
    }
    static const char *const damaged[] = {"a,b\n", "a,\"b\r\n", "a,b\"c\r\n"};
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        const char *at = damaged[i];
        CHECK(fields_of(&at) == 0, "damaged record %zu is noticed", i);
    }
}

/* Of every table of a Markdown page all rows have as many cells as the one that rules it off. */
static void test_markdown(void) {
    for (size_t i = 0; i < SUBJECT_COUNT; i++) {
        struct command_result r;
        if (subjects[i].scan || !write_as(i, "markdown", &r)) {
            continue;
        }
        unsigned tables = 0;
        unsigned columns = 0;
        for (const char *line = r.out; *line != '\0'; line += strcspn(line, "\n") + 1) {
            size_t length = strcspn(line, "\n");
            unsigned bars = 0;
            for (size_t k = 0; k < length; k++) {
                bars += line[k] == '|' && (k == 0 || line[k - 1] != '\\') ? 1u : 0u;
            }
            bool row = line[0] == '|';
            tables += row && columns == 0 ? 1u : 0u;
            columns = !row ? 0 : columns == 0 ? bars : columns;
            CHECK(!row || (bars == columns && line[length - 1] == '|'), "%s: %.*s", subjects[i].arguments, (int)length, line);
        }
        CHECK(tables > 0 && strstr(r.out, "<script") == NULL, "%s: %u tables", subjects[i].arguments, tables);
        command_result_free(&r);
    }
}

static const struct test tests[] = {{"SARIF", test_sarif}, {"JUnit", test_junit}, {"TAP", test_tap}, {"CSV", test_csv}, {"Markdown", test_markdown}};
const struct suite writers_suite = SUITE("writers", tests);
