/* Where the operands of a decoded instruction are: those that its bytes name, and the implicit ones (hardware/operands.h has their rules). */
#include "decode.h"

#include "../hardware/operands.h"
#include "host_code.h"

#include <stddef.h>

#define NUMBER_BX 3u
#define NUMBER_SP 4u
#define NUMBER_BP 5u
#define NUMBER_SI 6u
#define NUMBER_DI 7u

static bool is(const char *name, const char *other) { return strcmp(name, other) == 0; }

static bool begins(const char *name, const char *start) { return strncmp(name, start, strlen(start)) == 0; }

static struct location memory_place(unsigned segment, unsigned base, unsigned bits) {
    return (struct location){.kind = PLACE_MEMORY,
                             .segment = (uint8_t)segment,
                             .base = (uint8_t)base,
                             .index = NO_REGISTER,
                             .scale = 1,
                             .address_bits = (uint8_t)bits,
                             .bit_register = NO_REGISTER};
}

static struct location explicit_memory(const struct matcher_operand *o, const struct decoded *d) {
    struct location p = memory_place(o->segment, o->base_class == REGISTER_NONE ? NO_REGISTER : o->base, d->address_size);
    bool vector_index = o->index_class >= REGISTER_XMM && o->index_class <= REGISTER_ZMM;
    p.index = o->index_class == REGISTER_NONE ? (uint8_t)NO_REGISTER : o->index;
    p.scale = o->scale;
    p.displacement = (int32_t)o->value;
    p.kind = vector_index || o->bits > 8 * AREA_BYTES ? PLACE_UNKNOWN : o->bits > 128 ? PLACE_AREA : PLACE_MEMORY;
    p.area = p.kind == PLACE_AREA ? (uint16_t)(o->bits / 8) : 0;
    return p;
}

static struct location explicit_place(const struct matcher_operand *o, const struct decoded *d, unsigned width) {
    if (o->kind == OPERAND_MEMORY) {
        return explicit_memory(o, d);
    }
    if (o->kind == OPERAND_REGISTER &&
        (o->class == REGISTER_X87 || o->class == REGISTER_MM || (o->class == REGISTER_XMM && o->number < XMM_REGISTERS))) {
        enum place_kind kind = o->class == REGISTER_X87 ? PLACE_X87 : o->class == REGISTER_MM ? PLACE_MMX : PLACE_XMM;
        return (struct location){.kind = (uint8_t)kind, .offset = o->number};
    }
    if (o->kind == OPERAND_REGISTER) {
        bool general = o->class >= REGISTER_GENERAL_8 && o->class <= REGISTER_GENERAL_64;
        unsigned number = o->high_byte ? o->number - 4u : o->number;
        size_t offset = offsetof(struct x86, rax) + number * sizeof(uint64_t) + (o->high_byte ? 1 : 0);
        return (struct location){.kind = general ? PLACE_REGISTER : PLACE_UNKNOWN, .offset = (uint16_t)offset};
    }
    uint64_t value = (uint64_t)o->value;
    if (o->kind == OPERAND_FAR_POINTER) {
        value = (value & ((UINT64_C(1) << (width - 16)) - 1)) | (uint64_t)o->selector << (width - 16);
    }
    return (struct location){.kind = PLACE_CONSTANT, .constant = width >= 64 ? value : value & ((UINT64_C(1) << width) - 1)};
}

static bool implicit_memory(const char *instruction, const char *operand, const struct decoded *d, struct location *p) {
    enum implicit_place where = AT_SI;
    if (!implicit_operand(instruction, operand, &where)) {
        return false;
    }
    unsigned data = d->segment != MATCHER_NONE ? d->segment : SEGMENT_DS;
    switch (where) {
    case AT_SI:
        *p = memory_place(data, NUMBER_SI, d->address_size);
        return true;
    case AT_DI:
        *p = memory_place(SEGMENT_ES, NUMBER_DI, d->address_size);
        return true;
    case AT_BP: /* the address is as wide as the stack: the machine asks SS when it executes */
        *p = memory_place(SEGMENT_SS, NUMBER_BP, 0);
        return true;
    case AT_BX_AL: /* XLAT: AL as an index, see place_linear */
        *p = memory_place(data, NUMBER_BX, d->address_size);
        p->index = 0;
        p->scale = 0;
        return true;
    default:
        *p = (struct location){.kind = PLACE_UNKNOWN};
        return true;
    }
}

/* Nothing of the shadow stack or of FRED exists here; the parameters of a call gate are copied by frame.c. */
static bool does_not_exist(const char *name) { return begins(name, "shadow_") || is(name, "event_frame") || is(name, "parameters"); }

struct text {
    struct matcher_operand operands[MATCHER_OPERANDS];
    size_t count, next;
};

/* The next operand of the text that can be this one. */
static const struct matcher_operand *take(struct text *t, char kind) {
    size_t k = t->next;
    while (k < t->count && !operand_fits(kind, &t->operands[k])) {
        k++;
    }
    if (k == t->count) {
        return NULL;
    }
    t->next = k + 1;
    return &t->operands[k];
}

static struct location effective_address(const struct text *t, const struct decoded *d) {
    for (size_t i = 0; i < t->count; i++) {
        if (t->operands[i].kind == OPERAND_MEMORY) {
            struct location p = explicit_memory(&t->operands[i], d);
            p.kind = PLACE_ADDRESS;
            return p;
        }
    }
    return (struct location){.kind = PLACE_UNKNOWN};
}

static struct location find_place(const char *instruction, const struct emitted_operand *o, char kind, const struct decoded *d, struct text *t,
                                  unsigned *popped) {
    struct location p = {.kind = PLACE_NOTHING};
    if (does_not_exist(o->name) || implicit_memory(instruction, o->name, d, &p)) {
        return p;
    }
    if (kind == 's') {
        if ((o->direction & 2) != 0) {
            return (struct location){.kind = PLACE_PUSHED};
        }
        p = (struct location){.kind = is(o->name, "v86_segments") ? PLACE_V86 : PLACE_POPPED, .offset = (uint16_t)*popped};
        *popped += o->width / 8;
        return p;
    }
    const struct matcher_operand *m = take(t, kind);
    if (m != NULL) {
        return explicit_place(m, d, o->width);
    }
    if (is(o->name, "place")) {
        return effective_address(t, d);
    }
    return (struct location){.kind = kind == 'i' || kind == 'e' ? PLACE_CONSTANT : PLACE_UNKNOWN};
}

static unsigned flags_of(const char *name, const struct instruction *i) {
    unsigned flags = i->step->reads > 0 || i->step->has_opaques != 0 ? INSTRUCTION_CAREFUL : 0;
    bool frame = begins(name, "INT") || is(name, "DELIVERY") || is(name, "CALL_FAR") || is(name, "ENTER");
    flags |= frame ? INSTRUCTION_CAREFUL | INSTRUCTION_FRAME : 0;
    flags |= begins(name, "REP_") ? INSTRUCTION_REPEATED : 0;
    flags |= is(name, "STI") ? INSTRUCTION_SHADOWS : 0;
    flags |= is(name, "IRET") ? INSTRUCTION_RESUMES : 0;
    for (unsigned k = 0; k < i->count; k++) {
        flags |= i->places[k].kind == PLACE_UNKNOWN ? INSTRUCTION_CAREFUL : 0;
    }
    return flags;
}

/* SDM vol. 2B, RET: the stack pointer and segment of the outer level lie above the parameters that the return releases. */
static void skip_parameters(struct instruction *i) {
    uint64_t released = 0;
    for (unsigned k = 0; k < i->count; k++) {
        released = is(i->step->operands[k].name, "immediate") ? i->places[k].constant : released;
    }
    for (unsigned k = 0; k < i->count; k++) {
        if (begins(i->step->operands[k].name, "outer_")) {
            i->places[k].offset = (uint16_t)(i->places[k].offset + released);
        }
    }
}

/* Loads of SS: SDM vol. 2B, MOV, POP. */
static bool loads_stack_segment(const char *text) { return begins(text, "MOV SS,") || begins(text, "POP SS"); }

bool has_vector_extension(const char *extension) {
    static const char *const offered[] = {"", "MMX", "FXSR", "SSE", "SSE2"};
    for (unsigned i = 0; i < sizeof offered / sizeof offered[0]; i++) {
        if (is(extension, offered[i])) {
            return true;
        }
    }
    return false;
}

/* SDM vol. 1, 4.1.1: 16 bytes in memory must be aligned, but for MOVUPS, MOVUPD and MOVDQU. */
static bool must_be_aligned(const struct decoded *d, const struct location *p) {
    bool unaligned_move = d->opcode == 0x10 || d->opcode == 0x11 || (d->repeat == 0xF3 && (d->opcode == 0x6F || d->opcode == 0x7F));
    return p->kind == PLACE_AREA ? p->area == AREA_BYTES : p->kind == PLACE_MEMORY && p->bytes == 16 && !unaligned_move;
}

/* x87, MMX and SSE: of extensions that the machine does not have (CPUID, arrays.c) no form exists. How the host executes the form. False: the machine
 * does not have it. */
static bool bind_vectors(const char *extension, const struct decoded *d, struct instruction *i) {
    bool x87 = d->scheme == SCHEME_LEGACY && d->map == 0 && d->opcode >= 0xD8 && d->opcode <= 0xDF;
    bool stack_pointer = false;
    bool vectors = false;
    for (unsigned k = 0; k < i->count; k++) {
        const struct location *p = &i->places[k];
        vectors = vectors || p->kind == PLACE_MMX || p->kind == PLACE_XMM || p->kind == PLACE_AREA;
        stack_pointer = stack_pointer || (p->kind == PLACE_REGISTER && p->offset == offsetof(struct x86, rsp));
    }
    /* LDMXCSR and STMXCSR, EMMS, WAIT: all of the state is in the tables. */
    bool control = d->scheme == SCHEME_LEGACY && ((d->map == 1 && (d->opcode == 0xAE || d->opcode == 0x77)) || (d->map == 0 && d->opcode == 0x9B));
    i->host = (struct host_code){.length = 0};
    if (!x87 && !vectors && !control) {
        return true;
    }
    if (d->scheme != SCHEME_LEGACY || !has_vector_extension(extension)) {
        return d->scheme != SCHEME_LEGACY || control;
    }
    i->flags |= INSTRUCTION_VECTORS | (x87 ? INSTRUCTION_CAREFUL : 0);
    for (unsigned k = 0; k < i->count && vectors; k++) {
        i->places[k].aligned = must_be_aligned(d, &i->places[k]);
    }
    if (!stack_pointer) {
        i->host = host_translate(d, vectors);
    }
    return true;
}

static uint8_t port_bytes(const struct decoded *d, unsigned mode) {
    bool wide = (mode == MATCHER_PROTECTED) != ((d->prefixes & PREFIX_66) != 0);
    return (d->opcode & 1) == 0 ? 1 : wide ? 4 : 2;
}

/* What an entry of the emitted table does, with the operands that the text has. */
static bool bind_step(const char *name, const struct emitted_form *entry, const struct decoded *d, struct text *t, struct instruction *i) {
    const struct emitted_step *step = &x86_emitted.steps[entry->step];
    if (step->operand_count > MOST_OPERANDS) {
        return false;
    }
    unsigned popped = 0;
    i->form = d->form;
    i->mode = d->mode;
    i->length = d->length;
    i->address_bits = d->address_size;
    i->port_bytes = port_bytes(d, d->mode);
    i->step = step;
    i->length_choice = NO_REGISTER;
    for (unsigned k = 0; k < step->choice_count; k++) {
        i->length_choice = is(step->choices[k], "length") ? (uint8_t)k : i->length_choice;
    }
    i->count = (uint8_t)step->operand_count;
    for (unsigned k = 0; k < i->count; k++) {
        const struct emitted_operand *o = &step->operands[k];
        struct location *p = &i->places[k];
        *p = find_place(name, o, entry->kinds[k], d, t, &popped);
        p->direction = (uint8_t)o->direction;
        p->bytes = (uint8_t)((o->width + 7) / 8);
        if (is(name, "POP") && p->kind == PLACE_MEMORY && p->base == NUMBER_SP) {
            p->displacement += p->bytes; /* SDM vol. 2B, POP: the address is computed after the stack pointer is incremented */
        }
    }
    if (is(name, "RET_FAR")) {
        skip_parameters(i);
    }
    bool bit_test = (is(name, "BT") || is(name, "BIT_CHANGE")) && i->count == 2;
    if (bit_test && i->places[0].kind == PLACE_MEMORY && i->places[1].kind == PLACE_REGISTER) {
        i->places[0].bit_register = (uint8_t)((i->places[1].offset - offsetof(struct x86, rax)) / sizeof(uint64_t));
    }
    i->flags = (uint8_t)(flags_of(name, i) | (loads_stack_segment(entry->text) ? INSTRUCTION_SHADOWS | INSTRUCTION_SHADOWS_TRAPS : 0));
    return true;
}

bool bind_places(const struct decoder *decoder, const struct decoded *d, struct instruction *i) {
    const struct emitted_form *entry = decoder_entry(decoder, d->form, d->mode);
    const struct form *form = &decoder->isa->forms[d->form];
    struct text t = {.next = 0};
    t.count = matcher_operands(decoder->matcher, d, t.operands);
    return entry != NULL && bind_step(form->instruction, entry, d, &t, i) && bind_vectors(form->extension, d, i);
}

bool bind_event(const struct decoder *decoder, const struct emitted_form *event, struct instruction *i) {
    const struct decoded d = {.form = event->form, .mode = (uint8_t)event->mode_number};
    struct text none = {.count = 0};
    return bind_step(decoder->isa->forms[event->form].instruction, event, &d, &none, i);
}
