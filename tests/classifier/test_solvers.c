/* Every query is decided again by a second solver, which shares no code with the first. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `mode`: an option for the literal definition, which takes long; left out in `make test-all`. `sample`: how many queries, spread evenly; 0: all. */
static void check_directory(const char *isa, const char *name, const char *mode, unsigned sample, unsigned at_least) {
    char command[1024];
    char count[16] = "";
    if (sample > 0 && getenv("POPEK_TEST_ALL") == NULL) {
        (void)snprintf(count, sizeof count, "%u", sample);
    }
    (void)snprintf(
        command, sizeof command,
        "d=\"$TEMPORARY/smt2/%s\"; mkdir -p \"$d/repaired\" \"$d/literal\"\n"
        "for definition in repaired literal; do\n"
        "    mode=; [ $definition = repaired ] || mode=\"%s\"\n"
        "    \"$POPEK\" classify %s $mode --definition $definition --smt2 \"$d/$definition\" -o \"$TEMPORARY/ignored\" || [ $? -eq 1 ] || exit 1\n"
        "done\n"
        "tests/classifier/second_solver.sh \"$d\" %s; status=$?; rm -rf \"$d\"; exit $status",
        name, getenv("POPEK_TEST_ALL") == NULL ? mode : "", isa, count);
    struct command_result r = run_command(command);
    unsigned agree = 0;
    unsigned disagree = 1;
    unsigned open = 1;
    unsigned open_unsat = 1;
    const char *last = r.out == NULL ? "" : r.out;
    for (const char *line = last; line != NULL && *line != '\0'; line = strchr(line, '\n') == NULL ? NULL : strchr(line, '\n') + 1) {
        last = line;
    }
    int read = sscanf(last, "%u agree, %u disagree, %u without an answer, %u of them", &agree, &disagree, &open, &open_unsat); // NOLINT(cert-err34-c)
    /* A satisfiable query that is too hard for the second solver is still checked: its model is replayed on the evaluator. */
    CHECK(r.code == 0 && read == 4 && disagree == 0 && open_unsat == 0 && agree >= at_least && open * 50 <= agree, "%s: %s%s", isa, r.out, r.err);
    command_result_free(&r);
}

static void test_toys(void) {
    static const char *const names[] = {"third_generation", "jrst1", "supervisor_trap",   "lra",          "mfpi", "setr_nop", "shrink",
                                        "rdtime",           "cpuid", "undefined_in_user", "operand_fault"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "examples/isa/%s.isa", names[i]);
        check_directory(path, names[i], "", 0, 20);
    }
}

/* A sample of 200 in `make test`, every query of every mode in `make test-all`. */
static void test_x86(void) { check_directory("x86", "x86", "--mode long", 200, 190); }

static const struct test tests[] = {
    {"toy machines, both definitions", test_toys},
    {"x86, both definitions", test_x86},
};
const struct suite solvers_suite = SUITE("solvers", tests);
