/* Where the operands of a form are encoded. */
#include "encoding.h"

#include <string.h>

/* The operands' part of a form's text: without the mnemonic (and a repeat prefix before it) and the note in parentheses at the end. */
static void find_operands(const char *pattern, const char **start, const char **end) {
    *end = pattern + strlen(pattern);
    for (const char *note = strstr(pattern, " ("); note != NULL; note = strstr(note + 1, " (")) {
        if ((*end)[-1] == ')') {
            *end = note;
            break;
        }
    }
    const char *at = pattern + strcspn(pattern, " ");
    if (strncmp(pattern, "REP", 3) == 0 && *at != '\0') {
        at += 1 + strcspn(at + 1, " ");
    }
    at += strspn(at, " ");
    *start = at > *end ? *end : at;
}

static const char *parse_words(const char *at, const char *end, struct encoding *e) {
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        size_t size = (size_t)((comma == NULL ? end : comma) - at);
        if (e->operand_count == MATCHER_OPERANDS) {
            return "too many operands";
        }
        const char *problem = operand_word_parse(at, size, &e->operands[e->operand_count++]);
        if (problem != NULL) {
            return problem;
        }
        at += size;
        while (at < end && (*at == ',' || *at == ' ')) {
            at++;
        }
    }
    return NULL;
}

static bool taken(const struct encoding *e, enum operand_place place) {
    for (unsigned i = 0; i < e->operand_count; i++) {
        if (e->operands[i].place == place) {
            return true;
        }
    }
    return false;
}

static bool has_is4(const struct encoding *e) { return e->field_count > 0 && e->fields[0].kind == IMMEDIATE_REGISTER; }

/* The next place of a plain register, PLACE_NOWHERE when there is none. */
static enum operand_place next_register_place(const struct encoding *e) {
    bool vector = e->scheme != SCHEME_LEGACY;
    if (e->plus_r) {
        return taken(e, PLACE_OPCODE) ? PLACE_NOWHERE : PLACE_OPCODE;
    }
    if (e->modrm == MODRM_BYTE_REGISTER) {
        return taken(e, PLACE_RM) ? PLACE_NOWHERE : PLACE_RM;
    }
    if (e->modrm == MODRM_ANY && !taken(e, PLACE_REG)) {
        return PLACE_REG;
    }
    if (vector && !taken(e, PLACE_VVVV) && (e->modrm == MODRM_ANY || taken(e, PLACE_RM))) {
        return PLACE_VVVV;
    }
    if (e->modrm != MODRM_NO && e->modrm != MODRM_BYTE && !taken(e, PLACE_RM)) {
        return PLACE_RM;
    }
    return has_is4(e) && !taken(e, PLACE_IS4) ? PLACE_IS4 : PLACE_NOWHERE;
}

static const char *place_registers(struct encoding *e) {
    for (unsigned i = 0; i < e->operand_count; i++) {
        struct operand_rule *o = &e->operands[i];
        if (o->place == PLACE_NOWHERE) {
            o->place = (uint8_t)next_register_place(e);
        }
        if (o->place == PLACE_NOWHERE) {
            return "no place for a register operand";
        }
        if ((o->place == PLACE_RM && (e->modrm == MODRM_NO || e->modrm == MODRM_BYTE)) || (o->place == PLACE_REG && e->modrm != MODRM_ANY) ||
            (o->place == PLACE_VVVV && e->scheme == SCHEME_LEGACY) || (o->place == PLACE_IS4 && !has_is4(e))) {
            return "an operand is at a place that the encoding does not have";
        }
    }
    return NULL;
}

static bool suits(const struct operand_rule *o, const struct immediate_field *f) {
    static const uint8_t kinds[] = {OPERAND_IMMEDIATE, OPERAND_RELATIVE, OPERAND_FAR_POINTER, OPERAND_MEMORY};
    return f->kind != IMMEDIATE_REGISTER && o->kind == kinds[f->kind];
}

static const char *place_immediates(struct encoding *e) {
    unsigned field = 0;
    for (unsigned i = 0; i < e->operand_count; i++) {
        struct operand_rule *o = &e->operands[i];
        if (o->place != PLACE_IMMEDIATE) {
            continue;
        }
        if (field < e->field_count && e->fields[field].kind == IMMEDIATE_REGISTER) {
            field++;
        }
        if (field >= e->field_count || !suits(o, &e->fields[field])) {
            return "an immediate operand without immediate bytes";
        }
        o->field = (uint8_t)field++;
    }
    return NULL;
}

/* A form without /r in EVEX may still restrict the number of bytes that a disp8 counts in; the element of a resizing instruction is in its name. */
static unsigned tuple_bytes(const char *pattern, const struct encoding *e, const struct operand_rule *o) {
    size_t size = strcspn(pattern, " ");
    bool resizing = memmem(pattern, size, "COMPRESS", 8) != NULL || memmem(pattern, size, "EXPAND", 6) != NULL;
    unsigned bits = o->memory_bits;
    if (o->index_class != REGISTER_NONE) {
        bits = e->w == BIT_ONE ? 64 : 32;
    } else if (resizing) {
        switch (pattern[size - 1]) {
        case 'B':
            bits = 8;
            break;
        case 'W':
            bits = 16;
            break;
        case 'Q':
            bits = 64;
            break;
        case 'D':
            bits = pattern[size - 2] == 'P' ? 64 : 32;
            break;
        default:
            bits = 32;
            break;
        }
    }
    return bits < 8 ? 1 : bits / 8;
}

static const char *note_memory(const char *pattern, struct encoding *e) {
    for (unsigned i = 0; i < e->operand_count; i++) {
        struct operand_rule *o = &e->operands[i];
        if (!o->memory) {
            continue;
        }
        if (e->mod == MOD_MEMORY) {
            o->class = REGISTER_NONE;
        } else if (e->mod == MOD_REGISTER || o->class == REGISTER_NONE) {
            return e->mod == MOD_REGISTER ? "a memory operand in a register form" : "only memory is possible: `mem` is missing";
        }
        if ((o->index_class != REGISTER_NONE) != e->vsib) {
            return "vsib and the operand do not fit";
        }
        e->gather = o->index_class != REGISTER_NONE && i > 0;
        e->tuple_bytes = (uint8_t)tuple_bytes(pattern, e, o);
    }
    return NULL;
}

const char *encoding_place_operands(const char *pattern, struct encoding *e) {
    const char *at = NULL;
    const char *end = NULL;
    find_operands(pattern, &at, &end);
    const char *problem = parse_words(at, end, e);
    e->rounding = strstr(pattern, "{er}") != NULL || strstr(pattern, "{sae}") != NULL;
    for (unsigned i = 0; i < e->operand_count && problem == NULL; i++) {
        struct operand_rule *o = &e->operands[i];
        if (o->memory && o->place == PLACE_NOWHERE) {
            problem = taken(e, PLACE_RM) ? "two operands in ModRM.rm" : NULL;
            o->place = PLACE_RM;
        }
    }
    problem = problem == NULL ? place_registers(e) : problem;
    problem = problem == NULL ? place_immediates(e) : problem;
    return problem == NULL ? note_memory(pattern, e) : problem;
}
