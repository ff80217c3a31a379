/* Takes an instruction apart into what rows of disagreements.txt speak of, and looks for the row that is about it. */
#include "difference.h"

#include "../x86-tables/compare_names.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 15u

enum kind { SAME, LENGTH, ONLY_OURS, ONLY_THEIRS, PREFIX_IGNORED, NAME };
static const char *const kind_names[] = {"same", "length", "ours", "theirs", "ignored", "name"};

/* Prefixes that matter, in the order in which a key names them. */
enum { LOCK, REPEAT_F2, REPEAT_F3, SIZE_66, REX_W, REX, PREFIX_COUNT };
static const struct {
    const char *name;
    uint8_t byte;
} prefixes[PREFIX_COUNT] = {{"LOCK", 0xF0}, {"F2", 0xF2}, {"F3", 0xF3}, {"66", 0x66}, {"W", 0x48}, {"REX", 0x40}};

struct anatomy {
    bool has[PREFIX_COUNT];
    uint8_t rex;
    const char *scheme; /* "VEX", "EVEX", "XOP"; NULL */
    unsigned map;       /* 0 to 3; of vector schemes as they number it */
    uint8_t opcode, modrm;
    bool w;      /* of vector schemes */
    unsigned pp; /* of vector schemes */
    unsigned vector_length;
};

static uint8_t byte_at(const uint8_t *bytes, size_t size, size_t at) { return at < size ? bytes[at] : 0; }

static size_t take_prefixes(struct anatomy *a, const uint8_t *bytes, size_t size) {
    size_t at = 0;
    for (; at < size; at++) {
        switch (bytes[at]) {
        case 0xF0:
            a->has[LOCK] = true;
            break;
        case 0xF2:
        case 0xF3: /* the last one counts */
            a->has[REPEAT_F2] = bytes[at] == 0xF2;
            a->has[REPEAT_F3] = bytes[at] == 0xF3;
            break;
        case 0x66:
            a->has[SIZE_66] = true;
            break;
        case 0x26:
        case 0x2E:
        case 0x36:
        case 0x3E:
        case 0x64:
        case 0x65:
        case 0x67:
            break;
        default:
            if (bytes[at] < 0x40 || bytes[at] > 0x4F) {
                return at;
            }
            break;
        }
        a->rex = bytes[at] >= 0x40 && bytes[at] <= 0x4F ? bytes[at] : 0; /* one that another prefix follows has no effect */
        a->has[REX_W] = (a->rex & 8) != 0;
        a->has[REX] = (a->rex & 7) != 0;
    }
    return at;
}

static void take_vector(struct anatomy *a, const uint8_t *bytes, size_t size, size_t at) {
    uint8_t first = byte_at(bytes, size, at);
    uint8_t second = byte_at(bytes, size, at + 1);
    uint8_t third = byte_at(bytes, size, at + 2);
    bool is_short = first == 0xC5;
    size_t opcode = at + (is_short ? 2 : first == 0x62 ? 4 : 3);
    uint8_t last = is_short ? second : third;
    a->scheme = first == 0x62 ? "EVEX" : first == 0x8F ? "XOP" : "VEX";
    a->map = is_short ? 1 : second & (first == 0x62 ? 7u : 31u);
    a->w = !is_short && (third & 0x80) != 0;
    a->pp = last & 3u;
    a->vector_length = first == 0x62 ? byte_at(bytes, size, at + 3) >> 5 & 3u : last >> 2 & 1u;
    a->opcode = byte_at(bytes, size, opcode);
    a->modrm = byte_at(bytes, size, opcode + 1);
}

static void take_apart(struct anatomy *a, const uint8_t *bytes, size_t size) {
    memset(a, 0, sizeof *a);
    size_t at = take_prefixes(a, bytes, size);
    uint8_t first = byte_at(bytes, size, at);
    uint8_t second = byte_at(bytes, size, at + 1);
    if (first == 0xC4 || first == 0xC5 || first == 0x62 || (first == 0x8F && (second & 31) >= 8)) {
        take_vector(a, bytes, size, at);
        return;
    }
    if (first == 0x0F) {
        a->map = second == 0x38 ? 2 : second == 0x3A ? 3 : 1;
        at += a->map == 1 ? 1 : 2;
    }
    a->opcode = byte_at(bytes, size, at);
    a->modrm = byte_at(bytes, size, at + 1);
}

static bool read_theirs(const struct two_decoders *t, const uint8_t *bytes, size_t size) {
    uint64_t address = 0;
    return cs_disasm_iter(t->handle, &bytes, &size, &address, t->insn);
}

static enum kind compare(const struct two_decoders *t, const uint8_t *bytes, size_t size) {
    struct decoded d;
    bool ours = matcher_decode(t->table->matcher, MATCHER_LONG, bytes, size, &d);
    bool theirs = read_theirs(t, bytes, size);
    if (ours && theirs) {
        bool same = same_name(t->names, &t->table->isa->forms[d.form], t->insn->mnemonic);
        return d.length != t->insn->size ? LENGTH : same ? SAME : NAME;
    }
    return ours == theirs ? SAME : ours ? ONLY_OURS : ONLY_THEIRS;
}

/* The same opcode and ModRM byte behind one prefix (PREFIX_COUNT: none), as the comparison of all byte strings has it. */
static size_t reduce(const struct anatomy *a, unsigned prefix, uint8_t bytes[LONGEST]) {
    size_t size = 0;
    if (prefix < PREFIX_COUNT) {
        bytes[size++] = (uint8_t)(prefixes[prefix].byte | (prefix == REX ? a->rex & 7 : 0));
    }
    if (a->map > 0) {
        bytes[size++] = 0x0F;
    }
    if (a->map > 1) {
        bytes[size++] = a->map == 2 ? 0x38 : 0x3A;
    }
    bytes[size++] = a->opcode;
    bytes[size++] = a->modrm;
    memset(bytes + size, 0x12, LONGEST - size);
    return LONGEST;
}

/* Capstone reads the same instruction without the prefix. */
static bool ignores_prefix(const struct two_decoders *t, const struct anatomy *a, unsigned prefix) {
    uint8_t bytes[LONGEST];
    char mnemonic[sizeof t->insn->mnemonic];
    bool read = read_theirs(t, bytes, reduce(a, prefix, bytes));
    memcpy(mnemonic, t->insn->mnemonic, sizeof mnemonic);
    return read && read_theirs(t, bytes, reduce(a, PREFIX_COUNT, bytes)) && strcmp(mnemonic, t->insn->mnemonic) == 0;
}

/* A row may be about all ModRM bytes, those of memory or registers, one digit of these, or one byte. */
static struct explanation *find(struct explanations *rows, const struct anatomy *a, const char *prefix, enum kind kind, char key[KEY_SIZE]) {
    static const char *const maps[] = {"", "0F", "0F38", "0F3A"};
    const char *where = a->modrm >= 0xC0 ? "reg" : "mem";
    struct explanation *found = NULL;
    for (unsigned level = 0; level < 4 && found == NULL; level++) {
        char operands[16] = "any";
        if (level == 1) {
            (void)snprintf(operands, sizeof operands, "%s", where);
        } else if (level == 2) {
            (void)snprintf(operands, sizeof operands, "/%u %s", a->modrm >> 3 & 7u, where);
        } else if (level == 3) {
            (void)snprintf(operands, sizeof operands, "%02X", a->modrm);
        }
        if (a->scheme != NULL) {
            (void)snprintf(key, KEY_SIZE, "64 %s M%u.%02X %s %s", prefix, a->map, a->opcode, operands, kind_names[kind]);
        } else {
            (void)snprintf(key, KEY_SIZE, "64 %s %s%02X %s %s", prefix, maps[a->map & 3u], a->opcode, operands, kind_names[kind]);
        }
        found = explanations_find(rows, key);
    }
    return found;
}

static void name_all_prefixes(const struct anatomy *a, char text[KEY_SIZE]) {
    static const char *const pp[] = {"NP", "66", "F3", "F2"};
    text[0] = '\0';
    for (unsigned i = 0; i < PREFIX_COUNT; i++) {
        if (a->has[i]) {
            size_t used = strlen(text);
            (void)snprintf(text + used, KEY_SIZE - used, "%s%s", used == 0 ? "" : "+", prefixes[i].name);
        }
    }
    if (a->scheme != NULL) {
        size_t used = strlen(text);
        (void)snprintf(text + used, KEY_SIZE - used, "%s%s.%s.W%u.L%u", used == 0 ? "" : "+", a->scheme, pp[a->pp], a->w ? 1u : 0u, a->vector_length);
    } else if (text[0] == '\0') {
        (void)snprintf(text, KEY_SIZE, "NP");
    }
}

struct explanation *difference_explain(const struct two_decoders *t, struct explanations *rows, const uint8_t *bytes, size_t size,
                                       char key[KEY_SIZE]) {
    struct anatomy a;
    char all[KEY_SIZE];
    uint8_t reduced[LONGEST];
    enum kind kind = compare(t, bytes, size);
    take_apart(&a, bytes, size);
    for (unsigned i = 0; a.scheme == NULL && i <= PREFIX_COUNT; i++) {
        if ((i == PREFIX_COUNT || a.has[i]) && compare(t, reduced, reduce(&a, i, reduced)) == kind) {
            enum kind exact = kind == ONLY_THEIRS && i < PREFIX_COUNT && ignores_prefix(t, &a, i) ? PREFIX_IGNORED : kind;
            struct explanation *found = find(rows, &a, i == PREFIX_COUNT ? "NP" : prefixes[i].name, exact, key);
            if (found != NULL) {
                return found;
            }
        }
    }
    name_all_prefixes(&a, all);
    return find(rows, &a, all, kind, key);
}
