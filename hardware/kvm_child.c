/* Runs instructions in the virtual machine: enters it, and reads from the frame on the stack of the handler what happened. */
#include "kvm_child.h"

#include "kvm_state.h"
#include "window_memory.h"
#include "xsave_image.h"

#include <errno.h>
#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

struct session {
    struct kvm_machine machine;
    struct window_memory window;
    const struct guest *guest;
    uint8_t own[GUEST_OWN_SIZE]; /* the guest's own memory as it should be */
    const struct world *world;   /* that `own` is of */
};

static uint64_t read_memory(const struct session *s, uint64_t address, unsigned size) {
    uint64_t value = 0;
    if (address + size <= GUEST_MEMORY_SIZE) {
        memcpy(&value, s->machine.memory + address, size);
    }
    return value;
}

/* What a handler finds on its stack. */
struct frame {
    uint64_t address; /* linear */
    unsigned word;    /* bytes of one entry */
    bool has_error, has_stack;
};

static bool vector_has_error(unsigned v) { return v == 8 || (v >= 10 && v <= 14) || v == 17 || v == 21; }

static struct frame find_frame(const struct world *w, const struct machine_state *at, unsigned vector) {
    bool wide = w->mode == MATCHER_LONG || w->mode == MATCHER_COMPATIBILITY;
    bool real = w->mode == MATCHER_REAL;
    struct frame f = {.word = wide ? 8 : real ? 2 : 4};
    uint64_t base = wide ? 0 : at->segments[SEGMENT_SS].base;
    uint64_t top = at->general[4];
    f.address = base + (real ? top & 0xFFFF : wide ? top : top & 0xFFFFFFFF);
    f.has_error = !real && vector_has_error(vector);
    f.has_stack = wide || (f.address < GUEST_STACK && f.address >= GUEST_STACK - 64); /* on the handler's stack, with the old one in the frame */
    if (f.has_stack) { /* these frames begin at a known place: their size tells whether there is an error code */
        unsigned entries = w->mode == MATCHER_V86 ? 9 : 5;
        f.has_error = f.address == GUEST_STACK - (entries + 1) * f.word;
    }
    return f;
}

/* The state that the frame has, in place of the handler's own. */
static void undo_entry(struct session *s, const struct world *w, const struct run *r, unsigned vector, struct run_result *result) {
    struct machine_state *a = &result->after;
    struct frame f = find_frame(w, a, vector);
    uint64_t at = f.address;
    result->error = 0;
    if (f.has_error) {
        result->error = (uint32_t)read_memory(s, at, f.word);
        at += f.word;
    }
    uint64_t ip = read_memory(s, at, f.word);
    uint16_t cs = (uint16_t)read_memory(s, at + f.word, f.word);
    uint64_t flags = read_memory(s, at + (uint64_t)2 * f.word, f.word);
    unsigned words = (f.has_error ? 1u : 0u) + 3u;
    if (f.has_stack) {
        a->general[4] = read_memory(s, at + (uint64_t)3 * f.word, f.word);
        a->segments[SEGMENT_SS].selector = (uint16_t)read_memory(s, at + (uint64_t)4 * f.word, f.word);
        if (w->mode == MATCHER_V86) {
            static const uint8_t order[] = {SEGMENT_ES, SEGMENT_DS, SEGMENT_FS, SEGMENT_GS};
            for (unsigned i = 0; i < 4; i++) {
                a->segments[order[i]] = r->before.segments[order[i]];
                a->segments[order[i]].selector = (uint16_t)read_memory(s, at + (uint64_t)(5 + i) * f.word, f.word);
                a->segments[order[i]].base = (uint64_t)a->segments[order[i]].selector << 4;
            }
        }
    } else {
        a->general[4] += (uint64_t)words * f.word;
        window_forgive(&s->window, f.address - WINDOW_BASE, words * f.word);
    }
    if (w->mode == MATCHER_REAL || w->mode == MATCHER_PROTECTED16) { /* the parts that these frames do not have */
        flags |= f.word == 2 ? r->before.rflags & ~UINT64_C(0xFFFF) : 0;
    }
    a->rip = ip;
    a->rflags = flags;
    a->segments[SEGMENT_CS].selector = cs;
}

/* The exit of a handler: OUT with its vector. */
static bool handler_vector(const struct kvm_run *k, const struct machine_state *at, unsigned *vector, bool *by_system_call) {
    bool is_output = k->exit_reason == KVM_EXIT_IO && k->io.direction == KVM_EXIT_IO_OUT && k->io.size == 1;
    uint64_t rip = at->rip;
    *by_system_call = rip >= GUEST_SYSCALL && rip <= GUEST_SYSCALL + 2;
    *vector = k->io.port;
    return is_output && (*by_system_call || (rip >= GUEST_HANDLERS && rip < GUEST_HANDLERS + 16 * 256));
}

static void judge_halt(const struct run *r, struct run_result *result) {
    bool is_landing = result->after.rip - 1 != r->before.rip || r->bytes[0] != 0xF4 || r->length != 1;
    result->outcome = RUN_DONE;
    result->after.rip -= is_landing ? 1 : 0;
}

static void judge_vector(struct session *s, const struct world *w, const struct run *r, unsigned vector, struct run_result *result) {
    undo_entry(s, w, r, vector, result);
    bool moved = result->after.rip != r->before.rip || result->after.segments[SEGMENT_CS].selector != r->before.segments[SEGMENT_CS].selector;
    uint64_t linear = w->pointer_base == 0 ? WINDOW_BASE + result->after.rip : result->after.rip;
    bool at_halt = read_memory(s, linear, 1) == 0xF4;
    result->vector = vector;
    result->outcome = RUN_TRAP;
    if (moved) { /* to a HLT, or to where nothing is mapped: it completed */
        bool landed = (vector == 13 && at_halt) || (vector == 14 && result->after.cr2 == linear);
        result->outcome = landed ? RUN_DONE : RUN_KERNEL;
    }
}

/* The exit reasons of a machine that cannot go on; others are answered, at most a few. */
static void execute(struct session *s, const struct world *w, const struct run *r, struct run_result *result) {
    struct kvm_run *k = s->machine.shared;
    result->outcome = RUN_LOST;
    result->detail = 0;
    result->vector = result->error = 0;
    result->after = r->before;
    if (!kvm_write_state(s->machine.processor, &r->before)) {
        return;
    }
    k->cr8 = r->before.cr8; /* without an interrupt controller KVM takes this one, which is that of the last run */
    for (unsigned tries = 0; tries < 8; tries++) {
        int entered = ioctl(s->machine.processor, KVM_RUN, 0);
        if (entered != 0 && errno != EINTR) {
            return;
        }
        result->detail = k->exit_reason;
        if (!kvm_read_state(s->machine.processor, &result->after)) {
            return;
        }
        unsigned vector = 0;
        bool by_system_call = false;
        if (handler_vector(k, &result->after, &vector, &by_system_call)) {
            if (by_system_call) {
                result->outcome = RUN_KERNEL;
                result->vector = 0;
            } else {
                judge_vector(s, w, r, vector, result);
            }
            result->address = result->after.cr2;
            return;
        }
        if (k->exit_reason == KVM_EXIT_HLT) {
            judge_halt(r, result);
            return;
        }
        if (k->exit_reason != KVM_EXIT_IO && k->exit_reason != KVM_EXIT_INTR) { /* a port of the instruction: nothing is behind it */
            return;
        }
        if (k->exit_reason == KVM_EXIT_IO && k->io.direction == KVM_EXIT_IO_IN) {
            memset((uint8_t *)k + k->io.data_offset, 0, (size_t)k->io.size * k->io.count);
        }
    }
}

static void prepare(struct session *s, const struct world *w) {
    if (s->world != w) {
        guest_memory(w, s->own);
        s->world = w;
    }
    memcpy(s->machine.memory, s->own, GUEST_OWN_SIZE);
}

void kvm_child_main(void *context, struct channel *channel, int commands, int answers) {
    static struct session s;
    char byte = 0;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    s.guest = context;
    xsave_find_layout();
    if (!kvm_machine_open(&s.machine, NULL, GUEST_MEMORY_SIZE)) {
        return;
    }
    window_reset(&s.window, s.machine.memory + WINDOW_BASE);
    while (write(answers, &byte, 1) == 1 && read(commands, &byte, 1) == 1) {
        for (; channel->current < channel->count; channel->current++) {
            const struct world *w = &s.guest->worlds[channel->world];
            const struct run *r = &channel->runs[channel->current];
            struct run_result *result = &channel->results[channel->current];
            prepare(&s, w);
            window_prepare(&s.window, r);
            execute(&s, w, r, result);
            window_collect(&s.window, r, result);
        }
    }
}
