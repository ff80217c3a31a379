/* A run of a guest: on the model, on another backend, or on the model with another beside it. */
#ifndef POPEK_MACHINE_SESSION_H
#define POPEK_MACHINE_SESSION_H

#include "computer.h"

enum session_backend { BACKEND_MODEL, BACKEND_UNICORN, BACKEND_KVM, BACKEND_NATIVE, SESSION_BACKENDS };
const char *session_backend_name(enum session_backend b); /* "model", ... */

/* For BACKEND_NATIVE: what direct execution does with each form (direct/kind_table.h). */
struct direct_kind_table;
struct native_tables {
    const struct direct_kind_table *kinds;
};

struct session_request {
    enum session_backend backend, other;
    bool compare;       /* unicorn and native beside the model, instruction by instruction; any other two each by itself, and what they showed */
    const char *except; /* of two that run by themselves: lines that contain this are not compared; NULL: all are */
    uint32_t memory;
    uint64_t instructions;
    enum boot_kind kind;                /* of the guest, for reports */
    const struct native_tables *native; /* BACKEND_NATIVE */
    bool unscanned;                     /* BACKEND_NATIVE: nothing is looked at before it executes; only what traps comes back */
    bool single;                        /* BACKEND_NATIVE: one instruction, by itself */
    uint8_t *met;                       /* BACKEND_NATIVE: a bit for each byte of memory, set where an instruction began that came back; NULL */
    FILE *trace;                        /* a line for each instruction that the model executes; NULL */
};

struct session_result {
    enum computer_end end;
    uint8_t exit_code;
    const char *unusable;                   /* why the backend cannot run here; NULL */
    double seconds;                         /* of processor time */
    uint64_t direct;                        /* instructions that the other processor executed */
    uint64_t traps;                         /* how often it came back */
    uint64_t revealed, alone;               /* native: instructions that were scanned and let run, and those that were executed one by one */
    uint64_t handled, stepped;              /* native: instructions that came back to proven handlers, and those that came to emitted steps */
    uint64_t delivered, handled_deliveries; /* native: exceptions and interrupts, and those that a proven handler delivered */
    uint64_t shadowed;                      /* native: pages that were mapped when they were first used */
    uint64_t linked;                        /* native: returns that were made to run by themselves */
    uint64_t entries;                       /* native: how often guest code was entered on this processor, and so left */
    double setup_seconds;                   /* native: of `seconds`, before the guest started and after it had ended */
    double guest_seconds;                   /* native: processor time of the child, with what the kernel spends on entering and leaving it */
    uint64_t compared;                      /* instructions */
    uint64_t excused; /* instructions that the model executed for both: they use a page elsewhere than its linear address says, or read CR2 */
    bool differs;
    char difference[512]; /* where and in what */
    char last[160];       /* the instruction at which the machine stands */
};
/* Runs the machine, which has booted a guest, until it ends or its budget is spent. */
void session_run(struct computer *c, const struct session_request *request, struct session_result *result);

#endif
