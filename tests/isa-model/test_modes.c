/* Operating modes, sizes, families and aliases: what a description that uses them becomes. */
#include "../tests.h"

#include <string.h>

static struct isa *load(void) { return load_file("tests/isa-model/modes.isa", NULL, 0); }

static void test_forms(void) {
    static const struct {
        const char *text, *pattern, *encoding, *extension, *instruction;
        unsigned modes; /* bits: real, v86, long */
    } expected[] = {
        {"ADDPS xmm, xmm/m128", "ADDPS xmm, xmm/m128", "NP 0F 58 /r", "SSE", "ADDPS", 3},
        {"VADDPS ymm{k}{z}, ymm, ymm/m256/m32bcst", "VADDPS ymm{k}{z}, ymm, ymm/m256/m32bcst", "EVEX.256.NP.0F.WIG 58 /r", "AVX256", "VADDPS", 4},
        {"VADDPS zmm{k}{z}, zmm, zmm/m512/m32bcst{er}", "VADDPS zmm{k}{z}, zmm, zmm/m512/m32bcst{er}", "EVEX.512.NP.0F.WIG 58 /r", "AVX512", "VADDPS",
         4},
        {"VMOVSS xmm, xmm, xmm (11)", "VMOVSS xmm, xmm, xmm@rm (11)", "VEX.LIG.F3.0F.WIG 11 /r", "SSE", "VMOVSS", 4},
        {"MOVE r32", "MOVE r32", "o32 01 /r lock", "", "MOVE", 7},
        {"MOVE r64", "MOVE r64", "o64 01 /r lock", "", "MOVE", 4},
        {"ODD", "ODD", "F1", "", "ODD", 3},
    };
    struct isa *isa = load();
    if (!CHECK(isa != NULL, "modes.isa loads")) {
        return;
    }
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        int at = find_form(isa, expected[i].text);
        if (!CHECK(at >= 0, "form %s exists", expected[i].text)) {
            continue;
        }
        const struct form *f = &isa->forms[at];
        CHECK(strcmp(f->pattern, expected[i].pattern) == 0, "%s: pattern %s", f->text, f->pattern);
        CHECK(strcmp(f->encoding, expected[i].encoding) == 0, "%s: encoding %s", f->text, f->encoding);
        CHECK(strcmp(f->extension, expected[i].extension) == 0, "%s: extension %s", f->text, f->extension);
        CHECK(strcmp(f->instruction, expected[i].instruction) == 0, "%s: instruction %s", f->text, f->instruction);
        CHECK(f->modes == expected[i].modes, "%s: modes %llu", f->text, (unsigned long long)f->modes);
    }
    isa_free(isa);
}

static void test_sharing(void) {
    struct isa *isa = load();
    if (!CHECK(isa != NULL, "modes.isa loads")) {
        return;
    }
    const struct form *add = &isa->forms[find_form(isa, "ADDPS xmm, xmm/m128")];
    const struct form *subtract = &isa->forms[find_form(isa, "SUBPS xmm, xmm/m128")];
    const struct form *wide = &isa->forms[find_form(isa, "VADDPS zmm{k}{z}, zmm, zmm/m512/m32bcst{er}")];
    CHECK(add->semantics[0] != NULL && add->semantics[0] == subtract->semantics[0], "rows of one template share what they do");
    CHECK(add->semantics[0] == add->semantics[1], "modes with equal constants share what a form does");
    CHECK(add->semantics[2] == NULL, "no semantics where a form is not valid");
    const struct semantics *s = wide->semantics[2];
    CHECK(s->operand_count == 4 && strcmp(s->operands[3].name, "mask") == 0, "a mask is one more operand");
    CHECK(s->operands[0].direction == OPERAND_INOUT && s->operands[0].size == 512 && s->operands[0].width == 128, "a masked destination, as a token");
    CHECK(isa->modes[0].states == isa->modes[1].states && isa->modes[0].beside == 3, "modes beside each other");
    CHECK(profile_in(isa, 0, 0)->user != profile_in(isa, 0, 2)->user, "a profile reads differently in different modes");
    CHECK(profile_in(isa, 0, 0)->free_bits[0].plain == 0 && profile_in(isa, 1, 0)->free_bits[0].plain == 1, "an extension has its own plain value");
    CHECK(profile_in(isa, 1, 0)->free_bit_count == 1 && profile_in(isa, 1, 0)->shadowed[isa_find_leaf(isa, "cr.b")], "and the rest of the first");
    isa_free(isa);
}

static word128 rax_after(const struct isa *isa, const char *form, unsigned mode, word128 rax, word128 source) {
    const struct semantics *s = isa->forms[find_form(isa, form)].semantics[mode];
    symbol which = isa->leaves[isa_find_leaf(isa, "rax")].symbol;
    struct valuation *before = valuation_new();
    struct step_result result = {STEP_TRAP, 0, 0, NULL};
    (void)valuation_set(before, which, NULL, 0, rax);
    if (s->operand_count > 0) {
        (void)valuation_set(before, s->operands[0].symbol, NULL, 0, source);
    }
    CHECK(step(isa, s, before, &result) && result.outcome == STEP_DONE, "%s completes", form);
    word128 value = valuation_get(result.after, which, NULL, 0);
    valuation_free(before);
    valuation_free(result.after);
    return value;
}

static void test_aliases(void) {
    const word128 old = 0x1122334455667788u;
    struct isa *isa = load();
    if (!CHECK(isa != NULL, "modes.isa loads")) {
        return;
    }
    CHECK(rax_after(isa, "MOVE r32", 0, old, 0x99) == 0x1122334400000099u, "without the constant the upper half stays");
    CHECK(rax_after(isa, "MOVE r32", 2, old, 0x99) == 0x99, "with the constant the upper half becomes zero");
    CHECK(rax_after(isa, "MOVE r16", 2, old, 0x99) == 0x1122334455660099u, "a narrower part extends nothing");
    CHECK(rax_after(isa, "BYTE", 2, old, 0) == 0x112233445566aa55u, "a part of an alias extends nothing");
    isa_free(isa);
}

static void test_prologue(void) {
    struct isa *isa = load();
    if (!CHECK(isa != NULL, "modes.isa loads")) {
        return;
    }
    word128 value = 0;
    const struct semantics *odd = isa->forms[find_form(isa, "ODD")].semantics[0];
    const struct semantics *byte = isa->forms[find_form(isa, "BYTE")].semantics[0];
    CHECK(!term_is_constant(isa->pool, odd->trap, &value), "the prologue runs before a form that asks for it");
    CHECK(term_is_constant(isa->pool, byte->trap, &value) && value == 0, "and leaves the others alone");
    isa_free(isa);
}

static const struct test tests[] = {
    {"forms of sizes and families", test_forms},
    {"what is shared", test_sharing},
    {"aliases", test_aliases},
    {"prologue", test_prologue},
};
const struct suite modes_suite = SUITE("modes", tests);
