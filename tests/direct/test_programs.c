/* Programs of guests: what runs, and what comes back. */
#include "guest.h"

/* Robin and Irvine's, and others that a monitor must see, each with the registers pointing to good memory. */
static const char *const returned[] = {
    "0F 01 06",             /* sgdt */
    "0F 01 0E",             /* sidt */
    "0F 00 C0",             /* sldt eax */
    "0F 01 E0",             /* smsw eax */
    "0F 00 C8",             /* str eax */
    "9C",                   /* pushf */
    "9D",                   /* popf */
    "0F 02 C1",             /* lar eax, ecx */
    "0F 03 C1",             /* lsl eax, ecx */
    "0F 00 E1",             /* verr cx */
    "0F 00 E9",             /* verw cx */
    "1F",                   /* pop ds */
    "17",                   /* pop ss */
    "0E",                   /* push cs */
    "1E",                   /* push ds */
    "8C D8",                /* mov eax, ds */
    "8E D8",                /* mov ds, eax */
    "C5 06",                /* lds eax, [esi] */
    "9A 00 10 00 00 33 00", /* call 0x33:0x1000 */
    "EA 00 10 00 00 33 00", /* jmp 0x33:0x1000 */
    "FF 2E",                /* jmp far [esi] */
    "CB",                   /* ret far */
    "CF",                   /* iret */
    "CD 80",                /* int 0x80 */
    "CC",                   /* int3 */
    "0F 34",                /* sysenter */
    "0F 05",                /* syscall */
    "0F A2",                /* cpuid */
    "0F 31",                /* rdtsc */
    "FA",                   /* cli */
    "FB",                   /* sti */
    "F4",                   /* hlt */
    "E4 60",                /* in al, 0x60 */
    "EE",                   /* out dx, al */
    "0F 01 16",             /* lgdt [esi] */
    "0F 22 C0",             /* mov cr0, eax */
    "0F 20 C0",             /* mov eax, cr0 */
    "0F 30",                /* wrmsr */
    "F3 0F C7 F8",          /* rdpid eax */
    "0F FF C0",             /* ud0 */
};

void test_returned(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    for (size_t i = 0; d != NULL && i < sizeof returned / sizeof returned[0]; i++) {
        struct direct_state s;
        struct direct_state after;
        flat_state(&s, MEMORY);
        s.general[6] = 0x5000;
        s.general[1] = 0x33;
        put(d, 0x1000, "40"); /* inc eax */
        put(d, 0x1001, returned[i]);
        direct_wrote(d, 0x1000, 16);
        after = s;
        struct direct_event e = run_from(d, &after);
        bool stopped = e.stop == DIRECT_INSTRUCTION || (e.stop == DIRECT_TRAP && e.vector == 6);
        CHECK(stopped && after.eip == 0x1001 && after.general[0] == 1 && after.general[4] == 0x8000 && after.eflags == 2,
              "%s: stop %d, vector %u, EIP 0x%x, EAX 0x%x", returned[i], (int)e.stop, e.vector, after.eip, after.general[0]);
    }
    if (d != NULL) {
        check_audit(d, "instructions that come back");
    }
    direct_close(d);
}

/* What the dispatcher decides about some of them. */
static const struct {
    const char *code;
    bool device;
    unsigned cpl, iopl;
    enum direct_decision decision;
} decided[] = {
    {"9C", false, 0, 0, DIRECT_DECIDE_INTERPRET},             /* pushf */
    {"9C", false, 3, 0, DIRECT_DECIDE_INTERPRET},             /* in a program of the guest too */
    {"F4", false, 0, 0, DIRECT_DECIDE_INTERPRET},             /* hlt of the kernel */
    {"F4", false, 3, 0, DIRECT_DECIDE_REFLECT},               /* of a program */
    {"E4 60", false, 0, 0, DIRECT_DECIDE_DEVICE},             /* in */
    {"6C", false, 3, 3, DIRECT_DECIDE_DEVICE},                /* ins */
    {"EE", false, 3, 0, DIRECT_DECIDE_INTERPRET},             /* out: the I/O map decides */
    {"F7 F1", false, 0, 0, DIRECT_DECIDE_REFLECT},            /* div by zero */
    {"0F 0B", false, 0, 0, DIRECT_DECIDE_REFLECT},            /* ud2 */
    {"A1 00 00 20 00", false, 0, 0, DIRECT_DECIDE_INTERPRET}, /* beyond the memory */
    {"A1 00 00 08 00", false, 0, 0, DIRECT_DECIDE_INTERPRET}, /* no page */
    {"A1 00 00 08 00", true, 0, 0, DIRECT_DECIDE_DEVICE},
};

void test_decisions(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    if (d == NULL) {
        return;
    }
    CHECK(direct_map(d, 0x80, 1, DIRECT_NO_FRAME, false), "no page");
    for (size_t i = 0; i < sizeof decided / sizeof decided[0]; i++) {
        struct direct_state s;
        flat_state(&s, MEMORY);
        put(d, 0x1000, decided[i].code);
        direct_wrote(d, 0x1000, 16);
        struct direct_event e = run_from(d, &s);
        enum direct_decision decision = direct_decide(&e, decided[i].device, decided[i].cpl, decided[i].iopl);
        CHECK(decision == decided[i].decision, "%s at CPL %u: decision %d", decided[i].code, decided[i].cpl, (int)decision);
    }
    direct_close(d);
}

/* ---- programs ---------------------------------------------------------------------------------------------------------------------------------- */

struct program {
    const char *name;
    enum direct_policy policy;
    const char *code; /* at 0x1000 */
    enum direct_stop stop;
    uint8_t vector;
    uint32_t eip, eax;
    uint32_t at; /* where `more` lies, 0: nowhere */
    const char *more;
};

static const struct program programs[] = {
    {"arithmetic and a call", DIRECT_CHECKED, "B8 05 00 00 00 83 C0 01 50 E8 01 00 00 00 F4 40 C3", DIRECT_INSTRUCTION, 0, 0x100E, 7, 0, NULL},
    {"arithmetic and a call, returns trusted", DIRECT_TRUSTED, "B8 05 00 00 00 83 C0 01 50 E8 01 00 00 00 F4 40 C3", DIRECT_INSTRUCTION, 0, 0x100E, 7,
     0, NULL},
    /* mov eax, [0x1005]; hlt: its own HLT and what follows */
    {"the guest reads its own bytes", DIRECT_CHECKED, "A1 05 10 00 00 F4 9C 9D CD", DIRECT_INSTRUCTION, 0, 0x1005, 0xCD9D9CF4, 0, NULL},
    {"and through CS", DIRECT_CHECKED, "2E A1 06 10 00 00 F4 9C 9D CD", DIRECT_INSTRUCTION, 0, 0x1006, 0xCD9D9CF4, 0, NULL},
    {"and through CS where FS is used after it", DIRECT_CHECKED, "2E A1 0D 10 00 00 64 03 05 00 50 00 00 F4 00 00 00", DIRECT_INSTRUCTION, 0, 0x100D,
     0x000001F4, 0x5000, "00 01 00 00"},
    {"a write beyond the memory", DIRECT_CHECKED, "B8 07 00 00 00 A3 00 00 20 00 F4", DIRECT_TRAP, 13, 0x1005, 7, 0, NULL},
    {"a read far beyond the memory", DIRECT_CHECKED, "A1 00 00 00 F0 F4", DIRECT_TRAP, 13, 0x1000, 0, 0, NULL},
    {"a division by zero", DIRECT_CHECKED, "31 C9 F7 F1 F4", DIRECT_TRAP, 0, 0x1002, 0, 0, NULL},
    /* mov byte [0x1008], 7; mov al, 1; hlt */
    {"the next instruction is rewritten", DIRECT_CHECKED, "C6 05 08 10 00 00 07 B0 01 F4", DIRECT_INSTRUCTION, 0, 0x1009, 7, 0, NULL},
    /* mov byte [0x1007], 0x9C; nop; hlt */
    {"it becomes sensitive", DIRECT_CHECKED, "C6 05 07 10 00 00 9C 90 F4", DIRECT_INSTRUCTION, 0, 0x1007, 0, 0, NULL},
    /* call 0x3000; mov byte [0x3001], 5; call 0x3000; hlt      0x3000: mov al, 3; add ah, al; ret */
    {"a function in another page is rewritten", DIRECT_CHECKED, "E8 FB 1F 00 00 C6 05 01 30 00 00 05 E8 EF 1F 00 00 F4", DIRECT_INSTRUCTION, 0,
     0x1011, 0x0805, 0x3000, "B0 03 00 C4 C3"},
    /* mov ecx, 100; back: call 0x3000; inc byte [0x3001]; loop back; hlt: 0x3000 adds 0, 1, ... 99 */
    {"it is rewritten a hundred times", DIRECT_CHECKED, "B9 64 00 00 00 E8 F6 1F 00 00 FE 05 01 30 00 00 E2 F3 F4", DIRECT_INSTRUCTION, 0, 0x1012,
     4950, 0x3000, "05 00 00 00 00 C3"},
    /* jmp 0x1005; over it: mov al, 0x9C; jmp 0x1003 */
    {"a jump into the middle", DIRECT_CHECKED, "EB 00 B0 9C EB FD", DIRECT_INSTRUCTION, 0, 0x1003, 0x9C, 0, NULL},
    {"a jump into the middle through a register", DIRECT_CHECKED, "BA 06 10 00 00 B0 9C FF E2 F4", DIRECT_INSTRUCTION, 0, 0x1006, 0x9C, 0, NULL},
    {"a return into the middle", DIRECT_CHECKED, "68 06 10 00 00 B0 9C C3 F4", DIRECT_INSTRUCTION, 0, 0x1006, 0x9C, 0, NULL},
    /* in mov ax, 0x589C: pushf; pop eax. What DIRECT_TRUSTED trusts: PUSHF runs, and shows the IF of the processor where the guest has none */
    {"a return to PUSHF in the middle", DIRECT_CHECKED, "68 0F 10 00 00 68 0C 10 00 00 66 B8 9C 58 C3 F4", DIRECT_INSTRUCTION, 0, 0x100C, 0x589C, 0,
     NULL},
    {"control: the same, trusted", DIRECT_TRUSTED, "68 0F 10 00 00 68 0C 10 00 00 66 B8 9C 58 C3 F4", DIRECT_INSTRUCTION, 0, 0x100F, 0x202, 0, NULL},
    {"a return to itself", DIRECT_CHECKED, "68 0B 10 00 00 68 0A 10 00 00 C3 F4", DIRECT_INSTRUCTION, 0, 0x100B, 0, 0, NULL},
    {"a return into its own middle", DIRECT_CHECKED, "68 0C 10 00 00 68 0B 10 00 00 F3 C3 F4", DIRECT_INSTRUCTION, 0, 0x100C, 0, 0, NULL},
    {"a return without a stack", DIRECT_CHECKED, "BC 00 00 20 00 C3", DIRECT_TRAP, 12, 0x1005, 0, 0, NULL},
    {"a return beyond the code", DIRECT_CHECKED, "68 00 00 20 00 C3", DIRECT_TRAP, 13, 0x1005, 0, 0, NULL},
    {"a return to a page of nothing", DIRECT_CHECKED, "68 00 50 00 00 C3", DIRECT_INSTRUCTION, 0, 0x5000, 0, 0x5000, "F4"},
    {"control: PUSHF without a scan", DIRECT_UNSCANNED, "9C 58 F4", DIRECT_TRAP, 13, 0x1002, 0x202, 0, NULL},
    /* an innocuous middle: mov eax, 0xC3C04040 and in it inc eax, inc eax, rol .. */
    {"an innocuous middle", DIRECT_CHECKED, "31 C0 EB 01 B8 40 40 EB 01 C3 F4", DIRECT_INSTRUCTION, 0, 0x100A, 2, 0, NULL},
    {"code that goes on in the next page", DIRECT_CHECKED, "E9 F9 0F 00 00", DIRECT_INSTRUCTION, 0, 0x2003, 0x00070605, 0x1FFE, "B8 05 06 07 00 F4"},
    {"a loop with LOOP", DIRECT_CHECKED, "B9 E8 03 00 00 40 E2 FD F4", DIRECT_INSTRUCTION, 0, 0x1008, 1000, 0, NULL},
    {"16-bit operands and addresses", DIRECT_CHECKED, "66 B8 34 12 67 A3 00 50 67 66 8B 1E 00 50 01 D8 F4", DIRECT_INSTRUCTION, 0, 0x1010, 0x2468, 0,
     NULL},
    {"a string operation over its own page", DIRECT_CHECKED, "BF 80 10 00 00 B9 10 00 00 00 B0 55 F3 AA A0 8F 10 00 00 F4", DIRECT_INSTRUCTION, 0,
     0x1013, 0x55, 0, NULL},
};

void test_programs(void) {
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        const struct program *p = &programs[i];
        struct direct *d = open_guest(p->policy);
        struct direct_state s;
        if (d == NULL) {
            return;
        }
        flat_state(&s, MEMORY);
        put(d, 0x1000, p->code);
        if (p->at != 0) {
            put(d, p->at, p->more);
        }
        struct direct_event e = run_from(d, &s);
        CHECK(e.stop == p->stop && e.vector == p->vector && s.eip == p->eip && s.general[0] == p->eax, "%s: stop %d, vector %u, EIP 0x%x, EAX 0x%x",
              p->name, (int)e.stop, e.vector, s.eip, s.general[0]);
        check_audit(d, p->name);
        direct_close(d);
    }
}
