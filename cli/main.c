/* The command line: finds the subcommand. */
#include "cli.h"

#include "progress.h"

#include <string.h>

static const struct command {
    const char *group; /* the heading before it; NULL: the group of the one before */
    const char *name;
    int (*run)(int argc, char **argv);
    const char *title; /* NULL: not for people */
    char *program;     /* argv[0] of the subcommand, as its messages show it */
    const char *doing; /* for the progress line; NULL: what it does is quick, or it has a line of its own */
} commands[] = {
    {"An instruction set", "classify", command_classify, "the class of every instruction form, and the theorems", (char[]){"popek classify"},
     "deciding"},
    {NULL, "explain", command_explain, "one instruction: semantics, class, why, and a witness", (char[]){"popek explain"}, "deciding"},
    {NULL, "compare", command_compare, "the forms that differ between profiles", (char[]){"popek compare"}, "deciding"},
    {NULL, "list", command_list, "built-in ISAs, or the instruction forms of one ISA", (char[]){"popek list"}, NULL},
    {NULL, "coverage", command_coverage, "whether the tables of x86 have every known instruction", (char[]){"popek coverage"}, "comparing"},
    {NULL, "decode", command_decode, "bytes to instruction forms", (char[]){"popek decode"}, NULL},
    {NULL, "emit", command_emit, "an ISA as C, as ACSL for Frama-C, or as SMT-LIB 2", (char[]){"popek emit"}, "writing"},
    {"Processors and monitors", "probe", command_probe, "the tables against a processor, a hypervisor, an emulator", (char[]){"popek probe"},
     "running"},
    {NULL, "check", command_check, "instruction handlers and emulators against the tables", (char[]){"popek check"}, NULL},
    {NULL, "evidence", command_evidence, "what is decided, run on machines, and proven, by form", (char[]){"popek evidence"}, "deciding"},
    {NULL, "merge", command_merge, "results of shards, joined", (char[]){"popek merge"}, NULL},
    {"Guests", "run", command_run, "a 32-bit guest on a PC in software, or directly", (char[]){"popek run"}, NULL},
    {NULL, "simulate", command_simulate, "a guest on the teaching machine, bare or monitored", (char[]){"popek simulate"}, NULL},
    {NULL, "assemble", command_assemble, "a program for a teaching machine becomes a guest", (char[]){"popek assemble"}, NULL},
    {NULL, "exercise", command_exercise, "the exercises of the course, and whether a file solves one", (char[]){"popek exercise"}, "checking"},
    {"Binaries and source", "scan", command_scan, "holes, sensitive and privileged instructions in binaries", (char[]){"popek scan"}, NULL},
    {NULL, "annotate", command_annotate, "assembler source: labels and room at sensitive instructions", (char[]){"popek annotate"}, NULL},
    {NULL, "annotate-cc", command_annotate_cc, "a compiler whose assembler annotates", (char[]){"popek annotate-cc"}, NULL},
    {NULL, "annotate-as", command_annotate_as, NULL, (char[]){"popek annotate-as"}, NULL}, /* for annotate-cc alone */
    {NULL, "rewrite", command_rewrite, "sites of a binary become calls, hypercalls or traps", (char[]){"popek rewrite"}, NULL},
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
                "  popek SUBCOMMAND --help                the options of a subcommand\n"
                "  popek exercise                         the course: docs/course/README.md\n\n"
                "Every subcommand takes --quiet (no progress on a terminal) and --verbose (what\n"
                "is done, with times, to standard error).\n\n"
                "Exit codes: 0 fine, 1 findings (Theorem 1 does not hold), 2 bad usage, 3 bad\n"
                "input, 4 undecided (the solver gave up), 70 internal error, 77 cannot run here.\n",
                to);
}

static const char *command_name(const void *context, size_t i) { return ((const struct command *)context)[i].name; }

/* Takes --quiet and --verbose out of the arguments; what follows a compiler's name is the compiler's. */
static int take_loudness(int argc, char **argv) {
    int kept = 1;
    bool ours = argc < 2 || strncmp(argv[1], "annotate-", 9) != 0;
    for (int i = 1; i < argc; i++) {
        ours = ours && strcmp(argv[i], "--") != 0;
        if (ours && strcmp(argv[i], "--quiet") == 0) {
            progress_loudness(LOUDNESS_QUIET);
        } else if (ours && strcmp(argv[i], "--verbose") == 0) {
            progress_loudness(LOUDNESS_VERBOSE);
        } else {
            argv[kept++] = argv[i];
        }
    }
    argv[kept] = NULL;
    return kept;
}

int main(int argc, char **argv) {
    argp_err_exit_status = EXIT_USAGE;
    argc = take_loudness(argc, argv);
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
            if (commands[i].doing != NULL) {
                progress_begin(commands[i].doing);
            }
            int code = commands[i].run(argc - 1, argv + 1);
            progress_end();
            return code;
        }
    }
    complain_unknown("subcommand", argv[1], command_name, commands, COMMAND_COUNT);
    return EXIT_USAGE;
}
