/* popek check on machines under test and whole emulators: no false alarm, and differences of Unicorn have their causes. */
#include "../tests.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *findings_of(const char *command, int *code) {
    struct command_result r = run_command(command);
    json_t *all = json_loads(r.out, 0, NULL);
    json_t *findings = json_incref(json_object_get(json_array_get(json_object_get(all, "checks"), 0), "findings"));
    *code = r.code;
    json_decref(all);
    command_result_free(&r);
    return findings;
}

/* Stack pointers of 16 bits in 32-bit code: the stack is where there is memory, and a core that takes ESP is found. */
static void test_stacks(void) {
    static const struct {
        const char *flags;
        int code;
    } cores[] = {{"", 0}, {"-DFAULT", 1}};
    for (size_t i = 0; i < sizeof cores / sizeof cores[0]; i++) {
        char command[600];
        int code = -1;
        (void)snprintf(command, sizeof command,
                       "d=$(dirname $POPEK); cc -shared -fPIC %s -Iinclude -I$d/include -o $TEMPORARY/stack.so tests/checker/stack_core.c && "
                       "$POPEK check $TEMPORARY/stack.so --instruction PUSHF --states 40 --format json",
                       cores[i].flags);
        json_t *findings = findings_of(command, &code);
        CHECK(code == cores[i].code, "%s: exit code %d, %zu findings", cores[i].flags, code, json_array_size(findings));
        for (size_t k = 0; k < json_array_size(findings); k++) {
            const char *rule = json_string_value(json_object_get(json_array_get(findings, k), "rule"));
            CHECK(strcmp(rule, "wrong-state") == 0 || strcmp(rule, "wrote-outside") == 0, "%s", rule);
        }
        json_decref(findings);
    }
}

/* What the tables leave open never makes a finding, however seldom a handler is let through. */
static void test_open(void) {
    static const char *const instructions[] = {"ENQCMDS", "XRSTORS", "PCONFIG"};
    for (size_t i = 0; i < sizeof instructions / sizeof instructions[0]; i++) {
        char command[300];
        int code = -1;
        (void)snprintf(command, sizeof command, "$POPEK check $(dirname $POPEK)/handlers/reference.so --instruction %s --states 300 --format json",
                       instructions[i]);
        json_t *findings = findings_of(command, &code);
        CHECK(code == 0 && json_array_size(findings) == 0, "%s: exit code %d, %zu findings", instructions[i], code, json_array_size(findings));
        json_decref(findings);
    }
}

/* Differences of Unicorn 2.0.1: there are some, and each has a recorded cause with its source. */
static void test_causes(void) {
    static const char *const instructions[] = {"IN_DX", "MOV_TO_CR", "LGDT", "WRMSR", "LAR", "MOV_FROM_SREG"};
    size_t all = 0;
    for (size_t i = 0; i < sizeof instructions / sizeof instructions[0]; i++) {
        char command[300];
        int code = -1;
        (void)snprintf(command, sizeof command, "POPEK_PLUGINS=$(dirname $POPEK) $POPEK check --target unicorn --instruction %s --format json",
                       instructions[i]);
        json_t *findings = findings_of(command, &code);
        if (code == 77) {
            (void)printf("skipped: unicorn cannot run here\n");
            return;
        }
        all += json_array_size(findings);
        for (size_t k = 0; k < json_array_size(findings); k++) {
            const json_t *f = json_array_get(findings, k);
            const char *reason = json_string_value(json_object_get(f, "reason"));
            CHECK(reason != NULL && strstr(reason, "vol.") != NULL, "%s: %s, not %s: no recorded cause",
                  json_string_value(json_object_get(f, "form")), json_string_value(json_object_get(f, "seen")),
                  json_string_value(json_object_get(f, "expected")));
        }
        json_decref(findings);
    }
    CHECK(all > 20, "only %zu differences", all);
}

static const struct test tests[] = {
    {"stacks of 16, 32 and 64 bits", test_stacks},
    {"what is left open", test_open},
    {"differences of Unicorn have causes", test_causes},
};
const struct suite adapters_suite = SUITE("adapters", tests);
