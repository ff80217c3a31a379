/* The state of a processor under test: what a backend sets up before one instruction and reads back after it. */
#ifndef POPEK_HARDWARE_STATE_H
#define POPEK_HARDWARE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEGMENT_ES, SEGMENT_CS, SEGMENT_SS, SEGMENT_DS, SEGMENT_FS, SEGMENT_GS, SEGMENT_COUNT };

struct segment_state {
    uint64_t base;
    uint32_t limit; /* scaled */
    uint16_t selector;
    uint8_t type, dpl, db, l, usable;
    uint8_t padding[5]; /* always 0 */
};

/* Images that are compared bit by bit, so there is no hidden padding. */
struct machine_state {
    uint64_t general[16]; /* by their numbers in encodings: RAX RCX RDX RBX RSP RBP RSI RDI R8 ... */
    uint64_t rip, rflags;
    uint64_t cpl;
    struct segment_state segments[SEGMENT_COUNT];
    struct segment_state ldtr, tr;
    uint64_t gdtr_base, gdtr_limit, idtr_base, idtr_limit;
    uint64_t cr0, cr2, cr3, cr4, cr8, efer, xcr0, xfd;
    uint64_t dr[4], dr6, dr7;
    uint64_t sysenter_cs, sysenter_esp, sysenter_eip, star, lstar, fmask, kernel_gs_base, tsc_aux;
    uint32_t pkru, mxcsr;
    uint16_t x87_control, x87_status;
    uint8_t x87_full; /* by physical register: not empty */
    uint8_t padding[3];
    uint8_t x87_registers[8][16]; /* by physical register; 10 bytes each, the rest is 0 */
    uint64_t masks[8];
    uint8_t vectors[32][64];
};

/* The window of memory that a tested instruction sees. Offsets are relative to its start. Everything else is not mapped. */
#define WINDOW_BASE 0x10000u /* the linear address: within reach of 16-bit and 32-bit code, and a multiple of 16 for virtual-8086 mode */
#define WINDOW_SIZE 0x10000u
#define WINDOW_CODE 0x1000u /* filled with HLT, which faults wherever it is executed */
#define WINDOW_CODE_SIZE 0x2000u
#define WINDOW_START (WINDOW_CODE + 0x800u) /* of the tested instruction */
#define WINDOW_DATA 0x4000u
#define WINDOW_DATA_SIZE 0x4000u

/* What the data part of the window holds before a run, where the run itself says nothing. */
static inline uint8_t window_background(uint32_t offset) { return (uint8_t)((offset * 0x9Eu + (offset >> 7) * 0x3Du) ^ 0x5Au); }

#define RUN_CHUNKS 4u
#define RUN_CHUNK_BYTES 64u
struct chunk {
    uint32_t offset; /* in the window, in the data part */
    uint32_t size;
    uint8_t bytes[RUN_CHUNK_BYTES];
};

/* One instruction in one state. */
struct run {
    uint8_t bytes[16];
    uint32_t length;
    uint32_t chunk_count;
    struct chunk chunks[RUN_CHUNKS];
    struct machine_state before;
};

enum run_outcome {
    RUN_DONE,   /* the instruction completed, and another would be next */
    RUN_TRAP,   /* a fault, the state is that before it; or a trap, the state is that after it */
    RUN_KERNEL, /* it entered the system software through a gate meant for that (SYSCALL, INT 0x80, INT3 ...) */
    RUN_LOST,   /* the machine that ran it was lost: killed, triple fault, internal error of a hypervisor */
    RUN_HUNG,   /* it did not end within the time limit */
};

#define RUN_CHANGES 512u
struct change { /* an aligned quadword of the data part that the run changed */
    uint32_t offset;
    uint64_t value;
};
struct run_result {
    enum run_outcome outcome;
    uint32_t vector, error; /* RUN_TRAP */
    uint64_t address;       /* of a page fault */
    uint32_t detail;        /* RUN_LOST: what the backend knows, a signal or an exit reason */
    uint32_t change_count;  /* more than RUN_CHANGES: the rest was not written down */
    struct change changes[RUN_CHANGES];
    struct machine_state after;
};

#endif
