/* Where a monitor that scans before it executes must stop: the code of a binary as basic blocks. Internal to the scanner. */
#ifndef POPEK_SCANNER_PLAN_H
#define POPEK_SCANNER_PLAN_H

#include "image.h"

struct plan;
/* NULL: out of memory. The image and the question outlive it. */
struct plan *plan_new(const struct image *image, const struct scan_question *q);
void plan_free(struct plan *p);

/* The sweep has come to an instruction (`d`), or to bytes that are none or fill a gap (NULL). */
void plan_visit(struct plan *p, uint32_t section, size_t at, size_t length, const struct decoded *d);
/* The blocks between what was visited; fills stops, block_count and free_blocks of the binary. False when memory is exhausted. */
bool plan_finish(struct plan *p, struct scan_binary *b);

/* image_relocations.c: calls `mark` for every place of a section that a linker will write to. False: they cannot be read. */
bool image_relocations(const struct image *image, void (*mark)(void *context, uint32_t section, uint64_t offset), void *context);

#endif
