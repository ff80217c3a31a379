/* popek run --technique: a guest by one technique or by all of them. */
#ifndef POPEK_CLI_TECHNIQUE_H
#define POPEK_CLI_TECHNIQUE_H

#include "../machine/technique.h"
#include "boot_guest.h"

struct technique_request {
    const struct guest_program *program;
    const char *output;
    uint64_t instructions;
    unsigned wanted;    /* bit i: enum technique i */
    const char *except; /* lines that contain this are not compared; NULL: all are */
    bool json;
};
/* The set that a name stands for; 0: none ("all": every one). */
unsigned technique_set(const char *name);
int run_techniques(const struct technique_request *r, const struct decoder *decoder, size_t form_count);

#endif
