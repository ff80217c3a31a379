/* The command line as its users see it: exit codes, messages, where results go. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOYS "examples/isa/"

struct command_case {
    const char *command; /* after the program's name */
    int code;
    const char *out, *err; /* must occur there; NULL: must be empty */
};

static const struct command_case cases[] = {
    {"", 2, NULL, "Usage: popek"},
    {"--help", 0, "Usage: popek", NULL},
    {"--version", 0, "popek ", NULL},
    {"frobnicate", 2, NULL, "unknown subcommand 'frobnicate'; there is: "},
    {"clasify", 2, NULL, "unknown subcommand 'clasify'; did you mean classify?"},
    {"scan no-such-file", 3, "unknown, nothing was read", "cannot read 'no-such-file'"},
    {"run", 2, NULL, "which guest? for example: popek run kernel.elf"},
    {"simulate a b", 2, NULL, "one guest at a time; what is 'b'?"},
    {"classify x87", 3, NULL, "no readable file: 'x87'; did you mean x86?"},
    {"classify", 2, NULL, "which ISA?"},
    {"classify " TOYS "lra.isa --verbose", 1, "Theorem 1", "10 forms and modes of lra decided for the profile standard"},
    {"--quiet classify " TOYS "lra.isa", 1, "Theorem 1", NULL},
    {"classify --help", 0, "--configuration", NULL},
    {"explain --help", 0, "--profile", NULL},
    {"list --help", 0, "--format", NULL},
    {"classify --no-such-option x86", 2, NULL, "--no-such-option"},
    {"classify " TOYS "lra.isa " TOYS "cpuid.isa", 2, NULL, "one ISA at a time"},
    {"classify " TOYS "lra.isa --definition other", 2, NULL, "there is: literal, repaired"},
    {"classify " TOYS "lra.isa --format xml", 2, NULL, "there is: text, json, html"},
    {"classify " TOYS "lra.isa --profile other", 2, NULL, "unknown profile 'other'; there is: standard"},
    {"classify " TOYS "lra.isa --mode other", 2, NULL, "unknown mode 'other'; there is: all"},
    {"classify " TOYS "lra.isa --instruction OTHER", 2, NULL, "unknown instruction 'OTHER'; there is: LD, ST, ADD"},
    {"classify " TOYS "lra.isa --configuration cr4.umip=1", 2, NULL, "unknown free bit 'cr4.umip'"},
    {"classify " TOYS "lra.isa --resource-limit many", 2, NULL, "--resource-limit needs a number"},
    {"classify " TOYS "lra.isa --resource-limit 0", 2, NULL, "--resource-limit needs a number"},
    {"classify no-such-isa", 3, NULL, "no built-in ISA and no readable file: 'no-such-isa'; there is: x86"},
    {"classify tests/isa-model/errors/wrong_width.isa", 3, NULL, "wrong_width.isa:7:14: error:"},
    {"classify tests/isa-model/errors/empty.isa", 3, NULL, "error: the file is empty"},
    {"classify " TOYS "third_generation.isa", 0, "Theorem 1  yes", NULL},
    {"classify " TOYS "third_generation.isa --definition literal", 1, "Theorem 1  no", NULL},
    {"classify " TOYS "lra.isa", 1, "LRA", NULL},
    {"classify " TOYS "lra.isa --instruction ADD", 0, "Theorem 1  yes", NULL},
    {"classify " TOYS "supervisor_trap.isa", 1, "virtualizable by the test, which does not look at states that", NULL},
    {"classify " TOYS "shrink.isa", 1, "inconclusive by the test, virtualizable by the pointwise question", NULL},
    {"classify " TOYS "shrink.isa --definition literal --instruction SHRINK", 1, "inconclusive by the test, virtualizable by the pointwise question",
     NULL},
    {"classify " TOYS "shrink.isa --format json", 1, "\"isa\": \"shrink\"", NULL},
    {"classify " TOYS "lra.isa --statistics", 1, "Theorem 1", "solver queries; the slowest"},
    {"classify " TOYS "lra.isa -o /no/such/directory/file", 3, NULL, "cannot write '/no/such/directory/file'"},
    {"classify " TOYS "lra.isa -o /dev/full", 3, NULL, "cannot write '/dev/full'"},
    {"classify " TOYS "lra.isa >/dev/full", 3, NULL, "cannot write 'standard output'"},
    {"classify " TOYS "lra.isa --smt2 /no/such/directory/there", 3, NULL, "/no/such/directory/there"},
    {"explain " TOYS "lra.isa", 2, NULL, "needs an ISA and the name of an instruction"},
    {"explain " TOYS "lra.isa OTHER", 2, NULL, "unknown instruction 'OTHER'"},
    {"explain " TOYS "lra.isa LRA", 0, "reg[d] = r.base + reg[a];", NULL},
    {"explain " TOYS "lra.isa LRA", 0, "sensitive-unprivileged", NULL},
    {"explain " TOYS "lra.isa ADD", 0, "innocuous", NULL},
    {"explain " TOYS "lra.isa HALT", 0, "privileged-sensitive", NULL},
    {"explain x86 SGDT", 0, "witness", NULL},
    {"explain x86 POPF", 0, "sensitive-unprivileged", NULL},
    {"list", 0, "x86", NULL},
    {"list --format json", 0, "\"isas\"", NULL},
    {"list x86", 0, "SGDT", NULL},
    {"coverage x86", 0, "\n0 unaccounted for", NULL},
    {"coverage x86 --format json", 0, "\"unaccounted\": 0", NULL},
    {"coverage " TOYS "lra.isa", 1, "Missing: neither in the tables nor excluded", NULL},
    {"coverage", 2, NULL, "which ISA"},
    {"decode 9c", 0, "sensitive-unprivileged, profile ring_compression", NULL},
    {"decode --mode 32 0f01e0 --format json", 0, "\"class\": \"sensitive-unprivileged\"", NULL},
    {"decode --profile nobody f4", 2, NULL, "unknown profile 'nobody'"},
    {"decode f4 ffff", 1, "no such opcode", NULL},
    {"decode f", 3, NULL, "not pairs of hexadecimal digits"},
    {"compare x86 --profiles ring_compression,umip_best --instruction SGDT", 0, "6 of 6 forms and modes differ", NULL},
    {"compare x86 --profiles ring_compression,vmx --instruction PUSHFD --format json", 0, "\"compared\"", NULL},
    {"compare x86 --profiles ring_compression", 2, NULL, "at least two profiles"},
    {"compare x86 --profiles ring_compression,nobody", 2, NULL, "unknown profile 'nobody'"},
    {"compare x86", 2, NULL, "needs an ISA and --profiles"},
    {"list x86 --format json", 0, "\"encoding\"", NULL},
    {"list " TOYS "lra.isa", 0, "10 forms", NULL},
    {"list " TOYS "lra.isa other", 2, NULL, "one ISA at a time"},
    {"list no-such-isa", 3, NULL, "no built-in ISA"},
    {"classify x86 --mode long --instruction RMPADJUST --format json", 0, "\"always_traps\": true", NULL},
    {"classify x86 --mode long --instruction HLT --format json", 0, "\"always_traps\": false", NULL},
    {"explain x86 RMPADJUST --mode long", 0, "It traps in every state of this profile", NULL},
    {"explain x86 \"mov cr0\" --mode long", 0, "MOV CR0, r64", NULL},
    {"explain x86 in --mode long", 0, "IN AL, imm8", NULL},
    {"explain x86 SGTD", 2, NULL, "did you mean SGDT"},
    {"explain x86 RDTSC --mode long", 0, "By the definitions it neither changes nor depends on", NULL},
    {"emit x86 --instruction SGTD", 2, NULL, "did you mean SGDT"},
    {"emit x86 --instruction AAA --mode long", 2, NULL, "has no form in mode 'long'"},
    {"explain x86 DELIVERY", 2, NULL, "'DELIVERY' is an event"},
    {"emit x86 --for handlers --instruction DELIVERY", 0, "x86_virtual_DELIVERY_v86(", NULL},
    {"emit x86 --for handlers --instruction ADD", 3, NULL, "no profile emulates 'ADD'"},
    {"explain x86 nothing_like_it_at_all", 2, NULL, "`popek list ISA` names all"},
    {"classify x86 --instruction SGDT", 1, "cr4.umip=0", NULL},
    {"classify x86 --instruction SGDT --configuration cr4.umip=1", 0, "cr4.umip=1", NULL},
    {"classify x86 --instruction SGDT --configuration cr4.umip", 2, NULL, "NAME=0 or NAME=1"},
    {"classify x86 --instruction SGDT --configuration cr4.umip=1,nothing=0", 2, NULL, "unknown free bit 'nothing'"},
    {"classify x86 --instruction SGDT --configuration best", 0, "cr4.umip=1", NULL},
};

static bool fits(const char *text, const char *wanted) { return text != NULL && (wanted == NULL ? text[0] == '\0' : strstr(text, wanted) != NULL); }

static void test_cases(void) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[1024];
        (void)snprintf(command, sizeof command, "\"$POPEK\" %s", cases[i].command);
        struct command_result r = run_command(command);
        CHECK(r.code == cases[i].code, "popek %s: exit code %d instead of %d: %s", cases[i].command, r.code, cases[i].code, r.err);
        CHECK(fits(r.out, cases[i].out), "popek %s: standard output is\n%s", cases[i].command, r.out);
        CHECK(fits(r.err, cases[i].err), "popek %s: standard error is\n%s", cases[i].command, r.err);
        command_result_free(&r);
    }
}

/* Same input, same bytes. */
static void test_deterministic(void) {
    struct command_result r = run_command("for i in 1 2; do \"$POPEK\" classify " TOYS "mfpi.isa --format json -o \"$TEMPORARY/json$i\"; done; "
                                          "cmp \"$TEMPORARY/json1\" \"$TEMPORARY/json2\"");
    CHECK(r.code == 0, "two runs give the same bytes: %s%s", r.out, r.err);
    command_result_free(&r);
}

/* Text for people fits into 80 columns and has no escape sequences when it is not for a terminal. */
static void test_width(void) {
    static const char *const commands[] = {"\"$POPEK\" --help",
                                           "\"$POPEK\" classify x86",
                                           "\"$POPEK\" explain x86 SGDT",
                                           "\"$POPEK\" classify " TOYS "mfpi.isa",
                                           "\"$POPEK\" list " TOYS "lra.isa",
                                           "\"$POPEK\" decode 0f 01 e0 9d f4",
                                           "\"$POPEK\" compare x86 --instruction SMSW --profiles ring_compression,umip_best",
                                           "\"$POPEK\" compare x86 --instruction SMSW --profiles ring_compression,umip_best,vmx,svm",
                                           "\"$POPEK\" compare x86 --instruction SMSW --profiles ring_compression,umip_best,vmx,svm,v386,"
                                           "ring_compression_v86",
                                           "\"$POPEK\" evidence x86 --mode long --instruction SGDT",
                                           "\"$POPEK\" simulate examples/guests/escape.s --compare",
                                           "\"$POPEK\" check \"$(dirname \"$POPEK\")/handlers/broken.so\" --instruction CLTS | "
                                           "sed '/to see it again:/,/^        }$/d'",
                                           "\"$POPEK\" scan examples/x86/none; \"$POPEK\" scan \"$POPEK\" --summary"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct command_result r = run_command(commands[i]);
        size_t longest = 0;
        bool semantics = false; /* the lines of the source are as long as they are */
        for (const char *line = r.out; line != NULL && *line != '\0';) {
            size_t length = strcspn(line, "\n");
            semantics = semantics ? strncmp(line, "  ", 2) == 0 || length == 0 : memmem(line, length, ".isa:", 5) != NULL;
            longest = !semantics && length > longest ? length : longest;
            line += length + (line[length] == '\n' ? 1u : 0u);
        }
        CHECK(longest <= 80, "%s: a line of %zu columns", commands[i], longest);
        CHECK(r.out != NULL && strchr(r.out, '\033') == NULL, "%s: escape sequences in a file", commands[i]);
        command_result_free(&r);
    }
}

/* What takes more than a second says so on a terminal, and the line is gone before the result; not with --quiet, and not in a file. */
static void test_progress(void) {
    static const struct {
        const char *command;
        bool shown;
    } runs[] = {
        {"script -qec \"$POPEK classify x86 --mode protected -o /dev/null\" /dev/null", true},
        {"script -qec \"$POPEK classify x86 --mode protected -o /dev/null --quiet\" /dev/null", false},
        {"\"$POPEK\" classify x86 --mode protected -o /dev/null", false},
    };
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        if (lacks_terminal(runs[i].command)) {
            continue;
        }
        struct command_result r = run_command(runs[i].command);
        bool shown = r.out != NULL && strstr(r.out, "deciding: ") != NULL;
        const char *end = shown ? strstr(r.out, "\r\033[K") : r.out;
        CHECK(shown == runs[i].shown && end != NULL && (r.err == NULL || r.err[0] == '\0'), "%s: %s%s", runs[i].command, r.out, r.err);
        command_result_free(&r);
    }
}

static const struct test tests[] = {
    {"exit codes and messages", test_cases},
    {"deterministic", test_deterministic},
    {"width and colour", test_width},
    {"progress", test_progress},
};
const struct suite command_suite = SUITE("command", tests);
