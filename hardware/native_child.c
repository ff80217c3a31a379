/* The child of the native backend: gives up every right, then executes one instruction after the other from a signal handler.
 *
 * Returning from the handler loads the whole state of a run; what the instruction does ends in a signal, because all code around it is HLT. There is
 * no single-stepping, so no flag of the tested state is touched. System calls from the window are refused by a filter and come back as signals. */
#include "native_child.h"

#include "native_state.h"
#include "window_memory.h"
#include "xsave_image.h"

#include <asm/ldt.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UD2_LENGTH 2 /* what begins a batch */

static struct channel *channel;
static struct native_registers home; /* segment registers of the child itself */
static ucontext_t resting;           /* where it came from when a batch began */
static uint8_t resting_vectors[16384] __attribute__((aligned(64)));
static volatile sig_atomic_t running;
static struct window_memory window;

/* Did it complete? Then the next instruction (a HLT, or what is not there at the target of a jump) has faulted. */
static void classify(const struct run *r, int signal_number, const struct native_registers *segments, struct run_result *result,
                     const ucontext_t *context) {
    uint64_t base = segments->selectors[SEGMENT_CS] == LDT_CODE32 || segments->selectors[SEGMENT_CS] == LDT_CODE16 ? WINDOW_BASE : 0;
    uint64_t at = base + result->after.rip;
    bool moved = result->after.rip != r->before.rip || segments->selectors[SEGMENT_CS] != r->before.segments[SEGMENT_CS].selector;
    bool in_code = at >= WINDOW_BASE + WINDOW_CODE && at < WINDOW_BASE + WINDOW_CODE + WINDOW_CODE_SIZE;
    result->vector = (uint32_t)context->uc_mcontext.gregs[REG_TRAPNO];
    result->error = (uint32_t)context->uc_mcontext.gregs[REG_ERR];
    result->address = (uint64_t)context->uc_mcontext.gregs[REG_CR2];
    if (signal_number == SIGSYS) {
        result->outcome = RUN_KERNEL;
        result->vector = 0;
    } else if (moved && (result->vector == 1 || result->vector == 3 || result->vector == 4)) {
        result->outcome = RUN_KERNEL;
    } else if (moved && ((in_code && result->vector == 13 && *(uint8_t *)(uintptr_t)at == 0xF4) || (result->vector == 14 && result->address == at))) {
        result->outcome = RUN_DONE;
    } else {
        result->outcome = RUN_TRAP;
    }
}

static void handle(int signal_number, siginfo_t *information, void *opaque_context) {
    struct native_registers segments;
    (void)information;
    native_take_segments(&segments, &home); /* first: the library needs its own FS */
    ucontext_t *context = opaque_context;
    if (running == 0) { /* a batch begins */
        resting = *context;
        native_copy_vectors(resting_vectors, context);
        running = 1;
    } else {
        const struct run *r = &channel->runs[channel->current];
        struct run_result *result = &channel->results[channel->current];
        result->change_count = 0;
        result->detail = (uint32_t)signal_number;
        native_read(context, &segments, r, result);
        classify(r, signal_number, &segments, result, context);
        window_collect(&window, r, result);
        channel->current++;
    }
    if (channel->current < channel->count) {
        const struct run *r = &channel->runs[channel->current];
        window_prepare(&window, r);
        native_write(context, &segments, r);
        native_give_segments(&segments, r->before.rflags); /* last */
    } else {
        running = 0;
        struct _libc_fpstate *vectors = context->uc_mcontext.fpregs;
        *context = resting;
        context->uc_mcontext.gregs[REG_RIP] += UD2_LENGTH;
        context->uc_mcontext.fpregs = vectors;
        native_restore_vectors(context, resting_vectors);
    }
}

static bool make_window(void) {
    void *base = (void *)(uintptr_t)(WINDOW_BASE + WINDOW_CODE);
    void *data = (void *)(uintptr_t)(WINDOW_BASE + WINDOW_DATA);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    if (mmap(base, WINDOW_CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0) != base ||
        mmap(data, WINDOW_DATA_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0) != data) {
        return false;
    }
    window_reset(&window, (uint8_t *)(uintptr_t)WINDOW_BASE);
    return true;
}

static void make_segments(void) {
    struct user_desc d = {.base_addr = WINDOW_BASE, .limit = WINDOW_SIZE - 1, .useable = 1};
    for (unsigned i = 0; i < 4; i++) {
        d.entry_number = i;
        d.seg_32bit = i < 2;
        d.contents = i % 2 == 0 ? MODIFY_LDT_CONTENTS_CODE : MODIFY_LDT_CONTENTS_DATA;
        (void)syscall(SYS_modify_ldt, 0x11, &d, sizeof d); /* a kernel without it has no 32-bit worlds; the parent asks too */
    }
}

static bool catch_signals(void) {
    static uint8_t stack[65536] __attribute__((aligned(64)));
    static const int signals[] = {SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSYS};
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    bool good = sigaltstack(&alternate, NULL) == 0;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        good = good && sigaction(signals[i], &action, NULL) == 0;
    }
    return good;
}

#define REFUSE SECCOMP_RET_TRAP
#define FIELD(name) (uint32_t) offsetof(struct seccomp_data, name)
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define JUMP_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

/* After this only the two pipes, the return from the handler and the end of the process remain, and nothing at all from the low 4 GiB, where the
 * window lies. */
static bool give_up_rights(int commands, int answers) {
    struct sock_filter code[] = {
        LOAD(FIELD(arch)),
        JUMP_EQUAL(AUDIT_ARCH_X86_64, 1, 0),
        RETURN(REFUSE),
        LOAD(FIELD(instruction_pointer) + 4),
        JUMP_EQUAL(0, 10, 0),
        LOAD(FIELD(nr)),
        JUMP_EQUAL(SYS_rt_sigreturn, 9, 0),
        JUMP_EQUAL(SYS_exit_group, 8, 0),
        JUMP_EQUAL(SYS_read, 0, 2),
        LOAD(FIELD(args[0])),
        JUMP_EQUAL((uint32_t)commands, 5, 4),
        JUMP_EQUAL(SYS_write, 0, 3),
        LOAD(FIELD(args[0])),
        JUMP_EQUAL((uint32_t)answers, 2, 1),
        RETURN(REFUSE),
        RETURN(REFUSE),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void close_all_but(int first, int second) {
    int low = first < second ? first : second;
    int high = first < second ? second : first;
    (void)syscall(SYS_close_range, 0, (unsigned)low - 1, 0); /* both are above 2 */
    if (high > low + 1) {
        (void)syscall(SYS_close_range, (unsigned)low + 1, (unsigned)high - 1, 0);
    }
    (void)syscall(SYS_close_range, (unsigned)high + 1, ~0U, 0);
}

void native_child_main(void *context, struct channel *shared, int commands, int answers) {
    char byte = 0;
    (void)context;
    channel = shared;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    close_all_but(commands, answers);
    xsave_find_layout();
    native_home(&home);
    make_segments();
    bool ready = make_window() && catch_signals() && give_up_rights(commands, answers);
    while (ready && write(answers, &byte, 1) == 1 && read(commands, &byte, 1) == 1) {
        __asm__ volatile("ud2\n" ::: "memory"); /* the handler executes the batch and comes back behind it */
    }
}
