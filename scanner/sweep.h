/* The linear sweep over a piece of code. Internal to the scanner. */
#ifndef POPEK_SCANNER_SWEEP_H
#define POPEK_SCANNER_SWEEP_H

#include "image.h"

enum sweep_mark { SWEEP_NONE, SWEEP_SITE, SWEEP_FILLING /* a site by itself, nothing in a run */ };

struct sweep {
    /* What is looked at. */
    const struct matcher *matcher;
    const uint8_t *marked; /* by form, enum sweep_mark */
    enum matcher_mode mode;
    bool all_bytes;
    const struct image *image;
    uint32_t section;
    size_t first, end;             /* offsets in the section */
    struct plan *plan;             /* is told of every instruction; NULL */
    size_t function, function_end; /* of image->functions: those in the piece, which it stops at */
    /* What was found. `address` of a site is its offset in the section. */
    struct scan_site *sites;
    size_t site_count, site_capacity;
    uint64_t instructions, skipped, filled;
    bool exhausted; /* of memory */
};

/* Decodes instruction after instruction; starts anew at every function, and one byte further where nothing decodes. */
void sweep_run(struct sweep *s);

#endif
