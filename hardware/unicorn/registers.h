/* Registers of Unicorn by name and number. Internal to the plug-in. */
#ifndef POPEK_UNICORN_REGISTERS_H
#define POPEK_UNICORN_REGISTERS_H

#include "../state.h"

#include <unicorn/unicorn.h>

/* Unicorn's names: of the general registers in 64 and in 32 bits by their numbers, and of the segment registers. */
extern const int unicorn_general[16];
extern const int unicorn_narrow[8];
extern const int unicorn_segments[SEGMENT_COUNT];

bool set_number(uc_engine *uc, int which, uint64_t value);
uint64_t get_number(uc_engine *uc, int which);
/* `flags`: of the descriptor, as Unicorn wants them. */
bool set_table(uc_engine *uc, int which, uint16_t selector, uint64_t base, uint64_t limit, uint32_t flags);
bool set_msr(uc_engine *uc, uint32_t number, uint64_t value);
uint64_t get_msr(uc_engine *uc, uint32_t number);

#endif
