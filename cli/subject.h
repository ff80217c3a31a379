/* What subcommands about one ISA ask in the same way: which ISA, which part of it, in which format, and where the result goes. */
#ifndef POPEK_CLI_SUBJECT_H
#define POPEK_CLI_SUBJECT_H

#include "cli.h"

struct subject {
    const char *isa, *instruction, *mode, *output; /* NULL: not given */
    bool json;
};
/* Parses --instruction, --mode, --output, --format text|json and the ISA, of which there is one; ARGP_ERR_UNKNOWN: it is none of these. A subcommand
 * lists in its table those options that it has, and parses before this what it means otherwise. */
error_t parse_subject(int key, char *argument, struct argp_state *state, struct subject *s);

/* Loads the ISA, does the work, and frees it; what to exit with. */
typedef int isa_work(const void *request, struct isa *isa, const struct source_reader *reader);
int with_isa(const char *name, const struct isa_options *options, isa_work *work, const void *request);

#endif
