/* Executes instructions by their terms. */
#include "execution.h"

#include <stdlib.h>
#include <string.h>

#define MOST_ACCESSES 32u /* words that one instruction reads */

/* What terms are evaluated over. Words that are read are looked up afterwards, since their places are terms themselves; then it is tried again. */
struct scene {
    const struct execution *execution;
    const word128 *values;
    const struct word_encoding *encoding;
    uint16_t instruction;
    word128 address; /* in the place of the index, when a place is evaluated */
    unsigned known, wanted;
    bool too_many;
    word128 addresses[MOST_ACCESSES];
    uint16_t words[MOST_ACCESSES];
};

static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 31)) * 0x9E3779B97F4A7C15u;
    return x ^ (x >> 29);
}

static word128 look_up_word(struct scene *s, word128 address) {
    unsigned i = 0;
    while (i < s->wanted && s->addresses[i] != address) {
        i++;
    }
    if (i == s->wanted && i < MOST_ACCESSES) {
        s->addresses[i] = address;
        s->words[i] = 0;
        s->wanted++;
    }
    s->too_many = s->too_many || i == MOST_ACCESSES;
    return i < s->known ? s->words[i] : 0;
}

static word128 look_up(void *context, symbol which, const word128 *arguments, unsigned argument_count) {
    struct scene *s = context;
    const struct execution *e = s->execution;
    const struct target *t = e->target;
    int leaf = e->leaf_of_symbol[which];
    if (leaf >= 0 && (unsigned)leaf == t->storage) {
        return look_up_word(s, arguments[0]);
    }
    if (leaf >= 0) {
        return s->values[t->first[leaf] + (argument_count == 1 ? (unsigned)arguments[0] : 0)];
    }
    for (unsigned i = 0; s->encoding != NULL && i < s->encoding->operand_count; i++) {
        if (s->encoding->form->semantics[0]->operands[i].symbol == which) {
            return target_operand(s->encoding, i, s->instruction);
        }
    }
    if (which == t->isa->leaves[t->storage].address) {
        return s->address;
    }
    if (which == e->origin_symbol || which == e->host_size) {
        return which == e->origin_symbol ? e->origin : e->host_words;
    }
    if (which == t->isa->length) {
        return 1;
    }
    unsigned width = term_symbol_width(t->isa->pool, which);
    return mix(e->choice ^ mix(which)) & (width >= 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1);
}

/* Where the word with an address lies; `*reached` says whether the access is allowed and the storage has it. */
static bool find_place(struct scene *s, word128 address, uint32_t words, uint32_t *place, bool *reached) {
    const struct isa *isa = s->execution->target->isa;
    const struct leaf *leaf = &isa->leaves[s->execution->target->storage];
    const term roots[2] = {leaf->reach, leaf->place};
    word128 values[2];
    s->address = address;
    if (!term_evaluate(isa->pool, roots, 2, look_up, s, values)) {
        return false;
    }
    *reached = values[0] != 0 && values[1] < words;
    *place = *reached ? (uint32_t)values[1] : 0;
    return true;
}

static bool evaluate_all(struct scene *s, const struct processor_view *p, const term *roots, size_t count, word128 *results) {
    for (;;) {
        if (!term_evaluate(s->execution->target->isa->pool, roots, count, look_up, s, results) || s->too_many) {
            return false;
        }
        if (s->known == s->wanted) {
            return true;
        }
        for (; s->known < s->wanted; s->known++) {
            uint32_t place = 0;
            bool reached = false;
            if (!find_place(s, s->addresses[s->known], p->words, &place, &reached)) {
                return false;
            }
            s->words[s->known] = reached ? p->storage[place] : 0;
        }
    }
}

/* Trap, memory trap, vector; the next value of each scalar; guard, index and value of each write. */
static size_t gather(const struct target *t, const struct semantics *s, term *roots) {
    size_t count = 0;
    roots[count++] = s->memory_trap;
    roots[count++] = s->trap;
    roots[count++] = s->trap_vector;
    for (size_t i = 0; i < t->isa->leaf_count; i++) {
        if (t->isa->leaves[i].index_width == 0) {
            roots[count++] = s->next[i];
        }
    }
    for (size_t i = 0; i < s->write_count; i++) {
        roots[count++] = s->writes[i].guard;
        roots[count++] = s->writes[i].index;
        roots[count++] = s->writes[i].value;
    }
    return count;
}

/* The places of all writes are found in the state before the instruction. */
static bool store(struct scene *s, const struct processor_view *p, const struct semantics *semantics, const word128 *results, word128 *after) {
    const struct target *t = s->execution->target;
    for (size_t i = 0; i < t->isa->leaf_count; i++) {
        if (t->isa->leaves[i].index_width == 0) {
            after[t->first[i]] = *results++;
        }
    }
    for (size_t i = 0; i < semantics->write_count; i++, results += 3) {
        unsigned leaf = semantics->writes[i].leaf;
        if (results[0] != 0 && leaf != t->storage) {
            after[t->first[leaf] + (unsigned)results[1]] = results[2];
        } else if (results[0] != 0) {
            uint32_t place = 0;
            bool reached = false;
            if (!find_place(s, results[1], p->words, &place, &reached)) {
                return false;
            }
            if (reached) {
                p->storage[place] = (uint16_t)results[2];
            }
        }
    }
    return true;
}

static bool execute_decoded(struct scene *s, const struct processor_view *p, unsigned *outcome) {
    const struct target *t = s->execution->target;
    const struct semantics *semantics = s->encoding->form->semantics[0];
    size_t most = 3 + t->isa->leaf_count + 3 * semantics->write_count;
    term *roots = malloc(most * sizeof *roots);
    word128 *results = malloc(most * sizeof *results);
    word128 after[TARGET_COMPONENTS];
    memcpy(after, p->values, sizeof after);
    bool good = roots != NULL && results != NULL && evaluate_all(s, p, roots, gather(t, semantics, roots), results);
    if (good) {
        *outcome = results[0] != 0 ? OUTCOME_MEMORY_TRAP : results[1] != 0 ? OUTCOME_TRAP + (unsigned)results[2] : OUTCOME_DONE;
        if (*outcome == OUTCOME_DONE) {
            good = store(s, p, semantics, results + 3, after);
            memcpy(p->values, after, sizeof after);
        }
    }
    free(roots);
    free(results);
    return good;
}

bool fetch_instruction(const struct execution *e, const struct processor_view *p, bool *reached, uint16_t *instruction) {
    struct scene s = {.execution = e, .values = p->values};
    uint32_t place = 0;
    bool good = find_place(&s, p->values[e->target->counter], p->words, &place, reached);
    *instruction = good && *reached ? p->storage[place] : 0;
    return good;
}

bool execute_instruction(const struct execution *e, const struct processor_view *p, unsigned *outcome) {
    struct scene s = {.execution = e, .values = p->values};
    bool reached = false;
    if (p->values[e->target->halted] != 0) {
        *outcome = OUTCOME_DONE;
        return true;
    }
    if (!fetch_instruction(e, p, &reached, &s.instruction)) {
        return false;
    }
    if (!reached) {
        *outcome = OUTCOME_MEMORY_TRAP;
        return true;
    }
    s.encoding = target_decode(e->target, s.instruction);
    if (s.encoding == NULL) {
        *outcome = OUTCOME_TRAP;
        return true;
    }
    return execute_decoded(&s, p, outcome);
}

bool evaluate_over(const struct execution *e, const word128 *values, term t, word128 *result) {
    struct scene s = {.execution = e, .values = values};
    return term_evaluate(e->target->isa->pool, &t, 1, look_up, &s, result);
}

bool execution_new(struct execution *e, const struct target *t, const char **message) {
    const struct term_pool *pool = t->isa->pool;
    size_t symbols = term_symbol_count(pool);
    int *leaves = malloc((symbols + 1) * sizeof *leaves);
    *e = (struct execution){.target = t, .leaf_of_symbol = leaves, .origin_symbol = UINT32_MAX, .host_size = UINT32_MAX};
    *message = "out of memory";
    if (leaves == NULL) {
        return false;
    }
    for (size_t i = 0; i < symbols; i++) {
        leaves[i] = -1;
    }
    for (size_t i = 0; i < t->isa->leaf_count; i++) {
        leaves[t->isa->leaves[i].symbol] = (int)i;
    }
    for (size_t i = 0; i < t->profile->parameter_count; i++) {
        const char *dot = strrchr(term_symbol_name(pool, t->profile->parameters[i]), '.');
        if (dot != NULL && strcmp(dot, ".k") == 0) {
            e->origin_symbol = t->profile->parameters[i];
        } else if (dot != NULL && strcmp(dot, ".host_size") == 0) {
            e->host_size = t->profile->parameters[i];
        } else {
            *message = "its profile has parameters other than k, where the guest lies, and host_size";
            execution_free(e);
            return false;
        }
    }
    return true;
}

void execution_free(struct execution *e) {
    free((void *)(uintptr_t)e->leaf_of_symbol);
    e->leaf_of_symbol = NULL;
}
