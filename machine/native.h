/* A machine whose guest this processor executes: the child of direct execution, the shadow of the guest's page tables, and the state that goes from
 * one to the other. Internal to machine/. */
#ifndef POPEK_MACHINE_NATIVE_H
#define POPEK_MACHINE_NATIVE_H

#include "computer_internal.h"
#include "trap_handlers.h"
#include "session.h"

#include "../direct/direct.h"

enum mapped { MAPPED_NOT, MAPPED_READ_ONLY, MAPPED_WRITABLE };
/* What the guest's CR0 and CR4 open to it. */
enum native_level { LEVEL_NONE, LEVEL_X87, LEVEL_SSE, NATIVE_LEVELS };

struct native {
    struct computer *computer;
    struct direct *direct;
    struct write_log log;
    uint8_t *mapped; /* by page of the window, while paging is on */
    uint32_t frames, linear_pages;
    uint32_t first;          /* the linear address where the window begins */
    uint32_t lowest, beyond; /* pages of the window that something may be mapped at, while paging is on */
    bool paging;
    /* What the shadow was made for. */
    uint64_t root;
    uint32_t flushes;
    bool user, protects;
    bool lost;
    bool done;             /* an instruction was executed: enough for session_request.single */
    uint64_t microseconds; /* that the guest has had */
    uint8_t *kinds32[NATIVE_LEVELS], *kinds16[NATIVE_LEVELS];
    enum native_level level;        /* whose kinds are in use */
    bool vectors_in_child;          /* the x87 and SSE state is there, and not in the machine */
    uint64_t shadowed;              /* pages that were mapped on demand */
    struct trap_handlers *handlers; /* what executes instructions that come back, where there is one */
    uint8_t *own;                   /* the machine's memory before */
};

/* Opens the child for a machine, whose memory becomes the child's; NULL is done, anything else says why not, and nothing is to be closed. */
const char *native_begin(struct native *n, struct computer *c, const struct native_tables *tables, enum direct_policy policy);
/* The machine has its own memory again, with what the guest left. */
void native_end(struct native *n);

/* Before the guest runs: window, shadow, kinds, state. */
void native_prepare(struct native *n);
/* After it: the machine takes over what changed. */
void native_take(struct native *n);
/* After an instruction or a trap came back: whether the guest may go on as it is, because a page that the shadow lacked is mapped now, or a gate that
 * the guest has opened is open. False: it is for the machine. */
bool native_go_on(struct native *n, const struct direct_event *event);

#endif
