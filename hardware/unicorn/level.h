/* The way of an engine to a privilege level and to control registers. Internal to the plug-in. */
#ifndef POPEK_UNICORN_LEVEL_H
#define POPEK_UNICORN_LEVEL_H

#include "../state.h"

#include <unicorn/unicorn.h>

#define LEVEL_PAGE 0xFFFE0000u /* linear and physical address of 64 KiB that are mapped for it; a table of flat segments is at its start */

struct level_entry {
    uc_context *fresh; /* at CPL 0, with flat segments */
};

/* Of an engine in which nothing has run. False: it cannot be set up. */
bool level_make(struct level_entry *l, uc_engine *uc);
/* The engine gets CPL (0 or 3), CR0, CR3 and CR4 of the state, flat segments, and loses everything else. It runs for that: hooks are called. */
bool level_enter(const struct level_entry *l, uc_engine *uc, const struct machine_state *s);
void level_drop(struct level_entry *l);

#endif
