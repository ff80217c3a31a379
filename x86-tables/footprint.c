/* Footprints: a walk over the terms of a form finds the symbols that it depends on; a component that is written, and not among them, is overwritten.
 */
#include "footprint.h"

#include "symbol_walk.h"
#include "transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GENERAL_REGISTERS = 16, MOST_BRANCHES = 6 };

static const char *const names[FOOTPRINT_BITS] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10",
                                                  "r11", "r12", "r13", "r14", "r15", "cf",  "pf",  "af",  "zf", "sf", "of"};

const char *footprint_name(unsigned bit) { return bit < FOOTPRINT_BITS ? names[bit] : "?"; }

/* What the tables leave open, or what takes its arguments by a convention that no description knows: docs/annotate.md. */
static const char *const open_extensions[] = {"VMX", "SVM", "SEV-SNP", "SEV-ES",  "SKINIT",  "SEAM",
                                              "TDX", "SMX", "SGX1",    "SGX OSS", "PCONFIG", "HRESET"};
static const char *const open_instructions[] = {"RSM", "HLT", "MWAIT", "MWAITX"}; /* what waits for an event goes on in its handler */

struct walk {
    const struct isa *isa;
    int leaves[FOOTPRINT_BITS]; /* by bit, index into isa.leaves */
    struct symbol_walk symbols;
};

/* What a form may become when one operand is replaced by another; NULL: it is taken as it is. */
static term renamed(struct substitution *s, term t) { return s == NULL || t == TERM_NONE ? t : substitute(s, t); }

/* A slice of a register's value after the form: visits what it depends on; false where it is, or may be, what it was. */
static bool visit_slice(struct walk *w, term value, term before, unsigned high, unsigned low, unsigned depth) {
    term part = term_extract(w->isa->pool, high, low, value);
    if (part == term_extract(w->isa->pool, high, low, before)) {
        return false;
    }
    struct term_view v = term_look(w->isa->pool, value);
    if (v.operation != TERM_IF || depth == 0) {
        symbol_walk_visit(&w->symbols, part);
        return true;
    }
    const term branches[2] = {v.arguments[1], v.arguments[2]};
    symbol_walk_visit(&w->symbols, v.arguments[0]);
    bool then = visit_slice(w, branches[0], before, high, low, depth - 1);
    return visit_slice(w, branches[1], before, high, low, depth - 1) && then;
}

/* A general register after the form: visits what is not just kept, and says whether nothing is kept. In modes without 64-bit registers the upper half
 * does not count. */
static bool visit_register(struct walk *w, term next, term before, bool wide) {
    static const struct { unsigned high, low; } slices[] = {{7, 0}, {15, 8}, {31, 16}, {63, 32}};
    bool all = true;
    for (unsigned i = 0; i < (wide ? 4u : 3u); i++) {
        all = visit_slice(w, next, before, slices[i].high, slices[i].low, MOST_BRANCHES) && all;
    }
    return all;
}

static int bit_of(const struct walk *w, size_t leaf) {
    for (unsigned i = 0; i < FOOTPRINT_BITS; i++) {
        if (w->leaves[i] == (int)leaf) {
            return (int)i;
        }
    }
    return -1;
}

/* Visits all that the form depends on; the set of registers of which it leaves nothing. */
static uint32_t visit_form(struct walk *w, const struct semantics *s, struct substitution *rename, bool wide) {
    const struct isa *isa = w->isa;
    const term roots[] = {s->trap, s->memory_trap, s->trap_vector, s->trap_argument};
    uint32_t written = 0;
    symbol_walk_start(&w->symbols);
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        symbol_walk_visit(&w->symbols, renamed(rename, roots[i]));
    }
    for (size_t i = 0; i < isa->leaf_count; i++) {
        int bit = bit_of(w, i);
        term next = s->next[i];
        term before = next == TERM_NONE ? TERM_NONE : term_apply(isa->pool, isa->leaves[i].symbol, NULL, 0);
        if (next == before) {
            continue;
        }
        if (bit >= 0 && bit < GENERAL_REGISTERS) {
            written |= visit_register(w, renamed(rename, next), before, wide) ? UINT32_C(1) << bit : 0;
        } else {
            symbol_walk_visit(&w->symbols, renamed(rename, next));
            written |= bit >= 0 ? UINT32_C(1) << bit : 0;
        }
    }
    for (size_t i = 0; i < s->write_count; i++) {
        symbol_walk_visit(&w->symbols, renamed(rename, s->writes[i].guard));
        symbol_walk_visit(&w->symbols, renamed(rename, s->writes[i].index));
        symbol_walk_visit(&w->symbols, renamed(rename, s->writes[i].value));
    }
    for (size_t i = 0; i < s->operand_count; i++) {
        if (s->operands[i].next != term_apply(isa->pool, s->operands[i].symbol, NULL, 0)) {
            symbol_walk_visit(&w->symbols, renamed(rename, s->operands[i].next));
        }
    }
    return written;
}

static uint32_t registers_found(struct walk *w) {
    uint32_t found = 0;
    for (unsigned i = 0; i < FOOTPRINT_BITS; i++) {
        found |= w->leaves[i] >= 0 && symbol_walk_found(&w->symbols, w->isa->leaves[w->leaves[i]].symbol) ? UINT32_C(1) << i : 0;
    }
    return found;
}

static bool is_among(const char *name, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Exceptions that a program raises on purpose, and whose handler may look at its registers. */
static bool raises(const struct isa *isa, const struct semantics *s) {
    static const char *const software[] = {"DE", "DB", "BR"};
    word128 value = 0;
    if (term_is_constant(isa->pool, s->trap, &value) && value != 0) {
        return true;
    }
    for (size_t i = 0; i < s->point_count; i++) {
        if (is_among(isa->traps[s->points[i].trap].name, software, sizeof software / sizeof software[0])) {
            return true;
        }
    }
    return false;
}

static bool is_open(const struct form *f) {
    return is_among(f->extension, open_extensions, sizeof open_extensions / sizeof open_extensions[0]) ||
           is_among(f->instruction, open_instructions, sizeof open_instructions / sizeof open_instructions[0]);
}

static bool is_bound(const struct operand *o) { return strcmp(o->kind, "stack") != 0 && strcmp(o->name, "xmm0") != 0; }

/* A result that is left open may be what was there: BSF of 0 on real processors. */
static bool is_undefined(struct walk *w, term t) {
    symbol_walk_start(&w->symbols);
    symbol_walk_visit(&w->symbols, t);
    for (size_t i = 0; i < w->isa->undefined_count; i++) {
        if (symbol_walk_found(&w->symbols, w->isa->undefined_symbols[i])) {
            return true;
        }
    }
    return false;
}

static uint32_t undefined_registers(struct walk *w, const struct semantics *s) {
    uint32_t registers = 0;
    for (unsigned i = 0; i < GENERAL_REGISTERS; i++) {
        bool open = w->leaves[i] >= 0 && is_undefined(w, s->next[w->leaves[i]]);
        registers |= open ? UINT32_C(1) << i : 0;
    }
    return registers;
}

/* The operands that text may name; false: there are too many. */
static bool take_operands(struct walk *w, const struct semantics *s, struct form_footprint *f) {
    for (size_t i = 0; i < s->operand_count; i++) {
        const struct operand *o = &s->operands[i];
        if (!is_bound(o)) {
            continue;
        }
        if (f->operand_count == FOOTPRINT_OPERANDS) {
            return false;
        }
        bool opmask = strcmp(o->name, "mask") == 0 && o->kind[0] == 'r';
        bool changed = o->next != term_apply(w->isa->pool, o->symbol, NULL, 0);
        f->operands[f->operand_count++] =
            (struct footprint_operand){opmask ? FOOTPRINT_OPMASK : o->kind[0], symbol_walk_found(&w->symbols, o->symbol), changed,
                                       (uint8_t)(o->width <= 64 && o->size <= 64 ? o->width : 0)};
    }
    return true;
}

/* XOR and SUB of a register with itself: the two first operands, of one width. */
static bool take_clearing(struct walk *w, const struct semantics *s, bool wide, struct form_footprint *f) {
    const struct operand *o = s->operands;
    if (f->operand_count < 2 || !is_bound(&o[0]) || !is_bound(&o[1]) || o[0].width != o[1].width || !f->operands[0].read || !f->operands[1].read ||
        !f->operands[0].written || f->operands[1].written || o[1].kind[0] == 'i') {
        return true;
    }
    struct substitution *rename = substitution_new(w->isa->pool);
    if (rename == NULL) {
        return false;
    }
    substitution_rename(rename, o[1].symbol, o[0].symbol);
    (void)visit_form(w, s, rename, wide);
    f->clears = !symbol_walk_found(&w->symbols, o[0].symbol);
    f->clearing_reads = registers_found(w);
    substitution_free(rename);
    return true;
}

static bool derive(struct walk *w, const struct form *form, const struct semantics *s, bool wide, struct form_footprint *f) {
    f->places = (uint8_t)transfer_places(w->isa, s);
    if (is_open(form) || raises(w->isa, s)) {
        return true;
    }
    uint32_t written = visit_form(w, s, NULL, wide);
    f->reads = registers_found(w);
    f->known = take_operands(w, s, f);
    f->reads |= undefined_registers(w, s);
    f->writes = written & ~f->reads;
    for (size_t i = 0, k = 0; i < s->operand_count && k < f->operand_count; i++) {
        if (is_bound(&s->operands[i])) {
            f->operands[k].read = f->operands[k].read || is_undefined(w, s->operands[i].next);
            k++;
        }
    }
    return take_clearing(w, s, wide, f) && !w->symbols.exhausted && !term_pool_failed(w->isa->pool);
}

struct form_footprint *footprints_of_isa(const struct isa *isa, unsigned mode) {
    struct form_footprint *forms = calloc(isa->form_count + 1, sizeof *forms);
    struct walk w = {.isa = isa, .symbols = {.pool = isa->pool}};
    bool wide = strcmp(isa->modes[mode].name, matcher_mode_name(MATCHER_LONG)) == 0;
    bool good = forms != NULL;
    for (unsigned i = 0; i < FOOTPRINT_BITS; i++) {
        char flag[16];
        (void)snprintf(flag, sizeof flag, "status.%s", names[i]);
        w.leaves[i] = isa_find_leaf(isa, i < GENERAL_REGISTERS ? names[i] : flag);
    }
    for (size_t i = 0; good && i < isa->form_count; i++) {
        const struct semantics *s = isa->forms[i].semantics[mode];
        good = s == NULL || derive(&w, &isa->forms[i], s, wide, &forms[i]);
    }
    symbol_walk_free(&w.symbols);
    if (!good) {
        free(forms);
        forms = NULL;
    }
    return forms;
}
