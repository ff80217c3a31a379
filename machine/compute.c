/* What the tables leave open of an x87, MMX or SSE instruction, from the host's processor. What the tables say stays theirs: the step is executed
 * twice, with opaque and undefined results that differ, and only what differs then is taken from the host. */
#include "execute.h"
#include "host_code.h"

#include <stddef.h>

#define MXCSR_FLAGS 0x3Fu
#define MXCSR_MASKS 0x1F80u
#define MXCSR_FIRST 0x7u /* invalid, denormal, divide by zero: they are found before there is a result */
#define X87_PENDING 0x80u
#define STATUS_FLAGS UINT64_C(0x8D7) /* CF, PF, AF, ZF, SF, OF, and bit 1, which is always set */

/* What the host has after the instruction. */
struct host_result {
    struct x86 state; /* x87 and SSE state and flags alone */
    struct vectors vectors;
    struct host_registers registers;
    const uint8_t *operand;
    uint32_t raised; /* SIMD exceptions that the guest does not mask */
};

/* The second attempt: all that is open has other values. */
static void attempt_again(struct processor *p, const struct instruction *i, struct trial *t, const struct operands *o) {
    for (unsigned k = 0; k < i->step->choice_count; k++) {
        p->choices[k] = k == i->length_choice ? p->choices[k] : 1;
    }
    struct undefined_results *asked = p->undefined; /* to find them, other values would go through the step once more */
    p->undefined = NULL;
    t->other = true;
    (void)attempt(p, i, t, o);
    t->other = false;
    p->undefined = asked;
    for (unsigned k = 0; k < i->step->choice_count; k++) {
        p->choices[k] = k == i->length_choice ? p->choices[k] : 0;
    }
}

/* Components that the host can supply, and which it has them in. */
static const struct {
    size_t offset, size;
} components[] = {
    {offsetof(struct x86, x87_control), sizeof(uint16_t)}, {offsetof(struct x86, x87_status), sizeof(uint16_t)},
    {offsetof(struct x86, x87_tag), sizeof(uint16_t)},     {offsetof(struct x86, mxcsr), sizeof(uint32_t)},
    {offsetof(struct x86, status_cf), sizeof(uint8_t)},    {offsetof(struct x86, status_pf), sizeof(uint8_t)},
    {offsetof(struct x86, status_af), sizeof(uint8_t)},    {offsetof(struct x86, status_zf), sizeof(uint8_t)},
    {offsetof(struct x86, status_sf), sizeof(uint8_t)},    {offsetof(struct x86, status_of), sizeof(uint8_t)},
    {offsetof(struct x86, vector_state), sizeof(word128)},
};

/* Byte by byte, padding too: all of these states are copies of one. */
static bool same(const void *a, const void *b) { return memcmp(a, b, sizeof(struct x86)) == 0; }

static void take(struct x86 *first, struct x86 *second, const struct x86 *host, size_t offset, size_t size) {
    uint8_t *a = (uint8_t *)first + offset;
    uint8_t *b = (uint8_t *)second + offset;
    if (memcmp(a, b, size) != 0) {
        memcpy(a, (const uint8_t *)host + offset, size);
        memcpy(b, a, size);
    }
}

/* False when something else differs. */
static bool merge_state(struct x86 *first, struct x86 *second, const struct x86 *host) {
    for (size_t k = 0; k < sizeof components / sizeof components[0]; k++) {
        take(first, second, host, components[k].offset, components[k].size);
    }
    for (unsigned k = 0; k < 8; k++) {
        take(first, second, host, offsetof(struct x86, x87_register) + k * sizeof(word128), sizeof(word128));
    }
    return same(first, second);
}

static word128 host_value(const struct host_result *h, const struct processor *before, const struct location *place) {
    word128 value = 0;
    switch (place->kind) {
    case PLACE_REGISTER:
        memcpy(&value, (const uint8_t *)h->registers.general + (place->offset - offsetof(struct x86, rax)), place->bytes);
        return value;
    case PLACE_MEMORY:
        memcpy(&value, h->operand, place->bytes);
        return value;
    case PLACE_X87:
        return h->state.x87_register[(before->stack_top + place->offset) & 7];
    case PLACE_MMX:
        return (uint64_t)h->state.x87_register[place->offset];
    case PLACE_XMM:
        return h->vectors.xmm[place->offset];
    default:
        return 0;
    }
}

/* The guest's values for the pointers to the last x87 instruction, where the host's point to where it was executed. */
static void move_pointers(struct processor *p, const struct instruction *i, const struct operands *o, struct vectors *v) {
    if (v->code_offset != host_place(p, &i->host)) {
        return;
    }
    v->code_offset = (uint32_t)p->state.rip;
    v->code_selector = (uint16_t)(v->code_selector == 0 ? 0 : p->state.cs_index << 2 | p->state.cpl);
    for (unsigned k = 0; k < i->count; k++) {
        if (i->places[k].kind == PLACE_MEMORY && v->data_offset == (uint32_t)(uintptr_t)host_operand(p)) {
            v->data_offset = o->linear[k] - (uint32_t)segment_base(&p->state, i->places[k].segment);
            v->data_selector = 0;
        }
    }
}

/* Memory operands go to their room; whether one of them is the image of FXRSTOR. */
static bool put_operands(const struct instruction *i, const struct operands *o, uint8_t *operand) {
    bool restores = false;
    for (unsigned k = 0; k < i->count; k++) {
        const struct location *place = &i->places[k];
        if (place->kind == PLACE_MEMORY) {
            memcpy(operand, &o->values[k], place->bytes);
        }
        restores = restores || (place->kind == PLACE_AREA && place->area == AREA_BYTES && (place->direction & 2) == 0);
    }
    return restores;
}

/* With all SIMD exceptions masked; which of them the guest does not mask. SDM vol. 1, 11.5.2. */
static uint32_t find_raised(struct x86 *after, uint32_t mxcsr) {
    uint32_t seen = after->mxcsr & MXCSR_FLAGS;
    uint32_t raised = seen & ~(mxcsr >> 7) & MXCSR_FLAGS;
    after->mxcsr = mxcsr | ((raised & MXCSR_FIRST) != 0 ? seen & MXCSR_FIRST : seen);
    return raised;
}

static bool run_on_host(struct processor *p, const struct instruction *i, const struct operands *o, struct host_result *h) {
    uint8_t image[AREA_BYTES] __attribute__((aligned(16)));
    uint8_t *operand = host_operand(p);
    bool pending = (p->state.x87_status & X87_PENDING) != 0; /* and CR0.NE is clear, or the tables had raised it: the host would, too */
    if (operand == NULL || i->host.length == 0 || (pending && i->host.waits)) {
        return false;
    }
    bool restores = put_operands(i, o, operand);
    vectors_to_image(p, image);
    if (restores && p->state.cr4_osfxsr == 0) { /* SDM vol. 2A, FXRSTOR: the SSE state stays */
        image_take_sse(operand, image);
    }
    if (!i->host.x87) {
        image_set_mxcsr(image, (p->state.mxcsr | MXCSR_MASKS) & ~MXCSR_FLAGS);
    }
    memcpy(h->registers.general, &p->state.rax, sizeof h->registers.general);
    h->registers.flags = flags_value(&p->state) & STATUS_FLAGS;
    h->registers.image = image;
    h->operand = operand;
    if (!host_execute(p, &i->host, &h->registers)) {
        return false;
    }
    vectors_from_image(&h->state, &h->vectors, image);
    set_flags_value(&h->state, h->registers.flags);
    move_pointers(p, i, o, &h->vectors);
    h->raised = i->host.x87 || restores ? 0 : find_raised(&h->state, p->state.mxcsr);
    return true;
}

/* The exception comes instead of the result, and its flag is set all the same: SDM vol. 1, 11.5.2. */
static void raise_exception(struct processor *p, const struct instruction *i, struct trial *t, const struct operands *o, uint32_t mxcsr) {
    t->simd_exception = true;
    (void)attempt(p, i, t, o);
    if (t->outcome != 0) {
        p->state.mxcsr = mxcsr;
    }
}

static bool same_values(const struct instruction *i, const word128 *first, const word128 *second) {
    for (unsigned k = 0; k < i->count; k++) {
        if ((i->places[k].direction & 2) != 0 && first[k] != second[k]) {
            return false;
        }
    }
    return true;
}

bool compute(struct processor *p, const struct instruction *i, struct trial *t, const struct operands *o) {
    struct trial first = *t;
    struct host_result h;
    attempt_again(p, i, t, o);
    bool open = t->outcome != first.outcome || !same(&t->after, &first.after) || !same_values(i, first.values, t->values);
    bool computed = t->outcome == first.outcome && run_on_host(p, i, o, &h);
    bool usable = computed ? merge_state(&first.after, &t->after, &h.state) : !open;
    for (unsigned k = 0; k < i->count && computed; k++) {
        if ((i->places[k].direction & 2) != 0 && first.values[k] != t->values[k]) {
            first.values[k] = host_value(&h, p, &i->places[k]);
        }
    }
    *t = first;
    if (!usable) {
        p->failure = instruction_text(p, i);
        return false;
    }
    if (computed && h.raised != 0) {
        raise_exception(p, i, t, o, h.state.mxcsr);
    } else if (computed) {
        t->vectors = h.vectors;
    }
    return true;
}
