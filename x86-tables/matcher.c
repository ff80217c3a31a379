/* Compiles forms into decision tables. */
#include "matcher_tables.h"

#include "../isa-model/isa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t code_size;
} modes[MATCHER_MODE_COUNT] = {{"real", 16}, {"v86", 16}, {"protected16", 16}, {"protected", 32}, {"compatibility", 32}, {"long", 64}};

const char *matcher_mode_name(enum matcher_mode mode) { return modes[mode].name; }

unsigned matcher_code_size(enum matcher_mode mode) { return modes[mode].code_size; }

bool matcher_find_mode(const char *name, enum matcher_mode *mode) {
    static const struct {
        const char *name;
        enum matcher_mode mode;
    } aliases[] = {{"16", MATCHER_PROTECTED16}, {"32", MATCHER_PROTECTED}, {"64", MATCHER_LONG}};
    for (unsigned i = 0; i < MATCHER_MODE_COUNT; i++) {
        if (strcmp(name, modes[i].name) == 0) {
            *mode = (enum matcher_mode)i;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (strcmp(name, aliases[i].name) == 0) {
            *mode = aliases[i].mode;
            return true;
        }
    }
    return false;
}

static void classify_bytes(uint8_t kinds[256], bool is_long) {
    static const struct {
        uint8_t byte, kind;
    } special[] = {{0x0F, BYTE_ESCAPE},      {0xC5, BYTE_VEX2},        {0xC4, BYTE_VEX3},        {0x62, BYTE_EVEX},
                   {0x8F, BYTE_XOP},         {0x66, BYTE_66},          {0x67, BYTE_67},          {0xF0, BYTE_LOCK},
                   {0xF2, BYTE_F2},          {0xF3, BYTE_F3},          {0x26, BYTE_SEGMENT},     {0x2E, BYTE_SEGMENT + 1},
                   {0x36, BYTE_SEGMENT + 2}, {0x3E, BYTE_SEGMENT + 3}, {0x64, BYTE_SEGMENT + 4}, {0x65, BYTE_SEGMENT + 5}};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        kinds[special[i].byte] = special[i].kind;
    }
    for (unsigned i = 0x40; is_long && i < 0x50; i++) {
        kinds[i] = BYTE_REX;
    }
}

static char *describe(const struct matcher_form *form, const char *problem) {
    char *text = NULL;
    return asprintf(&text, "form '%s', encoding '%s': %s", form->pattern, form->encoding, problem) < 0 ? NULL : text;
}

static bool parse_forms(struct matcher *m, const struct matcher_form *forms, struct encoding *encodings, char **message) {
    for (size_t i = 0; i < m->form_count; i++) {
        struct encoding *e = &encodings[i];
        if (forms[i].encoding[0] == '\0') {
            continue;
        }
        const char *problem = encoding_parse(forms[i].encoding, e);
        problem = problem == NULL ? encoding_place_operands(forms[i].pattern, e) : problem;
        if (problem == NULL && space_of(e->scheme, e->map) == SPACE_NONE) {
            problem = "no such opcode map";
        }
        if (problem != NULL) {
            *message = describe(&forms[i], problem);
            return false;
        }
        struct form_rules *rules = &m->rules[i];
        memcpy(rules->operands, e->operands, sizeof rules->operands);
        memcpy(rules->fields, e->fields, sizeof rules->fields);
        rules->operand_count = e->operand_count;
        rules->field_count = e->field_count;
        rules->tuple_bytes = e->tuple_bytes;
    }
    return true;
}

struct matcher *matcher_new(const struct matcher_form *forms, size_t count, char **message) {
    *message = NULL;
    struct matcher *m = calloc(1, sizeof *m);
    struct encoding *encodings = calloc(count + 1, sizeof *encodings);
    bool good = m != NULL && encodings != NULL && count < UINT16_MAX;
    if (good) {
        m->form_count = count;
        m->rules = calloc(count + 1, sizeof m->rules[0]);
        good = m->rules != NULL && parse_forms(m, forms, encodings, message);
    }
    for (unsigned i = 0; good && i < MATCHER_MODE_COUNT; i++) {
        m->code_size[i] = modes[i].code_size;
        m->modes[i] = calloc(1, sizeof *m->modes[i]);
        good = m->modes[i] != NULL && mode_table_fill(m->modes[i], encodings, forms, count, (enum matcher_mode)i, modes[i].code_size);
    }
    free(encodings);
    if (!good) {
        matcher_free(m);
        return NULL;
    }
    classify_bytes(m->kinds[0], false);
    classify_bytes(m->kinds[1], true);
    return m;
}

void matcher_free(struct matcher *m) {
    if (m == NULL) {
        return;
    }
    for (unsigned i = 0; i < MATCHER_MODE_COUNT; i++) {
        if (m->modes[i] != NULL) {
            free(m->modes[i]->slots);
            free(m->modes[i]->candidates);
            free(m->modes[i]);
        }
    }
    free(m->rules);
    free(m);
}

/* The matcher's modes as bits, from those of the isa. */
static unsigned mode_bits(const struct isa *isa, const struct form *form) {
    unsigned bits = 0;
    for (unsigned i = 0; i < MATCHER_MODE_COUNT; i++) {
        int mode = isa_find_mode(isa, modes[i].name);
        bits |= mode >= 0 && (form->modes >> mode & 1) != 0 ? 1u << i : 0u;
    }
    return bits;
}

struct matcher *matcher_of_isa(const struct isa *isa, char **message) {
    *message = NULL;
    struct matcher_form *forms = calloc(isa->form_count + 1, sizeof *forms);
    if (forms == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < isa->form_count; i++) {
        const struct form *f = &isa->forms[i];
        forms[i] = (struct matcher_form){f->pattern, f->encoding, mode_bits(isa, f)};
    }
    struct matcher *m = matcher_new(forms, isa->form_count, message);
    free(forms);
    return m;
}

static bool both_fit(const struct candidate *a, const struct candidate *b) {
    bool same_rm = a->rm == ANY_RM || b->rm == ANY_RM || a->rm == b->rm;
    bool same_suffix = (a->flags & b->flags & CANDIDATE_SUFFIX) == 0 || a->suffix == b->suffix;
    return (a->states & b->states) != 0 && same_rm && same_suffix && a->specificity == b->specificity;
}

size_t matcher_ambiguities(const struct matcher *m, void (*visit)(void *context, enum matcher_mode mode, unsigned first, unsigned second),
                           void *context) {
    size_t count = 0;
    for (unsigned mode = 0; mode < MATCHER_MODE_COUNT; mode++) {
        const struct mode_table *t = m->modes[mode];
        for (size_t s = 1; s < t->slot_count; s++) {
            const struct candidate *c = t->candidates + t->slots[s].first;
            for (size_t i = 1; i < t->slots[s].count; i++) {
                for (size_t k = 0; k < i; k++) {
                    if (both_fit(&c[k], &c[i])) {
                        count++;
                        visit(context, (enum matcher_mode)mode, c[k].form, c[i].form);
                    }
                }
            }
        }
    }
    return count;
}
