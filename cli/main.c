/* The command line: finds the subcommand. */
#include "cli.h"

#include <string.h>

static const struct command {
    const char *group; /* the heading before it; NULL: the group of the one before */
    const char *name;
    int (*run)(int argc, char **argv);
    const char *title; /* NULL: not for people */
    char *program;     /* argv[0] of the subcommand, as its messages show it */
} commands[] = {
    {"An instruction set", "classify", command_classify, "the class of every instruction form, and the theorems", (char[]){"popek classify"}},
    {NULL, "explain", command_explain, "one instruction: semantics, class, why, and a witness", (char[]){"popek explain"}},
    {NULL, "compare", command_compare, "the forms that differ between profiles", (char[]){"popek compare"}},
    {NULL, "list", command_list, "built-in ISAs, or the instruction forms of one ISA", (char[]){"popek list"}},
    {NULL, "coverage", command_coverage, "whether the tables of x86 have every known instruction", (char[]){"popek coverage"}},
    {NULL, "decode", command_decode, "bytes to instruction forms", (char[]){"popek decode"}},
    {NULL, "emit", command_emit, "an ISA as C, as ACSL for Frama-C, or as SMT-LIB 2", (char[]){"popek emit"}},
    {"Processors and monitors", "probe", command_probe, "the tables against a processor, a hypervisor, an emulator", (char[]){"popek probe"}},
    {NULL, "check", command_check, "instruction handlers and emulators against the tables", (char[]){"popek check"}},
    {NULL, "evidence", command_evidence, "what is decided, run on machines, and proven, by form", (char[]){"popek evidence"}},
    {NULL, "merge", command_merge, "results of shards, joined", (char[]){"popek merge"}},
    {"Guests", "run", command_run, "a 32-bit guest on a PC in software, or directly", (char[]){"popek run"}},
    {NULL, "simulate", command_simulate, "a guest on the teaching machine, bare or monitored", (char[]){"popek simulate"}},
    {NULL, "assemble", command_assemble, "a program for a teaching machine becomes a guest", (char[]){"popek assemble"}},
    {NULL, "exercise", command_exercise, "the exercises of the course, and whether a file solves one", (char[]){"popek exercise"}},
    {"Binaries and source", "scan", command_scan, "holes, sensitive and privileged instructions in binaries", (char[]){"popek scan"}},
    {NULL, "annotate", command_annotate, "assembler source: labels and room at sensitive instructions", (char[]){"popek annotate"}},
    {NULL, "annotate-cc", command_annotate_cc, "a compiler whose assembler annotates", (char[]){"popek annotate-cc"}},
    {NULL, "annotate-as", command_annotate_as, NULL, (char[]){"popek annotate-as"}}, /* for annotate-cc alone */
    {NULL, "rewrite", command_rewrite, "sites of a binary become calls, hypercalls or traps", (char[]){"popek rewrite"}},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void usage(FILE *to) {
    (void)fputs("Usage: popek SUBCOMMAND [OPTION...]\n"
                "Decides whether an instruction set can be virtualized (Popek and Goldberg 1974),\n"
                "and shows why not.\n\n",
                to);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (commands[i].group != NULL) {
            (void)fprintf(to, "%s%s\n", i == 0 ? "" : "\n", commands[i].group);
        }
        if (commands[i].title != NULL) {
            (void)fprintf(to, "  %-12s %s\n", commands[i].name, commands[i].title);
        }
    }
    (void)fputs("\nTo begin with\n"
                "  popek classify x86 --mode protected    is it virtualizable, and why not\n"
                "  popek explain x86 SGDT                 one hole, with a witness\n"
                "  popek scan /bin/ls                     the holes in a program\n"
                "  popek SUBCOMMAND --help                the options of a subcommand\n\n"
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
