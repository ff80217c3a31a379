/* Handlers of users against the contracts of the tables, by Frama-C. */
#ifndef POPEK_CHECKER_PROVE_H
#define POPEK_CHECKER_PROVE_H

#include "../isa-model/isa.h"

#include <jansson.h>

enum prove_status {
    PROVE_FINE,
    PROVE_BAD_SOURCE, /* it does not compile, or Frama-C does not take it */
    PROVE_NO_TOOL,    /* Frama-C, Why3 or the compiler is missing */
    PROVE_FAILED      /* out of memory, no temporary directory */
};
/* A function of the user's file that has a contract, and its goals. */
struct proved_function {
    char name[128]; /* in C: "x86_virtual_CLTS_long" */
    const char *form, *mode;
    unsigned goals, proven;
    char *open; /* names of the goals that are not proven, with commas between; NULL: none */
};
struct prove_result {
    struct proved_function *functions;
    size_t count;
    char *message; /* when it is not PROVE_FINE: what the tool says, may be NULL */
};
/* Gives the text of a file of popek's own by its path; the caller frees it. NULL: there is none. */
typedef char *prove_builtin(const char *path);

/* Writes contracts and tables to `directory`, compiles the file to `directory`/handlers.so, which plugin_open takes, and has Frama-C prove it. `isa`
 * is x86; `steps` limits the work of the prover for one goal. */
enum prove_status prove_handlers(struct isa *isa, const char *source, const char *directory, prove_builtin *builtin, unsigned steps,
                                 struct prove_result *result);
void prove_result_free(struct prove_result *result);

#endif
