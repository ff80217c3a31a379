/* The comparison of the scanner with Capstone: a difference needs the row that is about it. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Capstone 4 lacks the first instruction and finds INT1 in the middle of it; with LKGS only the tables have a site. */
static const char *const make =
    "cd \"$TEMPORARY\" && printf '.text\\nf: vpunpckhwd %%zmm1, %%zmm0, %%zmm0\\nret\\n' >vector.s && "
    "printf '.text\\nf: .byte 0xf2, 0x0f, 0x00, 0xf0\\nret\\n' >newer.s && printf '.text\\nf: hlt\\nsgdt (%%rax)\\nret\\n' >same.s && "
    "as vector.s -o vector.o && as newer.s -o newer.o && as same.s -o same.o && "
    "grep -v 'M1.69' \"$OLDPWD/x86-tables/disagreements.txt\" >without.txt";

static const struct compare_case {
    const char *rows, *file;
    int code;
    const char *out; /* in both streams together */
} cases[] = {
    {"x86-tables/disagreements.txt", "same.o", 0, "2 sites found by both, 0 by the scanner alone, 0 by Capstone alone, 0 unexplained"},
    {"x86-tables/disagreements.txt", "vector.o", 0, "1 by Capstone alone, 0 unexplained"},
    {"x86-tables/disagreements.txt", "newer.o", 0, "1 by the scanner alone, 0 by Capstone alone, 0 unexplained"},
    /* Negative controls: without its row, or with rows about other instructions alone, a difference stays unexplained. */
    {"$TEMPORARY/without.txt", "vector.o", 1, "no row for '64 EVEX.66.W0.L2 M1.69 C1 ours'"},
    {"/dev/null", "newer.o", 1, "the names or the disagreements cannot be read"},
};

static void test_rows(void) {
    struct command_result r = run_command(make);
    CHECK(r.code == 0, "the objects cannot be made: %s", r.err);
    command_result_free(&r);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[512];
        (void)snprintf(command, sizeof command,
                       "\"$(dirname \"$POPEK\")\"/tests/compare_scan x86-tables/x86.isa x86-tables/capstone_names.txt \"%s\" \"$TEMPORARY/%s\" 2>&1",
                       cases[i].rows, cases[i].file);
        r = run_command(command);
        CHECK(r.code == cases[i].code && strstr(r.out, cases[i].out) != NULL, "%s with %s: exit code %d and: %s", cases[i].file, cases[i].rows,
              r.code, r.out);
        command_result_free(&r);
    }
}

/* What objdump and a list of names by hand find; a file made here, then libraries of the machine. */
static void test_objdump(void) {
    struct command_result r = run_command("cd \"$TEMPORARY\" && printf '.text\\nf: cli; int3; nop; int3; int3; cpuid; mov %%cr0, %%rax; mov %%rax, "
                                          "%%fs:8; pop %%fs; rep insb; lock incl (%%rax); "
                                          "endbr64; syscall; data16 lret; add %%eax, %%ebx\\n' >list.s && as list.s -o list.o");
    CHECK(r.code == 0, "the object cannot be made: %s", r.err);
    command_result_free(&r);
    r = run_command("tests/scanner/compare_objdump.sh \"$POPEK\" '' \"$TEMPORARY/list.o\" /bin/ls $(ls /usr/lib/*/libc.so.6)");
    CHECK(r.code == 0 && strstr(r.out, "list.o: 9 by both, 0 by") != NULL && strstr(r.out, "libc.so.6: ") != NULL, "other sites than objdump's: %s%s",
          r.out, r.err);
    command_result_free(&r);
    r = run_command("tests/scanner/compare_objdump.sh \"$POPEK\" '--drop-form CPUID' \"$TEMPORARY/list.o\"");
    CHECK(r.code == 1 && strstr(r.out, "1 by objdump alone") != NULL, "a form that is left out is not missed: %s%s", r.out, r.err);
    command_result_free(&r);
}

static const struct test tests[] = {{"rows explain one instruction", test_rows}, {"beside objdump", test_objdump}};
const struct suite scan_compare_suite = SUITE("scan_compare", tests);
