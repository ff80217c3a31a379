/* Instructions that the emulator is about to execute and should not, by their bytes. An immediate that looks like one of them only costs time.
 * Internal to the plug-in. */
#ifndef POPEK_UNICORN_FORESEEN_H
#define POPEK_UNICORN_FORESEEN_H

#include <stdbool.h>
#include <stdint.h>

/* The guest's memory. */
struct code_view {
    const uint8_t *memory;
    uint32_t size;
    bool begins[256]; /* an instruction below may begin with this byte */
};
struct code_view view_code(const uint8_t *memory, uint32_t size);

/* False for most instructions, and quickly: none of the functions below says anything of them. */
bool may_be_foreseen(const struct code_view *v, uint64_t address);

#define NO_REGISTER 8u
/* The number of the control register that MOV CR loads, whatever stands before its opcode; NO_REGISTER: it is another instruction. */
unsigned loaded_register(const struct code_view *v, uint64_t address, uint32_t size);
/* MOV DR: breakpoints are the machine's. */
bool moves_debug_register(const struct code_view *v, uint64_t address, uint32_t size);
/* In a run of several instructions, where the guest is to go on as on a processor: what this emulator (Unicorn 2.0.1) is known to do otherwise.
 *
 * - Transfers through descriptors and loads of segment registers, LDTR and TR: what it loads it does not check as the manual says, neither then nor
 *   when it is used (machine/engine_run.c gives it flat segments alone); in virtual-8086 mode, to where IRET and task switches lead, it shows a
 *   linear address as EIP.
 * - Overrides of CS, through which nothing can be written.
 * - x87, MMX and SSE: no #MF, no #XM, no alignment (SDM vol. 1, 8.7, 11.5.1, 4.1.1); and their registers are the machine's.
 * - Time and identity, which are the machine's.
 * - With paging it must not go on by itself, because it does not translate, and the pointers of PAE (`physical_extension`) are the machine's.
 *   `loaded`: by loaded_register.
 *
 * To be compared, instruction by instruction, it executes them all: then this is not asked. */
bool is_for_machine(const struct code_view *v, uint64_t address, uint32_t size, unsigned loaded, bool physical_extension);

#endif
