/* The guests of examples/guests/x86, how they end, and what other machines are known to do otherwise. */
#ifndef POPEK_TESTS_MACHINE_GUEST_LIST_H
#define POPEK_TESTS_MACHINE_GUEST_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct listed_guest {
    const char *name;
    int code;          /* exit code of popek run */
    bool model_alone;  /* in lockstep with Unicorn the model executes something for both: SYSENTER, MOV DR, or what uses pages elsewhere than their
                          address */
    bool is_long;      /* not stepped instruction by instruction */
    bool counts_steps; /* prints how many instructions it stepped through, or addresses of its own code, so that no-ops show */
};
extern const struct listed_guest guests[];
extern const size_t guest_count;

/* A guest's name without its folder. */
const char *guest_base(const char *name);
/* What the guest has to print (free it), NULL: the file cannot be read. */
char *guest_output(const char *name);

#define GUEST_DIFFERENCES "tests/machine/guests/differences.txt"
/* What the text of that file says is shown of the guest run in this way; false: nothing is listed. */
bool guest_difference(const char *list, const char *name, const char *how, char *text, size_t size);

#endif
