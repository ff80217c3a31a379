/* The linear sweep over a piece of code. Internal to the scanner. */
#ifndef POPEK_SCANNER_SWEEP_H
#define POPEK_SCANNER_SWEEP_H

#include "image.h"

enum sweep_mark { SWEEP_NONE, SWEEP_SITE, SWEEP_FILLING /* a site by itself, nothing in a run */ };

/* Where an instruction of a sweep started, and what had been found before it. */
struct sweep_mark_point {
    size_t at, site_count;
    uint64_t instructions, skipped, filled;
};
#define SWEEP_POINTS 128u

struct sweep {
    /* What is looked at. */
    const struct matcher *matcher;
    const uint8_t *marked; /* by form, enum sweep_mark */
    enum matcher_mode mode;
    bool all_bytes;
    const struct image *image;
    uint32_t section;
    size_t first, end;             /* offsets in the section */
    size_t limit;                  /* of the last function in the piece: where the next one starts, at or behind `end` */
    bool guess;                    /* nothing says that an instruction starts at `first` */
    struct plan *plan;             /* is told of every instruction; NULL */
    size_t function, function_end; /* of image->functions: those in the piece, which it stops at */
    /* What was found. `address` of a site is its offset in the section. */
    struct scan_site *sites;
    size_t site_count, site_capacity;
    uint64_t instructions, skipped, filled;
    size_t reached;                  /* where the next instruction starts: at or behind `end` */
    struct sweep_mark_point *points; /* the first ones of a guess; the owner frees them */
    size_t point_count;
    bool exhausted; /* of memory */
};

/* Decodes instruction after instruction; starts anew at every function, and one byte further where nothing decodes. */
void sweep_run(struct sweep *s);
/* Makes of a guess what a sweep would have found that comes from the piece before and arrives at `at`. Two sweeps that meet once stay together, which
 * code lets them do after a few instructions; where they do not, the piece is swept again. */
void sweep_correct(struct sweep *s, size_t at);

#endif
