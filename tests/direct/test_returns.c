/* Returns that run by themselves, and what a guest does about them. */
#include "guest.h"

#include <string.h>

#define FLAT 0u /* flat_state makes segments of 4 GiB of it: they reach the trampolines */

static uint64_t linked(const struct direct *d) { return direct_statistics(d).linked; }
static uint64_t alone(const struct direct *d) { return direct_statistics(d).alone; }

/* ---- programs ---------------------------------------------------------------------------------------------------------------------------------- */

/* Each calls 100 times and ends with HLT. */
static const struct {
    const char *name;
    const char *code, *functions; /* at 0x1000 and at 0x3000 */
    uint32_t eax, esp;
    unsigned linked, alone; /* returns linked at least; executed alone at most */
} programs[] = {
    /* mov ecx, 100; back: call 0x3000; loop back; hlt */
    {"a function", "B9 64 00 00 00 E8 F6 1F 00 00 E2 F9 F4", "05 03 00 00 00 C3", 300, 0x8000, 1, 5},
    {"with REP before its return", "B9 64 00 00 00 E8 F6 1F 00 00 E2 F9 F4", "83 C0 03 F3 C3", 300, 0x8000, 1, 5},
    {"of small instructions", "B9 64 00 00 00 E8 F6 1F 00 00 E2 F9 F4", "40 40 40 40 C3", 400, 0x8000, 1, 5},
    /* back: push ecx; call 0x3000; loop back; hlt: the return removes what was pushed */
    {"RET imm16", "B9 64 00 00 00 51 E8 F5 1F 00 00 E2 F8 F4", "83 C0 03 C2 04 00", 300, 0x8000, 1, 5},
    /* test cl, 1; jz beyond the return; ret; inc eax; add eax, 2; ret */
    {"a conditional jump before the return", "B9 64 00 00 00 E8 F6 1F 00 00 E2 F9 F4", "F6 C1 01 74 01 C3 40 05 02 00 00 00 C3", 150, 0x8000, 2, 10},
    /* the flags of the function are those that the caller adds with: xor edx, edx; stc; adc eax, 0 with the carry */
    {"flags", "B9 64 00 00 00 E8 F6 1F 00 00 83 D0 00 E2 F6 F4", "83 C0 01 F9 90 C3", 200, 0x8000, 1, 5},
    /* ECX is 1 to 100 in the function: sum */
    {"ECX", "B9 64 00 00 00 E8 F6 1F 00 00 E2 F9 F4", "01 C8 90 90 90 C3", 5050, 0x8000, 1, 5},
    /* nine calls of the same function from nine places, which are one more than are kept */
    {"nine callers",
     "B9 64 00 00 00 E8 F6 1F 00 00 E8 F1 1F 00 00 E8 EC 1F 00 00 E8 E7 1F 00 00 E8 E2 1F 00 00 E8 DD 1F 00 00 E8 D8 1F 00 00 E8 D3 1F 00 00 E8 CE "
     "1F 00 00 E2 D1 F4",
     "05 01 00 00 00 C3", 900, 0x8000, 1, 900},
    {"eight callers",
     "B9 64 00 00 00 E8 F6 1F 00 00 E8 F1 1F 00 00 E8 EC 1F 00 00 E8 E7 1F 00 00 E8 E2 1F 00 00 E8 DD 1F 00 00 E8 D8 1F 00 00 E8 D3 1F 00 00 E2 D6 "
     "F4",
     "05 01 00 00 00 C3", 800, 0x8000, 1, 12},
    {"control: too short", "B9 64 00 00 00 E8 F6 1F 00 00 E2 F9 F4", "40 C3", 100, 0x8000, 0, 100},
    /* jmp to the return: jmp +4; add eax, 3 without effect; ret */
    {"control: something goes to the return", "B9 64 00 00 00 E8 F6 1F 00 00 E2 F9 F4", "40 EB 05 05 03 00 00 00 C3", 100, 0x8000, 0, 100},
    /* inc eax; fnstenv would see where it was: fld1; fstp st; 5 bytes */
    {"control: x87 before the return", "B9 64 00 00 00 E8 F6 1F 00 00 E2 F9 F4", "40 D9 E8 DD D8 C3", 100, 0x8000, 0, 100},
    /* inc byte [0x3001]: the constant that is added, in the run: 0 + 1 + ... + 99 */
    {"a run that is rewritten", "B9 64 00 00 00 E8 F6 1F 00 00 FE 05 01 30 00 00 E2 F3 F4", "05 00 00 00 00 C3", 4950, 0x8000, 1, 400},
    /* and for longer than there are trampolines */
    {"a run that is rewritten 600 times", "B9 58 02 00 00 E8 F6 1F 00 00 FE 05 01 30 00 00 E2 F3 F4", "05 00 00 00 00 C3", 69108, 0x8000, 520, 2000},
    /* back: call 0x3000; push 0x1019; push 0x3002; jmp 0x3010; loop back; hlt: the return there lands in the run of the other one */
    {"a return into a run", "B9 14 00 00 00 E8 F6 1F 00 00 68 19 10 00 00 68 02 30 00 00 E9 F7 1F 00 00 E2 EA F4",
     "40 40 40 40 C3 90 90 90 90 90 90 90 90 90 90 90 05 00 00 00 00 C3", 120, 0x8000, 1, 40},
    /* mov esp, 0x3100 after the first: the stack in the page of the function */
    {"a stack in a page with code", "BC 00 31 00 00 B9 64 00 00 00 E8 F1 1F 00 00 E2 F9 F4", "05 03 00 00 00 C3", 300, 0x3100, 0, 400},
    /* the function goes on behind its call: add dword [esp], 1 skips an INC of the caller */
    {"a changed return address", "B9 64 00 00 00 E8 F6 1F 00 00 40 E2 F8 F4", "05 03 00 00 00 FF 04 24 C3", 300, 0x8000, 1, 5},
    /* call 0x3000; call 0x3001 (into the run, to its second instruction); loop */
    {"a call into the run", "B9 64 00 00 00 E8 F6 1F 00 00 E8 F3 1F 00 00 E2 F4 F4", "40 40 40 40 C3", 600, 0x8000, 0, 200},
    /* the same, seen after it was linked: call 0x3000, 20 times; mov edx, 0x1013; jmp edx; call 0x3002, 20 times */
    {"a call into a run that is linked", "B9 14 00 00 00 E8 F6 1F 00 00 E2 F9 BA 13 10 00 00 FF E2 B9 14 00 00 00 E8 E5 1F 00 00 E2 F9 F4",
     "40 40 40 40 C3", 120, 0x8000, 1, 30},
};

static void check_program(size_t i, uint32_t limit, bool links) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    struct direct_state s;
    if (d == NULL) {
        return;
    }
    flat_state(&s, limit);
    put(d, 0x1000, programs[i].code);
    put(d, 0x3000, programs[i].functions);
    struct direct_event e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && direct_memory(d)[s.eip] == 0xF4 && s.general[0] == programs[i].eax && s.general[4] == programs[i].esp,
          "%s: stop %d, EIP 0x%x, EAX %u, ESP 0x%x", programs[i].name, (int)e.stop, s.eip, s.general[0], s.general[4]);
    CHECK(links ? linked(d) >= programs[i].linked && (programs[i].linked > 0 || linked(d) == 0 || programs[i].alone > 100) : linked(d) == 0,
          "%s: %u returns linked", programs[i].name, (unsigned)linked(d));
    CHECK(!links || alone(d) <= programs[i].alone, "%s: %u executed alone", programs[i].name, (unsigned)alone(d));
    check_audit(d, programs[i].name);
    direct_close(d);
}

void test_returns(void) {
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        check_program(i, FLAT, true);
        check_program(i, MEMORY, false); /* control: the same result where CS does not reach trampolines */
    }
}

/* ---- hostile ----------------------------------------------------------------------------------------------------------------------------------- */

/* A guest whose function at 0x3000 is linked: mov ecx, 20; back: call 0x3000; loop back; hlt, and then it stands at 0x2000. */
static struct direct *open_linked(const char *function, struct direct_state *s) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    if (d != NULL) {
        flat_state(s, FLAT);
        put(d, 0x1000, "B9 14 00 00 00 E8 F6 1F 00 00 E2 F9 F4");
        put(d, 0x3000, function);
        struct direct_event e = run_from(d, s);
        CHECK(e.stop == DIRECT_INSTRUCTION && s->eip == 0x100C && linked(d) == 1, "linked: stop %d, EIP 0x%x", (int)e.stop, s->eip);
        s->eip = 0x2000;
        s->general[0] = 0;
    }
    return d;
}

static const struct {
    const char *name, *function, *code; /* at 0x2000 */
    enum direct_stop stop;
    uint8_t vector;
    uint32_t eip, eax;
} hostile[] = {
    /* push 0x2013; push 0x200C; mov ax, 0x589C; jmp 0x3000: its return comes to 9C in the middle, PUSHF */
    {"a return to PUSHF in the middle", "05 00 00 00 00 C3", "68 13 20 00 00 68 0C 20 00 00 66 B8 9C 58 E9 ED 0F 00 00 F4", DIRECT_INSTRUCTION, 0,
     0x200C, 0x589C},
    /* mov eax, 0x5000; push 0x200F; jmp 0x3003: 00 00 C3, add [eax], al; ret */
    {"a jump into the middle of a moved instruction", "05 00 00 00 00 C3", "B8 00 50 00 00 68 0F 20 00 00 E9 F4 0F 00 00 F4", DIRECT_INSTRUCTION, 0,
     0x200F, 0x5000},
    {"a jump behind the first byte of the run", "05 00 00 00 00 C3", "B8 00 50 00 00 68 0F 20 00 00 E9 F2 0F 00 00 F4", DIRECT_INSTRUCTION, 0, 0x200F,
     0x5000},
    /* the trampolines, which begin behind the memory */
    {"a jump to a trampoline", "05 00 00 00 00 C3", "E9 FB E0 0F 00", DIRECT_INSTRUCTION, 0, 0x100100, 0},
    {"a return to a trampoline", "05 00 00 00 00 C3", "68 00 01 10 00 E9 F6 0F 00 00", DIRECT_TRAP, 13, 0x3005, 0},
    {"a return to the comparison", "05 00 00 00 00 C3", "68 05 01 10 00 E9 F6 0F 00 00", DIRECT_TRAP, 13, 0x3005, 0},
    {"a read of a trampoline", "05 00 00 00 00 C3", "A1 00 01 10 00 F4", DIRECT_TRAP, 13, 0x2000, 0},
    /* mov esp, 0x200000; jmp 0x3000 */
    {"no stack", "05 07 00 00 00 C3", "BC 00 00 20 00 E9 F6 0F 00 00", DIRECT_TRAP, 12, 0x3005, 7},
    /* xor edx, edx; div ecx; nop; ret: ECX is 20 to 1 in the loop, and 0 behind it */
    {"a fault in a moved instruction", "31 D2 F7 F1 90 C3", "E9 FB 0F 00 00", DIRECT_TRAP, 0, 0x3002, 0},
    {"a page fault in a moved instruction", "8B 05 00 00 08 00 C3", "E9 FB 0F 00 00", DIRECT_TRAP, 14, 0x3000, 0},
};

void test_hostile_returns(void) {
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct direct_state s;
        struct direct *d = open_linked(hostile[i].function, &s);
        if (d == NULL) {
            return;
        }
        put(d, 0x2000, hostile[i].code);
        CHECK(direct_map(d, 0x80, 1, DIRECT_NO_FRAME, false), "a page of nothing");
        struct direct_event e = run_from(d, &s);
        CHECK(e.stop == hostile[i].stop && e.vector == hostile[i].vector && s.eip == hostile[i].eip && s.general[0] == hostile[i].eax,
              "%s: stop %d, vector %u, EIP 0x%x, EAX 0x%x", hostile[i].name, (int)e.stop, e.vector, s.eip, s.general[0]);
        check_audit(d, hostile[i].name);
        direct_close(d);
    }
}

/* ---- segments ---------------------------------------------------------------------------------------------------------------------------------- */

void test_returns_and_segments(void) {
    struct direct_state s;
    struct direct *d = open_linked("05 03 00 00 00 C3", &s);
    if (d == NULL) {
        return;
    }
    /* push 0x200C; jmp 0x3000; mov ax, 0x589C. The stack has 16 bits: SP is 0, ESP would find an address that is linked */
    put(d, 0x2000, "68 0C 20 00 00 E9 F6 0F 00 00 66 B8 9C 58 F4");
    put(d, 0x2FFFC, "0A 10 00 00");
    s.segments[DIRECT_SS].wide = false;
    s.general[4] = 0x00020000;
    struct direct_event e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x200C && s.general[4] == 0x00020000 && s.general[0] == 3,
          "a stack of 16 bits: EIP 0x%x, ESP 0x%x", s.eip, s.general[4]);
    direct_close(d);

    /* a stack that may only be read: the function returns all the same */
    d = open_linked("05 03 00 00 00 C3", &s);
    put(d, 0x7FFC, "0A 10 00 00");
    CHECK(direct_map(d, 7, 1, 7, false), "read only");
    s.eip = 0x3000;
    s.general[1] = 1; /* ECX: the loop ends */
    s.general[4] = 0x7FFC;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x100C && s.general[4] == 0x8000, "a stack to be read: stop %d, EIP 0x%x", (int)e.stop, s.eip);
    direct_close(d);

    /* CS with another base: the return goes to an EIP that is linked, 0x100A, but at linear address 0x200A, in mov eax, 0x90589C90: PUSHF */
    d = open_linked("05 03 00 00 00 C3", &s);
    put(d, 0x2000, "68 0A 10 00 00 90 90 90 B8 90 9C 58 90 E9 EE 0F 00 00");
    s.segments[DIRECT_CS].base = 0x1000;
    s.eip = 0x1000;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x100A && s.general[0] == 0x90589C93, "CS at 0x1000: stop %d, EIP 0x%x, EAX 0x%x", (int)e.stop,
          s.eip, s.general[0]);
    direct_close(d);
}

/* Flat segments that reach the guest's window from above: linear address 0 is offset 0xFFF00000. */
void test_returns_from_above(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    struct direct_state s;
    if (d == NULL) {
        return;
    }
    flat_state(&s, FLAT);
    for (unsigned i = 0; i < DIRECT_SEGMENTS; i++) {
        s.segments[i].base = MEMORY;
    }
    put(d, 0x1000, "B9 14 00 00 00 E8 F6 1F 00 00 E2 F9 F4");
    put(d, 0x3000, "05 03 00 00 00 C3");
    s.eip = 0x1000 - MEMORY;
    s.general[4] = 0x8000 - MEMORY;
    struct direct_event e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x100C - MEMORY && s.general[0] == 60 && linked(d) == 1 && alone(d) == 4,
          "stop %d, EIP 0x%x, EAX %u, %u executed alone", (int)e.stop, s.eip, s.general[0], (unsigned)alone(d));
    check_audit(d, "from above");
    direct_close(d);
}

/* Where a return is linked to, no instruction becomes visible that has that place in its middle. */
void test_returns_and_overlaps(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    struct direct_state s;
    if (d == NULL) {
        return;
    }
    put(d, 0x1009, "00 9C 24 00 00 00 00 F4"); /* add [esp], bl; hlt; in its middle, at 0x100A: pushf */
    put(d, 0x3000, "05 03 00 00 00 C3");
    for (unsigned i = 0; i < 12; i++) {
        flat_state(&s, FLAT);
        bool overlaps = i % 2 == 1 && i > 5;
        put(d, 0x7FFC, "0A 10 00 00");
        s.general[4] = 0x7FFC;
        s.eip = overlaps ? 0x1009 : 0x3000;
        struct direct_event e = run_from(d, &s);
        CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == (overlaps ? 0x1010u : 0x100Au), "time %u: stop %d, EIP 0x%x", i, (int)e.stop, s.eip);
    }
    CHECK(linked(d) == 1, "%u returns linked", (unsigned)linked(d));
    direct_close(d);
}

/* A write beside a run leaves it linked; one into it does not. */
void test_returns_and_writes(void) {
    struct direct_state s;
    struct direct *d = open_linked("05 03 00 00 00 C3", &s);
    if (d == NULL) {
        return;
    }
    for (unsigned round = 0; round < 2; round++) {
        uint64_t before = alone(d);
        put(d, round == 0 ? 0x3100 : 0x3001, "05");
        CHECK(direct_wrote(d, round == 0 ? 0x3100 : 0x3001, 1), "written");
        s.eip = 0x1000;
        s.general[0] = 0;
        struct direct_event e = run_from(d, &s);
        CHECK(e.stop == DIRECT_INSTRUCTION && s.general[0] == (round == 0 ? 60u : 100u) && alone(d) - before == round, "EAX %u, %u executed alone",
              s.general[0], (unsigned)(alone(d) - before));
    }
    CHECK(linked(d) == 2, "%u returns linked", (unsigned)linked(d));
    direct_close(d);
}

/* The same bytes as 16-bit code: mov eax, 0x589C9090 is mov ax, 0x9090; pushf; pop ax. */
void test_widths(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    struct direct_state s;
    if (d == NULL) {
        return;
    }
    flat_state(&s, FLAT);
    put(d, 0x1000, "B8 90 90 9C 58 F4");
    struct direct_event e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x1005 && s.general[0] == 0x589C9090, "32-bit code: EIP 0x%x", s.eip);
    s.eip = 0x1000;
    s.segments[DIRECT_CS].wide = false;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x1003, "the same as 16-bit code: stop %d, EIP 0x%x", (int)e.stop, s.eip);
    s.eip = 0x1000;
    s.segments[DIRECT_CS].wide = true;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x1005, "and back: stop %d, EIP 0x%x", (int)e.stop, s.eip);
    direct_close(d);
}

/* ---- time -------------------------------------------------------------------------------------------------------------------------------------- */

/* Stopped again and again, it always stands at an instruction of its own, and ECX, which the comparison uses, is its own. */
void test_returns_and_time(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    struct direct_state s;
    struct direct_event e;
    unsigned in_run = 0;
    if (d == NULL) {
        return;
    }
    flat_state(&s, FLAT);
    put(d, 0x1000, "B9 EF CD AB 89 E8 F6 1F 00 00 EB F9"); /* mov ecx, 0x89ABCDEF; back: call 0x3000; jmp back */
    put(d, 0x3000, "40 43 90 90 C3");                      /* inc eax; inc ebx; nop; nop; ret */
    direct_set_state(d, &s);
    for (unsigned i = 0; i < 300; i++) {
        static const uint32_t places[] = {0x1005, 0x100A, 0x3000, 0x3001, 0x3002, 0x3003, 0x3004};
        uint32_t returns_to = 0;
        bool known = false;
        direct_run(d, 300, &e);
        direct_get_state(d, &s);
        for (size_t k = 0; k < sizeof places / sizeof places[0]; k++) {
            known = known || s.eip == places[k];
        }
        if (s.general[0] == 0 && e.stop == DIRECT_BUDGET) {
            continue; /* it has not begun yet */
        }
        bool inside = s.eip >= 0x3000;
        in_run += inside;
        memcpy(&returns_to, direct_memory(d) + 0x7FFC, sizeof returns_to);
        CHECK(e.stop == DIRECT_BUDGET && known && s.general[1] == 0x89ABCDEF && s.general[0] - s.general[3] == (s.eip == 0x3001) &&
                  s.general[4] == (inside ? 0x7FFCu : 0x8000u) && returns_to == 0x100A,
              "stop %d at EIP 0x%x: ECX 0x%x, EAX - EBX %d, ESP 0x%x, on the stack 0x%x", (int)e.stop, s.eip, s.general[1],
              (int)(s.general[0] - s.general[3]), s.general[4], returns_to);
    }
    CHECK(linked(d) == 1 && in_run > 10, "%u returns linked, %u stops in the function", (unsigned)linked(d), in_run);
    /* and step by step from there, through the run */
    uint32_t before = s.general[0];
    for (unsigned i = 0; i < 70; i++) {
        direct_step(d, &e);
        CHECK(e.stop == DIRECT_STEPPED, "step %u: stop %d", i, (int)e.stop);
    }
    direct_get_state(d, &s);
    CHECK(s.general[0] - before == 10, "70 steps, of seven instructions each round: %u", s.general[0] - before);
    direct_close(d);
}
