/* Makes and frees an emulator under test: the plain state of each operating mode, and which components there are. */
#include "emulation.h"

#include <stdlib.h>

#define OPERANDS 16u

static void set_segment(struct segment_state *s, uint16_t selector, uint8_t type, bool small, bool wide) {
    *s = (struct segment_state){
        .base = small ? WINDOW_BASE : 0, .limit = small ? 0xFFFF : UINT32_MAX, .selector = selector, .type = type, .dpl = 3, .db = wide, .usable = 1};
}

/* Flat segments; those of 16-bit code begin where the window does. */
static void make_world(struct world *w, enum matcher_mode mode) {
    bool real = mode == MATCHER_REAL || mode == MATCHER_V86;
    bool wide = mode == MATCHER_PROTECTED || mode == MATCHER_COMPATIBILITY;
    struct machine_state *b = &w->base;
    memset(w, 0, sizeof *w);
    memset(&w->known, 0xFF, sizeof w->known);
    memset(&w->observed, 0xFF, sizeof w->observed);
    memset(&w->varied, 0xFF, sizeof w->varied);
    w->mode = mode;
    w->complete = true;
    bool small = real || mode == MATCHER_PROTECTED16;
    w->pointer_base = small ? 0 : WINDOW_BASE;
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        set_segment(&b->segments[i], real ? WINDOW_BASE >> 4 : i == SEGMENT_CS ? 0x08 : 0x10, i == SEGMENT_CS && !real ? 11 : 3, small, wide);
    }
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) { /* the accessed bit, which is not compared in the table either */
        w->observed.segments[i].type &= 14;
    }
    b->segments[SEGMENT_CS].l = mode == MATCHER_LONG;
    b->rflags = 2;
    b->cr0 = mode == MATCHER_REAL ? 0x10 : 0x11;
    b->cr4 = 0x600;
    b->mxcsr = 0x1F80;
    b->x87_control = 0x37F;
    b->xcr0 = 1;
    b->dr6 = 0xFFFF0FF0;
    b->dr7 = 0x400;
    if (mode == MATCHER_LONG || mode == MATCHER_COMPATIBILITY) {
        b->efer = 0x500;
        b->cr4 |= 0x20;
        b->cr0 |= 0x80000000;
    }
    b->rflags |= mode == MATCHER_V86 ? 0x20000 : 0;
    b->cpl = mode == MATCHER_V86 ? 3 : 0;
}

static bool is_own_address(const char *name) {
    static const char *const own[] = {"rip", "rsp", "rbp", "rsi", "rdi", "ds.base", "es.base", "ss.base", "fs.base", "gs.base", "cs.base"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(own[i], name) == 0) {
            return true;
        }
    }
    return false;
}

struct emulator *emulator_new(const struct plugin *p, const struct matcher *m) {
    struct emulator *e = aligned_alloc(16, (sizeof *e + 15) / 16 * 16);
    if (e == NULL) {
        return NULL;
    }
    memset(e, 0, sizeof *e);
    e->plugin = p;
    e->matcher = m;
    e->components = calloc(p->isa->leaf_count + 1, sizeof(const struct component *));
    e->addresses = calloc(p->isa->leaf_count + 1, sizeof *e->addresses);
    e->segments = calloc(p->isa->leaf_count + 1, sizeof *e->segments);
    if (e->components == NULL || e->segments == NULL || e->addresses == NULL) {
        emulator_free(e);
        return NULL;
    }
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        e->components[i] = p->isa->leaves[i].index_width == 0 ? component_find(p->isa->leaves[i].name) : NULL;
        const char *name = p->isa->leaves[i].name;
        e->addresses[i] = is_own_address(name);
        e->segments[i] = name[1] == 's' && name[2] == '.' && strchr("cdefgs", name[0]) != NULL;
    }
    for (unsigned i = 0; i < MATCHER_MODE_COUNT; i++) {
        make_world(&e->worlds[i], (enum matcher_mode)i);
        e->worlds[i].facts = e->facts;
        for (size_t k = 0; k < p->isa->leaf_count; k++) { /* what is ignored is not looked at */
            if (p->ignored[k] && e->components[k] != NULL) {
                component_set(e->components[k], &e->worlds[i].observed, 0);
            }
        }
    }
    return e;
}

void emulator_free(struct emulator *e) {
    if (e != NULL) {
        for (unsigned i = 0; i < MATCHER_MODE_COUNT; i++) {
            predictor_free(e->predictors[i]);
        }
        free(e->components);
        free(e->addresses);
        free(e->segments);
        free(e);
    }
}

bool emulator_choose(struct emulator *e, const struct subject *s) {
    e->subject = s;
    e->encodable = matcher_find_mode(s->form->mode, &e->mode) && encoder_variants(&s->isa->forms[s->form->form], &e->has_register, &e->has_memory);
    if (e->encodable && e->predictors[e->mode] == NULL) {
        e->predictors[e->mode] = predictor_new(s->isa, e->matcher, &e->worlds[e->mode]);
    }
    return e->encodable && e->predictors[e->mode] != NULL && s->semantics->operand_count <= OPERANDS;
}
