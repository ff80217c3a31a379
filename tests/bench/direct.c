/* Direct execution measured against what the machine can do at best: a trap against an empty one, a loop against the same loop without any monitor.
 * Rounds of both kinds take turns and the quickest of each counts, so that other work on the machine matters little. usage: direct TABLES */
#include "../direct/tables.h"

#include "../../direct/child.h"
#include "../../direct/place.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FRAMES 256u
#define MEMORY 0x100000u /* bytes, FRAMES pages */
#define ROUNDS 100u
#define TRAPS 200u
#define RAW_CODE 0x10000000u /* where the child without a monitor has its page */

static double now(void) {
    struct timespec t = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void keep_least(double *least, double value) { *least = *least == 0 || value < *least ? value : *least; }

/* At 0x1000: inc eax; hlt. At 0x2000: a loop with multiplications, memory and branches. At 0x3000: a loop that calls, 0x300A: ret. */
static const uint8_t trap_code[] = {0x40, 0xF4};
static const uint8_t calls[] = {0xE8, 0x05, 0x00, 0x00, 0x00, 0x49, 0x75, 0xF8, 0xF4, 0x90, 0xC3};
#define CALLS 100u
static const uint8_t loop[] = {
    0xB8, 0x01, 0x00, 0x00, 0x00,       /* mov eax, 1 */
    0x69, 0xC0, 0x6D, 0x4E, 0xC6, 0x41, /* imul eax, eax, 1103515245 */
    0x05, 0x39, 0x30, 0x00, 0x00,       /* add eax, 12345 */
    0x89, 0xC2,                         /* mov edx, eax */
    0x81, 0xE2, 0xFC, 0x0F, 0x00, 0x00, /* and edx, 0xFFC */
    0x01, 0x82, 0x00, 0x50, 0x00, 0x00, /* add [edx + 0x5000], eax */
    0xA8, 0x10,                         /* test al, 0x10 */
    0x75, 0x01,                         /* jnz over */
    0x43,                               /* inc ebx */
    0x49,                               /* over: dec ecx */
    0x75, 0xDF,                         /* jnz back */
    0xF4,                               /* hlt */
};
#define LOOP_TIMES 2000000u

/* A child that is set up alike and does nothing else: one page of code, HLT as the end. */
struct raw {
    struct child child;
    struct user_regs_struct registers;
};

static bool raw_start(struct raw *r, uint8_t **memory, int files[2]) {
    const struct x86_descriptor code = {RAW_CODE, 0xFF, 1, 11, 1, 3, 1, 1};
    const struct x86_descriptor data = {RAW_CODE, 0xFF, 1, 3, 1, 3, 1, 1};
    const char *reason = NULL;
    files[0] = memfd_create("memory", 0);
    files[1] = memfd_create("code", 0);
    *memory = ftruncate(files[0], MEMORY) == 0 ? mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, files[0], 0) : MAP_FAILED;
    return *memory != MAP_FAILED && child_start(&r->child, files[0], files[1], &reason) &&
           child_map(&r->child, RAW_CODE, MEMORY, false, 0, PROT_READ | PROT_WRITE | PROT_EXEC) && child_descriptor(&r->child, 1, &code) &&
           child_descriptor(&r->child, 2, &data);
}

/* The least that a trap can cost: give the registers, let it run, wait, take the registers. */
static bool raw_run(struct raw *r, uint32_t eip) {
    int status = 0;
    r->registers.rip = eip;
    r->registers.cs = 1 << 3 | 7;
    r->registers.ss = r->registers.ds = r->registers.es = 2 << 3 | 7;
    r->registers.rsp = 0x8000;
    r->registers.eflags = 0x202;
    r->registers.orig_rax = UINT64_MAX;
    return ptrace(PTRACE_SETREGS, r->child.pid, NULL, &r->registers) == 0 && ptrace(PTRACE_CONT, r->child.pid, NULL, NULL) == 0 &&
           waitpid(r->child.pid, &status, __WALL) == r->child.pid && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSEGV &&
           ptrace(PTRACE_GETREGS, r->child.pid, NULL, &r->registers) == 0;
}

static bool guest_run(struct direct *d, struct direct_state *s, uint32_t eip) {
    struct direct_event event;
    s->eip = eip;
    direct_set_state(d, s);
    direct_run(d, 0, &event);
    return event.stop == DIRECT_INSTRUCTION;
}

static bool measure(struct raw *raw, struct direct *d) {
    double empty = 0;
    double trap = 0;
    double bare = 0;
    double guest = 0;
    double call = 0;
    struct direct_state s;
    bool good = true;
    flat_state(&s, MEMORY);
    for (unsigned round = 0; good && round < ROUNDS; round++) {
        double start = now();
        for (unsigned i = 0; good && i < TRAPS; i++) {
            good = raw_run(raw, 0x1000);
        }
        keep_least(&empty, (now() - start) / TRAPS);
        start = now();
        for (unsigned i = 0; good && i < TRAPS; i++) {
            s.general[0] = i;
            good = guest_run(d, &s, 0x1000);
        }
        keep_least(&trap, (now() - start) / TRAPS);
        s.general[1] = CALLS;
        start = now();
        good = good && guest_run(d, &s, 0x3000);
        keep_least(&call, (now() - start) / CALLS);
    }
    for (unsigned round = 0; good && round < ROUNDS; round++) {
        memset(&raw->registers, 0, sizeof raw->registers);
        raw->registers.rcx = LOOP_TIMES;
        double start = now();
        good = raw_run(raw, 0x2000);
        keep_least(&bare, now() - start);
        s.general[1] = LOOP_TIMES;
        start = now();
        good = good && guest_run(d, &s, 0x2000);
        keep_least(&guest, now() - start);
        direct_get_state(d, &s);
        good = good && s.general[0] == (uint32_t)raw->registers.rax && s.general[3] == (uint32_t)raw->registers.rbx;
        s.general[3] = 0;
    }
    (void)printf("direct execution: an empty trap %.2f us, a trap of the guest %.2f us (ratio %.2f, asked for 1.5)\n", empty * 1e6, trap * 1e6,
                 trap / empty);
    (void)printf("direct execution: a return that is executed alone %.2f us\n", call * 1e6);
    (void)printf("direct execution: a loop of 18 million instructions bare %.5f s, as guest %.5f s (ratio %.3f, asked for 1.05)\n", bare, guest,
                 guest / bare);
    return good;
}

int main(int argc, char **argv) {
    struct direct_tables t;
    struct raw raw = {.child = {.pid = 0}};
    struct direct *d = NULL;
    const char *reason = NULL;
    uint8_t *memory = NULL;
    int files[2];
    if (argc != 2 || !direct_tables_make(&t, argv[1])) {
        return 2;
    }
    struct direct_place place;
    direct_stay(&place);
    const struct direct_options o = {.frames = FRAMES, .policy = DIRECT_CHECKED, .matcher = t.matcher, .kinds32 = t.kinds32, .kinds16 = t.kinds16};
    if (!direct_open(&o, &d, &reason) || !raw_start(&raw, &memory, files)) {
        (void)printf("direct execution: cannot run here: %s\n", reason == NULL ? "no bare child" : reason);
        return 77;
    }
    memcpy(memory + 0x1000, trap_code, sizeof trap_code);
    memcpy(direct_memory(d) + 0x1000, trap_code, sizeof trap_code);
    memcpy(direct_memory(d) + 0x3000, calls, sizeof calls);
    memcpy(memory + 0x2000, loop, sizeof loop);
    memcpy(direct_memory(d) + 0x2000, loop, sizeof loop);
    bool good = measure(&raw, d);
    child_end(&raw.child);
    direct_close(d);
    direct_tables_free(&t);
    return good ? 0 : 1;
}
