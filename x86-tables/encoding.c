/* Parses encodings such as "66 0F 38 82 /r mem" and "VEX.128.66.0F.WIG 58 /r". */
#include "encoding.h"

#include <ctype.h>
#include <string.h>

struct word {
    const char *text;
    size_t size;
};

static bool next_word(const char **at, struct word *w) {
    while (**at == ' ') {
        (*at)++;
    }
    w->text = *at;
    while (**at != '\0' && **at != ' ') {
        (*at)++;
    }
    w->size = (size_t)(*at - w->text);
    return w->size > 0;
}

static bool is(const struct word *w, const char *text) { return strlen(text) == w->size && memcmp(w->text, text, w->size) == 0; }

static int hex_digit(char c) {
    static const char digits[] = "0123456789ABCDEF";
    const char *found = c == '\0' ? NULL : strchr(digits, c);
    return found == NULL ? -1 : (int)(found - digits);
}

static bool hex_byte(const char *text, uint8_t *byte) {
    int high = hex_digit(text[0]);
    int low = high < 0 ? -1 : hex_digit(text[1]);
    *byte = low < 0 ? 0 : (uint8_t)(high * 16 + low);
    return low >= 0;
}

struct keyword {
    const char *text;
    uint8_t value;
};

static bool lookup(const struct keyword *words, size_t count, const char *text, size_t size, uint8_t *value) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i].text) == size && memcmp(words[i].text, text, size) == 0) {
            *value = words[i].value;
            return true;
        }
    }
    return false;
}
#define LOOKUP(words, text, size, value) lookup(words, sizeof(words) / sizeof((words)[0]), text, size, value)

static const char *parse_vector_fields(const struct word *w, struct encoding *e) {
    static const struct keyword schemes[] = {{"VEX", SCHEME_VEX}, {"EVEX", SCHEME_EVEX}, {"XOP", SCHEME_XOP}};
    static const struct keyword lengths[] = {{"128", 1}, {"256", 2}, {"512", 4}, {"LIG", 15}, {"LZ", 1}};
    static const struct keyword prefixes[] = {{"NP", PREFIX_NONE}, {"66", PREFIX_NEEDS_66}, {"F2", PREFIX_NEEDS_F2}, {"F3", PREFIX_NEEDS_F3}};
    static const struct keyword maps[] = {{"0F", 1},   {"0F38", 2}, {"0F3A", 3}, {"MAP5", 5}, {"MAP6", 6},
                                          {"MAP7", 7}, {"08", 8},   {"09", 9},   {"0A", 10}};
    static const struct keyword widths[] = {{"W0", BIT_ZERO}, {"W1", BIT_ONE}, {"WIG", BIT_ANY}};
    const char *parts[5];
    size_t sizes[5];
    size_t count = 0;
    for (size_t i = 0, start = 0; i <= w->size; i++) {
        if (i == w->size || w->text[i] == '.') {
            if (count == 5) {
                return "a vector prefix has five parts";
            }
            parts[count] = w->text + start;
            sizes[count++] = i - start;
            start = i + 1;
        }
    }
    if (count != 5 || !LOOKUP(schemes, parts[0], sizes[0], &e->scheme)) {
        return "a vector prefix has five parts";
    }
    if (!LOOKUP(lengths, parts[1], sizes[1], &e->vector_lengths)) {
        return "unknown vector length";
    }
    if (!LOOKUP(prefixes, parts[2], sizes[2], &e->prefix)) {
        return "unknown prefix in a vector prefix";
    }
    if (!LOOKUP(maps, parts[3], sizes[3], &e->map) || (e->scheme == SCHEME_XOP) != (e->map >= 8)) {
        return "unknown opcode map";
    }
    return LOOKUP(widths, parts[4], sizes[4], &e->w) ? NULL : "unknown W in a vector prefix";
}

/* What stands before the opcode; false when it is no such word. */
static bool parse_condition(const struct word *w, struct encoding *e) {
    static const struct keyword prefixes[] = {
        {"NP", PREFIX_NONE}, {"NFx", PREFIX_NO_REPEAT}, {"66", PREFIX_NEEDS_66}, {"F2", PREFIX_NEEDS_F2}, {"F3", PREFIX_NEEDS_F3}};
    static const struct keyword operand_sizes[] = {{"o16", 16}, {"o32", 32}, {"o64", 64}};
    static const struct keyword address_sizes[] = {{"a16", 16}, {"a32", 32}, {"a64", 64}};
    static const struct keyword defaults[] = {{"d64", SIZE_D64}, {"f64", SIZE_F64}};
    static const struct keyword widths[] = {{"REX.W", BIT_ONE}, {"W0", BIT_ZERO}};
    static const struct keyword extensions[] = {{"REX.R", BIT_ONE}};
    if (is(w, "no66")) {
        e->no_66 = true;
        return true;
    }
    return (e->prefix == PREFIX_ANY && LOOKUP(prefixes, w->text, w->size, &e->prefix)) || LOOKUP(operand_sizes, w->text, w->size, &e->operand_size) ||
           LOOKUP(address_sizes, w->text, w->size, &e->address_size) || LOOKUP(defaults, w->text, w->size, &e->default_size) ||
           LOOKUP(widths, w->text, w->size, &e->w) || LOOKUP(extensions, w->text, w->size, &e->r);
}

static bool parse_immediate(const struct word *w, struct encoding *e) {
    static const struct {
        const char *text;
        struct immediate_field field;
    } kinds[] = {{"ib", {IMMEDIATE_PLAIN, 1}},    {"iw", {IMMEDIATE_PLAIN, 2}},    {"id", {IMMEDIATE_PLAIN, 4}},    {"iq", {IMMEDIATE_PLAIN, 8}},
                 {"cb", {IMMEDIATE_RELATIVE, 1}}, {"cw", {IMMEDIATE_RELATIVE, 2}}, {"cd", {IMMEDIATE_RELATIVE, 4}}, {"cp16", {IMMEDIATE_FAR, 4}},
                 {"cp32", {IMMEDIATE_FAR, 6}},    {"mo", {IMMEDIATE_OFFSET, 0}},   {"is4", {IMMEDIATE_REGISTER, 1}}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (is(w, kinds[i].text) && e->field_count < ENCODING_FIELDS) {
            e->fields[e->field_count++] = kinds[i].field;
            return true;
        }
    }
    return false;
}

static bool parse_modrm(const struct word *w, struct encoding *e) {
    if (w->size != 2 || w->text[0] != '/' || e->modrm != MODRM_NO) {
        return false;
    }
    if (w->text[1] == 'r') {
        e->modrm = MODRM_ANY;
        return true;
    }
    int digit = hex_digit(w->text[1]);
    e->modrm = MODRM_DIGIT;
    e->modrm_byte = (uint8_t)(digit < 0 ? 0 : digit * 8);
    return digit >= 0 && digit <= 7;
}

static bool parse_restriction(const struct word *w, struct encoding *e) {
    bool known = true;
    if (is(w, "mem")) {
        e->mod = MOD_MEMORY;
    } else if (is(w, "reg")) {
        e->mod = MOD_REGISTER;
    } else if (is(w, "vsib")) {
        e->vsib = e->sib = true;
    } else if (is(w, "sibmem")) {
        e->sib = true;
        e->mod = MOD_MEMORY;
    } else if (is(w, "lock")) {
        e->lock = true;
    } else {
        known = false;
    }
    return known;
}

/* A hexadecimal byte after the opcode: a fixed ModRM byte, or after /r a suffix opcode. */
static bool parse_byte_after(const struct word *w, struct encoding *e) {
    uint8_t byte = 0;
    bool plus = w->size == 4 && memcmp(w->text + 2, "+r", 2) == 0;
    if ((w->size != 2 && !plus) || !hex_byte(w->text, &byte)) {
        return false;
    }
    if (e->modrm == MODRM_NO) {
        e->modrm = plus ? MODRM_BYTE_REGISTER : MODRM_BYTE;
        e->modrm_byte = byte;
        e->mod = MOD_REGISTER;
        return byte >= 0xC0 && (!plus || (byte & 7) == 0);
    }
    e->has_suffix = !plus && !e->has_suffix;
    e->suffix = byte;
    return e->has_suffix;
}

static const char *parse_opcode(const char **at, struct word *w, struct encoding *e) {
    uint8_t byte = 0;
    bool more = w->size > 0;
    if (e->scheme == SCHEME_LEGACY && more && is(w, "0F")) {
        e->map = 1;
        more = next_word(at, w);
        if (more && (is(w, "38") || is(w, "3A"))) {
            e->map = is(w, "38") ? 2 : 3;
            more = next_word(at, w);
        }
    }
    bool plus = more && w->size == 4 && memcmp(w->text + 2, "+r", 2) == 0;
    if (!more || (w->size != 2 && !plus) || !hex_byte(w->text, &byte) || (plus && (byte & 7) != 0)) {
        return "an opcode byte must follow";
    }
    e->opcode = byte;
    e->plus_r = plus;
    return NULL;
}

static const char *check(const struct encoding *e) {
    if ((e->mod != MOD_ANY || e->sib) && e->modrm == MODRM_NO) {
        return "no ModRM byte";
    }
    if (e->plus_r && e->modrm != MODRM_NO) {
        return "+r and ModRM";
    }
    size_t bytes = e->has_suffix ? 1 : 0;
    for (unsigned i = 0; i < e->field_count; i++) {
        bytes += e->fields[i].size;
    }
    if (bytes > 8 || (e->field_count > 1 && (e->fields[0].kind == IMMEDIATE_OFFSET || e->has_suffix))) {
        return "too many immediate bytes";
    }
    return e->vsib && e->mod != MOD_MEMORY ? "vsib needs mem" : NULL;
}

const char *encoding_parse(const char *text, struct encoding *e) {
    memset(e, 0, sizeof *e);
    e->vector_lengths = 15;
    struct word w = {text, 0};
    const char *problem = NULL;
    bool more = next_word(&text, &w);
    if (more && memchr(w.text, '.', w.size) != NULL && !is(&w, "REX.W") && !is(&w, "REX.R")) {
        problem = parse_vector_fields(&w, e);
        (void)next_word(&text, &w);
    } else {
        while (more && parse_condition(&w, e)) {
            more = next_word(&text, &w);
        }
    }
    problem = problem == NULL ? parse_opcode(&text, &w, e) : problem;
    while (problem == NULL && next_word(&text, &w)) {
        if (!parse_immediate(&w, e) && !parse_modrm(&w, e) && !parse_restriction(&w, e) && !parse_byte_after(&w, e)) {
            problem = "unknown word";
        }
    }
    return problem == NULL ? check(e) : problem;
}
