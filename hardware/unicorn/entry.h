/* The way into a world of the guest. Internal to the plug-in. */
#ifndef POPEK_UNICORN_ENTRY_H
#define POPEK_UNICORN_ENTRY_H

#include "../guest.h"

#include <unicorn/unicorn.h>

/* States in which runs start, general registers aside. */
struct entered {
    uc_context *plain;          /* that of the world; NULL: it cannot be entered */
    uc_context *with_user_data; /* at CPL 0 of IA-32e mode: with the data segments of CPL 3, which only the guest itself can load there; else NULL */
};

uc_mode unicorn_mode(enum matcher_mode mode);
/* The engine is a 64-bit one. */
bool is_wide(const struct world *w);
uint64_t linear_of(const struct world *w, uint64_t rip);

/* `memory`: of the engine, with the guest's own in it. The contexts are the caller's to free. */
bool enter_world(struct entered *e, uc_engine *uc, uint8_t *memory, const struct guest *g, const struct world *w);

#endif
