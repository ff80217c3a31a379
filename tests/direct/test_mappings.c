/* Segments and pages. */
#include "guest.h"

void test_segments(void) {
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
void test_descriptors(void) {
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

void test_mappings(void) {
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

/* Without a scan: an instruction that goes on in a page that is not there must not run with hidden bytes in the place of its own. */
void test_page_borders(void) {
    struct direct *d = open_guest(DIRECT_UNSCANNED);
    struct direct_state s;
    if (d == NULL) {
        return;
    }
    put(d, 0x5FFA, "90 90 90 B8 78 56 34 12 F4"); /* mov eax, 12345678h, from 0x5FFD on */
    flat_state(&s, MEMORY);
    s.eip = 0x5FFA;
    CHECK(direct_map(d, 6, 1, DIRECT_NO_FRAME, false), "page 6 is not there");
    struct direct_event e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x5FFD && s.general[0] == 0, "it comes back: stop %d, EIP 0x%x, EAX 0x%x", (int)e.stop, s.eip,
          s.general[0]);
    CHECK(direct_map(d, 6, 1, 6, true), "page 6 is there");
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_TRAP && s.eip == 0x6002 && s.general[0] == 0x12345678, "it runs: stop %d, EIP 0x%x, EAX 0x%x", (int)e.stop, s.eip,
          s.general[0]);
    CHECK(direct_map(d, 6, 1, DIRECT_NO_FRAME, false), "page 6 is gone again");
    s.general[0] = 0;
    s.eip = 0x5FFA;
    e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x5FFD && s.general[0] == 0, "and comes back again: stop %d, EIP 0x%x, EAX 0x%x", (int)e.stop,
          s.eip, s.general[0]);
    direct_close(d);
}
