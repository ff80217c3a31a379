/* Runs the guest: from one event to the next. */
#include "engine.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#define PATIENCE 8u  /* times that a whole page is forgotten for a write to it, before writes are let through one by one ... */
#define INTEREST 64u /* ... so many, and then it is forgotten again: it may have become a page of data */

static uint32_t code_base(const struct direct *d) { return d->state.segments[DIRECT_CS].base - d->first; }
static void look(const struct direct *d, struct instruction *i) {
    code_look(&d->code, code_base(d), d->state.eip, d->state.segments[DIRECT_CS].wide, i);
}

/* ---- events ------------------------------------------------------------------------------------------------------------------------------------ */

static void describe(struct direct *d, struct direct_event *event) {
    struct instruction i;
    look(d, &i);
    event->is_decoded = i.matched;
    event->decoded = i.decoded;
    event->kind = i.kind;
    event->byte_count = i.count;
    memcpy(event->bytes, i.bytes, sizeof i.bytes);
}

static void finish(struct direct *d, struct direct_event *event, enum direct_stop stop) {
    event->stop = stop;
    d->lost = d->lost || stop == DIRECT_LOST;
    d->loaded = d->loaded && stop != DIRECT_ESCAPE; /* it may have changed the segment registers */
    if (stop == DIRECT_INSTRUCTION) {
        d->code.statistics.instructions++;
    }
    if (stop == DIRECT_INSTRUCTION || stop == DIRECT_TRAP) {
        describe(d, event);
    }
}

static void finish_trap(struct direct *d, struct direct_event *event, unsigned vector) {
    event->vector = (uint8_t)vector;
    d->code.statistics.traps++;
    finish(d, event, DIRECT_TRAP);
}

/* The vector, as far as the signal tells. Linux, arch/x86/kernel/traps.c: which signal and code it makes of each. */
#define STATUS_PENDING 0x80u /* in the third byte of the image: SDM vol. 1, 8.1.3 and table 10-2 */
static unsigned vector_of(struct direct *d, const struct child_stopped *s) {
    uint8_t image[DIRECT_VECTOR_BYTES];
    switch (s->signal) {
    case SIGILL:
        return 6;
    case SIGTRAP:
        return s->code == TRAP_TRACE || s->code == TRAP_HWBKPT ? 1 : 3;
    case SIGFPE:
        if (s->code == FPE_INTDIV) {
            return 0;
        }
        return child_get_vectors(&d->child, image) && (image[2] & STATUS_PENDING) != 0 ? 16 : 19;
    case SIGBUS:
        return s->code == BUS_ADRALN ? 17 : 12;
    default:
        return 13;
    }
}

/* ---- what happened ----------------------------------------------------------------------------------------------------------------------------- */

enum next { GO, ALONE, OVER };

/* A write to visible code: what is visible of the frame is forgotten, and the write runs again; or, after some of those, or when the instruction lies
 * there itself, the write is executed alone. */
static enum next pass_write(struct direct *d, uint32_t page, const struct instruction *i, struct direct_event *event) {
    struct page *p = &d->code.pages[page];
    p->writes = (uint8_t)((p->writes + 1) % (PATIENCE + INTEREST));
    bool alone = p->writes > PATIENCE;
    for (unsigned k = 0; k < i->count; k++) {
        alone = alone || d->code.pages[(i->linear + k) / DIRECT_PAGE].frame == p->frame;
    }
    if (alone) {
        return ALONE;
    }
    d->code.statistics.writes++;
    if (!code_forget_frame(&d->code, p->frame)) {
        finish(d, event, DIRECT_LOST);
        return OVER;
    }
    return GO;
}

/* A transfer, or an instruction that reads code: by itself, or for the caller. */
static enum next pass_alone(struct direct *d, const struct instruction *i, struct direct_event *event) {
    if (i->kind != DIRECT_TRANSFER) {
        return ALONE;
    }
    returns_came_back(&d->code.returns, i);
    if (!d->code.gives_transfers) {
        return ALONE;
    }
    finish(d, event, DIRECT_INSTRUCTION);
    return OVER;
}

static enum next arrive(struct direct *d, const struct instruction *i, struct direct_event *event) {
    switch (code_arrive(&d->code, i)) {
    case ARRIVED_VISIBLE:
        return GO;
    case ARRIVED_ALONE:
        return pass_alone(d, i, event);
    case ARRIVED_CALLER:
        finish(d, event, DIRECT_INSTRUCTION);
        return OVER;
    default:
        finish(d, event, DIRECT_LOST);
        return OVER;
    }
}

/* A SIGSEGV: a fetch of what is not visible, a write to what is, or a fault of the guest. */
static enum next judge_fault(struct direct *d, const struct child_stopped *s, bool alone, struct direct_event *event) {
    struct instruction i;
    bool page_fault = s->signal == SIGSEGV && (s->code == SEGV_MAPERR || s->code == SEGV_ACCERR);
    uint32_t linear = 0;
    uint32_t page = 0;
    enum guest_place place = page_fault ? guest_address(d, s->address, &linear) : PLACE_OTHER;
    look(d, &i);
    if (page_fault && place == PLACE_OTHER) {
        finish(d, event, DIRECT_ESCAPE);
        return OVER;
    }
    if (!alone && is_guarded_write(d, s, &page)) {
        return pass_write(d, page, &i, event);
    }
    if (!alone && (page_fault ? place == PLACE_CODE : !code_is_visible(&d->code, i.linear))) {
        return arrive(d, &i, event);
    }
    event->has_address = page_fault;
    event->address = linear + d->first;
    finish_trap(d, event, page_fault ? 14 : 13);
    return OVER;
}

static enum next judge(struct direct *d, const struct child_stopped *s, bool alone, struct direct_event *event) {
    unsigned long long selector = d->selector;
    if (s->how == CHILD_ENDED) {
        finish(d, event, DIRECT_LOST);
        return OVER;
    }
    save_registers(d);
    if (s->how == CHILD_CALL || d->registers.cs != selector) {
        event->system_call = s->how == CHILD_CALL ? (int64_t)d->registers.orig_rax : -1;
        finish(d, event, DIRECT_ESCAPE);
        return OVER;
    }
    switch (s->signal) {
    case SIGALRM:
        event->stop = DIRECT_BUDGET;
        return OVER;
    case SIGSEGV:
        return judge_fault(d, s, alone, event);
    case SIGTRAP:
        /* What was scanned has no breakpoints. Of a step a virtual machine may lose the bit of DR6 that makes it TRAP_TRACE. */
        if (alone && (s->code == TRAP_TRACE || d->code.policy != DIRECT_UNSCANNED)) {
            return GO;
        }
        finish_trap(d, event, vector_of(d, s));
        return OVER;
    case SIGILL:
    case SIGFPE:
    case SIGBUS:
        finish_trap(d, event, vector_of(d, s));
        return OVER;
    default: /* from outside; it means nothing here */
        return alone ? ALONE : GO;
    }
}

/* Where the guest stands that stopped in a trampoline: `registers` are then as if it stood in its own code. True: at its return, which has missed. */
static bool leave_trampoline(struct direct *d, struct child_stopped *stopped) {
    struct child_stopped step = {.how = CHILD_SIGNAL};
    uint32_t linear = 0;
    enum returns_place place = RETURNS_OUTSIDE;
    while (stopped->how == CHILD_SIGNAL && d->registers.cs == d->selector) {
        place = returns_leave(&d->code.returns, code_base(d) + (uint32_t)d->registers.rip, &linear);
        if (place != RETURNS_WITHIN) {
            break;
        }
        child_run(&d->child, &d->registers, true, &step);
        stopped->how = step.how;
    }
    if (stopped->how != CHILD_SIGNAL || place == RETURNS_OUTSIDE) {
        return false;
    }
    d->registers.rip = linear - code_base(d);
    return place == RETURNS_MISSED || (place == RETURNS_CHECK && stopped->signal != SIGALRM);
}

/* Runs freely. */
static enum next run_freely(struct direct *d, struct direct_event *event) {
    struct child_stopped stopped = {.how = CHILD_ENDED};
    struct instruction i;
    uint32_t linear = code_base(d) + d->state.eip;
    uint32_t moved = 0;
    if (!returns_landed(&d->code, code_base(d), d->state.eip)) {
        finish(d, event, DIRECT_LOST);
        return OVER;
    }
    if (d->code.policy != DIRECT_UNSCANNED && !code_is_visible(&d->code, linear)) {
        look(d, &i);
        return arrive(d, &i, event);
    }
    if (code_is_moved(&d->code, linear, &moved)) {
        d->registers.rip = moved - code_base(d);
    }
    child_run(&d->child, &d->registers, false, &stopped);
    if (leave_trampoline(d, &stopped)) {
        save_registers(d);
        look(d, &i);
        return pass_alone(d, &i, event);
    }
    return judge(d, &stopped, false, event);
}

/* Runs once: freely, or the instruction at EIP by itself. */
static enum next advance(struct direct *d, enum next how, struct direct_event *event) {
    struct child_stopped stopped = {.how = CHILD_ENDED};
    struct instruction i;
    bool lost = false;
    if (!load_registers(d, &lost)) {
        finish(d, event, lost ? DIRECT_LOST : DIRECT_INSTRUCTION);
        return OVER;
    }
    if (how == GO) {
        return run_freely(d, event);
    }
    look(d, &i);
    if (!execute_alone(d, &i, &stopped)) {
        finish(d, event, DIRECT_LOST);
        return OVER;
    }
    return judge(d, &stopped, true, event);
}

static uint64_t microseconds_now(void) {
    struct timespec t = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void direct_run(struct direct *d, uint32_t microseconds, struct direct_event *event) {
    uint64_t start = microseconds_now();
    enum next next = GO;
    *event = (struct direct_event){.system_call = -1};
    if (d->lost || !child_tick(&d->child, microseconds)) {
        finish(d, event, DIRECT_LOST);
        return;
    }
    while (next != OVER) {
        next = advance(d, next, event);
        event->microseconds = microseconds_now() - start;
        /* A tick that was due before the guest ran is not its own: with a caller that is slow it would never get anywhere. */
        if (next == OVER && event->stop == DIRECT_BUDGET && event->microseconds < microseconds / 2) {
            next = GO;
        }
    }
}

static bool may_be_stepped(const struct direct *d, const struct instruction *i) {
    bool transfers = i->kind == DIRECT_TRANSFER && !d->code.gives_transfers;
    return d->code.policy == DIRECT_UNSCANNED || i->kind == DIRECT_NATIVE || transfers;
}

void direct_step(struct direct *d, struct direct_event *event) {
    struct instruction i;
    uint64_t start = microseconds_now();
    *event = (struct direct_event){.system_call = -1};
    look(d, &i);
    if (d->lost) {
        finish(d, event, DIRECT_LOST);
    } else if (!i.matched || !may_be_stepped(d, &i)) {
        finish(d, event, DIRECT_INSTRUCTION);
    } else {
        enum next next = ALONE;
        d->stepping = true;
        do {
            next = advance(d, ALONE, event);
        } while (next == ALONE || (next == OVER && event->stop == DIRECT_BUDGET));
        d->stepping = false;
        if (next == GO) {
            event->stop = DIRECT_STEPPED;
        }
    }
    event->microseconds = microseconds_now() - start;
}
