/* Instructions that the emulator is about to execute and should not, by their bytes. An immediate that looks like one of them only costs time.
 * Internal to the plug-in. */
#ifndef POPEK_UNICORN_FORESEEN_H
#define POPEK_UNICORN_FORESEEN_H

#include <stdbool.h>
#include <stdint.h>
#include <unicorn/unicorn.h>

/* The guest's memory, and the engine for its descriptor table. */
struct code_view {
    uc_engine *uc;
    const uint8_t *memory;
    uint32_t size;
};

#define NO_REGISTER 8u
/* The number of the control register that MOV CR loads, whatever stands before its opcode; NO_REGISTER: it is another instruction. */
unsigned loaded_register(const struct code_view *v, uint64_t address, uint32_t size);
/* MOV DR: breakpoints are the machine's. */
bool moves_debug_register(const struct code_view *v, uint64_t address, uint32_t size);
/* With paging the emulator must not go on by itself, because it does not translate, and the pointers of PAE (`physical_extension`) are the machine's.
 * In virtual-8086 mode, to where IRET and task switches lead, it shows a linear address as EIP, after a switch with the selectors of before.
 * `loaded`: by loaded_register. */
bool is_for_machine(const struct code_view *v, uint64_t address, uint32_t size, unsigned loaded, bool physical_extension);

#endif
