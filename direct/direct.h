/* Direct execution: a 32-bit guest runs on this processor in user mode, in a child process that has nothing but the guest's memory.
 *
 * Segments of the LDT are the relocation-bounds register. Data segments see the guest's memory. Code segments, which are execute-only, see a copy of
 * it: a page of the copy is all HLT at first, and where execution arrives, instructions become visible up to the next transfer if they are innocuous
 * (scan before execute). All others stay HLT and come back to the caller, who executes them by other means, by the handlers of vmm-model/x86 or a
 * whole machine, and gives the state back. The guest reads its own bytes unchanged. Pages with visible instructions are write-protected; a write to
 * them is let through one instruction at a time, and what changed is forgotten.
 *
 * No system call of the guest takes effect, whatever it does: the child is traced, calls are suppressed and reported, and behind that a filter kills
 * the child for any call that does not come from the one page of code that serves the parent.
 *
 * All functions of one guest must be called from the thread that opened it: that is what ptrace asks for. */
#ifndef POPEK_DIRECT_H
#define POPEK_DIRECT_H

#include "../x86-tables/matcher.h"

struct direct;
struct classification;

#define DIRECT_PAGE 4096u
#define DIRECT_MOST_PAGES 0x40000u  /* of linear addresses of a guest at a time: 1 GiB */
#define DIRECT_NO_FRAME 0xFFFFFFFFu /* nothing is mapped there: any access traps */

/* What to do with an instruction form. */
enum direct_kind {
    DIRECT_NATIVE,       /* innocuous: runs on the processor */
    DIRECT_TRANSFER,     /* innocuous, and where it goes depends on registers or memory: RET, JMP r/m, CALL r/m */
    DIRECT_PRIVILEGED,   /* traps by itself */
    DIRECT_INPUT_OUTPUT, /* the same, and reaches a device: IN, OUT, INS, OUTS */
    DIRECT_SENSITIVE     /* must not run: a hole, or undecided */
};

/* The kinds of all forms of an ISA in one operating mode, from the verdicts under a profile (x86: direct_execution). Timing and identity count as
 * sensitive, and so does what was not classified. `kinds` has one byte for each form. False: out of memory. */
bool direct_kinds(const struct classification *c, unsigned mode, uint8_t *kinds);

/* What a form looks at that the guest may deny and the host allows: a bit each. */
enum direct_gate {
    DIRECT_GATE_X87 = 1, /* CR0.EM, CR0.TS */
    DIRECT_GATE_SSE = 2, /* CR4.OSFXSR, CR4.OSXMMEXCPT */
    DIRECT_GATE_AVX = 4, /* CR4.OSXSAVE, XCR0, IA32_XFD */
    DIRECT_GATES = 7
};
/* The gates of all forms of an ISA in one operating mode, from their terms. `gates` has one byte for each form. False: out of memory. */
struct isa;
bool direct_gates(const struct isa *isa, unsigned mode, uint8_t *gates);

enum direct_policy {
    /* Execution only ever comes to first bytes of instructions that were scanned: returns and indirect jumps are executed alone, under
     * single-stepping, and where they land is scanned like everything else. A return that lands where it has landed before runs by itself. */
    DIRECT_CHECKED,
    /* Returns and indirect jumps run natively, and are trusted not to land in the middle of an instruction that is visible. What a guest that does
     * so executes there was not scanned: equivalence fails, safety does not. */
    DIRECT_TRUSTED,
    /* No scan: bare trap and emulate, with all holes. The guest may load selectors of the host; direct_get_state does not tell. */
    DIRECT_UNSCANNED
};

struct direct_options {
    uint32_t frames;       /* guest-physical memory in pages, 1 to DIRECT_MOST_PAGES */
    uint32_t linear_pages; /* linear addresses 0 to linear_pages * 4096 - 1 exist; at first linear and physical addresses are the same. 0: frames */
    enum direct_policy policy;
    const struct matcher *matcher;
    const uint8_t *kinds32, *kinds16; /* enum direct_kind of each form, in 32-bit and in 16-bit code; they stay the caller's and must last */
    bool gives_transfers;             /* with DIRECT_CHECKED, transfers that would be executed alone come back to the caller instead */
};

/* The order of the manual. */
enum direct_segment_name { DIRECT_ES, DIRECT_CS, DIRECT_SS, DIRECT_DS, DIRECT_FS, DIRECT_GS, DIRECT_SEGMENTS };

/* The hidden part of a segment register of the guest. */
struct direct_segment {
    uint32_t base, limit; /* of linear addresses; limit in bytes, inclusive */
    uint8_t type;         /* of a descriptor, 0 to 15 */
    bool wide;            /* the D or B flag */
    bool usable;          /* false: null */
};

/* What the guest would see of its processor while it runs. RFLAGS are the virtual ones: IF, IOPL, VM, NT, RF, VIF, VIP and ID are kept for the guest
 * and never reach the processor; TF does not either (use direct_step). */
struct direct_state {
    uint32_t general[8]; /* in the order of the encodings: EAX ECX EDX EBX ESP EBP ESI EDI */
    uint32_t eip, eflags;
    struct direct_segment segments[DIRECT_SEGMENTS];
    bool alignment_checks; /* virtual CPL is 3 and CR0.AM is set: AC means something */
};

enum direct_stop {
    DIRECT_INSTRUCTION, /* the instruction at EIP must be executed by the caller: sensitive, privileged, unknown, or not to be run here */
    DIRECT_TRAP,        /* the instruction at EIP faulted, as `vector` says; for traps behind an instruction (1, 3, 4) EIP is behind it */
    DIRECT_BUDGET,      /* the time is over */
    DIRECT_STEPPED,     /* direct_step: one instruction was executed */
    DIRECT_ESCAPE,      /* the guest reached a system call or code of the host; nothing of it took effect. The state is not to be trusted */
    DIRECT_LOST         /* the child is gone or the kernel refused something; the guest cannot go on */
};

struct direct_event {
    enum direct_stop stop;
    uint8_t vector;   /* TRAP */
    bool has_address; /* TRAP 14 */
    uint32_t address; /* the linear address of the guest that faulted */
    bool is_decoded;  /* `decoded` is what is at EIP, in the guest's own bytes */
    struct decoded decoded;
    uint8_t kind;        /* enum direct_kind of it; DIRECT_SENSITIVE when nothing matched */
    int64_t system_call; /* ESCAPE: its number, -1 for none */
    uint8_t bytes[15];   /* what is at EIP, as far as it is mapped */
    uint8_t byte_count;
    uint64_t microseconds; /* of wall clock since direct_run or direct_step was called */
};

/* What the dispatcher of vmm-model/x86 decides about an event of a guest at this virtual CPL and IOPL (0 to 3). `is_device`: at the address of a page
 * fault is a device. */
enum direct_decision {
    DIRECT_DECIDE_INTERPRET, /* execute the instruction for the virtual processor */
    DIRECT_DECIDE_REFLECT,   /* the virtual processor takes the exception `vector` */
    DIRECT_DECIDE_DEVICE,    /* emulate the access to a device */
    DIRECT_DECIDE_STOP,      /* this must not happen */
    DIRECT_DECIDE_RESUME     /* nothing happened to the guest: BUDGET, STEPPED */
};
enum direct_decision direct_decide(const struct direct_event *event, bool is_device, unsigned cpl, unsigned iopl);

/* False, and *reason, when it cannot run here (no modify_ldt, no ptrace, not this architecture) or an option is bad. */
bool direct_open(const struct direct_options *options, struct direct **opened, const char **reason);
void direct_close(struct direct *d);

/* Guest-physical memory, `frames` pages, shared with the guest. It is zero at first. Who writes there while the guest stands must call direct_wrote.
 */
uint8_t *direct_memory(struct direct *d);
/* The first byte from `physical`, a multiple of 4096, on that lies in a page that was ever written; the size of the memory when there is none. */
uint32_t direct_next_used(const struct direct *d, uint32_t physical);
/* The caller wrote `size` bytes of guest-physical memory: what was scanned there is forgotten. False: the child was lost. */
bool direct_wrote(struct direct *d, uint32_t physical, uint32_t size);

/* Maps `count` pages of linear addresses from page `first` on to frames from `frame` on, or to nothing (DIRECT_NO_FRAME). Not writable: writes trap.
 * False when something is outside of the guest or the child was lost. */
bool direct_map(struct direct *d, uint32_t first, uint32_t count, uint32_t frame, bool writable);

/* The guest's linear addresses that exist are from now on those from `first` on, a multiple of 4096, as many as before; nothing is mapped there. An
 * instruction or a flat segment that reaches beyond them comes back to the caller. False: the child was lost, or `first` is bad. */
bool direct_begin_at(struct direct *d, uint32_t first);

/* Other kinds from now on (a guest that sets CR0.TS needs those of another profile); everything is scanned again. */
bool direct_use_kinds(struct direct *d, const uint8_t *kinds32, const uint8_t *kinds16);

void direct_get_state(const struct direct *d, struct direct_state *s);
void direct_set_state(struct direct *d, const struct direct_state *s);

/* The x87 and SSE registers, as FXSAVE stores them. False: the child was lost. */
#define DIRECT_VECTOR_BYTES 512u
bool direct_get_vectors(struct direct *d, uint8_t image[DIRECT_VECTOR_BYTES]);
bool direct_set_vectors(struct direct *d, const uint8_t image[DIRECT_VECTOR_BYTES]);

/* Runs until something is to be done, or for `microseconds` of wall clock (0: no limit; the clock ticks while the guest runs and while the caller
 * works, so a guest may be stopped sooner). */
void direct_run(struct direct *d, uint32_t microseconds, struct direct_event *event);
/* One instruction, or one iteration of a repeated one. */
void direct_step(struct direct *d, struct direct_event *event);

/* Is everything that the child has what it should have? Reads its mappings as the kernel has them. False: *found says what else there is (in a buffer
 * of `size` bytes). */
bool direct_audit(struct direct *d, char *found, size_t size);

struct direct_statistics {
    uint64_t entries;      /* times that the child ran */
    uint64_t instructions; /* events DIRECT_INSTRUCTION */
    uint64_t traps;        /* events DIRECT_TRAP */
    uint64_t scans;        /* arrivals at code that was not visible */
    uint64_t revealed;     /* instructions made visible */
    uint64_t alone;        /* instructions executed alone: indirect transfers, those that read memory through CS, and writes to visible code */
    uint64_t writes;       /* writes to pages with visible instructions */
    uint64_t linked;       /* returns that were made to run by themselves */
    uint64_t forgotten;    /* instructions hidden again, because they changed or another one overlaps */
    double seconds;        /* of processor time that the child has had since it was opened, the kernel's part for it included */
    uint64_t calls;        /* system calls that the parent had the child make: mappings and LDT entries */
};
struct direct_statistics direct_statistics(const struct direct *d);

#endif
