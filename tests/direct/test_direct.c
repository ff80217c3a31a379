/* Guests on this processor: time, registers, kinds of forms, and the table of all tests. */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

void test_time(void) {
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

void test_vectors(void) {
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

/* Transfers whose targets are not known before: exactly these. */
void test_kinds(void) {
    /* The last eleven depend on a transaction, or on extensions that no machine here has. */
    static const char *const transfers[] = {"RET (16)",  "RET (32)",    "RET imm16 (16)", "RET imm16 (32)", "JMP r/m16",
                                            "JMP r/m32", "CALL r/m16",  "CALL r/m32",     "XBEGIN rel16",   "XBEGIN rel32",
                                            "XEND",      "XABORT imm8", "XSUSLDTRK",      "XRESLDTRK",      "UIRET",
                                            "ERETS",     "ERETU",       "SEAMCALL",       "SEAMRET"};
    static const char *const native[] = {"LOOP rel8 (32, a32)", "JMP rel8 (32)", "CALL rel32 (32)", "JE rel8 (32)"};
    const struct direct_tables *t = guest_tables();
    if (t == NULL) {
        return;
    }
    unsigned count = 0;
    for (size_t i = 0; i < t->isa->form_count; i++) {
        count += t->kinds32[i] == DIRECT_TRANSFER;
    }
    for (size_t i = 0; i < sizeof transfers / sizeof transfers[0]; i++) {
        int form = find_form(t->isa, transfers[i]);
        CHECK(form >= 0 && t->kinds32[form] == DIRECT_TRANSFER, "%s", transfers[i]);
    }
    for (size_t i = 0; i < sizeof native / sizeof native[0]; i++) {
        int form = find_form(t->isa, native[i]);
        CHECK(form >= 0 && t->kinds32[form] == DIRECT_NATIVE, "%s (form %d)", native[i], form);
    }
    CHECK(count == sizeof transfers / sizeof transfers[0], "%u transfers", count);
}

/* A guest that has set CR0.TS: forms that it gates are holes then, and instructions that were visible come back. */
void test_gates(void) {
    struct direct *d = open_guest(DIRECT_CHECKED);
    const struct direct_tables *t = guest_tables();
    int profile = t == NULL ? -1 : isa_find_profile(t->isa, "direct_execution_gated");
    if (d == NULL) {
        return;
    }
    static const char *const gated[] = {"FLD1", "ADDPS"};
    int mode = isa_find_mode(t->isa, "protected");
    uint8_t *kinds = malloc(t->isa->form_count);
    CHECK(profile >= 0 && mode >= 0 && kinds != NULL, "the profile for guests that have not enabled x87 and SSE");
    struct direct_state s;
    flat_state(&s, MEMORY);
    put(d, 0x1000, "40 D9 E8 0F 58 C0 F4"); /* inc eax; fld1; addps xmm0, xmm0; hlt */
    struct direct_event e = run_from(d, &s);
    CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x1006, "x87 and SSE run: EIP 0x%x", s.eip);
    for (size_t i = 0; profile >= 0 && kinds != NULL && i < sizeof gated / sizeof gated[0]; i++) {
        const struct classify_options o = {.mode = mode, .profile = (unsigned)profile, .instruction = gated[i]};
        char *message = NULL;
        bool internal = false;
        struct classification *c = classify(t->isa, &o, &message, &internal);
        CHECK(c != NULL && direct_kinds(c, (unsigned)mode, kinds), "%s is decided", gated[i]);
        for (size_t k = 0; c != NULL && k < c->verdict_count; k++) {
            CHECK(kinds[c->verdicts[k].form] == DIRECT_SENSITIVE, "%s is gated", t->isa->forms[c->verdicts[k].form].text);
        }
        classification_free(c);
        free(message);
    }
    int form = find_form(t->isa, "FLD1");
    if (kinds != NULL && form >= 0) {
        memcpy(kinds, t->kinds32, t->isa->form_count);
        kinds[form] = DIRECT_SENSITIVE;
        CHECK(direct_use_kinds(d, kinds, t->kinds16), "other kinds");
        s.eip = 0x1000;
        e = run_from(d, &s);
        CHECK(e.stop == DIRECT_INSTRUCTION && s.eip == 0x1001 && e.kind == DIRECT_SENSITIVE, "FLD1 comes back: EIP 0x%x", s.eip);
    }
    direct_close(d);
    free(kinds);
}

void test_options(void) {
    struct direct *d = NULL;
    const char *reason = NULL;
    struct direct_options o = {.frames = 0, .matcher = NULL};
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
    {"page borders", test_page_borders},
    {"time and steps", test_time},
    {"vectors", test_vectors},
    {"random code", test_random},
    {"random functions", test_random_functions},
    {"returns that run by themselves", test_returns},
    {"hostile returns", test_hostile_returns},
    {"returns and segments", test_returns_and_segments},
    {"returns from above", test_returns_from_above},
    {"returns and overlaps", test_returns_and_overlaps},
    {"returns and writes", test_returns_and_writes},
    {"returns and time", test_returns_and_time},
    {"16-bit and 32-bit code", test_widths},
    {"kinds of forms", test_kinds},
    {"gates", test_gates},
    {"options", test_options},
};
const struct suite direct_suite = SUITE("direct", all);
