/* What comes in at the serial port of a guest: from a file, a pipe and a terminal, on each backend. */
#include "../tests.h"

#include <stdlib.h>
#include <string.h>

#define ECHO "\"$(dirname \"$POPEK\")/guests/echo.elf\""
#define OF_THE_SHELL (-1)
#define INPUT "printf 'first line\\nsecond x\\nthird\\n\\nrest'"
#define QEMU                                                                                                                                         \
    "timeout 20 qemu-system-i386 -M isapc -nodefaults -vga std -cpu pentium3 -m 32 -kernel " ECHO                                                    \
    " -serial stdio -monitor none -display none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=1"
/* Types when the guest has shown that it runs, so that the terminal is no longer that of the shell; `then` follows in the same shell. */
#define TYPED(keys, first, then)                                                                                                                     \
    "rm -f \"$TEMPORARY/shown\"; "                                                                                                                   \
    "(for i in $(seq 100); do grep -q polling \"$TEMPORARY/shown\" 2>/dev/null && break; sleep 0.1; done; printf '" keys "'; sleep 1)"               \
    " | script -qefc \"sh -c '" first "\\\"$POPEK\\\" run " ECHO then "'\" \"$TEMPORARY/shown\""

/* What is shown is what is kept. */
static void test_backends(void) {
    static const struct {
        const char *name, *command;
    } cases[] = {
        {"a pipe", INPUT " | \"$POPEK\" run " ECHO},
        {"a pipe that fills slowly", "(printf first; sleep 1; printf ' line\\nse'; sleep 1; printf 'cond x\\nthird\\n\\n') | \"$POPEK\" run " ECHO},
        {"a file", INPUT " > \"$TEMPORARY/input\"; \"$POPEK\" run " ECHO " --input \"$TEMPORARY/input\""},
        {"standard input that is a file", INPUT " > \"$TEMPORARY/input\"; \"$POPEK\" run " ECHO " < \"$TEMPORARY/input\""},
        {"natively", INPUT " | \"$POPEK\" run --backend native " ECHO},
        {"on Unicorn", INPUT " | \"$POPEK\" run --backend unicorn " ECHO},
        {"beside Unicorn", INPUT " | \"$POPEK\" run --compare unicorn " ECHO},
        {"native beside the model", INPUT " | \"$POPEK\" run --compare native " ECHO},
        {"two by themselves", INPUT " | \"$POPEK\" run --backend native --compare unicorn " ECHO},
        {"under QEMU", "command -v qemu-system-i386 >/dev/null || exit 77; (" INPUT "; sleep 3) | " QEMU}};
    size_t size = 0;
    char *kept = read_text("tests/machine/guests/echo.txt", &size);
    CHECK(kept != NULL, "no echo.txt");
    for (size_t i = 0; kept != NULL && i < sizeof cases / sizeof cases[0]; i++) {
        struct command_result r = run_command(cases[i].command);
        if (r.code == 77) {
            (void)printf("       not run: %s %s\n", cases[i].name, r.err);
        } else {
            CHECK(strcmp(r.out, kept) == 0, "%s (exit code %d): %s%s", cases[i].name, r.code, r.out, r.err);
        }
        command_result_free(&r);
    }
    free(kept);
}

static void test_commands(void) {
    static const struct {
        const char *command;
        int code; /* OF_THE_SHELL: the shell says how it ended, not popek */
        const char *out, *err;
    } cases[] = {
        {INPUT " | \"$POPEK\" run --technique scan " ECHO, 0, "equivalent", ""},
        {"printf 'one\\n' | \"$POPEK\" run " ECHO, 1, "ONE\ninterrupts\n", "waiting for ever"},
        {"\"$POPEK\" run " ECHO " --instructions 3000000", 1, "polling\n", "stopped"},
        {INPUT " | (\"$POPEK\" run \"$(dirname \"$POPEK\")/guests/hello.elf\"; cat)", 0, "Hello from ring 0.\nfirst line\n",
         ""}, /* nothing is lost */
        {"\"$POPEK\" run " ECHO " --input /nowhere/at/all", 3, "", "cannot read '/nowhere/at/all'"},
        {"\"$POPEK\" run " ECHO " --input /", 3, "", "cannot read '/'"},
        {TYPED("key\\r\\rx\\r\\r", "", ""), 0, "KEY", ""},
        {TYPED("\\003", "", ""), 130, "polling", ""},                                            /* Ctrl-C */
        {TYPED("\\003", "trap : INT; ", "; stty -a"), OF_THE_SHELL, " icanon iexten echo ", ""}, /* the terminal is as it was */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (lacks_terminal(cases[i].command)) {
            continue;
        }
        struct command_result r = run_command(cases[i].command);
        CHECK((r.code == cases[i].code || cases[i].code == OF_THE_SHELL) && strstr(r.out, cases[i].out) != NULL &&
                  strstr(r.err, cases[i].err) != NULL,
              "%s: exit code %d:\n%s%s", cases[i].command, r.code, r.out, r.err);
        command_result_free(&r);
    }
}

static const struct test tests[] = {{"on each backend", test_backends}, {"pipes, files and terminals", test_commands}};
const struct suite serial_input_suite = SUITE("serial_input", tests);
