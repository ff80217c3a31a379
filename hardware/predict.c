/* Evaluates a form's terms several times. What is certain is what all evaluations agree on. */
#include "predict.h"

#include "components.h"
#include "effects.h"
#include "features.h"
#include "operands.h"

#include <stdlib.h>
#include <string.h>

enum symbol_kind {
    KIND_OPEN,
    KIND_COMPONENT,
    KIND_OPERAND,
    KIND_FACT,
    KIND_FACTS,
    KIND_LENGTH,
    KIND_X87_TAG,
    KIND_X87_REGISTER,
    KIND_DEBUG_REGISTER,
    KIND_CPUID
};
struct meaning {
    enum symbol_kind kind;
    const struct component *component;
    unsigned operand;
    uint64_t value; /* KIND_FACT */
};

struct predictor {
    const struct isa *isa;
    const struct matcher *m;
    const struct world *world;
    int mode;
    struct meaning *meanings; /* by symbol */
    size_t symbol_count;
    term *roots;
    word128 *values;
    /* of the run that is evaluated */
    const struct run *run;
    const struct decoded *decoded;
    unsigned choice; /* which evaluation */
    word128 operands[OPERANDS_MOST];
};

static word128 low_bits(unsigned width) { return width >= 128 ? ~(word128)0 : ((word128)1 << width) - 1; }

/* The value of something open: the first evaluation has zeros, the second ones. */
static word128 open_value(const struct predictor *p, symbol s, const word128 *arguments, unsigned count) {
    if (p->choice < 2) {
        return p->choice == 0 ? 0 : ~(word128)0;
    }
    uint64_t h = (p->choice * UINT64_C(0x9E3779B97F4A7C15)) ^ (s * UINT64_C(0xD6E8FEB86659FD93));
    for (unsigned i = 0; i < count; i++) {
        h = (h ^ (uint64_t)arguments[i] ^ (uint64_t)(arguments[i] >> 64) * 3) * UINT64_C(0xD6E8FEB86659FD93);
        h ^= h >> 32;
    }
    uint64_t high = (h ^ h >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    uint64_t low = (h ^ h >> 31) * UINT64_C(0x94D049BB133111EB);
    return (word128)(high ^ high >> 31) << 64 | low;
}

static word128 component_value(const struct predictor *p, symbol s, const struct component *c) {
    uint64_t known = component_get(c, &p->world->known);
    return (component_get(c, &p->run->before) & known) | ((uint64_t)open_value(p, s, NULL, 0) & ~known);
}

/* Descriptors and task states lie in memory, where the window may be. */
static word128 window_element(const struct predictor *p, symbol s, uint64_t address) {
    const char *name = term_symbol_name(p->isa->pool, s);
    word128 value = 0;
    if (strcmp(name, "descriptor_memory") == 0 || strcmp(name, "tss_memory") == 0) {
        for (unsigned i = 0; i < term_symbol_width(p->isa->pool, s) / 8; i++) {
            uint8_t byte = 0;
            (void)window_byte(p->run, address + i, &byte);
            value |= (word128)byte << (8 * i);
        }
    }
    return value;
}

static word128 fact_element(const struct predictor *p, symbol s, const word128 *arguments, unsigned count) {
    for (size_t i = 0; i < p->world->fact_count; i++) {
        const struct environment_fact *f = &p->world->facts[i];
        if ((word128)f->index == arguments[0] && strcmp(f->component, term_symbol_name(p->isa->pool, s)) == 0) {
            return f->value;
        }
    }
    return p->world->complete ? window_element(p, s, (uint64_t)arguments[0]) : open_value(p, s, arguments, count);
}

static word128 x87_register(const struct machine_state *s, unsigned number) {
    word128 value = 0;
    memcpy(&value, s->x87_registers[number & 7], 10);
    return value;
}

/* Leaves that are the same on every core of this processor; others may hold the number of the core. */
static bool is_common_leaf(uint32_t leaf) { return leaf == 7 || leaf == 13 || leaf == 0x19; }

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned count) {
    const struct predictor *p = context;
    const struct meaning *m = &p->meanings[s];
    word128 value = 0;
    uint32_t r[4] = {0, 0, 0, 0};
    switch (m->kind) {
    case KIND_COMPONENT:
        value = component_value(p, s, m->component);
        break;
    case KIND_OPERAND:
        value = p->operands[m->operand];
        break;
    case KIND_FACT:
        value = m->value;
        break;
    case KIND_FACTS:
        value = fact_element(p, s, arguments, count);
        break;
    case KIND_LENGTH:
        value = p->run->length;
        break;
    case KIND_X87_TAG:
        value = x87_full_tag(&p->run->before);
        break;
    case KIND_X87_REGISTER:
        value = x87_register(&p->run->before, (unsigned)arguments[0]);
        break;
    case KIND_DEBUG_REGISTER:
        value = (p->run->before.dr[(unsigned)arguments[0] & 3] & p->world->known.dr[0]) |
                ((uint64_t)open_value(p, s, arguments, count) & ~p->world->known.dr[0]);
        break;
    case KIND_CPUID:
        if (p->world->cpuid == NULL ? !is_common_leaf((uint32_t)(arguments[0] >> 32))
                                    : !feature_is_listed(p->world, (uint32_t)(arguments[0] >> 32), (uint32_t)arguments[0])) {
            value = open_value(p, s, arguments, count);
            break;
        }
        feature_cpuid(p->world, (uint32_t)(arguments[0] >> 32), (uint32_t)arguments[0], r);
        value = (word128)r[3] << 96 | (word128)r[2] << 64 | (word128)r[1] << 32 | r[0];
        break;
    default:
        value = open_value(p, s, arguments, count);
        break;
    }
    return value & low_bits(term_symbol_width(p->isa->pool, s));
}

/* ---- which symbol means what ------------------------------------------------------------------------------------------------------------------- */

static void mean(struct predictor *p, const struct leaf *leaf) {
    static const struct {
        const char *name;
        enum symbol_kind kind;
    } special[] = {{"x87.tag", KIND_X87_TAG}, {"x87_register", KIND_X87_REGISTER}, {"dr", KIND_DEBUG_REGISTER}, {"cpuid", KIND_CPUID}};
    struct meaning *m = &p->meanings[leaf->symbol];
    m->component = leaf->index_width == 0 ? component_find(leaf->name) : NULL;
    m->kind = m->component != NULL ? KIND_COMPONENT : KIND_OPEN;
    if (m->kind == KIND_OPEN && p->world->complete) {
        m->kind = leaf->index_width == 0 ? KIND_FACT : KIND_FACTS;
        m->value = 0;
    }
    for (size_t i = 0; i < sizeof special / sizeof special[0] - (p->world->complete ? 1 : 0); i++) { /* CPUID is the last */
        m->kind = strcmp(leaf->name, special[i].name) == 0 ? special[i].kind : m->kind;
    }
    for (size_t i = 0; i < p->world->fact_count; i++) {
        if (strcmp(p->world->facts[i].component, leaf->name) == 0) {
            m->kind = leaf->index_width == 0 ? KIND_FACT : KIND_FACTS;
            m->value = p->world->facts[i].value;
        }
    }
}

/* Roots of the largest form. */
static size_t most_roots(const struct isa *isa, int mode) {
    size_t most = 0;
    for (size_t i = 0; i < isa->form_count; i++) {
        const struct semantics *s = isa->forms[i].semantics[mode];
        size_t count = s == NULL ? 0 : s->operand_count + 3 * s->write_count;
        most = count > most ? count : most;
    }
    return most + isa->leaf_count + 8;
}

struct predictor *predictor_new(const struct isa *isa, const struct matcher *m, const struct world *world) {
    struct predictor *p = calloc(1, sizeof *p);
    int mode = isa_find_mode(isa, matcher_mode_name(world->mode));
    if (p == NULL || mode < 0) {
        free(p);
        return NULL;
    }
    size_t most = most_roots(isa, mode);
    *p = (struct predictor){.isa = isa, .m = m, .world = world, .mode = mode, .symbol_count = term_symbol_count(isa->pool)};
    p->meanings = calloc(p->symbol_count, sizeof *p->meanings);
    p->roots = malloc(most * sizeof *p->roots);
    p->values = malloc(most * sizeof *p->values);
    if (p->meanings == NULL || p->roots == NULL || p->values == NULL) {
        predictor_free(p);
        return NULL;
    }
    for (size_t i = 0; i < isa->leaf_count; i++) {
        mean(p, &isa->leaves[i]);
    }
    p->meanings[isa->length].kind = KIND_LENGTH;
    return p;
}

void predictor_learn(struct predictor *p) {
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        mean(p, &p->isa->leaves[i]);
    }
}

void predictor_free(struct predictor *p) {
    if (p != NULL) {
        free(p->meanings);
        free(p->roots);
        free(p->values);
        free(p);
    }
}

/* ---- evaluating -------------------------------------------------------------------------------------------------------------------------------- */

enum { ROOT_MODE, ROOT_MEMORY_TRAP, ROOT_TRAP, ROOT_VECTOR, ROOT_ARGUMENT, ROOT_FIRST_LEAF };

static bool is_kept(const struct isa *isa, const struct leaf *leaf, term next) {
    struct term_view v = term_look(isa->pool, next);
    return v.operation == TERM_APPLY && v.argument_count == 0 && v.symbol == leaf->symbol;
}

/* Components that the form may change, operands, and writes to arrays, after the roots with names. */
static size_t gather(struct predictor *p, const struct semantics *s, struct effects *e) {
    size_t count = ROOT_FIRST_LEAF;
    p->roots[ROOT_MODE] = p->isa->modes[p->mode].condition;
    p->roots[ROOT_MEMORY_TRAP] = s->memory_trap;
    p->roots[ROOT_TRAP] = s->trap;
    p->roots[ROOT_VECTOR] = s->trap_vector;
    p->roots[ROOT_ARGUMENT] = s->trap_argument;
    e->leaf_count = 0;
    for (size_t i = 0; i < p->isa->leaf_count && e->leaf_count < EFFECT_LEAVES; i++) {
        if (p->isa->leaves[i].index_width == 0 && !is_kept(p->isa, &p->isa->leaves[i], s->next[i])) {
            e->leaves[e->leaf_count++] = (unsigned)i;
            p->roots[count++] = s->next[i];
        }
    }
    for (size_t i = 0; i < s->operand_count; i++) {
        p->roots[count++] = s->operands[i].next;
    }
    for (size_t i = 0; i < s->write_count; i++) {
        p->roots[count++] = s->writes[i].guard;
        p->roots[count++] = s->writes[i].index;
        p->roots[count++] = s->writes[i].value;
    }
    return count;
}

static void add_trap(struct prediction *r, uint32_t vector, uint32_t error) {
    for (unsigned i = 0; i < r->trap_count; i++) {
        if (r->traps[i].vector == vector && r->traps[i].error == error) {
            return;
        }
    }
    if (r->trap_count < PREDICTION_TRAPS) {
        r->traps[r->trap_count++] = (struct predicted_trap){vector, error};
    }
}

/* What an operand that is only written "held before": shows where it was not assigned. Another mark for each evaluation, so that a result that
 * happens to equal one is at worst taken for open. */
static word128 unassigned_mark(const struct predictor *p, const struct operand *o) {
    word128 mark = (word128)UINT64_C(0xA3C59AC2F1E0B7D4) << 64 | UINT64_C(0x9D1E6B35C8F0472B);
    return (mark + p->choice * (word128)UINT64_C(0x1D872B41)) & low_bits(o->width);
}

/* Values of operands before the run; what an unknown place holds is open. */
static bool read_operands(struct predictor *p, const struct semantics *s, const struct effects *e) {
    bool good = true;
    for (size_t i = 0; i < s->operand_count; i++) {
        bool in_window = true;
        if (s->operands[i].direction == OPERAND_OUT) {
            p->operands[i] = unassigned_mark(p, &s->operands[i]);
        } else if (e->bindings[i].site == SITE_UNKNOWN) {
            p->operands[i] = open_value(p, s->operands[i].symbol, NULL, 0) & low_bits(s->operands[i].width);
        } else {
            p->operands[i] = operand_before(&s->operands[i], &e->bindings[i], p->run, &in_window);
        }
        good = good && in_window;
    }
    return good;
}

bool predict(struct predictor *p, unsigned form, const struct decoded *decoded, const struct run *run, unsigned evaluations,
             struct prediction *result) {
    const struct form *f = &p->isa->forms[form];
    const struct semantics *s = f->semantics[p->mode];
    struct effects e = {.isa = p->isa, .form = f, .semantics = s, .run = run, .decoded = decoded, .world = p->world, .values = p->values};
    result->done = result->kernel = result->memory_trap = result->anywhere = false;
    result->trap_count = result->write_count = result->done_count = 0;
    if (s == NULL || s->operand_count > OPERANDS_MOST) {
        return false;
    }
    p->run = run;
    p->decoded = decoded;
    size_t count = gather(p, s, &e);
    bind_operands(f, s, p->m, decoded, run, e.bindings);
    for (size_t i = 0; i < s->operand_count; i++) {
        p->meanings[s->operands[i].symbol] = (struct meaning){KIND_OPERAND, NULL, (unsigned)i, 0};
    }
    e.operands_before = p->operands;
    e.leaf_values = p->values + ROOT_FIRST_LEAF;
    e.operand_values = e.leaf_values + e.leaf_count;
    e.write_values = e.operand_values + s->operand_count;
    for (p->choice = 0; p->choice < evaluations; p->choice++) {
        bool in_window = read_operands(p, s, &e);
        if (!term_evaluate(p->isa->pool, p->roots, count, look_up, p, p->values) || p->values[ROOT_MODE] == 0) {
            return false;
        }
        if (p->values[ROOT_MEMORY_TRAP] != 0) {
            result->memory_trap = true;
        } else if (p->values[ROOT_TRAP] != 0) {
            add_trap(result, (uint32_t)p->values[ROOT_VECTOR], (uint32_t)p->values[ROOT_ARGUMENT]);
        } else {
            result->memory_trap = result->memory_trap || !in_window;
            effects_merge(&e, result);
        }
    }
    return true;
}
