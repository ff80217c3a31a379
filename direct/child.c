/* The child process of a guest: how it gives up everything, and how the parent drives it. */
#include "child.h"

#include <asm/ldt.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* From linux/ptrace.h, which cannot be included beside sys/ptrace.h: continue, but suppress the next system call and stop there. */
#define SUPPRESSING_CONTINUE 31
#define SUPPRESSING_STEP 32

#define USER_ADDRESSES UINT64_C(0x7FFFFFFFF000) /* of four page-table levels; nothing is mapped above without being asked for */
#define LINUX_USER_CS 0x33u
#define LINUX_USER_SS 0x2Bu

/* SYSCALL; HLT. The HLT gives the child back. */
static const uint8_t call_and_stop[] = {0x0F, 0x05, 0xF4};

struct mailbox {
    uint8_t code[64];
    struct user_desc descriptor;
    struct itimerval tick;
};

/* ---- in the child ------------------------------------------------------------------------------------------------------------------------------ */

#define FIELD(name) (uint32_t) offsetof(struct seccomp_data, name)
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define JUMP_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

/* Mappings, the LDT and the timer, and those only from the mailbox. Everything else kills the child. */
static bool filter_calls(const struct mailbox *m) {
    uint64_t from = (uint64_t)(uintptr_t)m->code + 2;
    struct sock_filter code[] = {
        LOAD(FIELD(arch)),
        JUMP_EQUAL(AUDIT_ARCH_X86_64, 0, 10),
        LOAD(FIELD(instruction_pointer)),
        JUMP_EQUAL((uint32_t)from, 0, 8),
        LOAD(FIELD(instruction_pointer) + 4),
        JUMP_EQUAL((uint32_t)(from >> 32), 0, 6),
        LOAD(FIELD(nr)),
        JUMP_EQUAL(SYS_mmap, 5, 0),
        JUMP_EQUAL(SYS_mprotect, 4, 0),
        JUMP_EQUAL(SYS_munmap, 3, 0),
        JUMP_EQUAL(SYS_modify_ldt, 2, 0),
        JUMP_EQUAL(SYS_setitimer, 1, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

/* The kernel writes to this area of the C library at any time; it will not be mapped any more. */
static void leave_restartable_sequences(void) {
    if (__rseq_size != 0) {
        uint8_t *area = (uint8_t *)__builtin_thread_pointer() + __rseq_offset;
        (void)syscall(SYS_rseq, area, 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
    }
}

static void close_all_but(int first, int second) {
    unsigned low = (unsigned)(first < second ? first : second);
    unsigned high = (unsigned)(first < second ? second : first);
    if (low > 0) {
        (void)syscall(SYS_close_range, 0, low - 1, 0);
    }
    if (high > low + 1) {
        (void)syscall(SYS_close_range, low + 1, high - 1, 0);
    }
    (void)syscall(SYS_close_range, high + 1, ~0U, 0);
}

static void child_main(const struct child *c) {
    const struct rlimit none = {0, 0};
    sigset_t all;
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int i = 1; i < NSIG; i++) {
        (void)sigaction(i, &standard, NULL);
    }
    (void)sigemptyset(&all);
    bool good = sigprocmask(SIG_SETMASK, &all, NULL) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && setrlimit(RLIMIT_CORE, &none) == 0;
    close_all_but(c->memory, c->copy);
    leave_restartable_sequences();
    good = good && mprotect(c->mailbox, 4096, PROT_READ | PROT_EXEC) == 0;
    good = good && ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && kill(getpid(), SIGSTOP) == 0 && filter_calls(c->mailbox);
    if (good) {
        __asm__ volatile("ud2"); /* the parent has it from here on */
    }
    _exit(1);
}

/* ---- the parent -------------------------------------------------------------------------------------------------------------------------------- */

static bool await(struct child *c, int *status) {
    while (waitpid(c->pid, status, __WALL) < 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    if (!WIFSTOPPED(*status)) {
        c->pid = 0;
        return false;
    }
    return true;
}

static bool go(const struct child *c, int how) { return ptrace((enum __ptrace_request)how, c->pid, NULL, NULL) == 0; }

/* Lets the child make a system call. Returns what the kernel does, or a negative number. */
static int64_t call(struct child *c, uint64_t number, uint64_t a, uint64_t b, uint64_t d, uint64_t e, uint64_t f, uint64_t g) {
    struct user_regs_struct r;
    int status = 0;
    memset(&r, 0, sizeof r);
    r.rax = number;
    r.rdi = a;
    r.rsi = b;
    r.rdx = d;
    r.r10 = e;
    r.r8 = f;
    r.r9 = g;
    r.rip = (uint64_t)(uintptr_t)c->mailbox->code;
    r.cs = LINUX_USER_CS;
    r.ss = LINUX_USER_SS;
    r.eflags = 0x202;
    r.orig_rax = UINT64_MAX;
    if (c->pid == 0 || ptrace(PTRACE_SETREGS, c->pid, NULL, &r) != 0) {
        return -ESRCH;
    }
    c->calls++;
    for (;;) {
        if (!go(c, PTRACE_CONT) || !await(c, &status) || ptrace(PTRACE_GETREGS, c->pid, NULL, &r) != 0) {
            return -ESRCH;
        }
        if (WSTOPSIG(status) == SIGSEGV) {
            return (int64_t)r.rax;
        }
        if (WSTOPSIG(status) != SIGALRM) { /* the tick may come while the child is on its way */
            return -EINTR;
        }
    }
}

bool child_map(struct child *c, uint32_t address, uint64_t size, bool code, uint64_t offset, int protection) {
    return call(c, SYS_mmap, address, size, (uint64_t)protection, MAP_SHARED | MAP_FIXED, (uint64_t)(code ? c->copy : c->memory), offset) ==
           (int64_t)address;
}

bool child_protect(struct child *c, uint32_t address, uint64_t size, int protection) {
    return call(c, SYS_mprotect, address, size, (uint64_t)protection, 0, 0, 0) == 0;
}

bool child_unmap(struct child *c, uint64_t address, uint64_t size) { return call(c, SYS_munmap, address, size, 0, 0, 0, 0) == 0; }

bool child_descriptor(struct child *c, unsigned entry, const struct x86_descriptor *d) {
    struct user_desc *u = &c->mailbox->descriptor;
    int contents = d->type >= 8         ? MODIFY_LDT_CONTENTS_CODE
                   : (d->type & 4) != 0 ? MODIFY_LDT_CONTENTS_STACK /* it expands down */
                                        : MODIFY_LDT_CONTENTS_DATA;
    memset(u, 0, sizeof *u);
    u->entry_number = entry;
    u->base_addr = d->base;
    u->limit = d->limit;
    u->seg_32bit = d->wide != 0;
    u->contents = (unsigned)contents & 3u;
    u->read_exec_only = (d->type & 2) == 0;
    u->limit_in_pages = d->in_pages != 0;
    u->seg_not_present = d->present == 0;
    u->useable = 1;
    return call(c, SYS_modify_ldt, 0x11, (uint64_t)(uintptr_t)u, sizeof *u, 0, 0, 0) == 0;
}

bool child_tick(struct child *c, uint32_t microseconds) {
    if (c->tick == microseconds) {
        return true;
    }
    struct itimerval *t = &c->mailbox->tick;
    t->it_interval = (struct timeval){microseconds / 1000000, microseconds % 1000000};
    t->it_value = t->it_interval;
    c->tick = microseconds;
    return call(c, SYS_setitimer, ITIMER_REAL, (uint64_t)(uintptr_t)t, 0, 0, 0, 0) == 0;
}

void child_run(struct child *c, struct user_regs_struct *registers, bool step, struct child_stopped *stopped) {
    int status = 0;
    siginfo_t information;
    *stopped = (struct child_stopped){.how = CHILD_ENDED};
    registers->orig_rax = UINT64_MAX;
    if (c->pid == 0 || ptrace(PTRACE_SETREGS, c->pid, NULL, registers) != 0 || !go(c, step ? SUPPRESSING_STEP : SUPPRESSING_CONTINUE)) {
        return;
    }
    c->entries++;
    if (!await(c, &status) || ptrace(PTRACE_GETREGS, c->pid, NULL, registers) != 0) {
        return;
    }
    stopped->signal = WSTOPSIG(status);
    if (stopped->signal == (SIGTRAP | 0x80)) {
        stopped->how = CHILD_CALL;
    } else {
        stopped->how = CHILD_SIGNAL;
    }
    if (stopped->how == CHILD_SIGNAL && ptrace(PTRACE_GETSIGINFO, c->pid, NULL, &information) == 0) {
        stopped->code = information.si_code;
        stopped->address = (uint64_t)(uintptr_t)information.si_addr;
    }
}

bool child_get_vectors(struct child *c, void *image) { return c->pid != 0 && ptrace(PTRACE_GETFPREGS, c->pid, NULL, image) == 0; }
bool child_set_vectors(struct child *c, const void *image) {
    struct user_fpregs_struct copy;
    memcpy(&copy, image, sizeof copy);
    return c->pid != 0 && ptrace(PTRACE_SETFPREGS, c->pid, NULL, &copy) == 0;
}

/* Everything but the mailbox goes: the program, its libraries, the stack, the kernel's own pages. */
static bool strip(struct child *c) {
    uint64_t mailbox = (uint64_t)(uintptr_t)c->mailbox;
    return child_unmap(c, 0, mailbox) && child_unmap(c, mailbox + 4096, USER_ADDRESSES - mailbox - 4096);
}

static bool test_segments(struct child *c) {
    const struct x86_descriptor d = {.base = 0x10000, .limit = 0xFFF, .type = 9, .code_or_data = 1, .dpl = 3, .present = 1, .wide = 1};
    return child_descriptor(c, 0, &d);
}

bool child_start(struct child *c, int memory, int copy, const char **reason) {
    int status = 0;
    *c = (struct child){.memory = memory, .copy = copy};
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *reason = "out of memory";
    if (page == MAP_FAILED) {
        return false;
    }
    c->mailbox = page;
    memcpy(c->mailbox->code, call_and_stop, sizeof call_and_stop);
    *reason = "no process can be made";
    c->pid = fork();
    if (c->pid == 0) {
        child_main(c);
    }
    bool good = c->pid > 0;
    if (good) {
        *reason = "the kernel does not let this process be traced";
        good = await(c, &status) && WSTOPSIG(status) == SIGSTOP &&
               ptrace(PTRACE_SETOPTIONS, c->pid, NULL, (uintptr_t)(PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD)) == 0 && go(c, PTRACE_CONT);
    }
    if (good) {
        *reason = "the kernel has no system call filters";
        good = await(c, &status) && WSTOPSIG(status) == SIGILL;
    }
    if (good) {
        *reason = "the address space of the child cannot be cleared";
        good = strip(c);
    }
    if (good) {
        *reason = "the kernel has no modify_ldt";
        good = test_segments(c);
    }
    if (!good) {
        child_end(c);
        return false;
    }
    *reason = NULL;
    return true;
}

void child_end(struct child *c) {
    int status = 0;
    if (c->pid > 0) {
        (void)kill(c->pid, SIGKILL);
        while (waitpid(c->pid, &status, __WALL) < 0 && errno == EINTR) {
        }
    }
    if (c->mailbox != NULL) {
        (void)munmap(c->mailbox, 4096);
    }
    c->pid = 0;
    c->mailbox = NULL;
}
