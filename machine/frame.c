/* The frame that an interrupt, an exception or a far call leaves on the stack of the handler. SDM vol. 3A, 7.12.1, figure 7-4; vol. 2A, CALL. */
#include "breakpoints.h"
#include "execute.h"

#define GATE_IS_WIDE (UINT64_C(1) << 43) /* bit 3 of the type: a 32-bit gate */
#define MOST_PARAMETERS 31u

static bool is(const struct instruction *i, unsigned k, const char *name) { return strcmp(i->step->operands[k].name, name) == 0; }

static void add(struct frame *f, uint32_t word) {
    if (f->count < sizeof f->words / sizeof f->words[0]) {
        f->words[f->count++] = word;
    }
}

/* The words of the caller's stack that a call gate copies: SDM vol. 3A, 6.8.5. */
static bool add_parameters(struct processor *p, const struct trial *t, struct frame *f, struct fault *fault) {
    unsigned count = (unsigned)(t->gate >> 32) & MOST_PARAMETERS;
    for (unsigned k = count; k-- > 0;) {
        uint32_t word = 0;
        uint32_t linear = 0;
        uint32_t offset = ((uint32_t)p->state.rsp + k * f->bytes) & stack_mask(&p->state);
        if (!segment_linear(&p->state, SEGMENT_SS, offset, f->bytes, ACCESS_READ, &linear, fault) ||
            !linear_read(p, linear, &word, f->bytes, p->state.cpl == 3, fault)) {
            return false;
        }
        add(f, word);
    }
    return true;
}

/* From virtual-8086 mode GS, FS, DS and ES come first. */
static bool collect(struct processor *p, const struct instruction *i, const struct trial *t, const bool *assigned, struct frame *f,
                    struct fault *fault) {
    bool copies = false;
    for (unsigned k = 0; k < i->count; k++) {
        copies = copies || (assigned[k] && is(i, k, "new_parameters"));
    }
    for (unsigned k = 0; k < i->count; k++) {
        if (!assigned[k] || is(i, k, "new_parameters")) {
            continue;
        }
        if (is(i, k, "pushed_segments")) {
            for (unsigned w = 4; w-- > 0;) {
                add(f, (uint32_t)(t->values[k] >> (32 * w)) & 0xFFFF);
            }
            continue;
        }
        add(f, (uint32_t)t->values[k]);
        if (copies && is(i, k, "pushed_sp") && !add_parameters(p, t, f, fault)) {
            return false;
        }
    }
    return true;
}

/* On the stack in use the stack pointer tells how wide a word is; otherwise the gate does. */
static unsigned word_bytes(const struct processor *p, const struct instruction *i, const struct trial *t, unsigned words) {
    bool same_stack = t->after.cpl == p->state.cpl && t->after.vm == p->state.vm;
    for (unsigned k = 0; k < i->count; k++) {
        if (is(i, k, "pushed_frame")) {
            return i->places[k].bytes;
        }
    }
    if (same_stack && words > 0) {
        return (((uint32_t)p->state.rsp - (uint32_t)t->after.rsp) & stack_mask(&p->state)) / words;
    }
    return (t->gate & GATE_IS_WIDE) != 0 ? 4 : 2;
}

static unsigned count_words(const struct instruction *i, const bool *assigned) {
    unsigned count = 0;
    for (unsigned k = 0; k < i->count; k++) {
        count += assigned[k] ? (is(i, k, "pushed_segments") ? 4u : 1u) : 0u;
    }
    return count;
}

/* SDM vol. 3A, 7.13: what a fault on the stack of the handler says of an event that no program asked for. */
static uint32_t external_bit(const struct instruction *i) { return i->count > 0 && is(i, 0, "vector") && is(i, 1, "has_error") ? 1 : 0; }

bool frame_make(struct processor *p, const struct instruction *i, const struct trial *t, const bool *assigned, struct frame *f, struct fault *fault) {
    const struct x86 *after = &t->after;
    f->count = 0;
    f->bytes = word_bytes(p, i, t, count_words(i, assigned));
    f->user = after->cpl == 3;
    if (!collect(p, i, t, assigned, f, fault)) {
        return false;
    }
    bool enter = i->count > 0 && is(i, 0, "pushed_frame");
    uint32_t top = enter ? (uint32_t)p->state.rsp : (uint32_t)after->rsp + f->count * f->bytes;
    bool inner = after->cpl != p->state.cpl;
    for (unsigned k = 0; k < f->count; k++) {
        uint32_t offset = (top - (k + 1) * f->bytes) & stack_mask(after);
        if (!segment_linear(after, SEGMENT_SS, offset, f->bytes, ACCESS_WRITE, &f->linear[k], fault)) {
            fault->error = inner && fault->has_error ? ((uint32_t)after->ss_index << 2) | external_bit(i) : fault->error;
            return false;
        }
        if (!linear_writable(p, f->linear[k], f->bytes, f->user, fault)) {
            return false;
        }
    }
    f->pointer = enter ? (uint32_t)after->rsp : top - f->count * f->bytes;
    return true;
}

bool frame_store(struct processor *p, const struct frame *f, struct fault *fault) {
    for (unsigned k = 0; k < f->count; k++) {
        if (!linear_write(p, f->linear[k], &f->words[k], f->bytes, f->user, fault)) {
            return false;
        }
        if (breakpoints_enabled(&p->state)) {
            breakpoints_access(p, f->linear[k], f->bytes, ACCESS_WRITE);
        }
    }
    return true;
}
