/* What the subcommands share: exit codes, loading an ISA, the options that select a question, writing the result. */
#ifndef POPEK_CLI_H
#define POPEK_CLI_H

#include "../classifier/classifier.h"

#include <argp.h>
#include <stdio.h>

enum exit_code {
    EXIT_FINE = 0,
    EXIT_FINDINGS = 1,
    EXIT_USAGE = 2,
    EXIT_INPUT = 3,
    EXIT_UNDECIDED = 4,
    EXIT_INTERNAL = 70,
    EXIT_CANNOT_RUN = 77 /* no device */
};

#define POPEK_VERSION "0.1.0"

int command_annotate(int argc, char **argv);
int command_annotate_cc(int argc, char **argv);
int command_annotate_as(int argc, char **argv);
int command_rewrite(int argc, char **argv);
int command_assemble(int argc, char **argv);
int command_check(int argc, char **argv);
int command_classify(int argc, char **argv);
int command_emit(int argc, char **argv);
int command_evidence(int argc, char **argv);
int command_exercise(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_list(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_coverage(int argc, char **argv);
int command_decode(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_probe(int argc, char **argv);
int command_run(int argc, char **argv);
int command_scan(int argc, char **argv);
int command_simulate(int argc, char **argv);

/* load.c: an ISA by built-in name or by path. On failure NULL after a message, and *code is what to exit with. */
struct isa *load_isa(const char *name, const struct isa_options *options, struct source_reader *reader, int *code);
/* The same with what decodes its instructions; both are the caller's. On failure NULL after a message, and there is no ISA either. */
struct matcher;
struct matcher *load_with_matcher(const char *name, const struct isa_options *options, struct isa **isa, int *code);
/* A file that is part of the program, by its path in the source tree, as text that the caller frees; NULL: none, or out of memory. */
char *read_builtin(const char *path);
/* Calls `visit` for each built-in ISA. */
void visit_builtin_isas(void (*visit)(void *context, const char *name, const char *path), void *context);

/* decide.c: a classification or NULL after a message, with what to exit with. */
struct classification *decide_or_complain(const struct isa *isa, const struct classify_options *options, int *code);

/* selection.c: the options of classify and explain that say what is asked. */
struct selection {
    const char *mode, *profile, *configuration;
    enum definition definition;
    unsigned resource_limit;
    const char *output;
    const char *drop_form; /* a negative control */
    unsigned drop_point;
};
extern const struct argp selection_argp;
/* What to check of the ISA for it. */
struct isa_options selection_options(const struct selection *s, const char *instruction);
bool names_event(const struct isa *isa, const char *name); /* whether an event is so named */
/* Whether a form is so named (form_is_named) and is in `mode`, called `mode_name`; -1: in any. False after one clear message. */
bool resolve_instruction(const struct isa *isa, const char *name, const char *mode_name, int mode);
/* Resolves the names against the isa; false after one clear message. */
bool resolve_selection(const struct selection *s, const struct isa *isa, const char *instruction, struct classify_options *options);

/* output.c: a result is made in memory first, so that a failure leaves no half-written file. */
struct output {
    FILE *stream; /* write here */
    char *text;
    size_t size;
    const char *path; /* NULL: standard output */
};
bool output_open(struct output *o, const char *path);
/* Writes what was made; the exit code EXIT_FINE, or another after a message. */
int output_close(struct output *o, bool complete);
void output_abandon(struct output *o);
bool output_coloured(const struct output *o);

/* complain.c */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says what a library says, or where that is NULL, that memory is exhausted; what to exit with. */
int complain_message(const char *message);
/* "unknown KIND 'NAME'; did you mean a or b?"; where nothing is near: "there is: a, b, c", unless that is long. */
void complain_unknown(const char *kind, const char *name, const char *(*at)(const void *context, size_t i), const void *context, size_t count);
/* Of the ISA's profiles, operating modes, instructions. */
void complain_unknown_profile(const struct isa *isa, const char *name);
void complain_unknown_mode(const struct isa *isa, const char *name);
void complain_unknown_instruction(const struct isa *isa, const char *name);
/* The same behind other words than "unknown KIND". */
void complain_name(const char *problem, const char *name, const char *(*at)(const void *context, size_t i), const void *context, size_t count);

#endif
