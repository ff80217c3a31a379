/* Writes and reads explored steps as text. */
#include "paths_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a value is of: a leaf, an operand of the form, or a choice. False: of none of these. */
static bool symbol_code(const struct isa *isa, const struct semantics *m, symbol x, char *kind, size_t *number) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].symbol == x) {
            *kind = isa->leaves[i].index_width == 0 ? 'l' : 'a';
            *number = i;
            return true;
        }
    }
    for (size_t i = 0; i < m->operand_count; i++) {
        if (m->operands[i].symbol == x) {
            *kind = 'o';
            *number = i;
            return true;
        }
    }
    for (size_t i = 0; i < isa->undefined_count; i++) {
        if (isa->undefined_symbols[i] == x) {
            *kind = 'u';
            *number = i;
            return true;
        }
    }
    *kind = 'n';
    *number = 0;
    return x == isa->length;
}

static bool code_symbol(const struct isa *isa, const struct semantics *m, char kind, size_t number, symbol *x) {
    if (kind == 'l' || kind == 'a') {
        *x = number < isa->leaf_count ? isa->leaves[number].symbol : 0;
        return number < isa->leaf_count && (isa->leaves[number].index_width == 0) == (kind == 'l');
    }
    if (kind == 'o') {
        *x = number < m->operand_count ? m->operands[number].symbol : 0;
        return number < m->operand_count;
    }
    if (kind == 'u') {
        *x = number < isa->undefined_count ? isa->undefined_symbols[number] : 0;
        return number < isa->undefined_count;
    }
    *x = isa->length;
    return kind == 'n';
}

static void put_word(FILE *out, word128 value) {
    if (value >> 64 != 0) {
        (void)fprintf(out, "%" PRIx64 "%016" PRIx64, (uint64_t)(value >> 64), (uint64_t)value);
    } else {
        (void)fprintf(out, "%" PRIx64, (uint64_t)value);
    }
}

static word128 take_word(const char **at) {
    word128 value = 0;
    for (;; (*at)++) {
        char c = **at;
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
        if (digit == 16) {
            return value;
        }
        value = value << 4 | digit;
    }
}

void paths_put(FILE *out, const struct isa *isa, unsigned number, const struct semantics *m, const struct targets *t) {
    (void)fprintf(out, "S %u ", number);
    for (size_t i = 0; i < t->count; i++) {
        (void)fputc('0' + (int)t->items[i].status, out);
    }
    (void)fputc('\n', out);
    for (size_t i = 0; i < t->state_count; i++) {
        (void)fputc('V', out);
        for (size_t k = 0; k < valuation_size(t->states[i]); k++) {
            const struct valuation_entry *e = &valuation_entries(t->states[i])[k];
            char kind = ' ';
            size_t which = 0;
            if (e->value != 0 && e->argument_count <= 1 && symbol_code(isa, m, e->symbol, &kind, &which)) {
                (void)fprintf(out, " %c%zu", kind, which);
                if (e->argument_count == 1) {
                    (void)fputc(':', out);
                    put_word(out, e->arguments[0]);
                }
                (void)fputc('=', out);
                put_word(out, e->value);
            }
        }
        (void)fputc('\n', out);
    }
}

static struct valuation *read_state(const struct isa *isa, const struct semantics *m, const char *line) {
    struct valuation *v = valuation_new();
    const char *at = line + 1;
    bool good = v != NULL;
    while (good && *at == ' ') {
        char kind = at[1];
        char *end = NULL;
        size_t number = strtoul(at + 2, &end, 10);
        symbol x = 0;
        word128 index = 0;
        bool has_index = *end == ':';
        at = end;
        if (has_index) {
            at++;
            index = take_word(&at);
        }
        good = *at == '=' && code_symbol(isa, m, kind, number, &x) && has_index == (kind == 'a');
        if (good) {
            at++;
            word128 value = take_word(&at);
            good = valuation_set(v, x, &index, has_index ? 1 : 0, value);
        }
    }
    if (!good) {
        valuation_free(v);
        return NULL;
    }
    return v;
}

bool paths_take(const char *line, const struct isa *isa, const struct semantics *m, struct targets *t) {
    const char *statuses = line == NULL ? NULL : strchr(line + 2, ' ');
    size_t count = statuses == NULL ? 0 : strspn(statuses + 1, "0123");
    size_t states = 0;
    if (statuses == NULL) {
        return false;
    }
    const char *first = strchr(line, '\n');
    for (const char *l = first; l != NULL && l[1] == 'V'; l = strchr(l + 1, '\n')) {
        states++;
    }
    *t = (struct targets){calloc(count + 1, sizeof *t->items), count, calloc(states + 1, sizeof(struct valuation *)), 0, states + 1};
    bool good = t->items != NULL && t->states != NULL;
    for (size_t i = 0; good && i < count; i++) {
        /* Trap points come first, in the order of the form. */
        t->items[i] = (struct target){
            .kind = i < m->point_count ? TARGET_TRAP : TARGET_BRANCH, .status = (enum target_status)(statuses[1 + i] - '0'), .number = (unsigned)i};
    }
    for (const char *l = first; good && t->state_count < states; l = strchr(l + 1, '\n')) {
        t->states[t->state_count] = read_state(isa, m, l + 1);
        good = t->states[t->state_count] != NULL;
        t->state_count += good ? 1 : 0;
    }
    if (!good) {
        targets_free(t);
    }
    return good;
}
