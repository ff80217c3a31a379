/* The evaluator: single steps from written states. */
#include "../tests.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MACHINE "examples/isa/third_generation.isa"

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
