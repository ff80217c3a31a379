/* Puts a state into bytes, registers and memory, has the emulator run it, and judges it as a machine under test (hardware/). */
#include "emulator.h"

#include "../hardware/choose.h"
#include "../hardware/compare.h"
#include "../hardware/components.h"
#include "../hardware/operands.h"
#include "../hardware/predict.h"

#include <stdio.h>
#include <stdlib.h>

#define OPERANDS 16u
#define FACTS 1024u

#define EVALUATIONS 4u
#define CONFIRMING 64u

/* Bytes of descriptors and task states. */
struct island {
    uint64_t address;
    uint32_t size;
    uint8_t bytes[16];
};
struct popek_host {
    struct emulator *emulator;
};
struct emulator {
    const struct plugin *plugin;
    const struct matcher *matcher;
    const struct subject *subject;
    struct world worlds[MATCHER_MODE_COUNT];
    struct predictor *predictors[MATCHER_MODE_COUNT];
    struct environment_fact facts[FACTS];
    size_t fact_count;
    enum matcher_mode mode;
    bool has_register, has_memory, encodable;
    const struct component **components; /* by leaf */
    bool *addresses;                     /* by leaf: the window's own */
    bool *segments;                      /* by leaf: part of a segment register */
    struct island islands[SAMPLE_ELEMENTS];
    size_t island_count;
    struct run run;
    struct decoded decoded;
    struct run_result result;
    struct prediction prediction;
    struct difference differences[DIFFERENCES_MOST];
    size_t difference_count;
    uint8_t data[WINDOW_DATA_SIZE]; /* as the emulator left it */
    uint64_t code;                  /* linear address of the instruction */
    bool stray;
    struct popek_host host;
    _Alignas(16) unsigned char state[SAMPLE_STATE]; /* struct x86 */
    _Alignas(16) unsigned char given[SAMPLE_STATE];
    uint8_t vectors[32][64];
    uint64_t masks[8];
    struct sample sample; /* arrays as the emulator changes them */
};

/* ---- worlds ------------------------------------------------------------------------------------------------------------------------------------ */

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
    e->host.emulator = e;
    e->components = calloc(p->isa->leaf_count + 1, sizeof *e->components);
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

/* ---- a concrete state -------------------------------------------------------------------------------------------------------------------------- */

static void set_registers(struct emulator *e, const struct sample *x) {
    const struct subject *s = e->subject;
    for (unsigned i = 0; i < s->input_count; i++) {
        unsigned leaf = s->inputs[i];
        if (e->components[leaf] != NULL && !e->addresses[leaf] && !(e->segments[leaf] && e->mode == MATCHER_V86)) {
            component_set(e->components[leaf], &e->run.before, (uint64_t)sample_get(s, x, leaf));
        }
    }
    for (unsigned leaf = 0; leaf < s->isa->leaf_count; leaf++) { /* extensions that the form does not ask about, and an emulator may */
        if (strncmp(s->isa->leaves[leaf].name, "cr4.", 4) == 0 && sample_get(s, x, leaf) != 0 && e->components[leaf] != NULL) {
            component_set(e->components[leaf], &e->run.before, 1);
        }
    }
    for (unsigned leaf = 0; leaf < s->isa->leaf_count; leaf++) { /* the mode, and what the adapter fixes */
        bool given = e->segments[leaf] && (e->mode == MATCHER_REAL || e->mode == MATCHER_V86);
        if ((s->kept[leaf] || e->plugin->fixed[leaf]) && e->components[leaf] != NULL && !given) {
            component_set(e->components[leaf], &e->run.before, (uint64_t)sample_get(s, x, leaf));
        }
    }
    if (e->mode != MATCHER_REAL && e->mode != MATCHER_V86) { /* RPL(CS) = RPL(SS) = CPL */
        struct machine_state *b = &e->run.before;
        b->segments[SEGMENT_CS].selector = (uint16_t)((b->segments[SEGMENT_CS].selector & ~3u) | (b->cpl & 3));
        b->segments[SEGMENT_SS].selector = (uint16_t)((b->segments[SEGMENT_SS].selector & ~3u) | (b->cpl & 3));
    }
    if (e->mode != MATCHER_LONG) {
        for (unsigned i = 0; i < 16; i++) {
            e->run.before.general[i] &= i < 8 ? UINT32_MAX : 0;
        }
    }
}

/* Immediates are part of the bytes. */
static void set_immediates(struct emulator *e, const struct sample *x, bool memory) {
    const struct subject *s = e->subject;
    const struct world *w = &e->worlds[e->mode];
    struct encoding_choice c = {.memory = memory, .displacement = w->pointer_base + WINDOW_DATA + 0x1400, .registers = 0};
    unsigned shift = 0;
    for (size_t i = 0; i < s->semantics->operand_count; i++) {
        const struct operand *o = &s->semantics->operands[i];
        if (strcmp(o->kind, "immediate") == 0 && o->width <= 64) {
            uint64_t value = (uint64_t)x->operands[i];
            c.immediate |= shift < 64 ? value << shift : 0;
            shift += o->width;
            if (o->width >= 32) {
                c.selector = (uint16_t)(value >> (o->width - 16));
                c.far_offset = (uint32_t)(value & ((UINT64_C(1) << (o->width - 16)) - 1));
            }
        }
    }
    uint8_t bytes[16];
    size_t length = 0;
    struct decoded decoded;
    if (shift > 0 && encode(e->matcher, s->form->form, &s->isa->forms[s->form->form], e->mode, &c, bytes, &length, &decoded)) {
        memcpy(e->run.bytes, bytes, length);
        e->run.length = (uint32_t)length;
        e->decoded = decoded;
    }
}

static void set_operands(struct emulator *e, const struct sample *x) {
    const struct subject *s = e->subject;
    struct operand_binding bindings[OPERANDS];
    struct run *r = &e->run;
    bind_operands(&s->isa->forms[s->form->form], s->semantics, e->matcher, &e->decoded, r, bindings);
    r->chunk_count = 0;
    for (size_t i = 0; i < s->semantics->operand_count; i++) {
        const struct operand *o = &s->semantics->operands[i];
        const struct operand_binding *b = &bindings[i];
        if ((o->direction & OPERAND_IN) == 0 || o->size > 128) {
            continue;
        }
        if (b->site == SITE_GENERAL && b->number != 4) {
            unsigned number = b->high_byte ? b->number - 4u : b->number;
            uint64_t mask = o->width >= 64 ? UINT64_MAX : (UINT64_C(1) << o->width) - 1;
            unsigned shift = b->high_byte ? 8 : 0;
            r->before.general[number] = (r->before.general[number] & ~(mask << shift)) | ((uint64_t)x->operands[i] & mask) << shift;
        } else if (b->site == SITE_MEMORY && r->chunk_count < RUN_CHUNKS && b->address >= WINDOW_BASE + WINDOW_DATA &&
                   b->address < WINDOW_BASE + WINDOW_DATA + WINDOW_DATA_SIZE - 16) {
            struct chunk *k = &r->chunks[r->chunk_count++];
            k->offset = (uint32_t)(b->address - WINDOW_BASE);
            k->size = o->width >= 128 ? 16 : (o->width + 7) / 8;
            memcpy(k->bytes, &x->operands[i], k->size);
        }
    }
}

static void add_fact(struct emulator *e, const char *name, uint64_t index, uint64_t value) {
    if (e->fact_count < FACTS && value != 0) {
        e->facts[e->fact_count++] = (struct environment_fact){name, index, value};
    }
}

static uint8_t island_byte(const struct emulator *e, uint64_t address, bool *found) {
    for (size_t i = e->island_count; i-- > 0;) { /* the last one wins, here as in what is predicted */
        if (address - e->islands[i].address < e->islands[i].size) {
            *found = true;
            return e->islands[i].bytes[address - e->islands[i].address];
        }
    }
    return 0;
}

static uint64_t island_word(const struct emulator *e, uint64_t address, unsigned size) {
    uint64_t value = 0;
    bool found = false;
    for (unsigned i = 0; i < size; i++) {
        value |= (uint64_t)island_byte(e, address + i, &found) << (8 * i);
    }
    return value;
}

static bool has_fact(const struct emulator *e, const char *name, uint64_t index) {
    for (size_t i = 0; i < e->fact_count; i++) {
        if (e->facts[i].index == index && e->facts[i].component == name) {
            return true;
        }
    }
    return false;
}

/* Elements that overlap in memory are seen through each other. */
static void set_facts(struct emulator *e, const struct sample *x) {
    const struct subject *s = e->subject;
    const char *descriptors = s->isa->leaves[x86_ARRAY_descriptor_memory].name;
    const char *task_state = s->isa->leaves[x86_ARRAY_tss_memory].name;
    e->fact_count = e->island_count = 0;
    for (uint32_t i = 0; i < x->element_count; i++) {
        const struct element *k = &x->elements[i];
        unsigned size = k->leaf == x86_ARRAY_descriptor_memory ? 8 : k->leaf == x86_ARRAY_tss_memory ? 2 : 0;
        if (size == 0) {
            add_fact(e, s->isa->leaves[k->leaf].name, (uint64_t)k->index, (uint64_t)k->value);
        } else {
            struct island *island = &e->islands[e->island_count++];
            *island = (struct island){.address = (uint64_t)k->index, .size = size};
            memcpy(island->bytes, &k->value, size);
        }
    }
    for (size_t i = 0; i < e->island_count; i++) {
        const struct island *k = &e->islands[i];
        for (uint64_t at = k->address - 7; at != k->address + k->size; at++) {
            if (!has_fact(e, descriptors, at)) {
                add_fact(e, descriptors, at, island_word(e, at, 8));
            }
            if (at - (k->address - 1) <= k->size && !has_fact(e, task_state, at)) {
                add_fact(e, task_state, at, island_word(e, at, 2));
            }
        }
    }
    for (unsigned i = 0; i < s->input_count; i++) { /* components that the state of a machine does not have */
        unsigned leaf = s->inputs[i];
        if (e->components[leaf] == NULL) {
            add_fact(e, s->isa->leaves[leaf].name, 0, (uint64_t)sample_get(s, x, leaf));
        }
    }
    e->worlds[e->mode].fact_count = e->fact_count;
    predictor_learn(e->predictors[e->mode]);
}

static void to_struct(struct emulator *e, const struct sample *x) {
    const struct subject *s = e->subject;
    memset(e->state, 0, sizeof e->state);
    for (unsigned i = 0; i < s->isa->leaf_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        unsigned char *at = e->state + c->offset;
        if (e->components[i] != NULL) {
            store(at, c->width, component_get(e->components[i], &e->run.before));
        } else if (c->placement == EMITTED_IN_STATE && c->index_width == 0) {
            bool is_input = false;
            for (unsigned k = 0; k < s->input_count; k++) {
                is_input = is_input || s->inputs[k] == i;
            }
            store(at, c->width, is_input ? sample_get(s, x, i) : 0);
        }
    }
    struct x86 *state = (struct x86 *)(void *)e->state;
    for (unsigned i = 0; i < 4; i++) {
        state->dr[i] = e->run.before.dr[i];
    }
    for (unsigned i = 0; i < 8; i++) {
        memcpy(&state->x87_register[i], e->run.before.x87_registers[i], 10);
    }
    state->x87_tag = x87_full_tag(&e->run.before);
    memcpy(e->given, e->state, sizeof e->given);
    memcpy(e->vectors, e->run.before.vectors, sizeof e->vectors);
    memcpy(e->masks, e->run.before.masks, sizeof e->masks);
}

static void from_struct(struct emulator *e, struct machine_state *m) {
    const struct subject *s = e->subject;
    const struct x86 *state = (const struct x86 *)(const void *)e->state;
    *m = e->run.before;
    for (unsigned i = 0; i < s->isa->leaf_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        if (e->components[i] != NULL) {
            component_set(e->components[i], m, (uint64_t)load(e->state + c->offset, c->width));
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        m->dr[i] = state->dr[i];
    }
    for (unsigned i = 0; i < 8; i++) {
        memcpy(m->x87_registers[i], &state->x87_register[i], 10);
    }
    if (state->x87_tag != ((const struct x86 *)(const void *)e->given)->x87_tag) {
        m->x87_full = 0;
        for (unsigned i = 0; i < 8; i++) {
            m->x87_full = (uint8_t)(m->x87_full | ((state->x87_tag >> (2 * i) & 3) == 3 ? 0u : 1u << i));
        }
    }
    if (e->mode != MATCHER_REAL && e->mode != MATCHER_V86) { /* as for what is predicted: the tables do not store RPL */
        m->segments[SEGMENT_CS].selector = (uint16_t)((m->segments[SEGMENT_CS].selector & ~3u) | (m->cpl & 3));
        m->segments[SEGMENT_SS].selector = (uint16_t)((m->segments[SEGMENT_SS].selector & ~3u) | (m->cpl & 3));
    }
    memcpy(m->vectors, e->vectors, sizeof e->vectors);
    memcpy(m->masks, e->masks, sizeof e->masks);
}

/* ---- what the emulator may call ---------------------------------------------------------------------------------------------------------------- */

static bool in_data(uint64_t address) { return address - (WINDOW_BASE + WINDOW_DATA) < WINDOW_DATA_SIZE; }

static void host_read(struct popek_host *h, uint64_t address, void *to, uint32_t size) {
    const struct emulator *e = h->emulator;
    for (uint32_t i = 0; i < size; i++) {
        uint64_t at = address + i;
        uint8_t byte = 0;
        bool found = false;
        if (at - e->code < e->run.length) {
            byte = e->run.bytes[at - e->code];
        } else if (in_data(at)) {
            byte = e->data[at - (WINDOW_BASE + WINDOW_DATA)];
        } else {
            byte = island_byte(e, at, &found);
            if (!found) {
                (void)window_byte(&e->run, at, &byte);
            }
        }
        ((uint8_t *)to)[i] = byte;
    }
}

static void host_write(struct popek_host *h, uint64_t address, const void *from, uint32_t size) {
    struct emulator *e = h->emulator;
    for (uint32_t i = 0; i < size; i++) {
        uint64_t at = address + i;
        bool found = false;
        if (in_data(at)) {
            e->data[at - (WINDOW_BASE + WINDOW_DATA)] = ((const uint8_t *)from)[i];
            continue;
        }
        (void)island_byte(e, at, &found); /* accessed and busy bits, and task states: not compared */
        e->stray = e->stray || !found;
    }
}

static word128 host_get(struct popek_host *h, uint32_t array, uint64_t index) {
    const struct sample *x = &h->emulator->sample;
    for (uint32_t i = x->element_count; i-- > 0;) {
        if (x->elements[i].leaf == array && x->elements[i].index == index) {
            return x->elements[i].value;
        }
    }
    return 0;
}

static void host_set(struct popek_host *h, uint32_t array, uint64_t index, word128 value) {
    struct sample *x = &h->emulator->sample;
    if (x->element_count < SAMPLE_ELEMENTS) {
        x->elements[x->element_count++] = (struct element){array, index, value};
    }
}

static uint32_t host_in(struct popek_host *h, uint16_t port, uint32_t size) {
    return (uint32_t)cut(host_get(h, x86_ARRAY_device, port), 8 * (size > 4 ? 4 : size));
}

static void host_out(struct popek_host *h, uint16_t port, uint32_t size, uint32_t value) {
    host_set(h, x86_ARRAY_device, port, cut(value, 8 * (size > 4 ? 4 : size)));
}

/* ---- running ----------------------------------------------------------------------------------------------------------------------------------- */

static bool make_concrete(struct emulator *e, const struct sample *x) {
    const struct subject *s = e->subject;
    bool memory = e->has_memory && (!e->has_register || x->variant != 0);
    const struct choice choice = {1, 0, memory};
    if (!choose_run(s->isa, e->matcher, s->form->form, &e->worlds[e->mode], &choice, &e->run, &e->decoded)) {
        return false;
    }
    set_registers(e, x);
    set_immediates(e, x, memory);
    set_operands(e, x);
    set_facts(e, x);
    if (strncmp(s->isa->forms[s->form->form].instruction, "REP_", 4) == 0) { /* the tables have one iteration */
        e->run.before.general[1] = e->run.before.general[1] != 0 ? 1 : 0;
    }
    e->code = (e->mode == MATCHER_LONG ? 0 : e->run.before.segments[SEGMENT_CS].base) + e->run.before.rip;
    return true;
}

static void call_emulator(struct emulator *e, const struct sample *x) {
    const struct subject *s = e->subject;
    const struct form *form = &s->isa->forms[s->form->form];
    sample_copy(s, x, &e->sample);
    to_struct(e, x);
    for (uint32_t i = 0; i < WINDOW_DATA_SIZE; i++) {
        (void)window_byte(&e->run, WINDOW_BASE + WINDOW_DATA + i, &e->data[i]);
    }
    struct popek_call call = {.state = (struct x86 *)(void *)e->state,
                              .instruction = form->instruction,
                              .form = form->text,
                              .mode = s->form->mode,
                              .length = e->run.length,
                              .bytes = e->run.bytes,
                              .vectors = e->vectors,
                              .masks = e->masks,
                              .host = &e->host,
                              .get = host_get,
                              .set = host_set,
                              .read = host_read,
                              .write = host_write,
                              .in = host_in,
                              .out = host_out};
    e->stray = false;
    struct popek_outcome o = e->plugin->given->emulate(&call);
    struct run_result *r = &e->result;
    r->outcome = o.result == POPEK_DONE ? RUN_DONE : o.result == POPEK_UNHANDLED ? RUN_LOST : RUN_TRAP;
    r->vector = o.vector;
    r->error = (uint32_t)o.error_code;
    r->change_count = 0;
    from_struct(e, &r->after);
    for (uint32_t i = 0; i < WINDOW_DATA_SIZE; i += 8) {
        uint64_t before = 0;
        uint64_t after = 0;
        for (unsigned k = 0; k < 8; k++) {
            uint8_t byte = 0;
            (void)window_byte(&e->run, WINDOW_BASE + WINDOW_DATA + i + k, &byte);
            before |= (uint64_t)byte << (8 * k);
        }
        memcpy(&after, e->data + i, 8);
        if (before != after && r->change_count < RUN_CHANGES) {
            r->changes[r->change_count++] = (struct change){WINDOW_DATA + i, after};
        }
    }
}

static bool predict_run(struct emulator *e, unsigned evaluations) {
    return predict(e->predictors[e->mode], e->subject->form->form, &e->decoded, &e->run, evaluations, &e->prediction);
}

static uint32_t expected_code(const struct prediction *p) { return p->done || p->kernel ? 0 : p->trap_count > 0 ? 2 + p->traps[0].vector : 1; }

static bool would_be_done(struct emulator *e) {
    struct run *r = &e->run;
    struct machine_state before = r->before;
    if (before.cpl == 0 || e->mode == MATCHER_V86) {
        return false;
    }
    r->before.cpl = 0;
    bool done = predict_run(e, EVALUATIONS) && e->prediction.done;
    r->before = before;
    return predict_run(e, EVALUATIONS) && done;
}

static int name_number(const char *name) {
    unsigned hash = 5381;
    for (const char *c = name; *c != '\0' && *c != '['; c++) {
        hash = hash * 33 ^ (unsigned char)*c;
    }
    return (int)(hash & 0xFFFFF);
}

static void judge(struct emulator *e, struct run_verdict *v) {
    const struct prediction *p = &e->prediction;
    const struct run_result *r = &e->result;
    v->diverges = true;
    v->expected = expected_code(p);
    v->expected_argument = v->expected >= 2 ? p->traps[0].error : 0;
    v->seen_argument = r->outcome == RUN_TRAP ? r->error : 0;
    v->place = -1;
    if (strcmp(e->differences[0].name, "outcome") != 0) {
        v->property = r->outcome == RUN_DONE ? CHECK_WRONG_STATE : CHECK_FAULT_CHANGES;
        v->expected = v->seen;
        v->expected_argument = v->seen_argument;
        v->place = name_number(e->differences[0].name);
    } else if (v->seen == 0) {
        v->property = would_be_done(e) ? CHECK_PRIVILEGE : CHECK_ACCEPTS;
    } else {
        v->property = v->expected == 0 ? CHECK_REFUSES : CHECK_WRONG_FAULT;
    }
}

void emulator_run(struct emulator *e, const struct sample *x, struct run_verdict *v) {
    memset(v, 0, sizeof *v);
    v->seen = RUN_UNHANDLED;
    e->difference_count = 0;
    if (!make_concrete(e, x) || !predict_run(e, EVALUATIONS) || e->prediction.memory_trap) {
        return; /* not a state of this mode, or an operand that lies where there is no memory */
    }
    call_emulator(e, x);
    if (e->result.outcome == RUN_LOST) {
        return;
    }
    v->seen = e->result.outcome == RUN_DONE ? 0 : 2 + e->result.vector;
    if (e->stray && !e->prediction.anywhere) {
        *v = (struct run_verdict){true, CHECK_OUTSIDE, 0, v->seen, 0, 0, -1};
        return;
    }
    const struct world *w = &e->worlds[e->mode];
    size_t count = compare_run(&e->prediction, w, &e->run, &e->result, e->differences);
    if (count > 0 && predict_run(e, CONFIRMING)) { /* something open may have been chosen too seldom */
        count = compare_run(&e->prediction, w, &e->run, &e->result, e->differences);
    }
    e->difference_count = count < DIFFERENCES_MOST ? count : DIFFERENCES_MOST;
    if (count > 0) {
        judge(e, v);
    }
}

size_t emulator_differences(const struct emulator *e, struct check_difference *list, size_t most) {
    size_t count = 0;
    for (size_t i = 0; i < e->difference_count; i++) {
        const struct difference *d = &e->differences[i];
        if (strcmp(d->name, "outcome") != 0 && count < most) {
            (void)snprintf(list[count].name, sizeof list[count].name, "%s", d->name);
            list[count].expected = d->expected;
            list[count].seen = d->seen;
            count++;
        }
    }
    return count;
}

void emulator_tell(const struct emulator *e, struct concrete *c) {
    c->length = e->run.length;
    memcpy(c->bytes, e->run.bytes, sizeof c->bytes);
    memcpy(c->state, e->given, sizeof c->state);
    c->memory_count = 0;
    for (uint32_t i = 0; i < e->run.chunk_count && c->memory_count < CONCRETE_MEMORY; i++) {
        const struct chunk *k = &e->run.chunks[i];
        c->memory[c->memory_count].address = WINDOW_BASE + k->offset;
        c->memory[c->memory_count].size = k->size > 16 ? 16 : k->size;
        memcpy(c->memory[c->memory_count++].bytes, k->bytes, 16);
    }
    for (size_t i = 0; i < e->island_count && c->memory_count < CONCRETE_MEMORY; i++) {
        c->memory[c->memory_count].address = e->islands[i].address;
        c->memory[c->memory_count].size = e->islands[i].size;
        memcpy(c->memory[c->memory_count++].bytes, e->islands[i].bytes, 16);
    }
}
