/* Looks for a world in which a state can be set up, runs the form there, and compares. */
#include "replay.h"

#include "choose.h"
#include "compare.h"
#include "components.h"
#include "explanations.h"
#include "features.h"
#include "operands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPERANDS 16u
#define WORLDS_MOST 16u

struct replayer {
    const struct isa *isa;
    const struct matcher *m;
    struct backend *backend;
    struct explanations *explanations;
    const struct world *worlds;
    size_t world_count;
    struct predictor *predictors[WORLDS_MOST]; /* by world, made when needed */
    term *variables;                           /* by symbol: the term that is the component before the instruction */
    unsigned char *marks;                      /* by term: the form is built of it */
    size_t term_count;
};

const char *replay_verdict_name(enum replay_verdict v) {
    static const char *const names[] = {"confirmed", "explained", "refuted", "not-reachable"};
    return names[v];
}

struct replayer *replayer_new(const struct isa *isa, const struct matcher *m, struct backend *b, struct explanations *explanations) {
    struct replayer *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    *r = (struct replayer){.isa = isa, .m = m, .backend = b, .explanations = explanations, .term_count = term_pool_size(isa->pool)};
    r->worlds = b->operations->worlds(b, &r->world_count);
    size_t symbols = term_symbol_count(isa->pool);
    r->variables = malloc((symbols + 1) * sizeof *r->variables);
    r->marks = malloc(r->term_count + 1);
    if (r->world_count > WORLDS_MOST || r->variables == NULL || r->marks == NULL) {
        replayer_free(r);
        return NULL;
    }
    for (size_t i = 0; i < symbols; i++) {
        r->variables[i] = TERM_NONE;
    }
    for (term t = 0; t < r->term_count; t++) {
        struct term_view v = term_look(isa->pool, t);
        if (v.operation == TERM_APPLY && v.argument_count == 0) {
            r->variables[v.symbol] = t;
        }
    }
    return r;
}

void replayer_free(struct replayer *r) {
    if (r != NULL) {
        for (size_t i = 0; i < r->world_count && i < WORLDS_MOST; i++) {
            predictor_free(r->predictors[i]);
        }
        free(r->variables);
        free(r->marks);
        free(r);
    }
}

/* Marks what the form depends on: a component that it changes without reading anything is no input. */
static void mark_inputs(struct replayer *r, const struct semantics *s) {
    const struct term_pool *pool = r->isa->pool;
    const term roots[] = {s->trap, s->memory_trap, s->trap_vector, s->trap_argument};
    memset(r->marks, 0, r->term_count);
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        term_mark(pool, roots[i], r->marks);
    }
    for (size_t i = 0; i < r->isa->leaf_count; i++) {
        if (r->isa->leaves[i].index_width == 0 && s->next[i] != r->variables[r->isa->leaves[i].symbol]) {
            term_mark(pool, s->next[i], r->marks);
        }
    }
    for (size_t i = 0; i < s->operand_count; i++) {
        term_mark(pool, s->operands[i].next, r->marks);
    }
    for (size_t i = 0; i < s->write_count; i++) {
        term_mark(pool, s->writes[i].guard, r->marks);
        term_mark(pool, s->writes[i].index, r->marks);
        term_mark(pool, s->writes[i].value, r->marks);
    }
}

static bool is_input(const struct replayer *r, symbol s) { return r->variables[s] != TERM_NONE && r->marks[r->variables[s]] != 0; }

/* What a state may choose. A guest at CPL 0 comes back without a table, so that it may have any; outside of IA-32e mode its base has 32 bits. Unicorn
 * loads segment registers from a table of its own, and code does not see MP, EM and TS that are set from outside. */
static struct machine_state settable(const struct backend *backend, const struct world *w) {
    struct machine_state m = w->varied;
    bool is_unicorn = strcmp(backend->operations->name, "unicorn") == 0;
    if (w->handlers == 0) {
        return m;
    }
    m.rflags |= UINT64_C(0x7200); /* NT, IOPL, IF */
    m.cr0 |= is_unicorn ? 0x10020 : 0x1002E;
    m.cr4 |= 0x70C; /* TSD, DE, PCE, OSFXSR, OSXMMEXCPT */
    m.cr2 = m.sysenter_cs = m.sysenter_esp = m.sysenter_eip = m.star = m.fmask = m.tsc_aux = UINT64_MAX;
    memset(m.dr, 0xFF, sizeof m.dr);
    if (w->cpl == 0) {
        bool is_ia32e = w->mode == MATCHER_LONG || w->mode == MATCHER_COMPATIBILITY;
        m.gdtr_base = m.idtr_base = is_ia32e ? UINT64_MAX : UINT32_MAX;
        m.gdtr_limit = m.idtr_limit = 0xFFFF;
        m.ldtr.selector = m.tr.selector = 0xFFFF;
        for (unsigned i = 0; !is_unicorn && i < SEGMENT_COUNT; i++) {
            m.segments[i].selector |= i == SEGMENT_CS || i == SEGMENT_SS ? 0 : 0xFFFF;
        }
    }
    return m;
}

static bool is_address(const char *name) {
    static const char *const own[] = {"rip", "rsp", "rbp", "rsi", "rdi"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(own[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static const struct environment_fact *find_fact(const struct world *w, const char *name, uint64_t index) {
    for (size_t i = 0; i < w->fact_count; i++) {
        if (w->facts[i].index == index && strcmp(w->facts[i].component, name) == 0) {
            return &w->facts[i];
        }
    }
    return NULL;
}

/* Puts the component into the run; false when the machine cannot have that value. */
static bool set_component(const struct world *w, const struct machine_state *free_bits, const struct leaf *leaf, word128 value, struct run *run) {
    const struct component *c = component_find(leaf->name);
    const struct environment_fact *fact = find_fact(w, leaf->name, 0);
    if (fact != NULL) {
        return fact->value == (uint64_t)value;
    }
    if (c == NULL) {
        return leaf->class == CLASS_CLOCK || leaf->class == CLASS_IDENTITY || leaf->class == CLASS_PARAMETER;
    }
    uint64_t free_mask = component_get(c, free_bits);
    uint64_t known = component_get(c, &w->known);
    uint64_t base = component_get(c, &w->base);
    if ((((uint64_t)value ^ base) & known & ~free_mask) != 0 ||
        (~known & ~free_mask & (c->width == 64 ? UINT64_MAX : (UINT64_C(1) << c->width) - 1)) != 0) {
        return false;
    }
    component_set(c, &run->before, (base & ~free_mask) | ((uint64_t)value & free_mask));
    return true;
}

static bool is_mode(const struct leaf *leaf) { return leaf->class == CLASS_MODE; }

/* The same element in both states. */
static bool same_element(const struct valuation *a, const struct valuation *b, const struct leaf *leaf, const word128 *index) {
    return b == NULL || valuation_get(a, leaf->symbol, index, 1) == valuation_get(b, leaf->symbol, index, 1);
}

static bool array_is_reachable(const struct world *w, const struct leaf *leaf, const struct valuation *before, const struct valuation *other) {
    const struct valuation_entry *entries = valuation_entries(before);
    for (size_t k = 0; k < valuation_size(before); k++) {
        const struct valuation_entry *e = &entries[k];
        if (e->symbol != leaf->symbol || e->argument_count != 1 || same_element(before, other, leaf, e->arguments)) {
            continue;
        }
        const struct environment_fact *fact = find_fact(w, leaf->name, (uint64_t)e->arguments[0]);
        if (fact == NULL || fact->value != (uint64_t)e->value) {
            return false;
        }
    }
    return true;
}

/* False: `why` names what cannot be set up. */
static bool set_state(const struct replayer *r, const struct world *w, const struct valuation *before, const struct valuation *other, struct run *run,
                      char *why, size_t size) {
    struct machine_state free_bits = settable(r->backend, w);
    for (size_t i = 0; i < r->isa->leaf_count; i++) {
        const struct leaf *leaf = &r->isa->leaves[i];
        bool good = true;
        if (leaf->index_width > 0) {
            good = array_is_reachable(w, leaf, before, other);
        } else if (is_input(r, leaf->symbol) && !is_address(leaf->name)) {
            word128 value = valuation_get(before, leaf->symbol, NULL, 0);
            bool needed = is_mode(leaf) || (other != NULL && valuation_get(other, leaf->symbol, NULL, 0) != value);
            good = set_component(w, &free_bits, leaf, value, run) || !needed;
        }
        if (!good) {
            (void)snprintf(why, size, "%s", leaf->name);
            return false;
        }
    }
    return true;
}

static void set_operands(const struct replayer *r, const struct form *f, const struct semantics *s, const struct decoded *d,
                         const struct valuation *before, struct run *run) {
    static const char *const own[] = {"target", "new_ip", "pointer", "place", "address", "outer_sp"};
    struct operand_binding bindings[OPERANDS];
    bind_operands(f, s, r->m, d, run, bindings);
    for (size_t i = 0; i < s->operand_count; i++) {
        const struct operand *o = &s->operands[i];
        bool is_own = (o->direction & OPERAND_IN) == 0 || o->width > 64;
        for (size_t k = 0; k < sizeof own / sizeof own[0]; k++) {
            is_own = is_own || strcmp(own[k], o->name) == 0;
        }
        uint64_t value = (uint64_t)valuation_get(before, o->symbol, NULL, 0);
        if (is_own) {
            continue;
        }
        if (bindings[i].site == SITE_GENERAL && !bindings[i].high_byte) {
            run->before.general[bindings[i].number] = value;
        } else if (bindings[i].site == SITE_MEMORY && run->chunk_count < RUN_CHUNKS && is_window_data(bindings[i].address, o->width / 8)) {
            struct chunk *c = &run->chunks[run->chunk_count++];
            *c = (struct chunk){.offset = (uint32_t)(bindings[i].address - WINDOW_BASE), .size = o->width / 8};
            memcpy(c->bytes, &value, c->size);
        }
    }
}

/* What keeps the machine from coming back to where it is looked at; NULL: nothing. */
static const char *loses_machine(const struct world *w, const struct run *run, const struct prediction *p) {
    const struct machine_state *b = &w->base;
    const struct machine_state *n = &run->before;
    bool own_tables =
        n->gdtr_base == b->gdtr_base && n->gdtr_limit == b->gdtr_limit && n->idtr_base == b->idtr_base && n->idtr_limit == b->idtr_limit;
    uint64_t code = w->pointer_base + WINDOW_CODE;
    if ((p->trap_count > 0 || p->kernel) && !own_tables) {
        return "tables that exceptions need";
    }
    if (p->done && (p->known.rip != UINT64_MAX || p->after.rip < code || p->after.rip >= code + WINDOW_CODE_SIZE)) {
        return "a place to go to";
    }
    return p->done && (p->after.cr3 != b->cr3 || ((p->after.cr0 ^ b->cr0) & UINT64_C(0x80000001)) != 0) ? "paging and protection as they are" : NULL;
}

/* With what surrounds it here, the form still does what the witness says. */
static bool predicts_outcome(const struct prediction *p, const struct step_result *e) {
    for (unsigned i = 0; e->outcome == STEP_TRAP && i < p->trap_count; i++) {
        if (p->traps[i].vector == e->trap_vector) {
            return true;
        }
    }
    return e->outcome == STEP_DONE && (p->done || p->kernel);
}

static bool same_outcome(const struct step_result *e, const struct run_result *r) {
    bool trapped = r->outcome == RUN_TRAP;
    return e->outcome == STEP_TRAP ? trapped && r->vector == e->trap_vector : !trapped;
}

static bool try_world(struct replayer *r, unsigned index, unsigned form, const struct valuation *before, const struct valuation *other,
                      const struct step_result *expected, struct replay_outcome *o) {
    static struct run_result result;
    static struct prediction p;
    const struct world *w = &r->worlds[index];
    const struct form *f = &r->isa->forms[form];
    const struct semantics *s = f->semantics[isa_find_mode(r->isa, matcher_mode_name(w->mode))];
    struct run run;
    struct decoded d;
    bool has_register = false;
    bool has_memory = false;
    o->verdict = REPLAY_NOT_REACHABLE;
    if (w->unusable != NULL || feature_state(w, f->extension) != FEATURE_PRESENT || !encoder_variants(f, &has_register, &has_memory)) {
        (void)snprintf(o->reason, sizeof o->reason, "%s", w->unusable != NULL ? "the operating mode" : "the extension");
        return true;
    }
    const struct choice choice = {1, 0, has_memory && !has_register};
    if (!choose_run(r->isa, r->m, form, w, &choice, &run, &d) || !set_state(r, w, before, other, &run, o->reason, sizeof o->reason)) {
        return true;
    }
    set_operands(r, f, s, &d, before, &run);
    if (strncmp(f->instruction, "REP_", 4) == 0) { /* the tables have one iteration */
        run.before.general[1] = run.before.general[1] != 0 ? 1 : 0;
    }
    r->predictors[index] = r->predictors[index] != NULL ? r->predictors[index] : predictor_new(r->isa, r->m, w);
    if (r->predictors[index] == NULL) {
        return false;
    }
    if (!predict(r->predictors[index], form, &d, &run, 256, &p) || p.memory_trap || (p.done && (p.after.rflags & 0x100) != 0)) {
        (void)snprintf(o->reason, sizeof o->reason, "%s", p.memory_trap ? "an address" : "status.tf");
        return true;
    }
    const char *lost = loses_machine(w, &run, &p);
    if (lost != NULL) {
        (void)snprintf(o->reason, sizeof o->reason, "%s", lost);
        return true;
    }
    if (!predicts_outcome(&p, expected)) {
        (void)snprintf(o->reason, sizeof o->reason, "what surrounds it on this machine");
        return true;
    }
    if (!r->backend->operations->run(r->backend, w, &run, 1, &result)) {
        return false;
    }
    struct difference differences[DIFFERENCES_MOST];
    size_t count = compare_run(&p, w, &run, &result, differences);
    bool agrees = count == 0 && same_outcome(expected, &result);
    if (count == 0 && !agrees) { /* both outcomes were possible: a parameter of the machine decides */
        (void)snprintf(o->reason, sizeof o->reason, "what surrounds it on this machine");
        return true;
    }
    describe_prediction(&p, o->expected, sizeof o->expected);
    describe_result(&result, o->seen, sizeof o->seen);
    const struct observation seen = {o->expected, o->seen, differences, count};
    const struct record *record = agrees || r->explanations == NULL ? NULL : explanations_find(r->explanations, form, w, &seen);
    o->verdict = agrees ? REPLAY_CONFIRMED : record != NULL ? REPLAY_EXPLAINED : REPLAY_REFUTED;
    o->cause = record == NULL ? NULL : record->reason;
    if (count > 0 && strcmp(differences[0].name, "outcome") != 0) {
        (void)snprintf(o->reason, sizeof o->reason, "%s: 0x%llx, not 0x%llx", differences[0].name, (unsigned long long)differences[0].seen,
                       (unsigned long long)differences[0].expected);
    } else {
        (void)snprintf(o->reason, sizeof o->reason, "%s", agrees ? "" : "outcome");
    }
    return true;
}

bool replay_state(struct replayer *r, unsigned form, unsigned mode, const struct valuation *before, const struct valuation *other,
                  const struct step_result *expected, struct replay_outcome *outcome) {
    const struct isa *isa = r->isa;
    int cpl = isa_find_leaf(isa, "cpl");
    mark_inputs(r, isa->forms[form].semantics[mode]);
    *outcome = (struct replay_outcome){.verdict = REPLAY_NOT_REACHABLE, .reason = "the operating mode"};
    for (unsigned i = 0; i < r->world_count; i++) {
        if (strcmp(matcher_mode_name(r->worlds[i].mode), isa->modes[mode].name) != 0) {
            continue;
        }
        (void)snprintf(outcome->reason, sizeof outcome->reason, "the privilege level");
        if (cpl < 0 || valuation_get(before, isa->leaves[cpl].symbol, NULL, 0) == r->worlds[i].cpl) {
            return try_world(r, i, form, before, other, expected, outcome);
        }
    }
    return true;
}
