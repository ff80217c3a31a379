/* Binds operands: those of the form's text as the matcher decodes them, the others by the manual's rules for implicit operands. */
#include "operands.h"

#include <string.h>

#define RSP_NUMBER 4u
#define RBP_NUMBER 5u
#define RSI_NUMBER 6u
#define RDI_NUMBER 7u

static uint64_t cut(uint64_t value, unsigned bits) { return bits >= 64 ? value : value & ((UINT64_C(1) << bits) - 1); }

static uint64_t segment_base(const struct run *run, unsigned segment, enum matcher_mode mode) {
    bool flat = mode == MATCHER_LONG && segment != SEGMENT_FS && segment != SEGMENT_GS;
    return flat ? 0 : run->before.segments[segment].base;
}

static uint64_t linear(const struct run *run, unsigned segment, uint64_t offset, enum matcher_mode mode) {
    uint64_t sum = segment_base(run, segment, mode) + offset;
    return mode == MATCHER_LONG ? sum : cut(sum, 32);
}

static uint64_t effective_address(const struct run *run, const struct matcher_operand *o, const struct decoded *d) {
    uint64_t sum = (uint64_t)o->value;
    if (o->base_class == REGISTER_INSTRUCTION_POINTER) {
        sum += run->before.rip + d->length;
    } else if (o->base_class != REGISTER_NONE) {
        sum += run->before.general[o->base];
    }
    if (o->index_class >= REGISTER_GENERAL_16 && o->index_class <= REGISTER_GENERAL_64) {
        sum += run->before.general[o->index] * o->scale;
    }
    return cut(sum, d->address_size);
}

static enum operand_site register_site(unsigned class) {
    switch (class) {
    case REGISTER_MM:
        return SITE_MMX;
    case REGISTER_XMM:
    case REGISTER_YMM:
    case REGISTER_ZMM:
        return SITE_VECTOR;
    case REGISTER_MASK:
        return SITE_MASK;
    case REGISTER_X87:
        return SITE_X87;
    default:
        return operand_is_state(class) ? SITE_UNKNOWN : SITE_GENERAL;
    }
}

static void bind_explicit(const struct run *run, const struct operand *s, const struct matcher_operand *o, const struct decoded *d,
                          struct operand_binding *b) {
    if (o->kind == OPERAND_REGISTER) {
        *b = (struct operand_binding){.site = register_site(o->class), .class = o->class, .number = o->number, .high_byte = o->high_byte};
    } else if (o->kind == OPERAND_MEMORY) {
        bool vector_index = o->index_class >= REGISTER_XMM && o->index_class <= REGISTER_ZMM;
        uint64_t address = linear(run, o->segment, effective_address(run, o, d), (enum matcher_mode)d->mode);
        *b = (struct operand_binding){.site = vector_index ? SITE_UNKNOWN : SITE_MEMORY, .address = address};
    } else {
        word128 value = (word128)(uint64_t)o->value;
        if (o->kind == OPERAND_FAR_POINTER) {
            value |= (word128)o->selector << (s->width - 16);
        }
        *b = (struct operand_binding){.site = SITE_CONSTANT, .constant = s->width >= 128 ? value : value & (((word128)1 << s->width) - 1)};
    }
}

bool form_is(const struct form *form, const char *const *names, size_t count) {
    const char *name = strncmp(form->instruction, "REP_", 4) == 0 ? form->instruction + 4 : form->instruction;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Memory operands that no byte of the encoding names. */
static const struct {
    const char *instruction, *operand;
    enum implicit_place place;
} implicit[] = {{"MOVS", "dst", AT_DI},
                {"MOVS", "src", AT_SI},
                {"STOS", "dst", AT_DI},
                {"LODS", "src", AT_SI},
                {"CMPS", "one", AT_SI},
                {"CMPS", "other", AT_DI},
                {"SCAS", "src", AT_DI},
                {"INS", "dst", AT_DI},
                {"OUTS", "src", AT_SI},
                {"XLAT", "src", AT_BX_AL},
                {"LEAVE", "popped", AT_BP},
                {"ENTER", "display", AT_BELOW_BP},
                {"MASKMOVQ", "store", AT_DI},
                {"MASKMOVDQU", "store", AT_DI},
                {"VMASKMOVDQU", "store", AT_DI},
                {"CLZERO", "line", AT_AX_LINE},
                {"MOVDIR64B", "dst", AT_FIRST_REGISTER}};

bool implicit_operand(const char *instruction, const char *operand, enum implicit_place *place) {
    const char *name = strncmp(instruction, "REP_", 4) == 0 ? instruction + 4 : instruction;
    for (size_t i = 0; i < sizeof implicit / sizeof implicit[0]; i++) {
        if (strcmp(name, implicit[i].instruction) == 0 && strcmp(operand, implicit[i].operand) == 0) {
            *place = implicit[i].place;
            return true;
        }
    }
    return false;
}

static bool bind_implicit(const struct form *form, const struct operand *s, const struct decoded *d, const struct run *run,
                          const struct operand_binding *first, struct operand_binding *b) {
    const uint64_t *g = run->before.general;
    enum matcher_mode mode = (enum matcher_mode)d->mode;
    unsigned bits = d->address_size;
    unsigned data = d->segment != MATCHER_NONE ? d->segment : SEGMENT_DS;
    bool wide_stack = run->before.segments[SEGMENT_SS].db != 0;
    unsigned stack_bits = mode == MATCHER_LONG ? 64 : wide_stack ? 32 : 16;
    enum implicit_place place = AT_SI;
    if (!implicit_operand(form->instruction, s->name, &place)) {
        return false;
    }
    b->site = SITE_MEMORY;
    switch (place) {
    case AT_SI:
        b->address = linear(run, data, cut(g[RSI_NUMBER], bits), mode);
        break;
    case AT_DI:
        b->address = linear(run, strncmp(form->instruction + (form->instruction[0] == 'V' ? 1 : 0), "MASK", 4) == 0 ? data : SEGMENT_ES,
                            cut(g[RDI_NUMBER], bits), mode);
        break;
    case AT_BP:
        b->address = linear(run, SEGMENT_SS, cut(g[RBP_NUMBER], stack_bits), mode);
        break;
    case AT_BELOW_BP:
        b->address = linear(run, SEGMENT_SS, cut(g[RBP_NUMBER] - s->width / 8, stack_bits), mode);
        break;
    case AT_BX_AL:
        b->address = linear(run, data, cut(g[3] + (g[0] & 0xFF), bits), mode);
        break;
    case AT_AX_LINE:
        b->address = linear(run, data, cut(g[0], bits) & ~UINT64_C(63), mode);
        break;
    default:
        b->address = linear(run, SEGMENT_ES, cut(g[first->number], bits), mode);
        break;
    }
    return true;
}

/* Operands that are one fixed register. */
static bool bind_fixed(const struct operand *s, struct operand_binding *b) {
    if (strcmp(s->name, "xmm0") != 0) {
        return false;
    }
    *b = (struct operand_binding){.site = SITE_VECTOR, .class = REGISTER_XMM, .number = 0};
    return true;
}

/* The effective address itself as an operand (LEA, INVLPG). */
static bool bind_address(const struct operand *s, const struct matcher_operand *o, size_t count, const struct decoded *d, const struct run *run,
                         struct operand_binding *b) {
    if (strcmp(s->name, "place") != 0 || strcmp(s->kind, "immediate") != 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (o[i].kind == OPERAND_MEMORY) {
            b->site = SITE_CONSTANT;
            b->constant = cut(effective_address(run, &o[i], d), s->width < 64 ? s->width : 64);
            return true;
        }
    }
    return false;
}

/* RETF imm16 releases parameters before it takes SS and SP of an outer level (SDM vol. 2B, RET, RETURN-TO-OUTER-PRIVILEGE-LEVEL). */
static uint64_t released_bytes(const struct form *form, const struct matcher_operand *o, size_t count) {
    static const char *const returns[] = {"RET_FAR"};
    for (size_t i = 0; form_is(form, returns, 1) && i < count; i++) {
        if (o[i].kind == OPERAND_IMMEDIATE) {
            return (uint64_t)o[i].value & 0xFFFF;
        }
    }
    return 0;
}

void bind_operands(const struct form *form, const struct semantics *semantics, const struct matcher *m, const struct decoded *d,
                   const struct run *run, struct operand_binding *bindings) {
    struct matcher_operand text[MATCHER_OPERANDS];
    size_t text_count = matcher_operands(m, d, text);
    enum matcher_mode mode = (enum matcher_mode)d->mode;
    unsigned stack_bits = mode == MATCHER_LONG ? 64 : run->before.segments[SEGMENT_SS].db != 0 ? 32 : 16;
    uint64_t popped = run->before.general[RSP_NUMBER];
    uint64_t released = released_bytes(form, text, text_count);
    size_t at = 0;
    for (size_t i = 0; i < semantics->operand_count; i++) {
        const struct operand *s = &semantics->operands[i];
        struct operand_binding *b = &bindings[i];
        *b = (struct operand_binding){.site = SITE_UNKNOWN};
        if (bind_fixed(s, b) || bind_implicit(form, s, d, run, &bindings[0], b)) {
            continue;
        }
        if (strcmp(s->kind, "stack") == 0) {
            if ((s->direction & OPERAND_OUT) != 0) {
                b->site = SITE_PUSHED;
            } else {
                popped += strcmp(s->name, "outer_sp") == 0 ? released : 0;
                *b = (struct operand_binding){.site = SITE_MEMORY, .address = linear(run, SEGMENT_SS, cut(popped, stack_bits), mode)};
                popped += s->width / 8;
            }
            continue;
        }
        if (strcmp(s->name, "mask") == 0 && strcmp(s->kind, "register") == 0 && d->scheme == SCHEME_EVEX) {
            *b = d->mask == 0 ? (struct operand_binding){.site = SITE_CONSTANT, .constant = UINT64_MAX}
                              : (struct operand_binding){.site = SITE_MASK, .class = REGISTER_MASK, .number = d->mask};
            continue;
        }
        size_t k = at;
        while (k < text_count && !operand_fits(s->kind[0], &text[k])) {
            k++;
        }
        if (k < text_count) {
            bind_explicit(run, s, &text[k], d, b);
            at = k + 1;
        } else {
            (void)bind_address(s, text, text_count, d, run, b);
        }
    }
}

bool is_window_data(uint64_t address, uint32_t size) {
    return address >= WINDOW_BASE + WINDOW_DATA && address - WINDOW_BASE <= WINDOW_DATA + WINDOW_DATA_SIZE - size;
}

bool window_byte(const struct run *run, uint64_t address, uint8_t *byte) {
    if (address < WINDOW_BASE || address >= (uint64_t)WINDOW_BASE + WINDOW_SIZE) {
        return false;
    }
    uint32_t offset = (uint32_t)(address - WINDOW_BASE);
    if (offset >= WINDOW_CODE && offset < WINDOW_CODE + WINDOW_CODE_SIZE) {
        bool own = offset >= WINDOW_START && offset < WINDOW_START + run->length;
        *byte = own ? run->bytes[offset - WINDOW_START] : 0xF4;
        return true;
    }
    if (offset < WINDOW_DATA || offset >= WINDOW_DATA + WINDOW_DATA_SIZE) {
        return false;
    }
    *byte = window_background(offset);
    for (uint32_t i = 0; i < run->chunk_count; i++) {
        const struct chunk *c = &run->chunks[i];
        if (offset >= c->offset && offset < c->offset + c->size) {
            *byte = c->bytes[offset - c->offset];
        }
    }
    return true;
}
