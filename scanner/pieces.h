/* Code in pieces that several threads sweep. Internal to the scanner. */
#ifndef POPEK_SCANNER_PIECES_H
#define POPEK_SCANNER_PIECES_H

#include "plan.h"
#include "sweep.h"

/* Sweeps all sections of the image; sites, instructions and skipped bytes go into *binary, the same whatever `jobs`. `marked` is by form. With a
 * plan, which is told of every instruction, there is one thread. False when memory is exhausted. */
bool pieces_sweep(struct scan_binary *binary, const struct image *image, const struct scan_question *q, const uint8_t *marked, struct plan *plan);

#endif
