/* Footprints of registers and flags: every instruction of a library beside what Capstone says of it. What we call overwritten Capstone must call
 * written, and what Capstone calls read we must call read; where it is not so a row says who is right. */
#include "../../scanner/image.h"
#include "../../x86-tables/footprint.h"
#include "../tests.h"

#include <capstone/capstone.h>
#include <gelf.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    uint64_t read, written;
} flags_of_capstone[FOOTPRINT_BITS - FOOTPRINT_FLAGS] = {
    {X86_EFLAGS_TEST_CF, X86_EFLAGS_MODIFY_CF | X86_EFLAGS_RESET_CF | X86_EFLAGS_SET_CF | X86_EFLAGS_UNDEFINED_CF},
    {X86_EFLAGS_TEST_PF, X86_EFLAGS_MODIFY_PF | X86_EFLAGS_RESET_PF | X86_EFLAGS_SET_PF | X86_EFLAGS_UNDEFINED_PF},
    {0, X86_EFLAGS_MODIFY_AF | X86_EFLAGS_RESET_AF | X86_EFLAGS_SET_AF | X86_EFLAGS_UNDEFINED_AF},
    {X86_EFLAGS_TEST_ZF, X86_EFLAGS_MODIFY_ZF | X86_EFLAGS_RESET_ZF | X86_EFLAGS_SET_ZF | X86_EFLAGS_UNDEFINED_ZF},
    {X86_EFLAGS_TEST_SF, X86_EFLAGS_MODIFY_SF | X86_EFLAGS_RESET_SF | X86_EFLAGS_SET_SF | X86_EFLAGS_UNDEFINED_SF},
    {X86_EFLAGS_TEST_OF, X86_EFLAGS_MODIFY_OF | X86_EFLAGS_RESET_OF | X86_EFLAGS_SET_OF | X86_EFLAGS_UNDEFINED_OF},
};

/* The general register that one of Capstone's is a part of, -1: none. */
static int general_number(unsigned r) {
    static const uint16_t parts[16][5] = {
        {X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL, X86_REG_AH},        {X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL, X86_REG_CH},
        {X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL, X86_REG_DH},        {X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL, X86_REG_BH},
        {X86_REG_RSP, X86_REG_ESP, X86_REG_SP, X86_REG_SPL, X86_REG_SPL},      {X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL, X86_REG_BPL},
        {X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL, X86_REG_SIL},      {X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL, X86_REG_DIL},
        {X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B, X86_REG_R8B},      {X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B, X86_REG_R9B},
        {X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B, X86_REG_R10B}, {X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B, X86_REG_R11B},
        {X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B, X86_REG_R12B}, {X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B, X86_REG_R13B},
        {X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B, X86_REG_R14B}, {X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B, X86_REG_R15B}};
    for (int i = 0; i < 16; i++) {
        for (unsigned k = 0; k < 5; k++) {
            if (parts[i][k] == r) {
                return i;
            }
        }
    }
    return -1;
}

/* Where Capstone 4.0.2 says something else, and who is right. */
static const struct {
    const char *instruction; /* of the tables */
    const char *registers;   /* names between blanks */
    const char *why;
} explained[] = {
    {"FCOMI", "af sf of", "cleared: SDM vol. 1, table A-2"},
    {"FCOMIP", "af sf of", "cleared: SDM vol. 1, table A-2"},
    {"FUCOMI", "af sf of", "cleared: SDM vol. 1, table A-2"},
    {"FUCOMIP", "af sf of", "cleared: SDM vol. 1, table A-2"},
};

struct comparison {
    const struct isa *isa;
    struct form_footprint *forms;
    struct matcher *m;
    csh handle;
    cs_insn *insn;
    size_t count, unexplained;
    uint32_t *seen; /* by form, registers that were reported */
};

static bool is_explained(const char *instruction, unsigned bit) {
    for (size_t i = 0; i < sizeof explained / sizeof explained[0]; i++) {
        if (strcmp(explained[i].instruction, instruction) == 0 && strstr(explained[i].registers, footprint_name(bit)) != NULL) {
            return true;
        }
    }
    return false;
}

static void report(struct comparison *c, const struct decoded *d, uint32_t bits, const char *what) {
    for (unsigned i = 0; i < FOOTPRINT_BITS; i++) {
        if ((bits >> i & 1) != 0 && !is_explained(c->isa->forms[d->form].instruction, i)) {
            c->unexplained++;
            CHECK((c->seen[d->form] >> i & 1) != 0, "%s (%s %s): %s %s", c->isa->forms[d->form].text, c->insn->mnemonic, c->insn->op_str, what,
                  footprint_name(i));
            c->seen[d->form] |= UINT32_C(1) << i;
        }
    }
}

static void compare_one(struct comparison *c, const struct decoded *d) {
    cs_regs read, written;
    uint8_t read_count = 0;
    uint8_t written_count = 0;
    struct footprint theirs = {0, 0};
    struct footprint ours = footprint_of(c->forms, c->m, d);
    if (cs_regs_access(c->handle, c->insn, read, &read_count, written, &written_count) != CS_ERR_OK) {
        return;
    }
    for (unsigned i = 0; i < read_count; i++) {
        int number = general_number(read[i]);
        theirs.reads |= number < 0 ? 0 : UINT32_C(1) << number;
    }
    for (unsigned i = 0; i < written_count; i++) {
        int number = general_number(written[i]);
        theirs.writes |= number < 0 ? 0 : UINT32_C(1) << number;
    }
    uint64_t flags = c->insn->detail->x86.eflags;
    for (unsigned i = 0; i < FOOTPRINT_BITS - FOOTPRINT_FLAGS; i++) {
        theirs.reads |= (flags & flags_of_capstone[i].read) != 0 ? UINT32_C(1) << (FOOTPRINT_FLAGS + i) : 0;
        theirs.writes |= (flags & flags_of_capstone[i].written) != 0 ? UINT32_C(1) << (FOOTPRINT_FLAGS + i) : 0;
    }
    const cs_x86 *x = &c->insn->detail->x86;
    if (x->op_count == 2 && x->operands[0].type == X86_OP_REG && x->operands[1].type == X86_OP_REG && x->operands[0].reg == x->operands[1].reg &&
        general_number(x->operands[0].reg) >= 0 && (c->insn->id == X86_INS_XOR || c->insn->id == X86_INS_SUB)) {
        theirs.reads &= ~(UINT32_C(1) << general_number(x->operands[0].reg)); /* Capstone does not know that it is cleared */
    }
    c->count++;
    report(c, d, theirs.reads & ~ours.reads & ~ours.writes, "Capstone says read:");
    report(c, d, ours.writes & ~theirs.writes, "Capstone says not written:");
    report(c, d, theirs.reads & ours.writes, "overwritten, and Capstone says read:");
}

static void compare_section(struct comparison *c, const struct image_section *s, size_t most) {
    for (size_t at = 0; at < s->size && c->count < most;) {
        struct decoded d;
        const uint8_t *code = s->code + at;
        size_t left = s->size - at;
        uint64_t address = s->address + at;
        bool ours = matcher_decode(c->m, MATCHER_LONG, code, left, &d);
        if (ours && cs_disasm_iter(c->handle, &code, &left, &address, c->insn) && c->insn->size == d.length) {
            compare_one(c, &d);
        }
        at += ours ? d.length : 1;
    }
}

static void compare_file(struct comparison *c, const char *path, size_t most) {
    size_t size = 0;
    char *bytes = read_text(path, &size);
    struct image image = {.format = NULL};
    const struct scan_question q = {.mode = -1};
    if (CHECK(bytes != NULL && image_open(&image, &q, (const uint8_t *)bytes, size) == SCAN_FINE, "%s cannot be read", path)) {
        for (size_t i = 0; i < image.section_count; i++) {
            compare_section(c, &image.sections[i], most);
        }
    }
    image_close(&image);
    free(bytes);
}

static void test_capstone(void) {
    struct comparison c = {.isa = load_file("x86-tables/x86.isa", NULL, 0)};
    char *message = NULL;
    glob_t found = {.gl_pathc = 0};
    int mode = c.isa == NULL ? -1 : isa_find_mode(c.isa, "long");
    c.m = mode < 0 ? NULL : matcher_of_isa(c.isa, &message);
    c.forms = c.m == NULL ? NULL : footprints_of_isa(c.isa, (unsigned)mode);
    c.seen = c.forms == NULL ? NULL : calloc(c.isa->form_count, sizeof *c.seen);
    bool there = glob("/usr/lib/*/libc.so.6", 0, NULL, &found) == 0;
    if (CHECK(c.seen != NULL && cs_open(CS_ARCH_X86, CS_MODE_64, &c.handle) == CS_ERR_OK, "no footprints") && there) {
        (void)cs_option(c.handle, CS_OPT_DETAIL, CS_OPT_ON);
        c.insn = cs_malloc(c.handle);
        compare_file(&c, found.gl_pathv[0], getenv("POPEK_TEST_ALL") == NULL ? 150000 : SIZE_MAX);
        CHECK(c.count > 100000 && c.unexplained == 0, "%zu instructions compared, %zu differences", c.count, c.unexplained);
        cs_free(c.insn, 1);
        (void)cs_close(&c.handle);
    }
    globfree(&found);
    free(message);
    free(c.seen);
    free(c.forms);
    matcher_free(c.m);
    isa_free((struct isa *)(uintptr_t)c.isa);
}

static const struct test tests[] = {{"beside Capstone", test_capstone}};
const struct suite footprint_suite = SUITE("footprint", tests);
