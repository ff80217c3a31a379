/* The command line: finds the subcommand. */
#include "cli.h"

#include <string.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *title;
    char *program; /* argv[0] of the subcommand, as its messages show it */
} commands[] = {
    {"assemble", command_assemble, "a program for a teaching machine becomes a guest", (char[]){"popek assemble"}},
    {"check", command_check, "instruction handlers and emulators against the reference step", (char[]){"popek check"}},
    {"classify", command_classify, "decide the Popek and Goldberg class of every instruction form", (char[]){"popek classify"}},
    {"emit", command_emit, "an ISA as C, as ACSL for Frama-C, or as SMT-LIB 2", (char[]){"popek emit"}},
    {"explain", command_explain, "one instruction: semantics, class, why, and a witness", (char[]){"popek explain"}},
    {"compare", command_compare, "the forms that differ between profiles", (char[]){"popek compare"}},
    {"coverage", command_coverage, "what of x86 the tables have: every instruction that the disassembler knows", (char[]){"popek coverage"}},
    {"decode", command_decode, "bytes to instruction forms", (char[]){"popek decode"}},
    {"probe", command_probe, "the tables against a processor, a hypervisor or an emulator", (char[]){"popek probe"}},
    {"list", command_list, "built-in ISAs, or the instruction forms of one ISA", (char[]){"popek list"}},
    {"scan", command_scan, "binaries: the holes, sensitive and privileged instructions in them", (char[]){"popek scan"}},
    {"simulate", command_simulate, "a guest on the teaching machine, bare or under the proven monitor", (char[]){"popek simulate"}},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void usage(FILE *to) {
    (void)fputs("Usage: popek SUBCOMMAND [OPTION...]\n"
                "Decides whether an instruction set can be virtualized (Popek and Goldberg 1974),\n"
                "and shows why not.\n\n",
                to);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        (void)fprintf(to, "  popek %-10s %s\n", commands[i].name, commands[i].title);
    }
    (void)fputs("\n"
                "  popek SUBCOMMAND --help   the options of a subcommand\n"
                "  popek --version           the version\n\n"
                "Exit codes: 0 fine, 1 findings (Theorem 1 does not hold), 2 bad usage, 3 bad\n"
                "input, 4 undecided (the solver gave up), 70 internal error, 77 cannot run here.\n",
                to);
}

static const char *command_name(const void *context, size_t i) { return ((const struct command *)context)[i].name; }

int main(int argc, char **argv) {
    argp_err_exit_status = EXIT_USAGE;
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0 || strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return EXIT_FINE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        (void)puts("popek " POPEK_VERSION);
        return EXIT_FINE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            argv[1] = commands[i].program;
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    complain_unknown("subcommand", argv[1], command_name, commands, COMMAND_COUNT);
    return EXIT_USAGE;
}
