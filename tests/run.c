/* Runs all suites, or those named after the program under test; the last line is `N passed, N failed`. */
#include "tests.h"

#include <CUnit/TestRun.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SUITE_NAMED(name) &name##_suite,
static const struct suite *const suites[] = {
#include "suites.def"
};
#undef SUITE_NAMED

bool check_case(bool good, const char *file, unsigned line, const char *format, ...) {
    char text[2048] = "";
    if (!good) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        (void)fprintf(stderr, "%s:%u: FAILED: %s\n", file, line, text);
    }
    (void)CU_assertImplementation(good ? CU_TRUE : CU_FALSE, line, text, file, "", CU_FALSE);
    return good;
}

static double now(void) {
    struct timespec t = {0, 0};
    (void)timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Tests hand values to commands in variables; what one has set must not reach the next, nor the scripts that it runs. */
static char **kept_environment(void) {
    size_t count = 0;
    while (environ[count] != NULL) {
        count++;
    }
    char **kept = malloc((count + 1) * sizeof(char *));
    for (size_t i = 0; kept != NULL && i <= count; i++) {
        kept[i] = environ[i];
    }
    return kept;
}

static char **environment;

static void restore_environment(void) {
    (void)clearenv();
    for (size_t i = 0; environment[i] != NULL; i++) {
        (void)putenv(environment[i]);
    }
}

static void completed(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure) {
    static double last = 0;
    double time = now();
    (void)printf("%-6s %6.1f s  %s: %s\n", failure == NULL ? "ok" : "FAILED", last > 0 ? time - last : 0, suite->pName, test->pName);
    (void)fflush(stdout);
    last = time;
    restore_environment();
}

static bool wanted(const char *name, int argc, char **argv) {
    bool found = argc < 3;
    for (int i = 2; i < argc; i++) {
        found = found || strcmp(argv[i], name) == 0;
    }
    return found;
}

static bool add_suites(int argc, char **argv) {
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        if (!wanted(suites[i]->name, argc, argv)) {
            continue;
        }
        CU_pSuite suite = CU_add_suite(suites[i]->name, NULL, NULL);
        if (suite == NULL) {
            return false;
        }
        for (size_t k = 0; k < suites[i]->count; k++) {
            if (CU_add_test(suite, suites[i]->tests[k].name, suites[i]->tests[k].run) == NULL) {
                return false;
            }
        }
    }
    return true;
}

/* What a program does about Ctrl-C is tested, and a shell starts what runs in the background with these signals ignored, which commands inherit. */
static void heed_signals(void) {
    static const int signals[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        (void)signal(signals[i], SIG_DFL);
    }
}

int main(int argc, char **argv) {
    char temporary[] = "/tmp/popek-tests-XXXXXX";
    if (argc < 2 || mkdtemp(temporary) == NULL || setenv("POPEK", argv[1], 1) != 0 || setenv("TEMPORARY", temporary, 1) != 0) {
        (void)fputs("usage: run PROGRAM [SUITE...]\n", stderr);
        return 2;
    }
    heed_signals();
    environment = kept_environment();
    if (environment == NULL || CU_initialize_registry() != CUE_SUCCESS || !add_suites(argc, argv)) {
        (void)fputs("cannot set up the tests\n", stderr);
        return 2;
    }
    CU_set_test_complete_handler(completed);
    (void)CU_run_all_tests();
    unsigned failed = CU_get_number_of_failures();
    unsigned passed = CU_get_number_of_successes();
    CU_cleanup_registry();
    free(environment);
    (void)system("rm -rf \"$TEMPORARY\""); // NOLINT(cert-env33-c)
    (void)printf("%u passed, %u failed\n", passed, failed);
    return failed > 0 || passed == 0 ? 1 : 0;
}
