/* Guests on this processor: what runs, what comes back, and that hostile ones reach nothing. */
#include "../tests.h"

#include "tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES 256u
#define MEMORY (FRAMES * DIRECT_PAGE)

static struct direct_tables tables;
static bool ready, failed;

/* The tables are made once; a machine on which guests cannot run skips these tests, and says so. */
static struct direct *open_guest(enum direct_policy policy) {
    static bool said;
    struct direct *d = NULL;
    const char *reason = NULL;
    if (!ready && !failed) {
        ready = direct_tables_make(&tables, "x86-tables/x86.isa");
        failed = !ready;
        CHECK(ready, "tables for direct execution");
    }
    const struct direct_options o = {
        .frames = FRAMES, .policy = policy, .matcher = tables.matcher, .kinds32 = tables.kinds32, .kinds16 = tables.kinds16};
    if (ready && !direct_open(&o, &d, &reason)) {
        if (!said) {
            (void)printf("skipped: direct execution cannot run here: %s\n", reason);
            said = true;
        }
        return NULL;
    }
    return d;
}

/* Puts bytes, written in hexadecimal, at a physical address. */
static unsigned put(struct direct *d, uint32_t at, const char *hexadecimal) {
    unsigned count = 0;
    for (const char *s = hexadecimal; *s != '\0';) {
        char *end = NULL;
        direct_memory(d)[at + count++] = (uint8_t)strtoul(s, &end, 16);
        s = *end == ' ' ? end + 1 : end;
    }
    return count;
}

static void check_audit(struct direct *d, const char *what) {
    char found[256];
    bool good = direct_audit(d, found, sizeof found);
    CHECK(good, "%s: the child has more than it should: %s", what, found);
}

static struct direct_event run_from(struct direct *d, struct direct_state *s) {
    struct direct_event event;
    direct_set_state(d, s);
    direct_run(d, 0, &event);
    direct_get_state(d, s);
    return event;
}

/* ---- instructions that must come back ---------------------------------------------------------------------------------------------------------- */

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

static void test_returned(void) {
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

static void test_decisions(void) {
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

static void test_programs(void) {
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

/* ---- hostile guests, without a scan that would stop them before ---------------------------------------------------------------------------------
 */

#define CODE_COPY 0x10100000u /* where the child has the copy of the code of a guest with 1 MiB */

static const struct {
    const char *name, *code; /* at 0x1000 */
    int64_t system_call;
    const char *more; /* at 0x3000 */
} hostile[] = {
    {"int 0x80: exit", "B8 01 00 00 00 31 DB CD 80", 1, ""},
    {"int 0x80: mmap", "B8 5A 00 00 00 BB 00 50 00 00 CD 80", 90, ""},
    {"sysenter", "B8 01 00 00 00 89 E5 0F 34", -1, ""},
    {"a far jump to the host's 64-bit code", "EA 00 10 00 00 33 00", -1, ""},
    {"a far jump to the host's 32-bit code", "EA 00 10 00 00 23 00", -1, ""},
    /* in 64-bit code: mov eax, 60; syscall */
    {"a system call from 64-bit code", "EA 00 30 10 10 33 00", 60, "B8 3C 00 00 00 0F 05"},
    {"write from 64-bit code", "EA 00 30 10 10 33 00", -1, "48 C7 04 25 00 10 00 00 01 00 00 00 F4"},
    {"data segment of the host, an address of nobody", "B8 2B 00 00 00 8E D8 A3 00 00 00 08", -1, ""},
};

static void test_hostile(void) {
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct direct *d = open_guest(DIRECT_UNSCANNED);
        struct direct_state s;
        if (d == NULL) {
            return;
        }
        flat_state(&s, MEMORY);
        put(d, 0x1000, hostile[i].code);
        if (hostile[i].more[0] != '\0') {
            put(d, 0x3000, "F4");
            put(d, 0x2000, "E9 FB 0F 00 00"); /* so that the page is there: it runs into the HLT */
            s.eip = 0x2000;
            (void)run_from(d, &s);
            put(d, 0x3000, hostile[i].more);
            direct_wrote(d, 0x3000, 16);
            s.eip = 0x1000;
        }
        struct direct_event e = run_from(d, &s);
        bool same = hostile[i].system_call < 0 || e.system_call == hostile[i].system_call;
        CHECK(e.stop == DIRECT_ESCAPE && same, "%s: stop %d, vector %u, call %d", hostile[i].name, (int)e.stop, e.vector, (int)e.system_call);
        check_audit(d, hostile[i].name);
        put(d, 0x4000, "40 F4"); /* and nothing of it has harmed the child */
        flat_state(&s, MEMORY);
        s.eip = 0x4000;
        struct direct_event after = run_from(d, &s);
        CHECK(after.stop == DIRECT_TRAP && s.general[0] == 1, "%s: the guest does not go on", hostile[i].name);
        direct_close(d);
    }
}

/* ---- segments, mappings, steps ----------------------------------------------------------------------------------------------------------------- */

static void test_segments(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    struct direct_state s;
    if (d == NULL) {
        return;
    }
    put(d, 0x1000, "A0 10 00 00 00 A0 00 01 00 00 F4"); /* mov al, [0x10]; mov al, [0x100] */
    put(d, 0x3010, "2A");
    flat_state(&s, MEMORY);
    s.segments[DIRECT_DS] = (struct direct_segment){0x3000, 0xFF, 3, true, true};
    struct direct_event e = run_from(d, &s);
    CHECK(e.stop == DIRECT_TRAP && e.vector == 13 && s.eip == 0x1005 && s.general[0] == 0x2A, "a data segment of 256 bytes: EAX 0x%x", s.general[0]);

    put(d, 0x1020, "A2 10 00 00 00 F4");
    flat_state(&s, MEMORY);
    s.segments[DIRECT_DS] = (struct direct_segment){0x3000, 0xFF, 1, true, true};
    s.eip = 0x1020;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_TRAP && e.vector == 13 && s.eip == 0x1020, "a write to a read-only segment");

    static const struct direct_segment refused[] = {{0, 0xFFFF, 7, true, true}, {0, 0xFFFF, 3, true, false}, {MEMORY, 0xFFFF, 3, true, true}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        flat_state(&s, MEMORY);
        s.segments[DIRECT_DS] = refused[i];
        e = run_from(d, &s);
        CHECK(e.stop == DIRECT_TRAP && e.vector == 13 && s.eip == 0x1000, "segment %zu that cannot be had: stop %d", i, (int)e.stop);
    }

    flat_state(&s, MEMORY);
    for (unsigned i = 0; i < DIRECT_SEGMENTS; i++) {
        s.segments[i].limit = 0xFFFFFFFF;
    }
    put(d, 0x1040, "A1 FC FF 0F 00 A1 FD FF 0F 00 F4");
    s.eip = 0x1040;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_TRAP && e.vector == 13 && s.eip == 0x1045, "4 GiB are clipped to the memory: EIP 0x%x", s.eip);

    put(d, 0x6010, "B8 05 00 40 EB FD"); /* 16-bit code: mov ax, 5; inc ax; jmp back to the inc */
    put(d, 0x6014, "F4");
    flat_state(&s, MEMORY);
    s.segments[DIRECT_CS] = (struct direct_segment){0x6000, 0xFFFF, 11, false, true};
    s.eip = 0x10;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x14 && s.general[0] == 6, "16-bit code: EIP 0x%x, EAX 0x%x", s.eip, s.general[0]);
    check_audit(d, "segments");
    direct_close(d);
}

/* What the processor really has: access rights and limits of the segments, as LAR and LSL show them. */
static void test_descriptors(void) {
    static const struct {
        const char *name, *code;
        uint32_t rights, limit;
    } cases[] = {
        {"DS: writable data, DPL 3", "8C D9 0F 02 C1 0F 03 D1 F4", 0x40F300, MEMORY - 1},
        {"CS: code that cannot be read, DPL 3", "8C C9 0F 02 C1 0F 03 D1 F4", 0x40F900, MEMORY - 1},
        {"ES: read-only data, 256 bytes, 16 bits", "8C C1 0F 02 C1 0F 03 D1 F4", 0x00F100, 0xFF},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct direct *d = open_guest(DIRECT_UNSCANNED);
        struct direct_state s;
        if (d == NULL) {
            return;
        }
        flat_state(&s, MEMORY);
        s.segments[DIRECT_ES] = (struct direct_segment){0x4000, 0xFF, 1, false, true};
        put(d, 0x1000, cases[i].code);
        (void)run_from(d, &s);
        CHECK((s.general[0] & 0xC0FF00) == cases[i].rights && s.general[2] == cases[i].limit, "%s: rights 0x%x, limit 0x%x", cases[i].name,
              s.general[0], s.general[2]);
        direct_close(d);
    }
}

static void test_mappings(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    struct direct_state s;
    if (d == NULL) {
        return;
    }
    put(d, 0x1000, "A3 10 00 08 00 A1 10 00 08 00 F4"); /* a write to and a read from page 0x80 */
    CHECK(direct_map(d, 0x80, 1, DIRECT_NO_FRAME, false), "no page");
    flat_state(&s, MEMORY);
    struct direct_event e = run_from(d, &s);
    CHECK(e.stop == DIRECT_TRAP && e.vector == 14 && e.has_address && e.address == 0x80010 && s.eip == 0x1000, "a write to no page: stop %d",
          (int)e.stop);
    CHECK(direct_map(d, 0x80, 1, 5, false), "read-only");
    put(d, 0x5010, "11 22 33 44");
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_TRAP && e.vector == 14 && e.address == 0x80010, "a write to a read-only page: stop %d", (int)e.stop);
    s.eip = 0x1005;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.general[0] == 0x44332211, "a read of frame 5: EAX 0x%x", s.general[0]);

    /* page 0x80 is the frame of the code: mov byte [0x80039], 7; mov al, 1 becomes mov al, 7 */
    CHECK(direct_map(d, 0x80, 1, 1, true), "another name of the code");
    put(d, 0x1030, "C6 05 38 00 08 00 07 B0 01 F4");
    direct_wrote(d, 0x1030, 16);
    flat_state(&s, MEMORY);
    s.eip = 0x1030;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.general[0] == 7, "code rewritten under another address: EAX 0x%x", s.general[0]);
    s.eip = 0x80030; /* and executed there */
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x80039, "code executed under another address: EIP 0x%x", s.eip);

    put(d, 0x1037, "B0 2C F4"); /* the caller writes */
    CHECK(direct_wrote(d, 0x1037, 3), "direct_wrote");
    s.eip = 0x1037;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && (s.general[0] & 0xFF) == 0x2C, "code rewritten by the caller: EAX 0x%x", s.general[0]);

    s.eip = 0x90000;
    CHECK(direct_map(d, 0x90, 1, DIRECT_NO_FRAME, false), "no code");
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && !e.is_decoded && e.byte_count == 0, "execution where nothing is: stop %d", (int)e.stop);
    CHECK(!direct_map(d, FRAMES - 1, 2, 0, true) && !direct_map(d, 0, 2, FRAMES - 1, true), "mappings outside of the guest");
    check_audit(d, "mappings");
    direct_close(d);
}

static void test_time(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    struct direct_state s;
    struct direct_event e;
    if (d == NULL) {
        return;
    }
    flat_state(&s, MEMORY);
    put(d, 0x1000, "40 EB FD"); /* for ever */
    direct_set_state(d, &s);
    direct_run(d, 20000, &e);
    direct_get_state(d, &s);
    CHECK(e.stop == DIRECT_BUDGET && s.general[0] > 1000, "20 ms of an endless loop: stop %d, EAX %u", (int)e.stop, s.general[0]);
    flat_state(&s, MEMORY);
    direct_set_state(d, &s);
    for (unsigned i = 0; i < 100; i++) {
        direct_step(d, &e);
        CHECK(e.stop == DIRECT_STEPPED, "step %u: stop %d", i, (int)e.stop);
    }
    direct_get_state(d, &s);
    CHECK(s.general[0] == 50 && s.eip == 0x1000, "100 steps: EAX %u, EIP 0x%x", s.general[0], s.eip);
    put(d, 0x2000, "FA");
    s.eip = 0x2000;
    direct_set_state(d, &s);
    direct_step(d, &e);
    CHECK(e.stop == DIRECT_INSTRUCTION, "a step at CLI: stop %d", (int)e.stop);
    direct_close(d);
}

static void test_vectors(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    uint8_t image[DIRECT_VECTOR_BYTES];
    struct direct_state s;
    if (d == NULL) {
        return;
    }
    flat_state(&s, MEMORY);
    put(d, 0x1000, "66 0F 7E C0 66 0F 6F C8 F4"); /* movd eax, xmm0; movdqa xmm1, xmm0 */
    CHECK(direct_get_vectors(d, image), "read");
    image[160] = 0x78;
    image[161] = 0x56;
    CHECK(direct_set_vectors(d, image), "write");
    (void)run_from(d, &s);
    CHECK(s.general[0] == 0x5678 && direct_get_vectors(d, image) && image[176] == 0x78, "XMM registers: EAX 0x%x", s.general[0]);
    direct_close(d);
}

/* ---- random code ------------------------------------------------------------------------------------------------------------------------------- */

#define RANDOM_PROGRAMS 60u
#define RANDOM_EVENTS 25u
#define RANDOM_STEPS 300u

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Bytes that are often short instructions, transfers over small distances, and writes to the code itself; no 0F, for some of what it begins gives
 * another result each time. */
static void fill_randomly(uint8_t *at, size_t size, uint32_t *seed) {
    static const uint8_t often[] = {0x40, 0x43, 0x50, 0x58, 0xEB, 0x74, 0x75, 0xE2, 0x88, 0xC6, 0x05, 0x01, 0x89, 0x8B, 0xC3, 0x9C, 0x06,
                                    0x1F, 0xE8, 0xAA, 0x00, 0x02, 0x04, 0xFE, 0xFC, 0xFF, 0xE0, 0x83, 0x66, 0x2E, 0x07, 0x33, 0xB8, 0x10};
    for (size_t i = 0; i < size; i++) {
        uint32_t r = next_random(seed);
        uint8_t any = (uint8_t)(r >> 8);
        at[i] = (r & 3) != 0 ? often[(r >> 16) % sizeof often] : any == 0x0F ? 0x90 : any;
    }
}

static void start_randomly(struct direct *d, struct direct_state *s, uint32_t seed) {
    memset(direct_memory(d), 0, MEMORY);
    fill_randomly(direct_memory(d) + 0xF80, 0x180, &seed);
    direct_wrote(d, 0, MEMORY);
    flat_state(s, MEMORY);
    for (unsigned i = 0; i < 8; i++) {
        s->general[i] = i == 4 ? 0x8000 : 0xF80 + next_random(&seed) % 0x180;
    }
    direct_set_state(d, s);
}

/* Runs to the next event by single steps. False: it takes too long. */
static bool step_to_event(struct direct *d, struct direct_event *e) {
    for (unsigned i = 0; i < RANDOM_STEPS; i++) {
        direct_step(d, e);
        if (e->stop != DIRECT_STEPPED) {
            return true;
        }
    }
    return false;
}

static bool same_guests(struct direct *a, struct direct *b) {
    struct direct_state s;
    struct direct_state t;
    direct_get_state(a, &s);
    direct_get_state(b, &t);
    return memcmp(s.general, t.general, sizeof s.general) == 0 && s.eip == t.eip && s.eflags == t.eflags &&
           memcmp(direct_memory(a), direct_memory(b), MEMORY) == 0;
}

/* Code of random bytes, which jumps into the middle of its instructions and overwrites them, run freely and step by step: the same at each event. */
static void test_random(void) {
    struct direct *ran = open_guest(DIRECT_CHECKED);
    struct direct *stepped = ran == NULL ? NULL : open_guest(DIRECT_CHECKED);
    unsigned compared = 0;
    bool good = true;
    for (unsigned program = 0; stepped != NULL && good && program < RANDOM_PROGRAMS; program++) {
        uint32_t seed = 0x9E3779B9u * (program + 1);
        struct direct_state s;
        start_randomly(stepped, &s, seed);
        start_randomly(ran, &s, seed);
        for (unsigned i = 0; good && i < RANDOM_EVENTS; i++) {
            struct direct_event e;
            struct direct_event f;
            if (!step_to_event(stepped, &e)) {
                break;
            }
            direct_run(ran, 10000000, &f);
            good = e.stop == f.stop && e.vector == f.vector && same_guests(ran, stepped);
            compared++;
            direct_get_state(stepped, &s);
            s.eip = s.eip + 1 < 0xF80 || s.eip + 1 >= 0x1100 ? 0xF80 + 7 * i : s.eip + 1; /* over it, and not out of the code */
            direct_set_state(stepped, &s);
            direct_set_state(ran, &s);
        }
        CHECK(good, "program %u differs, EIP 0x%x", program, s.eip);
    }
    if (stepped != NULL) {
        struct direct_statistics t = direct_statistics(ran);
        CHECK(compared > 500 && t.writes > 50 && t.forgotten > 500, "%u events, %u writes to code, %u instructions hidden again", compared,
              (unsigned)t.writes, (unsigned)t.forgotten);
        check_audit(ran, "random code");
    }
    direct_close(ran);
    direct_close(stepped);
}

/* Transfers whose targets are not known before: exactly these. */
static void test_kinds(void) {
    /* The last eleven depend on a transaction, or on extensions that no machine here has. */
    static const char *const transfers[] = {"RET (16)",  "RET (32)",    "RET imm16 (16)", "RET imm16 (32)", "JMP r/m16",
                                            "JMP r/m32", "CALL r/m16",  "CALL r/m32",     "XBEGIN rel16",   "XBEGIN rel32",
                                            "XEND",      "XABORT imm8", "XSUSLDTRK",      "XRESLDTRK",      "UIRET",
                                            "ERETS",     "ERETU",       "SEAMCALL",       "SEAMRET"};
    static const char *const native[] = {"LOOP rel8 (32, a32)", "JMP rel8 (32)", "CALL rel32 (32)", "JE rel8 (32)"};
    struct direct *d = open_guest(DIRECT_CHECKED);
    direct_close(d);
    if (!ready) {
        return;
    }
    unsigned count = 0;
    for (size_t i = 0; i < tables.isa->form_count; i++) {
        count += tables.kinds32[i] == DIRECT_TRANSFER;
    }
    for (size_t i = 0; i < sizeof transfers / sizeof transfers[0]; i++) {
        int form = find_form(tables.isa, transfers[i]);
        CHECK(form >= 0 && tables.kinds32[form] == DIRECT_TRANSFER, "%s", transfers[i]);
    }
    for (size_t i = 0; i < sizeof native / sizeof native[0]; i++) {
        int form = find_form(tables.isa, native[i]);
        CHECK(form >= 0 && tables.kinds32[form] == DIRECT_NATIVE, "%s (form %d)", native[i], form);
    }
    CHECK(count == sizeof transfers / sizeof transfers[0], "%u transfers", count);
}

static void test_options(void) {
    struct direct *d = NULL;
    const char *reason = NULL;
    struct direct_options o = {.frames = 0, .matcher = tables.matcher};
    CHECK(!direct_open(&o, &d, &reason) && reason != NULL, "no memory");
    o.frames = DIRECT_MOST_PAGES + 1;
    CHECK(!direct_open(&o, &d, &reason) && reason != NULL, "too much memory");
}

static const struct test all[] = {
    {"instructions that come back", test_returned},
    {"decisions", test_decisions},
    {"programs", test_programs},
    {"hostile guests", test_hostile},
    {"segments", test_segments},
    {"descriptors", test_descriptors},
    {"mappings", test_mappings},
    {"time and steps", test_time},
    {"vectors", test_vectors},
    {"random code", test_random},
    {"kinds of forms", test_kinds},
    {"options", test_options},
};
const struct suite direct_suite = SUITE("direct", all);
