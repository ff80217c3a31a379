/* A minimal guest for backends that have a whole machine: tables, handlers, and the worlds at CPL 0 and 3 in every operating mode. */
#ifndef POPEK_HARDWARE_GUEST_H
#define POPEK_HARDWARE_GUEST_H

#include "hardware.h"

/* Physical memory: the guest's own 64 KiB, then the window, which is where its linear address says. */
#define GUEST_OWN_SIZE 0x10000u
#define GUEST_MEMORY_SIZE (WINDOW_BASE + WINDOW_SIZE)
#define GUEST_GDT 0x1000u
#define GUEST_GDT_ENTRIES 26u
#define GUEST_IDT 0x2000u
#define GUEST_TSS 0x3000u
#define GUEST_LDT 0x3800u
#define GUEST_PAGES 0x4000u    /* four tables */
#define GUEST_HANDLERS 0x8000u /* 16 bytes for each vector: OUT vector, AL; HLT */
#define GUEST_SYSCALL 0x9800u  /* the same for what SYSCALL and SYSENTER enter */
#define GUEST_STACK 0xB000u    /* its end: of CPL 0, and of handlers in IA-32e mode */
#define GUEST_SYSCALL_PORT 0xFFu
/* The same tables once more, for the same code relocated. */
#define GUEST_GDT_ELSEWHERE 0x1400u
#define GUEST_IDT_ELSEWHERE 0xD000u
#define GUEST_TSS_ELSEWHERE 0x3200u
#define GUEST_LDT_ELSEWHERE 0x3900u

#define GUEST_WORLDS 10u
#define GUEST_FACTS 2560u

struct guest {
    struct world worlds[GUEST_WORLDS];
    struct environment_fact facts[GUEST_WORLDS][GUEST_FACTS];
    struct machine_state relocated[GUEST_WORLDS]; /* where the worlds point to */
};

/* Fills the worlds; `cpuid` describes the processor that the guest sees, and stays the caller's. */
void guest_make(struct guest *g, const struct cpuid_value *cpuid, size_t cpuid_count);
/* Runs an instruction that does nothing and one that faults in every world; a world where they do not come back as they should is marked as unusable.
 * Returns how many are usable. */
size_t guest_check(struct guest *g, struct backend *b);
/* The guest's own memory for a world. */
void guest_memory(const struct world *w, uint8_t own[GUEST_OWN_SIZE]);

#endif
