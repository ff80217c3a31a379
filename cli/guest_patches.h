/* Guests that popek rewrite has changed, or changes for one run. */
#ifndef POPEK_CLI_GUEST_PATCHES_H
#define POPEK_CLI_GUEST_PATCHES_H

#include "../machine/patches.h"
#include "../scanner/rewrite.h"
#include "site_question.h"

/* If the program has a section of originals, the machine, which has booted it, becomes its monitor. False after a message. */
bool guest_patches_load(struct computer *c, const char *path, const uint8_t *bytes, size_t size);
bool guest_is_rewritten(const uint8_t *bytes, size_t size);

/* A program to be rewritten. */
struct guest_rewriting {
    const char *path;
    const uint8_t *bytes;
    size_t size;
    enum rewrite_kind kind;
    bool all;           /* not holes alone */
    const uint8_t *met; /* of the machine's memory, where the program was loaded: see session_request.met; 8 bits a byte */
};
/* The program with its sites replaced: of one without annotations only those in code that was met, or is reached from there (reached_code.h). */
struct rewrite_result guest_rewrite(struct site_question *sites, const struct guest_rewriting *g);

#endif
