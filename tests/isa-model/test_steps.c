/* The evaluator: single steps from written states. */
#include "../tests.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "examples/isa/"
#define MACHINE LIBRARY "third_generation.isa"

struct step_case {
    const char *file, *form;
    const char *before; /* NAME=VALUE or NAME[INDEX]=VALUE, separated by blanks; operands by their names */
    enum step_outcome outcome;
    unsigned vector;
    const char *after; /* what must hold then */
};

static const struct step_case cases[] = {
    {MACHINE, "ADD", "d=1 a=2 reg[1]=5 reg[2]=7 pc=9", STEP_DONE, 0, "reg[1]=12 reg[2]=7 pc=10"},
    {MACHINE, "ADD", "d=1 a=1 reg[1]=0x8001", STEP_DONE, 0, "reg[1]=2 pc=1"},
    {MACHINE, "LD", "d=1 a=2 reg[2]=3 r.base=10 r.bound=4 size=100 word[3]=77", STEP_DONE, 0, "reg[1]=77"},
    {MACHINE, "LD", "d=1 a=2 reg[2]=4 r.base=10 r.bound=4 size=100", STEP_MEMORY_TRAP, 0, "reg[1]=0 pc=0"},
    {MACHINE, "LD", "d=1 a=2 reg[2]=3 r.base=97 r.bound=4 size=100", STEP_MEMORY_TRAP, 0, "pc=0"},
    {MACHINE, "LD", "d=1 a=2 reg[2]=0xffff r.base=1 r.bound=0xffff size=0x10000", STEP_MEMORY_TRAP, 0, "pc=0"},
    {MACHINE, "ST", "d=1 a=2 reg[1]=8 reg[2]=3 r.bound=4 size=100 word[3]=1", STEP_DONE, 0, "word[3]=8 pc=1"},
    {MACHINE, "JMP", "a=2 reg[2]=0x1234", STEP_DONE, 0, "pc=0x1234"},
    {MACHINE, "BZ", "d=1 a=2 reg[1]=0 reg[2]=50 pc=3", STEP_DONE, 0, "pc=50"},
    {MACHINE, "BZ", "d=1 a=2 reg[1]=1 reg[2]=50 pc=0xffff", STEP_DONE, 0, "pc=0"},
    {MACHINE, "SVC", "privilege=0 pc=3", STEP_TRAP, 2, "pc=3 privilege=0"},
    {MACHINE, "SVC", "privilege=1", STEP_TRAP, 2, "privilege=1"},
    {MACHINE, "HALT", "privilege=0", STEP_DONE, 0, "halted=1"},
    {MACHINE, "HALT", "privilege=1", STEP_TRAP, 1, "halted=0"},
    {MACHINE, "LRB", "privilege=0 a=1 b=2 reg[1]=5 reg[2]=6", STEP_DONE, 0, "r.base=5 r.bound=6 pc=1"},
    {MACHINE, "LRB", "privilege=1 a=1 b=2 reg[1]=5 reg[2]=6", STEP_TRAP, 1, "r.base=0 r.bound=0 pc=0"},
    {MACHINE, "LPSW", "a=1 reg[1]=2 r.bound=10 size=10 word[2]=1 word[3]=40 word[4]=7 word[5]=8", STEP_DONE, 0,
     "privilege=1 pc=40 r.base=7 r.bound=8"},
    {MACHINE, "LPSW", "a=1 reg[1]=7 r.bound=10 size=10 word[7]=1", STEP_MEMORY_TRAP, 0, "privilege=0 pc=0"},
    {MACHINE, "LPSW", "privilege=1 a=1 reg[1]=7 r.bound=10 size=10", STEP_TRAP, 1, "privilege=1"},
    {"examples/isa/jrst1.isa", "JRST1", "privilege=0 a=1 reg[1]=6", STEP_DONE, 0, "privilege=1 pc=6"},
    {"examples/isa/shrink.isa", "SHRINK", "privilege=1 a=1 reg[1]=6 r.bound=7", STEP_DONE, 0, "r.bound=6"},
    {"examples/isa/shrink.isa", "SHRINK", "privilege=1 a=1 reg[1]=8 r.bound=7", STEP_TRAP, 3, "r.bound=7"},
    {"examples/isa/setr_nop.isa", "SETR", "privilege=1 a=1 b=2 reg[1]=8 r.bound=7", STEP_DONE, 0, "r.bound=7 r.base=0 pc=1"},
    {"examples/isa/mfpi.isa", "MFPI", "d=3 a=1 reg[1]=2 previous=0 r.bound=0xffff size=0x10000 word[2]=1 word[0x8002]=9", STEP_DONE, 0, "reg[3]=9"},
    {"examples/isa/mfpi.isa", "MFPI", "d=3 a=1 reg[1]=2 previous=1 r.bound=0xffff size=0x10000 word[2]=1 word[0x8002]=9", STEP_DONE, 0, "reg[3]=1"},
    {"examples/isa/lra.isa", "LRA", "d=3 a=1 reg[1]=2 r.base=40", STEP_DONE, 0, "reg[3]=42"},
    /* The library, from the manuals. */
    {LIBRARY "system360_67.isa", "LPSW D1(B1)", "src=0xff51000123004560 condition_code=3", STEP_DONE, 0,
     "state=1 system_mask=0xff key=5 condition_code=2 program_mask=3 ic=0x4560"},
    {LIBRARY "system360_67.isa", "LPSW D1(B1)", "src=1", STEP_TRAP, 6, "state=0"},
    {LIBRARY "system360_67.isa", "LRA R1, D2(X2, B2)", "state=1", STEP_TRAP, 2, "ic=0"},
    {LIBRARY "system360_67.isa", "LRA R1, D2(X2, B2)", "r1=4 address=9 translation.valid[9]=1 translation.real[9]=77", STEP_DONE, 0,
     "r[4]=77 condition_code=0"},
    {LIBRARY "system360_67.isa", "LRA R1, D2(X2, B2)", "r1=4 address=9 r[4]=5", STEP_DONE, 0, "r[4]=5 condition_code=2"},
    {LIBRARY "system360_67.isa", "LRA R1, D2(X2, B2)", "address=9 translation.segment_missing[9]=1", STEP_DONE, 0, "condition_code=1"},
    {LIBRARY "system360_67.isa", "ISK R1, R2", "r1=4 r2=5 r[5]=0x1000 r[4]=0xffffffff storage_key[2]=0x59", STEP_DONE, 0, "r[4]=0xffffffb2"},
    {LIBRARY "pdp10_ka10.isa", "JRSTF E", "word=0x60000123", STEP_DONE, 0, "user_mode=1 in_out=1 pc=0x123"},
    {LIBRARY "pdp10_ka10.isa", "JRSTF E", "user_mode=1 word=0x20000123", STEP_DONE, 0, "user_mode=1 in_out=0 pc=0x123"},
    {LIBRARY "pdp10_ka10.isa", "JSP AC, E", "user_mode=1 a=3 target=8 pc=4", STEP_DONE, 0, "ac[3]=0x40000005 pc=8"},
    {LIBRARY "pdp10_ka10.isa", "JEN E", "user_mode=1", STEP_TRAP, 1, "user_mode=1"},
    {LIBRARY "pdp10_ka10.isa", "JEN E", "user_mode=1 in_out=1", STEP_DONE, 0, "user_mode=1"},
    {LIBRARY "pdp10_ka10.isa", "JFCL F, E", "selected=8 target=9 flags.overflow=1 flags.carry0=1", STEP_DONE, 0,
     "pc=9 flags.overflow=0 flags.carry0=1"},
    {LIBRARY "pdp10_ka10.isa", "CONSO APR, E", "mask=2 processor=6 pc=4", STEP_DONE, 0, "pc=6"},
    {LIBRARY "pdp10_ka10.isa", "CONSZ APR, E", "mask=2 processor=6 pc=4", STEP_DONE, 0, "pc=5"},
    {LIBRARY "pdp10_ka10.isa", "BLKO DEV, E", "pointer=0xffff80010 pc=4", STEP_DONE, 0, "pointer=0xfffFC0011 pc=6"},
    {LIBRARY "pdp10_ka10.isa", "BLKI DEV, E", "user_mode=1", STEP_TRAP, 1, "pc=0"},
    {LIBRARY "pdp11_45.isa", "RTI", "current=0 new_pc=100 new_status=0xf0e0 stack_pointer[3]=60 r[6]=40", STEP_DONE, 0,
     "current=3 previous=3 level=7 pc=100 r[6]=60 stack_pointer[0]=44"},
    {LIBRARY "pdp11_45.isa", "RTI", "current=3 previous=3 new_pc=100 new_status=0x00e5 r[6]=40", STEP_DONE, 0,
     "current=3 previous=3 level=0 pc=100 r[6]=44 cc.z=1 cc.c=1"},
    {LIBRARY "pdp11_45.isa", "SPL n", "current=3 n=7", STEP_DONE, 0, "level=0"},
    {LIBRARY "pdp11_45.isa", "HALT", "current=1", STEP_TRAP, 4, "halted=0"},
    {LIBRARY "pdp11_45.isa", "MFPI R", "current=0 previous=3 n=6 stack_pointer[3]=60 r[6]=40", STEP_DONE, 0, "dst=60 r[6]=38"},
    {LIBRARY "pdp11_45.isa", "MFPI R", "current=3 previous=3 n=6 stack_pointer[3]=60 r[6]=40", STEP_DONE, 0, "dst=40 r[6]=38"},
    {LIBRARY "pdp11_45.isa", "MTPI R", "current=0 previous=3 n=6 src=0x8000 r[6]=40", STEP_DONE, 0, "stack_pointer[3]=0x8000 r[6]=42 cc.n=1"},
    {LIBRARY "vax.isa", "REI", "current_mode=0 status=0x03c00000 new_pc=8 r[14]=100 stack_pointer[3]=500", STEP_DONE, 0,
     "current_mode=3 previous_mode=3 pc=8 r[14]=500 stack_pointer[0]=108"},
    {LIBRARY "vax.isa", "REI", "current_mode=3 previous_mode=3 status=0 new_pc=8", STEP_TRAP, 24, "current_mode=3"},
    {LIBRARY "vax.isa", "MOVPSL dst", "current_mode=3 previous_mode=3 ipl=2 cc.z=1", STEP_DONE, 0, "dst=0x03c20004"},
    {LIBRARY "vax.isa", "CHMK code", "current_mode=3", STEP_TRAP, 64, "current_mode=3"},
    {LIBRARY "vax.isa", "CHME code", "current_mode=3 change_mode_vector[1]=80 stack_pointer[1]=64 r[14]=20", STEP_DONE, 0,
     "current_mode=1 previous_mode=3 pc=80 r[14]=52 stack_pointer[3]=20"},
    {LIBRARY "vax_virtual.isa", "MOVPSL dst", "vm=1 current_mode=1", STEP_TRAP, 56, "vm=1"},
    {LIBRARY "vax.isa", "REI", "current_mode=3 previous_mode=3 status=0x43c00000 new_pc=8", STEP_DONE, 0, "trace_pending=1 pc=8"},
    {LIBRARY "vax.isa", "CHMS code", "current_mode=3 previous_mode=3 psw_enables=5 trace_pending=1 first_part_done=1", STEP_DONE, 0,
     "current_mode=2 psw_enables=0 trace_pending=0 first_part_done=0"},
    {LIBRARY "vax.isa", "SVPCTX", "current_mode=0", STEP_DONE, 0, "interrupt_stack=1 ipl=1"},
    {LIBRARY "vax.isa", "MTPR src, number", "current_mode=0 src=9 number=3", STEP_DONE, 0, "stack_pointer[3]=9"},
    {LIBRARY "vax.isa", "BICPSW src", "src=0x21 psw_enables=3 cc.c=1 cc.z=1", STEP_DONE, 0, "psw_enables=1 cc.c=0 cc.z=1"},
    {LIBRARY "mc68000.isa", "MOVE SR, ea", "privilege=1 interrupt_mask=5 ccr.x=1 ccr.v=1", STEP_DONE, 0, "dst=0x2512"},
    {LIBRARY "mc68010.isa", "MOVE SR, ea", "privilege=0", STEP_TRAP, 8, "privilege=0"},
    {LIBRARY "mc68000.isa", "RTE", "privilege=1 new_status=0x0309 new_pc=66 a[7]=100 inactive_a7=200", STEP_DONE, 0,
     "privilege=0 interrupt_mask=3 ccr.n=1 ccr.c=1 pc=66 a[7]=200 inactive_a7=106"},
    {LIBRARY "mips32.isa", "MFC0 rt, rd, sel", "rt=2 rd=12 ksu=2 exl=1 interrupts.ie=1", STEP_DONE, 0, "r[2]=0x13"},
    {LIBRARY "mips32.isa", "MFC0 rt, rd, sel", "rt=2 rd=12 ksu=2", STEP_TRAP, 11, "r[2]=0"},
    {LIBRARY "mips32.isa", "ERET", "exl=1 ksu=2 epc=64 ll_bit=1", STEP_DONE, 0, "exl=0 pc=64 ll_bit=0"},
    {LIBRARY "armv7a.isa", "MSR CPSR_fxc, Rn", "mode_field=0 rn=1 r[1]=0xf00000df", STEP_DONE, 0, "mode_field=0 masks.i=0 flags.n=1"},
    {LIBRARY "armv7a.isa", "MSR CPSR_fxc, Rn", "mode_field=3 rn=1 r[1]=0xd2 r[13]=5 banked[4]=9", STEP_DONE, 0,
     "mode_field=2 masks.i=1 masks.f=1 r[13]=9 banked[6]=5"},
    {LIBRARY "armv7a.isa", "MRS Rd, CPSR", "mode_field=3 rd=0 masks.f=1 flags.c=1", STEP_DONE, 0, "r[0]=0x20000053"},
    {LIBRARY "armv7a.isa", "MRC p15, 0, Rt, c14, c2, opc2 (CNTP)", "mode_field=0 rt=1", STEP_TRAP, 4, "r[1]=0"},
    {LIBRARY "armv7a.isa", "MRC p15, 0, Rt, c14, c2, opc2 (CNTP)", "mode_field=0 rt=1 at=1 cntkctl.pl0pten=1 timer[1]=5", STEP_DONE, 0, "r[1]=5"},
    {LIBRARY "riscv.isa", "CSRRx rd, sstatus, src", "privilege=1 rd=5 src=6 operation=1 x[6]=0x22 csr_implemented[0x100]=1 spp=1", STEP_DONE, 0,
     "x[5]=0x200000100 sie=1 spie=1 spp=0 pc=4"},
    {LIBRARY "riscv.isa", "CSRRx rd, sstatus, src", "privilege=0 rd=5 operation=2 csr_implemented[0x100]=1", STEP_TRAP, 2, "x[5]=0"},
    {LIBRARY "riscv.isa", "CSRRx rd, satp, src", "privilege=1 virtual=1 rd=5 operation=2 csr_implemented[0x180]=1 vsatp=7", STEP_DONE, 0, "x[5]=7"},
    {LIBRARY "riscv.isa", "CSRRx rd, satp, src", "privilege=1 virtual=1 vtvm=1 rd=5 operation=2 csr_implemented[0x180]=1", STEP_TRAP, 22, "x[5]=0"},
    {LIBRARY "riscv.isa", "CSRRx rd, satp, src", "privilege=1 tvm=1 rd=5 operation=2 csr_implemented[0x180]=1", STEP_TRAP, 2, "x[5]=0"},
    {LIBRARY "riscv.isa", "CSRRx rd, satp, src", "privilege=0 virtual=1 tvm=1 rd=5 operation=2 csr_implemented[0x180]=1", STEP_TRAP, 22, "x[5]=0"},
    {LIBRARY "riscv.isa", "CSRRx rd, cycle, src", "rd=5 operation=2 csr_implemented[0xc00]=1 mcounteren.cy=1", STEP_TRAP, 2, "x[5]=0"},
    {LIBRARY "riscv.isa", "CSRRx rd, cycle, src", "rd=5 operation=2 csr_implemented[0xc00]=1 mcounteren.cy=1 scounteren.cy=1 cycle=9", STEP_DONE, 0,
     "x[5]=9"},
    {LIBRARY "riscv.isa", "CSRRx rd, mhartid, src", "privilege=3 rd=5 src=1 operation=2 csr_implemented[0xf14]=1", STEP_TRAP, 2, "x[5]=0"},
    {LIBRARY "riscv.isa", "SRET", "privilege=1 spp=0 spie=1 csr[0x141]=64", STEP_DONE, 0, "privilege=0 sie=1 pc=64"},
    {LIBRARY "riscv.isa", "SRET", "privilege=1 tsr=1", STEP_TRAP, 2, "privilege=1"},
    {LIBRARY "riscv.isa", "SRET", "privilege=1 virtual=1 vs_spp=1 csr[0x241]=64", STEP_DONE, 0, "privilege=1 virtual=1 pc=64"},
    {LIBRARY "riscv.isa", "MRET", "privilege=3 mpp=1 mpv=1 csr[0x341]=64 mprv=1", STEP_DONE, 0, "privilege=1 virtual=1 mprv=0 mpp=0 pc=64"},
    {LIBRARY "riscv.isa", "HLV.B rd, (rs1)", "privilege=1 rd=5 rs1=6 x[6]=32 guest_memory[32]=0x1ff", STEP_DONE, 0, "x[5]=0xffffffffffffffff"},
    {LIBRARY "riscv.isa", "WFI", "privilege=1 tw=1", STEP_TRAP, 2, "pc=0"},
    {LIBRARY "riscv.isa", "WFI", "privilege=0 virtual=1 wfi_in_time=1", STEP_TRAP, 22, "pc=0"},
    {LIBRARY "riscv.isa", "WFI", "privilege=0 virtual=1 tw=1 wfi_in_time=1", STEP_DONE, 0, "pc=4"},
};

/* One NAME[INDEX]=VALUE. */
struct setting {
    symbol symbol;
    bool is_array;
    word128 index, value;
};

static bool find_symbol(const struct isa *isa, const struct form *form, const char *name, symbol *s) {
    int leaf = isa_find_leaf(isa, name);
    if (leaf >= 0) {
        *s = isa->leaves[leaf].symbol;
        return true;
    }
    for (size_t i = 0; i < form->semantics[0]->operand_count; i++) {
        if (strcmp(form->semantics[0]->operands[i].name, name) == 0) {
            *s = form->semantics[0]->operands[i].symbol;
            return true;
        }
    }
    return false;
}

/* Reads the next setting; moves *text on. False at the end. */
static bool next_setting(const struct isa *isa, const struct form *form, const char **text, struct setting *s) {
    while (isspace((unsigned char)**text)) {
        (*text)++;
    }
    if (**text == '\0') {
        return false;
    }
    char name[64];
    size_t length = strcspn(*text, "[=");
    (void)snprintf(name, sizeof name, "%.*s", (int)length, *text);
    *text += length;
    char *end = NULL;
    s->is_array = **text == '[';
    if (s->is_array) {
        s->index = strtoull(*text + 1, &end, 0);
        *text = end + 1;
    }
    s->value = strtoull(*text + 1, &end, 0);
    *text = end;
    return CHECK(find_symbol(isa, form, name, &s->symbol), "%s: no component '%s'", form->text, name);
}

static word128 value_after(const struct valuation *before, const struct valuation *after, const struct setting *s) {
    for (size_t i = 0; i < valuation_size(after); i++) {
        const struct valuation_entry *e = &valuation_entries(after)[i];
        if (e->symbol == s->symbol && (!s->is_array || e->arguments[0] == s->index)) {
            return e->value;
        }
    }
    return valuation_get(before, s->symbol, &s->index, s->is_array ? 1 : 0);
}

static void check_step(const struct isa *isa, const struct form *form, const struct step_case *c) {
    struct valuation *before = valuation_new();
    const char *text = c->before;
    struct setting s;
    while (next_setting(isa, form, &text, &s)) {
        (void)valuation_set(before, s.symbol, &s.index, s.is_array ? 1 : 0, s.value);
    }
    struct step_result result;
    memset(&result, 0, sizeof result);
    if (CHECK(step(isa, form->semantics[0], before, &result), "%s from %s", c->form, c->before)) {
        CHECK(result.outcome == c->outcome, "%s from %s: outcome %d instead of %d", c->form, c->before, (int)result.outcome, (int)c->outcome);
        CHECK(c->outcome != STEP_TRAP || result.trap_vector == c->vector, "%s from %s: vector %u", c->form, c->before, result.trap_vector);
        text = c->after;
        while (next_setting(isa, form, &text, &s)) {
            unsigned long long value = (unsigned long long)value_after(before, result.after, &s);
            CHECK(value == s.value, "%s from %s: not %s but %llu", c->form, c->before, c->after, value);
        }
        valuation_free(result.after);
    }
    valuation_free(before);
}

static void test_steps(void) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct isa *isa = load_file(cases[i].file, NULL, 0);
        if (isa == NULL) {
            continue;
        }
        int form = find_form(isa, cases[i].form);
        if (CHECK(form >= 0, "%s has %s", cases[i].file, cases[i].form)) {
            check_step(isa, &isa->forms[form], &cases[i]);
        }
        isa_free(isa);
    }
}

static void test_forms(void) {
    struct isa *isa = load_file(MACHINE, NULL, 0);
    if (isa == NULL) {
        return;
    }
    CHECK(isa->form_count == 9 && isa->mode_count == 1 && isa->profile_count == 1, "nine forms, one mode, one profile");
    CHECK(strcmp(isa->name, "third_generation") == 0 && strcmp(isa->modes[0].name, "all") == 0, "names");
    int leaf = isa_find_leaf(isa, "r.base");
    CHECK(leaf >= 0 && isa->leaves[leaf].class == CLASS_RESOURCE && isa->leaves[leaf].kind == RESOURCE_RELOCATION, "r.base is a relocation resource");
    leaf = isa_find_leaf(isa, "word");
    CHECK(leaf >= 0 && isa->leaves[leaf].class == CLASS_MEMORY && isa->leaves[leaf].index_width == 16, "word is memory");
    leaf = isa_find_leaf(isa, "privilege");
    CHECK(leaf >= 0 && isa->leaves[leaf].value_count == 2 && strcmp(isa->leaves[leaf].value_names[1], "user") == 0, "privilege has two values");
    int form = find_form(isa, "LRB");
    CHECK(form >= 0 && isa->forms[form].semantics[0]->point_count == 1, "LRB has one trap point");
    isa_free(isa);
    isa = load_file(MACHINE, "LRB", 1);
    if (isa != NULL) {
        struct valuation *before = valuation_new();
        struct step_result result;
        (void)valuation_set(before, isa->leaves[isa_find_leaf(isa, "privilege")].symbol, NULL, 0, 1);
        bool good = step(isa, isa->forms[find_form(isa, "LRB")].semantics[0], before, &result);
        CHECK(good && result.outcome == STEP_DONE, "without its check LRB runs in user mode");
        valuation_free(good ? result.after : NULL);
        valuation_free(before);
        isa_free(isa);
    }
}

static const struct test tests[] = {
    {"single steps of the third generation machines", test_steps},
    {"what a description becomes", test_forms},
};
const struct suite steps_suite = SUITE("steps", tests);
