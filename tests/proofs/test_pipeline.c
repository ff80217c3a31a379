/* The proofs: the committed ledger holds for the sources as they are, the judge turns red where it must, and faults in the monitor are found. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The scripts run where the tests run, at the root of the sources; $POPEK lies in the build folder. */
#define BUILD "\"$(dirname \"$POPEK\")\""

/* Runs a script, which must succeed. The caller frees the output. */
static char *succeeds(const char *command) {
    struct command_result r = run_command(command);
    CHECK(r.code == 0, "%s: exit code %d\n%s%s", command, r.code, r.out == NULL ? "" : r.out, r.err == NULL ? "" : r.err);
    char *out = r.out;
    r.out = NULL;
    command_result_free(&r);
    return out;
}

/* The numbers of the line that the pattern of sscanf fits; there must be such a line, with two numbers. */
static void numbers(const char *out, const char *start, const char *pattern, unsigned *first, unsigned *second) {
    const char *line = out == NULL ? NULL : strstr(out, start);
    CHECK(line != NULL && sscanf(line, pattern, first, second) == 2, "no line \"%s\" in:\n%s", start, out == NULL ? "" : out);
}

static void test_replay(void) {
    char *out = succeeds("proofs/all.sh " BUILD " replay");
    unsigned proven = 0;
    unsigned total = 0;
    numbers(out, "all units:", "all units: %u / %u", &proven, &total);
    CHECK(proven == total && total >= 10000, "%u of %u goals", proven, total);
    free(out);
    free(succeeds("jq -r -f proofs/table.jq " BUILD "/proofs/ledger.json | diff - docs/proofs.md"));
}

static void test_controls(void) {
    char *out = succeeds("proofs/controls.sh " BUILD);
    unsigned passed = 0;
    unsigned failed = 1;
    numbers(out, "controls of the judge:", "controls of the judge: %u passed, %u failed", &passed, &failed);
    CHECK(passed >= 35 && failed == 0, "%u passed, %u failed", passed, failed);
    free(out);
}

static void test_faults(void) {
    char *out = succeeds("proofs/mutants.sh " BUILD " fast");
    unsigned caught = 0;
    unsigned faults = 1;
    numbers(out, "faults:", "faults: %u of %u caught", &caught, &faults);
    CHECK(caught == faults && faults >= 8, "%u of %u", caught, faults);
    free(out);
    /* The whole list is for `make prove-mutants`; that it has what it must have is cheap to see. */
    free(succeeds("test $(grep -vc '^#' proofs/mutants) -ge 30"));
}

static void test_smoke(void) { free(succeeds("proofs/all.sh " BUILD " smoke relocation interpreter")); }

static const struct test tests[] = {
    {"the recorded proofs hold for these sources", test_replay},
    {"the judge turns red where it must", test_controls},
    {"faults in the monitor make its proofs fail", test_faults},
    {"smoke tests", test_smoke},
};
const struct suite proofs_suite = SUITE("proofs", tests);
