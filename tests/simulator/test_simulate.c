/* popek simulate and popek assemble as their users see them. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUESTS "examples/guests/"
#define ISA "examples/isa/"

struct command_case {
    const char *command; /* `popek` is the program; the rest is a line for sh */
    int code;
    const char *out, *err; /* must occur there; NULL: must be empty */
};

static const struct command_case cases[] = {
    {"popek simulate", 2, NULL, "which guest?"},
    {"popek simulate --help", 0, "--compare", NULL},
    {"popek assemble --help", 0, "--isa", NULL},
    {"popek assemble", 2, NULL, "which program?"},
    {"popek assemble " GUESTS "lra.s", 2, NULL, "give -o FILE"},
    {"popek simulate a b", 2, NULL, "one guest at a time"},
    {"popek simulate x --machine pdp10", 2, NULL, "unknown machine 'pdp10'; there is: bare, vmm, hybrid, nested=N"},
    {"popek simulate x --machine nested=0", 2, NULL, "nested= needs a number from 1 to 64"},
    {"popek simulate x --machine nested=65", 2, NULL, "nested= needs a number from 1 to 64"},
    {"popek simulate x --machine bare --compare", 2, NULL, "compare the bare machine with another one"},
    {"popek simulate x --steps -1", 2, NULL, "--steps needs a number"},
    {"popek simulate x --words 11", 2, NULL, "--words needs a number from 12 to 65536"},
    {"popek simulate x --format xml", 2, NULL, "there is: text, json"},
    {"popek simulate x --trace --format json", 2, NULL, "--trace and --step are text"},
    {"popek simulate no-such-guest", 3, NULL, "cannot read 'no-such-guest': No such file"},
    {"popek simulate README.md", 3, NULL, "'README.md': not a guest file; a guest is"},
    {"popek simulate /dev/null", 3, NULL, "not a guest file"},
    {"popek simulate /dev/zero", 3, NULL, "it has more than 1 MiB"},
    {"popek simulate docs", 3, NULL, "cannot read 'docs': Is a directory"},
    {"popek simulate " GUESTS "lra.s --isa x86", 3, NULL, "'x86' is no teaching machine: it has operating modes"},
    {"popek simulate " GUESTS "lra.s --isa no-such-isa", 3, NULL, "no built-in ISA"},
    {"popek simulate " GUESTS "lra.s", 3, NULL, GUESTS "lra.s:10:9: error: no instruction 'LRA' in third_generation"},
    {"popek simulate " GUESTS "escape.s --words 64", 3, NULL, "the guest has 111 words and its storage 64"},
    {"popek simulate " GUESTS "escape.s --words 65536 --machine vmm", 3, NULL, "has no room for the guest and its monitors"},
    {"popek simulate " GUESTS "escape.s --words 65536", 0, "65536 words", NULL},
    {"popek simulate " GUESTS "escape.s -o /no/such/directory/file", 3, NULL, "cannot write"},
    /* What the guests promise in their first lines. */
    {"popek simulate " GUESTS "escape.s", 0, "reg[5]     0x0009", NULL},
    {"popek simulate " GUESTS "every_instruction.s", 0, "reg[5]     0x0006", NULL},
    {"popek simulate " GUESTS "two_processes.s", 0, "reg[1]     0x0028", NULL},
    {"popek simulate " GUESTS "two_processes.s --timer 0 --steps 5000", 0, "Stopped by --steps after 5000 instructions", NULL},
    {"popek simulate " GUESTS "two_processes.s --timer 0 --steps 5000 --machine nested=3 --compare", 0, "5000 instructions, no difference", NULL},
    {"popek simulate " GUESTS "escape.s --machine vmm --format json", 0, "\"outside_changed\": 0", NULL},
    {"popek simulate " GUESTS "escape.s --compare --format json", 0, "\"difference\": null", NULL},
    {"popek simulate " GUESTS "jrst1.s --isa " ISA "jrst1.isa --compare --format json", 1, "\"components\": [\n      \"privilege\"\n    ]", NULL},
    {"popek simulate " GUESTS "jrst1.s --isa " ISA "jrst1.isa --compare", 1, "Difference at instruction 2, JRST1 1", NULL},
    {"popek simulate " GUESTS "undefined_in_user.s --isa " ISA "undefined_in_user.isa --machine vmm", 1, "words changed outside", NULL},
    {"popek simulate " GUESTS "two_processes.s --trace | grep -c '(timer)'", 0, "20\n", NULL},
    {"popek simulate " GUESTS "escape.s --trace | grep -c '^ *[0-9]* *\\(user\\|supervisor\\)'", 0, "80\n", NULL},
    {"popek simulate x --step --format json", 2, NULL, "--trace and --step are text"},
    {"popek simulate x --step --trace", 2, NULL, "choose one"},
    {"popek simulate x --step --machine bare", 2, NULL, "compare the bare machine with another one"},
    {"popek simulate " GUESTS "escape.s --step | grep -c '^Step '", 0, "80\n", NULL},
    {"popek simulate " GUESTS "lra.s --isa " ISA "lra.isa --step", 1, "reg[3]      0x0001 *          0x0051 *          0x0051          differs",
     NULL},
    {"popek simulate " GUESTS "lra.s --isa " ISA "lra.isa --step", 1, "done: not directly, the monitor does it for the guest\n", NULL},
    {"popek simulate " GUESTS "escape.s --step --machine hybrid", 0, "trap: the monitor gives the trap to the guest\n", NULL},
    /* On a terminal: a step, the next, to the next trap, and enough. Nobody who answers: enough, too. */
    {"printf '\\nt\\nq\\n' | script -qec \"$POPEK simulate " GUESTS "escape.s --step\" /dev/null | grep -o 'Step [0-9]*\\|Stopped after [0-9]*'", 0,
     "Step 1\nStep 2\nStep 8\nStopped after 8\n", NULL},
    {"printf 'e\\n' | script -qec \"$POPEK simulate " GUESTS "escape.s --step\" /dev/null | grep -o 'Step [0-9]*\\|Halted after [0-9]*'", 0,
     "Step 1\nHalted after 80\n", NULL},
    {"popek simulate " GUESTS "escape.s --trace --machine vmm | grep -c directly", 0, "63\n", NULL}, /* 62, and the summary's own line */
    /* A guest file is as good as the program; one that is cut or grown is refused. */
    {"popek assemble " GUESTS "escape.s -o $TEMPORARY/guest; popek simulate $TEMPORARY/guest --compare", 0, "80 instructions, no difference", NULL},
    {"popek assemble " GUESTS "two_processes.s -o $TEMPORARY/guest; popek simulate $TEMPORARY/guest", 0, "every 400 instructions", NULL},
    {"head -c 100 $TEMPORARY/guest >$TEMPORARY/cut; popek simulate $TEMPORARY/cut", 3, NULL, "shorter than its header says"},
    {"head -c 11 $TEMPORARY/guest >$TEMPORARY/cut; popek simulate $TEMPORARY/cut", 3, NULL, "ends within its header"},
    {"(cat $TEMPORARY/guest; echo) >$TEMPORARY/cut; popek simulate $TEMPORARY/cut", 3, NULL, "longer than its header says"},
    {"printf 'POPEK3G\\n\\0\\0\\0\\0\\377\\377\\377\\377' >$TEMPORARY/cut; popek simulate $TEMPORARY/cut", 3, NULL, "more than 65536 words"},
    {"printf 'POPEK3G\\n\\0\\0\\0\\0\\0\\0\\0\\0' >$TEMPORARY/none; popek simulate $TEMPORARY/none --steps 9 --compare", 0, "no difference", NULL},
    {"popek simulate " GUESTS "escape.s --steps 0", 0, "after 0 instructions", NULL},
    /* Any program text gives messages, and not too many of them. */
    {"cp README.md $TEMPORARY/text.s; popek simulate $TEMPORARY/text.s", 3, NULL, "more errors"},
    {"head -c 500000 \"$POPEK\" >$TEMPORARY/text.s; popek simulate $TEMPORARY/text.s", 3, NULL, ".s:1:1: error:"},
    {"printf 'LD r1' >$TEMPORARY/text.s; popek simulate $TEMPORARY/text.s", 3, NULL, "LD has 2 operands"},
};

static struct command_result run_popek(const char *command) {
    char line[1024];
    (void)snprintf(line, sizeof line, "popek() { \"$POPEK\" \"$@\"; }; %s", command);
    return run_command(line);
}

static bool fits(const char *text, const char *wanted) { return text != NULL && (wanted == NULL ? text[0] == '\0' : strstr(text, wanted) != NULL); }

static void test_cases(void) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (lacks_terminal(cases[i].command)) {
            continue;
        }
        struct command_result r = run_popek(cases[i].command);
        CHECK(r.code == cases[i].code, "%s: exit code %d instead of %d: %s", cases[i].command, r.code, cases[i].code, r.err);
        CHECK(fits(r.out, cases[i].out), "%s: standard output is\n%s", cases[i].command, r.out);
        CHECK(fits(r.err, cases[i].err), "%s: standard error is\n%s", cases[i].command, r.err);
        command_result_free(&r);
    }
}

/* One statement, where the message points, and what it says; NULL: it is fine. */
static const struct {
    const char *statement, *place, *message;
} statements[] = {
    {"LD r1, r2", NULL, NULL},
    {"  label:  ld 1,R2 ; comment", NULL, NULL},
    {"a: b: .word a, b + 1, -1, 0xffff, . - 12", NULL, NULL},
    {".equ five, 5\\n.word five - 10", NULL, NULL},
    {".org 0xffff\\nHALT", NULL, NULL},
    {"# only a comment", NULL, NULL},
    {"", NULL, NULL},
    {"LD r8, r1", "1:4", "operand d is 8, and may be 0 to 7"},
    {"LD r1, -1", "1:8", "operand a is -1"},
    {"LD r1 r2", "1:7", "LD has 2 operands"},
    {"HALT r1", "1:6", "what is this?"},
    {"LOAD r1, r2", "1:1", "no instruction 'LOAD'"},
    {"LD r1, there", "1:8", "nothing is called 'there'"},
    {".word 65536", "1:7", "65536 does not fit into a word"},
    {".word -32769", "1:7", "does not fit"},
    {".word 12three", "1:7", "'12three' is no number"},
    {".word 0xg", "1:7", "'0xg' is no number"},
    {".word 99999999999999999999", "1:7", "is too large"},
    {".word 1,", "1:9", "a number or a name is missing"},
    {".word )", "1:7", "a number or a name is expected"},
    {".org 65536", "1:6", "65536 is not in 0 to 65535"},
    {".org later\\nlater: HALT", "1:6", "nothing is called 'later'"},
    {".org 0xffff\\nHALT\\nHALT", "3:1", "the storage has 65536 words"},
    {"HALT\\n.org 12\\nHALT", "3:1", "word 12 is written twice"},
    {"x: HALT\\nx: HALT", "2:1", "'x' is defined twice"},
    {".equ x", "1:7", ".equ needs a name, a comma and a number"},
    {".space 65536\\n.space 1", "1:1", "the storage has 65536 words"},
    {".ascii 5", "1:1", "no directive '.ascii'; there is: .org"},
    {"HALT\\n\\t12", "2:2", "an instruction, a directive or a label is expected"},
};

static void test_assembler(void) {
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        char command[512];
        char wanted[128];
        (void)snprintf(command, sizeof command,
                       "cd $TEMPORARY; printf '%s\\n' >p.s; case $POPEK in /*) ;; *) POPEK=$OLDPWD/$POPEK;; esac; popek assemble p.s -o p",
                       statements[i].statement);
        struct command_result r = run_popek(command);
        bool good = statements[i].message == NULL;
        CHECK(r.code == (good ? 0 : 3), "%s: exit code %d: %s", statements[i].statement, r.code, r.err);
        if (!good) {
            (void)snprintf(wanted, sizeof wanted, "p.s:%s: error: ", statements[i].place);
            CHECK(r.err != NULL && strncmp(r.err, wanted, strlen(wanted)) == 0 && strstr(r.err, statements[i].message) != NULL &&
                      strstr(r.err, "^\n") != NULL,
                  "%s: %s", statements[i].statement, r.err);
        }
        command_result_free(&r);
    }
}

/* The guests on every machine: no difference where Theorem 1 holds, or Theorem 3 for the hybrid monitor; a difference where it does not. */
static void test_guests(void) {
    static const char *const machines[] = {"vmm", "hybrid", "nested=1", "nested=8"};
    static const struct {
        const char *guest, *isa;
        bool theorem_1, theorem_3;
    } guests[] = {
        {"escape", NULL, true, true},
        {"every_instruction", NULL, true, true},
        {"two_processes", NULL, true, true},
        {"escape", "third_generation", true, true},
        {"every_instruction", "third_generation", true, true},
        {"two_processes", "third_generation", true, true},
        {"escape", "lra", true, true}, /* it does not use what is wrong */
        {"cpuid", "cpuid", true, true},
        {"rdtime", "rdtime", true, true},
        {"operand_fault", "operand_fault", true, true},
        {"jrst1", "jrst1", false, true},
        {"mfpi", "mfpi", false, true},
        {"setr_nop", "setr_nop", false, true},
        {"lra", "lra", false, false},
        {"shrink", "shrink", false, false},
        {"undefined_in_user", "undefined_in_user", false, false},
    };
    for (size_t g = 0; g < sizeof guests / sizeof guests[0]; g++) {
        for (size_t m = 0; m < sizeof machines / sizeof machines[0]; m++) {
            char command[512];
            bool good = strcmp(machines[m], "hybrid") == 0 ? guests[g].theorem_3 : guests[g].theorem_1;
            (void)snprintf(command, sizeof command, "popek simulate " GUESTS "%s.s --machine %s --compare%s%s%s", guests[g].guest, machines[m],
                           guests[g].isa != NULL ? " --isa " ISA : "", guests[g].isa != NULL ? guests[g].isa : "",
                           guests[g].isa != NULL ? ".isa" : "");
            struct command_result r = run_popek(command);
            CHECK(r.code == (good ? 0 : 1), "%s: exit code %d: %s%s", command, r.code, r.out, r.err);
            CHECK(fits(r.out, good ? "no difference" : "Difference at instruction"), "%s: %s", command, r.out);
            CHECK(fits(r.out, "words changed outside of the guest            0"), "%s: %s", command, r.out);
            command_result_free(&r);
        }
    }
}

/* Text fits into 80 columns. */
static void test_width(void) {
    static const char *const commands[] = {"popek simulate " GUESTS "two_processes.s --machine nested=8 --compare --trace",
                                           "popek simulate " GUESTS "lra.s --isa " ISA "lra.isa --step",
                                           "popek simulate " GUESTS "undefined_in_user.s --isa " ISA "undefined_in_user.isa --compare",
                                           "popek simulate " GUESTS "mfpi.s --isa " ISA "mfpi.isa"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct command_result r = run_popek(commands[i]);
        size_t longest = 0;
        for (const char *line = r.out; line != NULL && *line != '\0'; line += strcspn(line, "\n") + 1) {
            longest = strcspn(line, "\n") > longest ? strcspn(line, "\n") : longest;
        }
        CHECK(longest > 0 && longest <= 80, "%s: a line of %zu columns", commands[i], longest);
        command_result_free(&r);
    }
}

static const struct test tests[] = {
    {"exit codes and messages", test_cases},
    {"assembler messages", test_assembler},
    {"every guest on every machine", test_guests},
    {"width", test_width},
};
const struct suite simulate_suite = SUITE("simulate", tests);
