/* Compares the matcher with Capstone: the legacy opcode maps with and without prefixes, all ModRM bytes, in 32-bit and 64-bit mode. Writes a table
 * of the disagreements by opcode with the explanations of x86-tables/disagreements.txt; exit code 1 when one is not explained there. */
#include "../../isa-model/isa.h"
#include "../../x86-tables/matcher.h"
#include "compare_names.h"
#include "explanations.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAP_COUNT 4u
#define PREFIX_COUNT 5u
#define LONGEST 15u

static const struct {
    const char *name;
    enum matcher_mode mode;
    cs_mode capstone;
} modes[] = {{"32", MATCHER_PROTECTED, CS_MODE_32}, {"64", MATCHER_LONG, CS_MODE_64}};
static const struct {
    const char *name;
    uint8_t byte; /* 0: none */
} prefixes[PREFIX_COUNT] = {{"NP", 0}, {"66", 0x66}, {"F2", 0xF2}, {"F3", 0xF3}, {"W", 0x48}};
static const char *const maps[MAP_COUNT] = {"", "0F", "0F38", "0F3A"};

struct context {
    const struct isa *isa;
    const struct matcher *m;
    const char *names; /* capstone_names.txt */
    struct explanations explanations;
    size_t compared, different, unexplained;
};

/* What is compared: all ModRM bytes of one opcode. */
struct point {
    unsigned mode, prefix, map, opcode;
    csh handle;
    cs_insn *insn;
};

/* Both readings of one byte string. */
struct readings {
    struct decoded ours;
    bool is_ours, is_theirs;
    unsigned size; /* theirs */
    char text[64];
};
enum difference { SAME, LENGTH, ONLY_OURS, ONLY_THEIRS, PREFIX_IGNORED, NAME };
static const char *const difference_names[] = {"same", "length", "ours", "theirs", "ignored", "name"};

/* Prefixes, escapes, and what starts another kind of encoding are not opcodes of the map. */
static bool is_opcode(unsigned map, unsigned opcode, unsigned modrm, bool is_long) {
    static const uint8_t no_opcodes[] = {0x0F, 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3};
    if (map == 1) {
        return opcode != 0x38 && opcode != 0x3A;
    }
    if (map != 0) {
        return true;
    }
    bool vector = opcode == 0xC4 || opcode == 0xC5 || opcode == 0x62;
    bool rex = is_long && opcode >= 0x40 && opcode < 0x50;
    bool xop = opcode == 0x8F && (modrm & 31) >= 8;
    return memchr(no_opcodes, (int)opcode, sizeof no_opcodes) == NULL && !rex && !xop && !(vector && (is_long || modrm >= 0xC0));
}

/* Fills all bytes; returns how many say something. */
static size_t assemble(uint8_t *bytes, unsigned prefix, unsigned map, unsigned opcode, unsigned modrm) {
    size_t size = 0;
    if (prefixes[prefix].byte != 0) {
        bytes[size++] = prefixes[prefix].byte;
    }
    if (map > 0) {
        bytes[size++] = 0x0F;
    }
    if (map > 1) {
        bytes[size++] = map == 2 ? 0x38 : 0x3A;
    }
    bytes[size++] = (uint8_t)opcode;
    bytes[size++] = (uint8_t)modrm;
    memset(bytes + size, 0x12, LONGEST - size);
    return size;
}

/* Capstone reads the same instruction without the prefix. */
static bool ignores_prefix(const struct point *p, unsigned modrm) {
    uint8_t bytes[LONGEST];
    char mnemonic[sizeof p->insn->mnemonic];
    memcpy(mnemonic, p->insn->mnemonic, sizeof mnemonic);
    (void)assemble(bytes, 0, p->map, p->opcode, modrm);
    const uint8_t *at = bytes;
    size_t left = sizeof bytes;
    uint64_t address = 0;
    return p->prefix != 0 && cs_disasm_iter(p->handle, &at, &left, &address, p->insn) && strcmp(mnemonic, p->insn->mnemonic) == 0;
}

static enum difference read_both(struct context *c, const struct point *p, unsigned modrm, struct readings *r) {
    uint8_t bytes[LONGEST];
    assemble(bytes, p->prefix, p->map, p->opcode, modrm);
    const uint8_t *at = bytes;
    size_t left = sizeof bytes;
    uint64_t address = 0;
    r->is_ours = matcher_decode(c->m, modes[p->mode].mode, bytes, sizeof bytes, &r->ours);
    r->is_theirs = cs_disasm_iter(p->handle, &at, &left, &address, p->insn);
    r->size = r->is_theirs ? p->insn->size : 0;
    (void)snprintf(r->text, sizeof r->text, "%.20s %.40s", r->is_theirs ? p->insn->mnemonic : "none", r->is_theirs ? p->insn->op_str : "");
    if (r->is_ours && r->is_theirs) {
        bool same = same_name(c->names, &c->isa->forms[r->ours.form], p->insn->mnemonic);
        return r->ours.length != r->size ? LENGTH : same ? SAME : NAME;
    }
    if (r->is_ours == r->is_theirs) {
        return SAME;
    }
    return r->is_ours ? ONLY_OURS : r->ours.reason == MATCHER_WRONG_PREFIX && ignores_prefix(p, modrm) ? PREFIX_IGNORED : ONLY_THEIRS;
}

static void print_group(struct context *c, const struct point *p, const char *operands, enum difference kind, size_t count, unsigned modrm) {
    char key[64];
    struct readings r;
    uint8_t bytes[LONGEST];
    size_t shown = assemble(bytes, p->prefix, p->map, p->opcode, modrm);
    (void)read_both(c, p, modrm, &r);
    (void)snprintf(key, sizeof key, "%s %s %s%02X %s %s", modes[p->mode].name, prefixes[p->prefix].name, maps[p->map], p->opcode, operands,
                   difference_names[kind]);
    struct explanation *found = explanations_find(&c->explanations, key);
    (void)printf("%-28s %4zu  ", key, count);
    for (size_t i = 0; i < shown; i++) {
        (void)printf("%02x", bytes[i]);
    }
    (void)printf("  ours: %u %s; Capstone: %u %s; ", r.ours.length,
                 r.is_ours ? c->isa->forms[r.ours.form].text : matcher_reason_text((enum matcher_reason)r.ours.reason), r.size, r.text);
    (void)printf("%s: %s\n", found == NULL ? "UNEXPLAINED" : found->right, found == NULL ? "" : found->text);
    c->different += count;
    c->unexplained += found == NULL ? count : 0;
    if (found != NULL) {
        found->used += count;
    }
}

/* Groups of ModRM bytes: all, memory or registers, one digit of those, one byte. The widest that differs in one way is printed as one line. */
struct range {
    const char *name;
    unsigned first, last, digit; /* digit 8: any */
};
static bool in_range(const struct range *g, unsigned modrm) {
    return modrm >= g->first && modrm <= g->last && (g->digit > 7 || (modrm >> 3 & 7) == g->digit);
}

static bool print_range(struct context *c, const struct point *p, enum difference kinds[256], const struct range *g, bool always) {
    enum difference kind = SAME;
    size_t count = 0;
    size_t size = 0;
    unsigned example = 0;
    for (unsigned modrm = 0; modrm < 256; modrm++) {
        bool counts = in_range(g, modrm) && is_opcode(p->map, p->opcode, modrm, p->mode == 1);
        size += counts ? 1 : 0;
        if (counts && kinds[modrm] != SAME && (kind == SAME || kinds[modrm] == kind)) {
            example = count++ == 0 ? modrm : example;
            kind = kinds[modrm];
        }
    }
    if (count == 0 || (count != size && !always)) {
        return false;
    }
    print_group(c, p, g->name, kind, count, example);
    for (unsigned modrm = 0; modrm < 256; modrm++) {
        kinds[modrm] = in_range(g, modrm) && kinds[modrm] == kind ? SAME : kinds[modrm];
    }
    return true;
}

static void compare_opcode(struct context *c, const struct point *p) {
    static const char *const names[2][8] = {{"/0 mem", "/1 mem", "/2 mem", "/3 mem", "/4 mem", "/5 mem", "/6 mem", "/7 mem"},
                                            {"/0 reg", "/1 reg", "/2 reg", "/3 reg", "/4 reg", "/5 reg", "/6 reg", "/7 reg"}};
    static const struct range wide[] = {{"any", 0, 255, 8}, {"mem", 0, 0xBF, 8}, {"reg", 0xC0, 0xFF, 8}};
    enum difference kinds[256] = {SAME};
    for (unsigned modrm = 0; modrm < 256; modrm++) {
        if (is_opcode(p->map, p->opcode, modrm, p->mode == 1)) {
            struct readings r;
            c->compared++;
            kinds[modrm] = read_both(c, p, modrm, &r);
        }
    }
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        (void)print_range(c, p, kinds, &wide[i], false);
    }
    for (unsigned i = 0; i < 16; i++) {
        const struct range one = {names[i / 8][i % 8], i < 8 ? 0 : 0xC0, i < 8 ? 0xBF : 0xFF, i % 8};
        (void)print_range(c, p, kinds, &one, false);
    }
    for (unsigned modrm = 0; modrm < 256; modrm++) {
        char name[4];
        (void)snprintf(name, sizeof name, "%02X", modrm);
        (void)print_range(c, p, kinds, &(struct range){name, modrm, modrm, 8}, true);
    }
}

static bool compare_mode(struct context *c, unsigned mode) {
    struct point p = {.mode = mode};
    if (cs_open(CS_ARCH_X86, modes[mode].capstone, &p.handle) != CS_ERR_OK) {
        return false;
    }
    p.insn = cs_malloc(p.handle);
    for (unsigned i = 0; i < MAP_COUNT * 256; i++) {
        p.map = i / 256;
        p.opcode = i % 256;
        for (p.prefix = 0; p.prefix < PREFIX_COUNT - (mode == 0 ? 1 : 0); p.prefix++) {
            compare_opcode(c, &p);
        }
    }
    cs_free(p.insn, 1);
    (void)cs_close(&p.handle);
    return true;
}

int main(int argc, char **argv) {
    struct source_reader reader = source_reader_files();
    const struct isa_options no_semantics = {.only = ""};
    char *message = NULL;
    static struct context c;
    bool good = argc == 4 && explanations_read(&c.explanations, argv[2]);
    char *names = argc == 4 ? explanations_read_text(argv[3]) : NULL;
    struct isa *isa = !good || names == NULL ? NULL : isa_load(argv[1], &reader, &no_semantics, &message);
    struct matcher *m = isa == NULL ? NULL : matcher_of_isa(isa, &message);
    if (m == NULL) {
        (void)fprintf(stderr, "%s\n", message != NULL ? message : "usage: compare_capstone TABLES.isa DISAGREEMENTS.txt NAMES.txt");
        return 2;
    }
    c.isa = isa;
    c.m = m;
    c.names = names;
    good = compare_mode(&c, 0) && compare_mode(&c, 1);
    for (size_t i = 0; i < c.explanations.count; i++) {
        if (c.explanations.rows[i].used == 0) {
            (void)printf("not needed: %s\n", c.explanations.rows[i].pattern);
        }
    }
    (void)printf("%zu byte strings, %zu disagreements, %zu unexplained\n", c.compared, c.different, c.unexplained);
    matcher_free(m);
    isa_free(isa);
    explanations_free(&c.explanations);
    free(names);
    free(message);
    return good && c.unexplained == 0 ? 0 : 1;
}
