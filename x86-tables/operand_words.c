/* Reads one operand of a form's text: "r/m32", "xmm{k}{z}", "zmm/m512/m32bcst{er}", "vm32x", "imm8@none", "CR0". */
#include "encoding.h"

#include <ctype.h>
#include <string.h>

struct named {
    const char *text;
    uint8_t class, number;
};

static const struct named registers[] = {{"r8", REGISTER_GENERAL_8, 0},   {"r16", REGISTER_GENERAL_16, 0}, {"r32", REGISTER_GENERAL_32, 0},
                                         {"r64", REGISTER_GENERAL_64, 0}, {"mm", REGISTER_MM, 0},          {"xmm", REGISTER_XMM, 0},
                                         {"ymm", REGISTER_YMM, 0},        {"zmm", REGISTER_ZMM, 0},        {"tmm", REGISTER_TILE, 0},
                                         {"k", REGISTER_MASK, 0},         {"bnd", REGISTER_BOUND, 0},      {"ST(i)", REGISTER_X87, 0},
                                         {"Sreg", REGISTER_SEGMENT, 0}};
static const struct named fixed[] = {
    {"AL", REGISTER_GENERAL_8, 0},   {"CL", REGISTER_GENERAL_8, 1},   {"AX", REGISTER_GENERAL_16, 0},  {"DX", REGISTER_GENERAL_16, 2},
    {"EAX", REGISTER_GENERAL_32, 0}, {"ECX", REGISTER_GENERAL_32, 1}, {"EDX", REGISTER_GENERAL_32, 2}, {"RAX", REGISTER_GENERAL_64, 0},
    {"RCX", REGISTER_GENERAL_64, 1}, {"RDX", REGISTER_GENERAL_64, 2}, {"ES", REGISTER_SEGMENT, 0},     {"CS", REGISTER_SEGMENT, 1},
    {"SS", REGISTER_SEGMENT, 2},     {"DS", REGISTER_SEGMENT, 3},     {"FS", REGISTER_SEGMENT, 4},     {"GS", REGISTER_SEGMENT, 5},
    {"ST(0)", REGISTER_X87, 0},      {"<XMM0>", REGISTER_XMM, 0},     {"XMM0", REGISTER_XMM, 0}};
static const struct named places[] = {{"rm", PLACE_RM, 0},         {"reg", PLACE_REG, 0},       {"vvvv", PLACE_VVVV, 0}, {"is4", PLACE_IS4, 0},
                                      {"imm", PLACE_IMMEDIATE, 0}, {"opcode", PLACE_OPCODE, 0}, {"none", PLACE_FIXED, 0}};

static const struct named *find(const struct named *names, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i].text, text) == 0) {
            return &names[i];
        }
    }
    return NULL;
}
#define FIND(names, text) find(names, sizeof(names) / sizeof((names)[0]), text)

/* The decimal number at *at, 0 when there is none. */
static unsigned number(const char **at) {
    unsigned value = 0;
    for (; isdigit((unsigned char)**at) != 0 && value < 100000; (*at)++) {
        value = value * 10 + (unsigned)(**at - '0');
    }
    return value;
}

/* "m64", "m16:32", "m16&64", "m512byte", "m80fp", "mib", "m", "sibmem". */
static bool read_memory(const char *text, uint16_t *bits) {
    if (strcmp(text, "sibmem") == 0) {
        return true;
    }
    if (text[0] != 'm' || (text[1] != '\0' && isdigit((unsigned char)text[1]) == 0 && strcmp(text, "mib") != 0)) {
        return false;
    }
    const char *at = text + 1;
    unsigned total = number(&at);
    while (*at == ':' || *at == '&') {
        at++;
        total += number(&at);
    }
    bool in_bytes = strcmp(at, "byte") == 0;
    bool known = in_bytes || *at == '\0' || strcmp(at, "fp") == 0 || strcmp(at, "int") == 0 || strcmp(at, "bcd") == 0 || strcmp(text, "mib") == 0;
    *bits = known ? (uint16_t)(in_bytes ? total * 8 : total) : *bits;
    return known;
}

/* "m32bcst" */
static bool read_broadcast(const char *text, struct operand_rule *rule) {
    const char *at = text + 1;
    unsigned bits = text[0] == 'm' ? number(&at) : 0;
    if (bits == 0 || strcmp(at, "bcst") != 0) {
        return false;
    }
    rule->element_bits = (uint16_t)bits;
    return true;
}

/* "vm32x" */
static bool read_vector_memory(const char *text, struct operand_rule *rule) {
    static const char letters[] = "xyz";
    const char *at = text + 2;
    unsigned bits = strncmp(text, "vm", 2) == 0 ? number(&at) : 0;
    const char *letter = bits == 0 || *at == '\0' ? NULL : strchr(letters, *at);
    if (letter == NULL || at[1] != '\0') {
        return false;
    }
    rule->memory = true;
    rule->index_class = (uint8_t)(REGISTER_XMM + (letter - letters));
    return true;
}

/* "imm8", "rel32", "ptr16:32", "moffs64" */
static bool read_immediate(const char *text, struct operand_rule *rule) {
    static const struct named kinds[] = {
        {"imm", OPERAND_IMMEDIATE, 0}, {"rel", OPERAND_RELATIVE, 0}, {"ptr16:", OPERAND_FAR_POINTER, 0}, {"moffs", OPERAND_MEMORY, 0}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t size = strlen(kinds[i].text);
        const char *at = text + size;
        if (strncmp(text, kinds[i].text, size) == 0 && isdigit((unsigned char)*at) != 0) {
            rule->kind = kinds[i].class;
            rule->bits = (uint16_t)number(&at);
            rule->memory_bits = rule->kind == OPERAND_MEMORY ? rule->bits : 0;
            rule->place = rule->place == PLACE_NOWHERE ? PLACE_IMMEDIATE : rule->place;
            return *at == '\0';
        }
    }
    return false;
}

static bool read_fixed(const char *text, struct operand_rule *rule) {
    const struct named *found = FIND(fixed, text);
    bool control = strncmp(text, "CR", 2) == 0;
    if (found != NULL) {
        rule->class = found->class;
        rule->fixed = found->number;
    } else if ((control || strncmp(text, "DR", 2) == 0) && isdigit((unsigned char)text[2]) != 0 && text[3] == '\0') {
        rule->class = control ? REGISTER_CONTROL : REGISTER_DEBUG;
        rule->fixed = (uint8_t)(text[2] - '0');
    } else if (strcmp(text, "1") == 0 || strcmp(text, "3") == 0) {
        rule->kind = OPERAND_IMMEDIATE;
        rule->fixed = (uint8_t)(text[0] - '0');
        rule->bits = 8;
    } else {
        return false;
    }
    rule->place = PLACE_FIXED;
    return true;
}

/* "xmm", "xmm/m128", "r/m32", "ymm/m256/m64bcst", "m128" */
static bool read_alternatives(char *text, struct operand_rule *rule) {
    static const struct named general[] = {
        {"m8", REGISTER_GENERAL_8, 0}, {"m16", REGISTER_GENERAL_16, 0}, {"m32", REGISTER_GENERAL_32, 0}, {"m64", REGISTER_GENERAL_64, 0}};
    bool plain_general = strncmp(text, "r/m", 3) == 0;
    char *rest = NULL;
    bool good = true;
    for (char *part = strtok_r(text, "/", &rest); part != NULL && good; part = strtok_r(NULL, "/", &rest)) {
        const struct named *found = FIND(registers, part);
        const struct named *width = FIND(general, part);
        if (found != NULL) {
            good = rule->class == REGISTER_NONE;
            rule->class = found->class;
        } else if (read_memory(part, &rule->memory_bits)) {
            rule->memory = true;
            rule->class = plain_general && width != NULL ? width->class : rule->class;
        } else {
            good = (plain_general && strcmp(part, "r") == 0) || read_broadcast(part, rule);
        }
    }
    return good;
}

static bool take_decoration(char *text, const char *decoration) {
    char *found = strstr(text, decoration);
    size_t size = strlen(decoration);
    if (found != NULL) {
        memmove(found, found + size, strlen(found + size) + 1);
    }
    return found != NULL;
}

const char *operand_word_parse(const char *word, size_t size, struct operand_rule *rule) {
    char text[48];
    memset(rule, 0, sizeof *rule);
    if (size == 0 || size >= sizeof text) {
        return "an operand is empty or too long";
    }
    memcpy(text, word, size);
    text[size] = '\0';
    char *at = strchr(text, '@');
    if (at != NULL) {
        const struct named *place = FIND(places, at + 1);
        if (place == NULL) {
            return "unknown place after @";
        }
        rule->place = place->class;
        *at = '\0';
    }
    rule->masked = take_decoration(text, "{k}");
    rule->zeroable = take_decoration(text, "{z}");
    (void)take_decoration(text, "{er}");
    (void)take_decoration(text, "{sae}");
    char *plus = strchr(text, '+'); /* "zmm+3": a block of registers, named by its first */
    if (plus != NULL) {
        *plus = '\0';
    }
    rule->kind = OPERAND_REGISTER;
    return read_immediate(text, rule) || read_fixed(text, rule) || read_vector_memory(text, rule) || read_alternatives(text, rule)
               ? NULL
               : "unknown operand";
}
