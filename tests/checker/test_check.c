/* popek check as its users see it: a plug-in without faults, one with all kinds of them, an emulator, formats, baselines and shards. */
#include "../tests.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Plug-ins are built beside the program under test. */
#define HANDLERS "$(dirname $POPEK)/handlers/"

static json_t *checks_of(const char *arguments, int code) {
    char command[600];
    (void)snprintf(command, sizeof command, "$POPEK check " HANDLERS "%s --format json", arguments);
    struct command_result r = run_command(command);
    json_t *all = CHECK(r.code == code, "%s: exit code %d: %s", arguments, r.code, r.err) ? json_loads(r.out, 0, NULL) : NULL;
    command_result_free(&r);
    return all;
}

static const json_t *first_check(const json_t *all) { return json_array_get(json_object_get(all, "checks"), 0); }

static long long total(const json_t *all, const char *name) {
    return (long long)json_integer_value(json_object_get(json_object_get(first_check(all), "totals"), name));
}

/* Whether every trap point that is not proven impossible was exercised, in every form. */
static bool traps_exercised(const json_t *all) {
    const json_t *forms = json_object_get(first_check(all), "forms");
    bool good = json_array_size(forms) > 0;
    for (size_t i = 0; i < json_array_size(forms); i++) {
        const json_t *traps = json_object_get(json_array_get(forms, i), "traps");
        good = good && json_integer_value(json_object_get(traps, "possible")) == json_integer_value(json_object_get(traps, "covered"));
    }
    return good;
}

/* The reference against itself: nothing differs; every trap point is exercised, and of all targets those that the solver does not find too hard. */
static void test_reference(void) {
    static const struct {
        const char *instruction;
        unsigned decided; /* targets of a hundred */
    } cases[] = {{"CLTS", 100}, {"LGDT", 100}, {"POPF", 100}, {"SGDT", 100}, {"SYSCALL", 100}, {"MOV_TO_SREG", 99}, {"IN_IMMEDIATE", 100}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char arguments[200];
        (void)snprintf(arguments, sizeof arguments, "reference.so --instruction %s --states 500", cases[i].instruction);
        json_t *all = checks_of(arguments, 0);
        CHECK(total(all, "findings") == 0, "%s: findings", cases[i].instruction);
        CHECK(total(all, "states") > 1000 && total(all, "unhandled") == 0, "%s: %lld states", cases[i].instruction, total(all, "states"));
        CHECK(traps_exercised(all), "%s: a trap point is not exercised", cases[i].instruction);
        CHECK((total(all, "covered") + total(all, "impossible")) * 100 >= total(all, "targets") * (long long)cases[i].decided, "%s: %lld of %lld",
              cases[i].instruction, total(all, "covered"), total(all, "targets"));
        json_decref(all);
    }
}

/* Faults of the example, and what they are called. */
static void test_broken(void) {
    static const struct {
        const char *instruction, *rule;
    } faults[] = {
        {"CLTS", "privilege-check-missing"},
        {"LGDT", "accepts-what-must-fault"},
        {"INVLPG", "wrong-fault"},
        {"WBINVD", "wrong-state"},
        {"LMSW", "fault-changes-state"},
        {"RDPMC", "crash"},
        {"HLT", "hang"},
        {"RDTSC", "wrote-outside"},
#ifndef __SANITIZE_ADDRESS__ /* its allocator does not tell what is in use */
        {"CLI", "leak"},
#endif
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        char arguments[200];
        (void)snprintf(arguments, sizeof arguments, "broken.so --instruction %s --mode long --states 200 --hang 300", faults[i].instruction);
        json_t *all = checks_of(arguments, 1);
        const json_t *findings = json_object_get(first_check(all), "findings");
        bool found = false;
        for (size_t k = 0; k < json_array_size(findings); k++) {
            const json_t *f = json_array_get(findings, k);
            found = found || strcmp(json_string_value(json_object_get(f, "rule")), faults[i].rule) == 0;
        }
        CHECK(found, "%s: no finding %s among %zu", faults[i].instruction, faults[i].rule, json_array_size(findings));
        CHECK(json_array_size(json_object_get(first_check(all), "declarations")) == 3, "%s: the declarations are reported", faults[i].instruction);
        json_decref(all);
    }
}

/* A finding is minimised, names the check, and its test compiles and fails with the broken handler. */
static void test_finding(void) {
    json_t *all = checks_of("broken.so --instruction CLTS --mode protected --states 200", 1);
    const json_t *f = json_array_get(json_object_get(first_check(all), "findings"), 0);
    const char *manual = json_string_value(json_object_get(f, "manual"));
    const char *test = json_string_value(json_object_get(f, "test"));
    const json_t *state = json_object_get(f, "state");
    CHECK(json_object_size(state) == 3 && json_object_get(state, "cpl") != NULL, "cpl, pe and cs.db alone: %zu values", json_object_size(state));
    CHECK(manual != NULL && strstr(manual, "CLTS") != NULL && strstr(manual, "system_registers.isa:") != NULL, "%s", manual);
    char path[300];
    (void)snprintf(path, sizeof path, "%s/finding.c", getenv("TEMPORARY"));
    FILE *out = fopen(path, "w");
    if (CHECK(out != NULL && test != NULL, "the test")) {
        (void)fprintf(out, "%sint main(void) { return test_CLTS_protected() ? 0 : 42; }\n", test);
        (void)fclose(out);
        struct command_result r =
            run_command("d=$(dirname $POPEK); cc -Wall -Werror -Iinclude -I$d/include -o $TEMPORARY/finding $TEMPORARY/finding.c "
                        "examples/handlers/broken.c && $TEMPORARY/finding");
        CHECK(r.code == 42, "the test shows the fault: %d %s", r.code, r.err);
        command_result_free(&r);
    }
    json_decref(all);
}

/* The small emulator agrees in every form that it has; with a fault put into it, it does not. */
static void test_emulator(void) {
    json_t *all = checks_of("emulator.so --instruction LGDT --states 50", 0);
    CHECK(total(all, "findings") == 0 && total(all, "states") > 500 && total(all, "unhandled") == 0, "%lld findings, %lld states",
          total(all, "findings"), total(all, "states"));
    json_decref(all);
    struct command_result r =
        run_command("d=$(dirname $POPEK); sed 's/if (m->cpl != 0) {/if (m->cpl == 2) {/' examples/handlers/emulator.c >$TEMPORARY/faulty.c && "
                    "cc -shared -fPIC -Iinclude -I$d/include -o $TEMPORARY/faulty.so $TEMPORARY/faulty.c && "
                    "$POPEK check $TEMPORARY/faulty.so --instruction LGDT --mode long --states 20");
    CHECK(r.code == 1 && strstr(r.out, "a privilege check is missing") != NULL, "%d: %s", r.code, r.err);
    command_result_free(&r);
}

static bool has(const json_t *object, const char *name) { return json_object_get(object, name) != NULL; }

/* The parts of SARIF 2.1.0 (OASIS, sections 3.13 to 3.27) that a viewer needs. */
static void test_sarif(void) {
    struct command_result r = run_command("$POPEK check " HANDLERS "broken.so --instruction CLTS --states 50 --format sarif");
    json_t *log = json_loads(r.out, 0, NULL);
    const json_t *run = json_array_get(json_object_get(log, "runs"), 0);
    const json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");
    const json_t *results = json_object_get(run, "results");
    CHECK(r.code == 1 && strcmp(json_string_value(json_object_get(log, "version")), "2.1.0") == 0 && has(log, "$schema"), "a log of version 2.1.0");
    CHECK(has(driver, "name") && json_array_size(json_object_get(driver, "rules")) > 0 && json_array_size(results) > 0, "rules and results");
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *x = json_array_get(results, i);
        json_int_t rule = json_integer_value(json_object_get(x, "ruleIndex"));
        const json_t *described = json_array_get(json_object_get(driver, "rules"), (size_t)rule);
        const json_t *place = json_object_get(json_array_get(json_object_get(x, "locations"), 0), "physicalLocation");
        CHECK(json_equal(json_object_get(described, "id"), json_object_get(x, "ruleId")) != 0, "result %zu has the rule that it names", i);
        CHECK(has(json_object_get(x, "message"), "text") && has(x, "partialFingerprints") && has(x, "kind") && has(x, "level"), "result %zu", i);
        CHECK(has(json_object_get(place, "artifactLocation"), "uri") &&
                  json_integer_value(json_object_get(json_object_get(place, "region"), "startLine")) > 0,
              "result %zu has a place", i);
    }
    json_decref(log);
    command_result_free(&r);
}

static unsigned occurrences(const char *text, const char *word) {
    unsigned count = 0;
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        count++;
    }
    return count;
}

static void test_junit_and_tap(void) {
    struct command_result r = run_command("$POPEK check " HANDLERS "broken.so --instruction CLTS --states 50 --format junit");
    unsigned tests = 0;
    unsigned failures = 0;
    const char *suite = strstr(r.out, "<testsuite ");
    bool counted = suite != NULL && sscanf(strstr(suite, "tests="), "tests=\"%u\" failures=\"%u\"", &tests, &failures) == 2; // NOLINT(cert-err34-c)
    CHECK(r.code == 1 && counted && tests == occurrences(r.out, "<testcase ") && failures == occurrences(r.out, "<failure ") && failures > 0,
          "%u cases, %u failures", tests, failures);
    CHECK(occurrences(r.out, "<failure ") == occurrences(r.out, "</failure>") && strstr(r.out, "</testsuites>") != NULL, "elements are closed");
    command_result_free(&r);
    r = run_command("$POPEK check " HANDLERS "broken.so --instruction CLTS --states 50 --format tap");
    CHECK(r.code == 1 && strncmp(r.out, "TAP version 14\n1..6\n", 20) == 0 && occurrences(r.out, "\nok ") + occurrences(r.out, "\nnot ok ") == 6,
          "TAP: %s", r.out);
    command_result_free(&r);
}

/* Accepted findings do not fail the check; what is fixed is told; an acceptance expires; a bad line is bad input. */
static void test_baseline(void) {
    static const struct {
        const char *line;
        int code;
        const char *said;
    } cases[] = {{"CLTS/long/privilege-check-missing/#GP(0) not done | 9999-12-31 | known", 0, "accepted by the baseline"},
                 {"CLTS/long/privilege-check-missing/#GP(0) not done | 2001-01-01 | known", 1, "has expired"},
                 {"CLTS/long/wrong-fault/#UD not done | 9999-12-31 | gone", 1, "Fixed"},
                 {"CLTS/long | soon | known", 3, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[500];
        (void)snprintf(command, sizeof command,
                       "echo '%s' >$TEMPORARY/baseline; $POPEK check " HANDLERS "broken.so --instruction CLTS --mode long --states 50 --baseline "
                       "$TEMPORARY/baseline",
                       cases[i].line);
        struct command_result r = run_command(command);
        CHECK(r.code == cases[i].code && strstr(r.out, cases[i].said) != NULL, "%s: %d %s", cases[i].line, r.code, r.err);
        command_result_free(&r);
    }
}

/* Parts of the work, joined, are the whole to the byte, findings and what a baseline says among them; the same seed gives the same bytes. */
static void test_shards(void) {
    struct command_result r =
        run_command("p=$(realpath $POPEK); cd $TEMPORARY; echo 'CLTS/long/wrong-fault/#UD not done | 9999-12-31 | gone' >known; "
                    "c=\"$p check $(dirname $p)/handlers/broken.so --mode long --states 50 --hang 300 --baseline known --format json\"; $c -o whole; "
                    "for n in 1 2 3; do $c --shard $n/3 -o part$n; done; $p merge part2 part3 part1 -o joined && cmp whole joined && "
                    "! cmp -s whole part1");
    CHECK(r.code == 0, "%d %s %s", r.code, r.out, r.err);
    command_result_free(&r);
    r = run_command("p=$(realpath $POPEK); cd $TEMPORARY; sed 's/\"seed\": 1/\"seed\": 2/' part1 >other; $p merge other part2 part3");
    CHECK(r.code == 3 && strstr(r.err, "is missing") != NULL, "parts of different work are not joined: %d %s", r.code, r.err);
    command_result_free(&r);
    r = run_command("for n in 1 2; do $POPEK check " HANDLERS "reference.so --instruction LGDT --states 99 --format json >$TEMPORARY/$n; "
                    "done; cmp $TEMPORARY/1 $TEMPORARY/2");
    CHECK(r.code == 0, "two runs differ: %s", r.out);
    command_result_free(&r);
}

/* The proven handlers agree in every state that is tried, and nothing of the reference is left unexercised; with a check left out they do not. */
static void test_core(void) {
    json_t *all = checks_of("core.so --instruction LGDT --states 300", 0);
    CHECK(total(all, "findings") == 0 && total(all, "unhandled") == 0 && total(all, "states") > 900 && total(all, "undecided") == 0, "%lld states",
          total(all, "states"));
    json_decref(all);
    struct command_result r =
        run_command("b=$(dirname $POPEK); sed 's/if (s->cpl != 0)/if (s->cpl > 2)/' vmm-model/x86/processor_control.c >$TEMPORARY/faulty_core.c && "
                    "cc -w -shared -fPIC -Ivmm-model -Iisa-model -I$b/proofs -I$b/include -o $TEMPORARY/faulty_core.so $TEMPORARY/faulty_core.c "
                    "$b/emitted/x86_handlers.c examples/handlers/opaque.c $(ls vmm-model/x86/*.c $b/x86_handlers/*.c | grep -v processor_control) && "
                    "$POPEK check $TEMPORARY/faulty_core.so --instruction HLT --mode long --states 20");
    CHECK(r.code == 1 && strstr(r.out, "a privilege check is missing") != NULL, "%d: %s", r.code, r.err);
    command_result_free(&r);
}

/* A handler that is right is proven, one that lets CPL 1 through is not, and a state shows why. What has no contract or does not compile is bad
 * input. */
static void test_prove(void) {
    static const char *const bad[] = {"int x;", "int x = ;"};
    for (size_t i = 0; i < 2; i++) {
        char command[200];
        (void)snprintf(command, sizeof command, "echo '%s' >$TEMPORARY/bad.c; $POPEK check --prove $TEMPORARY/bad.c", bad[i]);
        struct command_result r = run_command(command);
        CHECK(r.code == 3 && strstr(r.err, i == 0 ? "no function of it has a contract" : "error") != NULL, "%s: %d %s", bad[i], r.code, r.err);
        command_result_free(&r);
    }
    static const char source[] = "#include \"x86_virtual.h\"\n"
                                 "static inline void advance(struct x86_virtual *s, uint8_t length) { s->rip = s->rip + length; }\n"
                                 "uint32_t x86_virtual_CLTS_long(struct x86_virtual *s, uint8_t length) {\n"
                                 "    if (s->cpl != 0) { return x86_virtual_TRAP + 13u; }\n"
                                 "    s->cr0_ts = 0; advance(s, length); return x86_virtual_DONE;\n}\n"
                                 "uint32_t x86_virtual_HLT_long(struct x86_virtual *s, uint8_t length) {\n"
                                 "    if (s->cpl > 1) { return x86_virtual_TRAP + 13u; }\n"
                                 "    s->halted = 1; advance(s, length); return x86_virtual_DONE;\n}\n";
    char path[300];
    (void)snprintf(path, sizeof path, "%s/handlers.c", getenv("TEMPORARY"));
    FILE *out = fopen(path, "w");
    if (!CHECK(out != NULL && fputs(source, out) >= 0 && fclose(out) == 0, "the file")) {
        return;
    }
    struct command_result r = run_command("$POPEK check --prove $TEMPORARY/handlers.c --states 50");
    if (r.code == 77) {
        (void)printf("          skipped: %s", r.err);
    } else {
        const char *clts = strstr(r.out, "CLTS [long]: ");
        unsigned proven = 0;
        unsigned goals = 0;
        bool read = clts != NULL && sscanf(clts, "CLTS [long]: %u / %u", &proven, &goals) == 2; // NOLINT(cert-err34-c)
        CHECK(r.code == 1 && read && goals > 3 && proven == goals, "%d, %u of %u: %s %s", r.code, proven, goals, r.out, r.err);
        CHECK(strstr(r.out, "not proven: ensures_trap") != NULL && strstr(r.out, "cpl = 1") != NULL, "%s", r.out);
        CHECK(strstr(r.out, "1 of 2 handlers proven") != NULL, "%s", r.out);
    }
    command_result_free(&r);
}

static void test_bad_input(void) {
    static const struct {
        const char *arguments;
        int code;
    } cases[] = {{"", 2},
                 {"$TEMPORARY/none.so", 3},
                 {"README.md", 3},
                 {HANDLERS "broken.so --mode nonsense", 2},
                 {HANDLERS "broken.so --instruction NONSENSE", 2},
                 {HANDLERS "broken.so --instruction NOP", 2},
                 {HANDLERS "broken.so --format nonsense", 2},
                 {HANDLERS "broken.so --shard 4/3", 2},
                 {HANDLERS "broken.so --baseline $TEMPORARY/none", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[300];
        bool baseline = strstr(cases[i].arguments, "baseline") != NULL;
        (void)snprintf(command, sizeof command, "$POPEK check %s%s", cases[i].arguments,
                       baseline ? " --instruction CLTS --mode long --states 1" : "");
        struct command_result r = run_command(command);
        CHECK(r.code == cases[i].code && r.err[0] != '\0', "%s: %d", cases[i].arguments, r.code);
        command_result_free(&r);
    }
}

static const struct test tests[] = {
    {"the reference against itself", test_reference},
    {"every kind of fault is found and named", test_broken},
    {"a finding is minimal, and its test shows it again", test_finding},
    {"a whole emulator", test_emulator},
    {"SARIF", test_sarif},
    {"JUnit and TAP", test_junit_and_tap},
    {"baselines", test_baseline},
    {"shards and seeds", test_shards},
    {"the proven handlers", test_core},
    {"proofs of a user's handlers", test_prove},
    {"bad input", test_bad_input},
};
const struct suite check_suite = SUITE("check", tests);
