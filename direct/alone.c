/* One instruction executed by itself. */
#include "engine.h"

#include <signal.h>

#define FAULTS_ALONE 8u /* pages that one instruction writes to, at most */

/* A data segment over the bytes that a readable code segment has, in the place of FS. */
static bool lend_fs(struct direct *d) {
    struct x86_descriptor descriptor;
    if (!data_descriptor(d, &d->state.segments[DIRECT_CS], &descriptor)) {
        return false; /* not readable */
    }
    d->registers.fs = segments_selector(&d->segments, &d->child, &descriptor);
    d->registers.fs_base = descriptor.base;
    return d->registers.fs != 0;
}

/* A write to a page with visible instructions: that frame is to be opened. */
bool is_guarded_write(const struct direct *d, const struct child_stopped *s, uint32_t *page) {
    uint32_t linear = 0;
    *page = 0;
    if (s->how != CHILD_SIGNAL || s->signal != SIGSEGV || s->code != SEGV_ACCERR || guest_address(d, s->address, &linear) != PLACE_DATA) {
        return false;
    }
    *page = linear / DIRECT_PAGE;
    return code_is_guarded(&d->code, *page);
}

static bool step_over(struct direct *d, struct child_stopped *stopped) {
    uint32_t opened[FAULTS_ALONE];
    unsigned count = 0;
    uint32_t page = 0;
    bool good = true;
    do {
        child_run(&d->child, &d->registers, true, stopped);
        if (!is_guarded_write(d, stopped, &page) || count == FAULTS_ALONE) {
            break;
        }
        opened[count] = d->code.pages[page].frame;
        d->code.statistics.writes++;
        good = code_open(&d->code, opened[count++], true);
    } while (good && stopped->how == CHILD_SIGNAL);
    for (unsigned k = 0; k < count; k++) {
        code_refresh(&d->code, opened[k]);
        good = code_open(&d->code, opened[k], false) && good;
    }
    return good;
}

/* A return, say: the opcode is its last byte, so that wherever it lies that execution goes next, be it in its own middle, the same opcode comes. */
static bool is_for_the_dark(const struct direct *d, const struct instruction *i) {
    return !d->stepping && d->code.policy == DIRECT_CHECKED && i->kind == DIRECT_TRANSFER && i->decoded.scheme == SCHEME_LEGACY &&
           i->decoded.map == 0 && i->decoded.length == i->decoded.opcode_at + 1 &&
           i->linear / DIRECT_PAGE == (i->linear + i->decoded.length - 1) / DIRECT_PAGE;
}

/* Did it arrive somewhere else? There is HLT, or nothing at all. */
static bool has_left(const struct direct *d, const struct instruction *i, const struct child_stopped *s) {
    uint32_t eip = (uint32_t)d->registers.rip;
    uint32_t linear = 0;
    bool page_fault = s->code == SEGV_MAPERR || s->code == SEGV_ACCERR;
    return s->how == CHILD_SIGNAL && s->signal == SIGSEGV && i->base + eip != i->linear &&
           (page_fault ? guest_address(d, s->address, &linear) == PLACE_DARK : s->code == SI_KERNEL);
}

/* A transfer that runs freely where all else is HLT. That costs less than a single step, whose debug exception is expensive in a virtual machine. */
static bool execute_in_the_dark(struct direct *d, const struct instruction *i, struct child_stopped *stopped) {
    struct x86_descriptor descriptor;
    uint16_t selector = code_descriptor(d, &d->code.dark, &descriptor) ? segments_selector(&d->segments, &d->child, &descriptor) : 0;
    if (selector == 0 || !code_show_in_the_dark(&d->code, i)) {
        return false;
    }
    d->registers.cs = selector;
    child_run(&d->child, &d->registers, false, stopped);
    code_hide_in_the_dark(&d->code, i);
    if (d->registers.cs == selector) {
        d->registers.cs = d->selector;
        if (has_left(d, i, stopped)) {
            *stopped = (struct child_stopped){.how = CHILD_SIGNAL, .signal = SIGTRAP, .code = TRAP_TRACE};
        }
    }
    return true;
}

/* Executes the instruction at EIP under single-stepping, with its own bytes visible whatever lies there. */
bool execute_alone(struct direct *d, const struct instruction *i, struct child_stopped *stopped) {
    struct shown shown;
    if (is_for_the_dark(d, i)) {
        d->code.statistics.alone++;
        return execute_in_the_dark(d, i, stopped);
    }
    unsigned long long fs = d->registers.fs;
    unsigned long long fs_base = d->registers.fs_base;
    bool lent = code_reads_itself(i) && lend_fs(d);
    d->code.statistics.alone++;
    if (!code_show(&d->code, i, lent, &shown)) {
        return false;
    }
    bool good = step_over(d, stopped);
    code_unshow(&d->code, i, &shown);
    if (lent) {
        d->registers.fs = fs;
        d->registers.fs_base = fs_base;
        code_refresh(&d->code, d->code.pages[i->linear / DIRECT_PAGE].frame);
    }
    return good;
}
