/* Chooses states: pointers point into the window, transfers go to its code, selectors have a known meaning, all else is random with a bias to edges.
 */
#include "choose.h"

#include "operands.h"

#include <string.h>

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

struct random {
    uint64_t state;
};

static uint64_t next(struct random *r) { /* splitmix64 */
    uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static unsigned below(struct random *r, size_t limit) { return (unsigned)(next(r) % limit); }

static uint64_t edge_value(struct random *r) {
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     3,
                                     7,
                                     8,
                                     31,
                                     32,
                                     63,
                                     64,
                                     0x7F,
                                     0x80,
                                     0xFF,
                                     0x7FFF,
                                     0x8000,
                                     0x7FFFFFFF,
                                     0x80000000,
                                     0xFFFFFFFF,
                                     UINT64_C(0x7FFFFFFFFFFFFFFF),
                                     UINT64_C(0x8000000000000000),
                                     UINT64_MAX};
    uint64_t value = next(r);
    switch (value >> 62) {
    case 0:
        return edges[below(r, sizeof edges / sizeof edges[0])];
    case 1:
        return next(r) & 0xFFFF;
    default:
        return next(r);
    }
}

struct chooser {
    const struct isa *isa;
    const struct form *form;
    const struct semantics *semantics;
    const struct world *world;
    unsigned number;
    struct random random;
    struct run *run;
};

static uint64_t pointer(const struct chooser *c, uint32_t offset) { return c->world->pointer_base + offset; }

/* A place to go: code of the window, not the tested instruction. */
/* Far enough from the instruction that a segment that starts up to 256 bytes elsewhere does not lead into it. */
static uint64_t code_pointer(struct chooser *c) { return pointer(c, WINDOW_START + 0x140 + below(&c->random, 0x200)); }

static uint16_t selector(struct chooser *c, unsigned segment) {
    uint16_t own = c->world->base.segments[segment].selector;
    return c->number == 0 || c->world->selector_count == 0 || below(&c->random, 4) == 0
               ? own
               : c->world->selectors[below(&c->random, c->world->selector_count)];
}

static uint64_t merge(uint64_t value, uint64_t varied, uint64_t base) { return (value & varied) | (base & ~varied); }

static void choose_vectors(struct chooser *c) {
    struct machine_state *s = &c->run->before;
    const struct machine_state *v = &c->world->varied;
    for (unsigned i = 0; i < 32; i++) {
        for (unsigned k = 0; k < 8; k++) {
            uint64_t value = edge_value(&c->random);
            uint64_t varied = 0;
            memcpy(&varied, v->vectors[i] + (size_t)8 * k, 8);
            value &= varied;
            memcpy(s->vectors[i] + (size_t)8 * k, &value, 8);
        }
    }
    /* Indices of gathers: small and different. */
    for (unsigned k = 0; k < 64; k++) {
        s->vectors[ENCODER_VECTOR_INDEX][k] = (uint8_t)(k % 8 == 0 && v->vectors[ENCODER_VECTOR_INDEX][k] != 0 ? 8 * (k / 8) : 0);
    }
    for (unsigned i = 0; i < 8; i++) {
        s->masks[i] = edge_value(&c->random) & v->masks[i];
    }
    for (unsigned i = 0; c->number % 2 == 1 && i < 8; i++) { /* an empty x87 stack with benign states */
        uint64_t significand = edge_value(&c->random);
        uint16_t exponent = (uint16_t)(below(&c->random, 2) == 0 ? 0x3FFF + below(&c->random, 16) : next(&c->random));
        memcpy(s->x87_registers[i], &significand, 8);
        memcpy(s->x87_registers[i] + 8, &exponent, 2);
        s->x87_full = (uint8_t)(s->x87_full | below(&c->random, 2) << i);
    }
    if (c->number % 2 == 1) {
        s->x87_status = (uint16_t)(below(&c->random, 8) << 11 | (next(&c->random) & 0x4700));
        s->mxcsr = (uint32_t)(0x1F80 | (next(&c->random) & 0xE07F));
    }
    if (c->number % 8 == 3) { /* unmasked exceptions, and one that is pending */
        s->mxcsr = (uint32_t)(next(&c->random) & 0xFFC0);
        s->x87_control = (uint16_t)(0x340 | below(&c->random, 64));
        s->x87_status = (uint16_t)(s->x87_status | ((c->number & 8) != 0 ? 0x8081u : 0));
        s->x87_control = (uint16_t)(s->x87_control & ((c->number & 8) != 0 ? ~1u : ~0u));
    }
}

static void choose_registers(struct chooser *c) {
    struct machine_state *s = &c->run->before;
    const struct machine_state *v = &c->world->varied;
    for (unsigned i = 0; i < 16; i++) {
        s->general[i] = merge(edge_value(&c->random), v->general[i], s->general[i]);
    }
    s->general[RSI] = pointer(c, WINDOW_DATA + 0x800 + 64 * below(&c->random, 4));
    s->general[RDI] = pointer(c, WINDOW_DATA + 0x2400 + 8 * below(&c->random, 8));
    s->general[RBP] = pointer(c, WINDOW_DATA + 0x3700 + 8 * below(&c->random, 8));
    s->general[RSP] = pointer(c, WINDOW_DATA + 0x3600 + 8 * below(&c->random, 8));
    s->rip = pointer(c, WINDOW_START);
    if (c->number > 0) {
        s->rflags = merge(next(&c->random), v->rflags, s->rflags);
    }
    static const char *const tables[] = {"XLAT"};
    static const char *const lines[] = {"MONITOR", "MONITORX", "CLZERO"};
    if (form_is(c->form, tables, 1)) {
        s->general[RBX] = pointer(c, WINDOW_DATA + 0x100);
    }
    if (form_is(c->form, lines, 3)) {
        s->general[RAX] = pointer(c, WINDOW_DATA + 0x1000);
    }
    static const char *const returns[] = {"SYSRET", "SYSEXIT"};
    if (form_is(c->form, returns, 2)) { /* RIP comes from RCX or RDX, RSP of SYSEXIT from RCX */
        bool exits = strcmp(c->form->instruction, "SYSEXIT") == 0;
        s->general[RDX] = exits ? code_pointer(c) : s->general[RDX];
        s->general[RCX] = exits ? s->general[RSP] : code_pointer(c);
        s->general[11] = (next(&c->random) & 0xCD5) | 2;
    }
    if (strncmp(c->form->instruction, "REP_", 4) == 0) { /* one iteration, or none */
        s->general[RCX] = c->number % 4 == 2 ? 0 : 1;
    }
}

/* Gives an operand a value: in its register, or in memory. */
static void set_operand(struct chooser *c, const struct operand *o, const struct operand_binding *b, word128 value) {
    struct run *r = c->run;
    if (b->site == SITE_GENERAL && !b->high_byte) {
        r->before.general[b->number] = merge((uint64_t)value, c->world->varied.general[b->number], 0);
    } else if (b->site == SITE_MEMORY && r->chunk_count < RUN_CHUNKS && is_window_data(b->address, 16)) {
        struct chunk *k = &r->chunks[r->chunk_count++];
        k->offset = (uint32_t)(b->address - WINDOW_BASE);
        k->size = o->width >= 128 ? 16 : o->width / 8;
        memcpy(k->bytes, &value, k->size);
    }
}

/* RF, VM and TF stay clear: they act on what runs next. */
static uint64_t flags_image(struct chooser *c) { return (next(&c->random) & UINT64_C(0x20CED5) & ~UINT64_C(0x10100)) | 2; }

/* Operands whose values have a meaning: targets, selectors, flags, addresses. */
static void choose_operand(struct chooser *c, const struct operand *o, const struct operand_binding *b) {
    static const char *const segment_loads[] = {"MOV_TO_SREG", "MOV_TO_CS", "POP_SREG", "LLDT", "LTR"};
    static const char *const far_loads[] = {"LDS", "LES", "LFS", "LGS", "LSS"};
    static const char *const near_returns[] = {"RET"};
    static const char *const flag_loads[] = {"POPF"};
    static const char *const bit_tests[] = {"BT", "BIT_CHANGE"};
    bool is_popped = strcmp(o->name, "popped") == 0;
    bool is_data_selector = strcmp(o->name, "outer_ss") == 0 || strcmp(o->name, "new_ss") == 0 || strcmp(o->name, "selector") == 0 ||
                            (form_is(c->form, segment_loads, 5) && (o->direction & OPERAND_IN) != 0);
    if (strcmp(o->name, "target") == 0 || strcmp(o->name, "new_ip") == 0 || (is_popped && form_is(c->form, near_returns, 1))) {
        set_operand(c, o, b, code_pointer(c));
    } else if (strcmp(o->name, "new_cs") == 0) {
        set_operand(c, o, b, selector(c, SEGMENT_CS));
    } else if (is_data_selector) {
        set_operand(c, o, b, selector(c, SEGMENT_SS));
    } else if (strcmp(o->name, "outer_sp") == 0 || strcmp(o->name, "new_sp") == 0) {
        set_operand(c, o, b, c->run->before.general[RSP]);
    } else if (strcmp(o->name, "new_flags") == 0 || (is_popped && form_is(c->form, flag_loads, 1))) {
        set_operand(c, o, b, flags_image(c));
    } else if (strcmp(o->name, "pointer") == 0 && o->width >= 32) {
        set_operand(c, o, b, (word128)selector(c, SEGMENT_CS) << (o->width - 16) | (code_pointer(c) & (((word128)1 << (o->width - 16)) - 1)));
    } else if (form_is(c->form, far_loads, 5) && strcmp(o->kind, "memory") == 0) {
        set_operand(c, o, b, (word128)selector(c, SEGMENT_SS) << (o->width - 16) | (next(&c->random) & 0xFFFF));
    } else if ((strcmp(o->name, "place") == 0 || strcmp(o->name, "address") == 0) && strcmp(o->kind, "register") == 0) {
        set_operand(c, o, b, pointer(c, WINDOW_DATA + 0x1C00));
    } else if (form_is(c->form, bit_tests, 2) && strcmp(o->kind, "register") == 0 && strcmp(o->name, "src") == 0) {
        set_operand(c, o, b, below(&c->random, o->width)); /* a bit string in memory begins at its operand */
    }
}

/* Loads of control registers: a bit or two other than now, so that the machine can go on; sometimes a reserved one. */
static bool choose_control_register(struct chooser *c, const struct operand *o, const struct operand_binding *b) {
    static const char *const loads[] = {"MOV_TO_CR"};
    static const uint64_t flips_of_cr0[] = {0, 8, 2, 4, 0x10000, 0x20, 0x40000, UINT64_C(0x100000000)};
    static const uint64_t flips_of_cr4[] = {0, 4, 8, 0x100, 0x400, 0x200, 0x80, UINT64_C(0x8000000000)};
    const struct machine_state *s = &c->world->base;
    if (!form_is(c->form, loads, 1) || strcmp(o->kind, "register") != 0) {
        return false;
    }
    const char *number = strstr(c->form->text, "CR") + 2;
    unsigned which = c->number == 0 ? 0 : below(&c->random, 8);
    uint64_t value = *number == '0'   ? s->cr0 ^ flips_of_cr0[which]
                     : *number == '4' ? s->cr4 ^ flips_of_cr4[which]
                     : *number == '3' ? s->cr3 ^ (which & 3) << 3
                                      : 0;
    if (*number != '0' && *number != '3' && *number != '4') {
        return false;
    }
    set_operand(c, o, b, value);
    return true;
}

/* Images that are loaded as a whole: a valid one with benign states. */
static void choose_image(struct chooser *c, const struct operand_binding *b) {
    static const char *const images[] = {"XRSTOR", "XRSTORS", "FXRSTOR", "LDMXCSR", "VLDMXCSR"};
    struct run *r = c->run;
    bool is_xrstor = form_is(c->form, images, 2);
    bool is_mxcsr = form_is(c->form, images + 3, 2);
    if (!form_is(c->form, images, 5) || b->site != SITE_MEMORY || !is_window_data(b->address, 576) || r->chunk_count + 2 > RUN_CHUNKS) {
        return;
    }
    uint32_t at = (uint32_t)(b->address - WINDOW_BASE);
    uint32_t mxcsr = c->number == 2 ? 0x80001F80u : 0x1F80;
    struct chunk *k = &r->chunks[r->chunk_count++];
    *k = (struct chunk){.offset = at + (is_mxcsr ? 0 : 24), .size = 4};
    memcpy(k->bytes, &mxcsr, 4);
    if (is_xrstor) {
        r->chunks[r->chunk_count++] = (struct chunk){.offset = at + 512, .size = 64};
    }
}

bool choose_run(const struct isa *isa, const struct matcher *m, unsigned form, const struct world *world, const struct choice *choice,
                struct run *run, struct decoded *decoded) {
    const struct form *f = &isa->forms[form];
    const struct semantics *s = f->semantics[isa_find_mode(isa, matcher_mode_name(world->mode))];
    struct chooser c = {.isa = isa, .form = f, .semantics = s, .world = world, .number = choice->number, .run = run};
    c.random.state = choice->seed ^ (uint64_t)form << 32 ^ (uint64_t)world->mode << 24 ^ (uint64_t)world->cpl << 20 ^ (uint64_t)choice->memory << 16 ^
                     choice->number;
    (void)next(&c.random);
    struct encoding_choice e = {.memory = choice->memory,
                                .immediate = edge_value(&c.random),
                                .registers = choice->number,
                                .masked = choice->number % 4 == 1,
                                .decorated = choice->number % 2 == 1};
    static const char *const frames[] = {"ENTER"};
    if (form_is(f, frames, 1)) { /* small frames, and at most one pointer to an enclosing one: the tables have one value for all of them */
        e.immediate &= 0xE10078;
    }
    static const char *const interrupts[] = {"INT_N"};
    if (form_is(f, interrupts, 1) && ((e.immediate & 0xFF) == 13 || (e.immediate & 0xFF) == 14)) { /* the vectors that tell where a run ended */
        e.immediate ^= 0x40;
    }
    static const char *const returns[] = {"RET_FAR"};
    if (form_is(f, returns, 1)) { /* what it releases stays in the window, or is far away from the stack */
        e.immediate = (e.immediate & 0x78) | (choice->number % 2 == 0 ? 0 : 0x8000);
    }
    e.displacement = pointer(&c, WINDOW_DATA + 0x1400);
    e.selector = selector(&c, SEGMENT_CS);
    e.far_offset = (uint32_t)code_pointer(&c);
    size_t length = 0;
    if (s == NULL || s->operand_count > 16 || !encode(m, form, f, world->mode, &e, run->bytes, &length, decoded)) {
        return false;
    }
    run->length = (uint32_t)length;
    run->chunk_count = 0;
    run->before = world->base;
    choose_registers(&c);
    choose_vectors(&c);
    struct matcher_operand text[MATCHER_OPERANDS];
    size_t count = matcher_operands(m, decoded, text);
    for (size_t i = 0; i < count; i++) { /* operands of the text are not pointers */
        if (text[i].kind == OPERAND_REGISTER && text[i].class >= REGISTER_GENERAL_8 && text[i].class <= REGISTER_GENERAL_64 &&
            text[i].number != RSP && text[i].number != ENCODER_BASE) {
            unsigned number = text[i].high_byte ? text[i].number - 4u : text[i].number;
            run->before.general[number] = merge(edge_value(&c.random), world->varied.general[number], 0);
        }
    }
    struct operand_binding bindings[16];
    bind_operands(f, s, m, decoded, run, bindings);
    for (size_t i = 0; i < s->operand_count; i++) {
        if (!choose_control_register(&c, &s->operands[i], &bindings[i])) {
            choose_operand(&c, &s->operands[i], &bindings[i]);
        }
        choose_image(&c, &bindings[i]);
    }
    return true;
}
