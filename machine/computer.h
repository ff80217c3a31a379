/* The bare x86 machine in software: the steps of the tables, memory, and the devices of a PC. The public face of machine/.
 *
 * The processor is a 32-bit one: real-address, virtual-8086, 16-bit and 32-bit protected mode, paging with pages of 4 KiB and 4 MiB. What an
 * instruction does is the emitted C of x86-tables; fetching, segmentation and paging of explicit operands are here (SDM vol. 3A, chapters 3 to 6).
 * Time is counted in instructions, so that every run is the same. */
#ifndef POPEK_MACHINE_COMPUTER_H
#define POPEK_MACHINE_COMPUTER_H

#include "../hardware/state.h"
#include "serial_source.h"

#include <stdio.h>

struct isa;
struct decoder;
struct computer;

/* What all machines of a program share. Takes over the isa (x86-tables/x86.isa; the forms need no semantics). NULL: *message (static) says why. */
struct decoder *decoder_new(struct isa *isa, const char **message);
void decoder_free(struct decoder *d);

#define COMPUTER_LEAST_MEMORY 0x200000u
#define COMPUTER_MOST_MEMORY 0x40000000u

/* A machine with `memory_size` bytes (a multiple of 4096 within the limits above), off. The decoder outlives it. NULL: out of memory. */
struct computer *computer_new(const struct decoder *decoder, uint32_t memory_size);
void computer_free(struct computer *c);

/* Characters that the guest sends to its serial port go to `console`, which may be NULL; what it sent is kept too. */
void computer_set_console(struct computer *c, FILE *console);
/* Where bytes come from that the guest receives at its serial port; NULL, as at first: there are none. Not kept: it must stay. */
void computer_set_input(struct computer *c, const struct serial_source *source);
/* What the serial port and the text screen have shown: text that ends with a zero byte, *size bytes before it, valid until the machine runs again. */
const char *computer_serial(const struct computer *c, size_t *size);
/* The 25 lines of the text screen without blanks at their ends, each with a line feed; the caller frees it. NULL: out of memory. */
char *computer_screen(const struct computer *c);

enum boot_kind { BOOT_FLAT, BOOT_ELF, BOOT_MULTIBOOT };
/* Puts a guest into memory and the processor to its start: a multiboot kernel or another 32-bit ELF file in protected mode with flat segments, any
 * other file as a flat binary at 0x7C00 in real-address mode, as a boot sector. NULL when it is done; otherwise why not. */
const char *computer_boot(struct computer *c, const uint8_t *bytes, size_t size, const char *command_line, enum boot_kind *kind);

/* Files that a boot loader brings along with a multiboot kernel. */
#define BOOT_MODULES_MOST 16u
struct boot_module {
    const char *text; /* by convention the name of the file, a blank, and arguments */
    const uint8_t *bytes;
    size_t size;
};
/* After computer_boot of a multiboot kernel: puts modules behind it, each at the start of a page, and tells the kernel. NULL when it is done;
 * otherwise why not. Nothing of the modules is kept. */
const char *computer_put_modules(struct computer *c, const struct boot_module *modules, unsigned count);

enum computer_end {
    COMPUTER_RUNNING,     /* the budget is spent */
    COMPUTER_ENDED,       /* the guest wrote its exit code to port 0xF4 */
    COMPUTER_HALTED,      /* HLT with interrupts disabled */
    COMPUTER_SHUT_DOWN,   /* a triple fault */
    COMPUTER_UNSUPPORTED, /* the machine cannot execute this instruction: computer_failure */
    COMPUTER_WAITING      /* HLT, and no device will ever interrupt */
};
/* Runs until `instructions` more have been executed or something else ends it. */
enum computer_end computer_run(struct computer *c, uint64_t instructions);
/* Executes one instruction, or delivers one interrupt. */
enum computer_end computer_step(struct computer *c);
const char *computer_end_name(enum computer_end end); /* "exit", "halt", ... */
const char *computer_failure(const struct computer *c);
uint8_t computer_exit_code(const struct computer *c);

struct computer_statistics {
    uint64_t executed, faults, interrupts, port_accesses;
    uint64_t by_vector[256]; /* delivered */
};
const struct computer_statistics *computer_statistics(const struct computer *c);

/* The visible state, as backends show it (hardware/state.h). */
void computer_state(const struct computer *c, struct machine_state *s);
/* Takes over a state: general registers, flags, segment registers with their hidden parts, tables, control registers and the
 * MSRs of SYSENTER. */
void computer_set_state(struct computer *c, const struct machine_state *s);
uint8_t *computer_memory(struct computer *c, uint32_t *size);
/* Memory was changed from outside: nothing that was decoded or translated holds. */
void computer_memory_changed(struct computer *c);
/* A negative control for comparisons: unsigned quotients and remainders are too large by one from now on. */
void computer_break_division(struct computer *c);
/* Makes the machine ignore the rights of pages: a negative control for comparisons. */
void computer_break_rights(struct computer *c);
/* The text of the form at CS:EIP and its bytes, as far as they can be read, for messages. */
void computer_describe_next(struct computer *c, char *text, size_t size);

#endif
