/* Where implicit operands are: the words that far returns take from the stack, SDM vol. 2B, RET. */
#include "../../hardware/operands.h"
#include "../tests.h"
#include "fixture.h"

#include <string.h>

#define STACK 0x14000u

/* RETF imm16 releases parameters of the called procedure before it pops the stack pointer of the outer level; the number is unsigned. */
static const struct {
    enum matcher_mode mode;
    const char *bytes;
    size_t length;
    const char *operand;
    uint64_t offset; /* from the stack pointer */
} places[] = {
    {MATCHER_PROTECTED, "\xcb", 1, "new_cs", 4},
    {MATCHER_PROTECTED, "\xcb", 1, "outer_sp", 8},
    {MATCHER_PROTECTED, "\xcb", 1, "outer_ss", 12},
    {MATCHER_PROTECTED, "\xca\x08\x00", 3, "new_ip", 0},
    {MATCHER_PROTECTED, "\xca\x08\x00", 3, "new_cs", 4},
    {MATCHER_PROTECTED, "\xca\x08\x00", 3, "outer_sp", 16},
    {MATCHER_PROTECTED, "\xca\x08\x00", 3, "outer_ss", 20},
    {MATCHER_PROTECTED, "\x66\xca\x08\x00", 4, "outer_sp", 12},
    {MATCHER_PROTECTED, "\x66\xca\x08\x00", 4, "outer_ss", 14},
    {MATCHER_PROTECTED, "\xca\x00\x80", 3, "outer_sp", 0x8008},
    {MATCHER_LONG, "\x48\xca\x10\x00", 4, "outer_sp", 32},
    {MATCHER_LONG, "\x48\xca\x10\x00", 4, "outer_ss", 40},
};

static void test_far_returns(void) {
    struct hardware_fixture f = {NULL, NULL, NULL};
    bool good = hardware_set_up(&f, "RET_FAR");
    for (size_t i = 0; good && i < sizeof places / sizeof places[0]; i++) {
        struct decoded d;
        struct operand_binding bindings[16];
        struct run run = {.length = (uint32_t)places[i].length};
        memcpy(run.bytes, places[i].bytes, places[i].length);
        run.before.general[4] = STACK;
        run.before.segments[SEGMENT_SS].db = 1;
        if (!CHECK(matcher_decode(f.m, places[i].mode, run.bytes, run.length, &d), "case %zu is decoded", i)) {
            continue;
        }
        const struct form *form = &f.isa->forms[d.form];
        const struct semantics *s = form->semantics[isa_find_mode(f.isa, matcher_mode_name(places[i].mode))];
        uint64_t at = 0;
        bind_operands(form, s, f.m, &d, &run, bindings);
        for (size_t k = 0; k < s->operand_count; k++) {
            at = strcmp(s->operands[k].name, places[i].operand) == 0 ? bindings[k].address : at;
        }
        CHECK(at == STACK + places[i].offset, "%s: %s is at 0x%llx, not 0x%llx", form->text, places[i].operand, (unsigned long long)at,
              (unsigned long long)(STACK + places[i].offset));
    }
    hardware_tear_down(&f);
}

static const struct test tests[] = {{"far returns", test_far_returns}};
const struct suite operands_suite = SUITE("operands", tests);
