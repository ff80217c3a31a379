/* Puts a state of the tables into bytes, registers and memory. */
#include "emulation.h"

#define OPERANDS 16u

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
    if ((e->mode == MATCHER_PROTECTED || e->mode == MATCHER_COMPATIBILITY) && e->run.before.segments[SEGMENT_SS].db == 0) {
        e->run.before.segments[SEGMENT_SS].base = WINDOW_BASE; /* SP has 16 bits, and the stack is where there is memory */
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

/* Words that are popped one after the other share a chunk: there are few. */
static void place(struct run *r, uint64_t address, const void *bytes, uint32_t size) {
    uint32_t offset = (uint32_t)(address - WINDOW_BASE);
    struct chunk *last = r->chunk_count == 0 ? NULL : &r->chunks[r->chunk_count - 1];
    if (last != NULL && last->offset + last->size == offset && last->size + size <= RUN_CHUNK_BYTES) {
        memcpy(last->bytes + last->size, bytes, size);
        last->size += size;
    } else if (r->chunk_count < RUN_CHUNKS) {
        struct chunk *k = &r->chunks[r->chunk_count++];
        k->offset = offset;
        k->size = size;
        memcpy(k->bytes, bytes, size);
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
        } else if (b->site == SITE_MEMORY && b->address >= WINDOW_BASE + WINDOW_DATA &&
                   b->address < WINDOW_BASE + WINDOW_DATA + WINDOW_DATA_SIZE - 16) {
            place(r, b->address, &x->operands[i], o->width >= 128 ? 16 : (o->width + 7) / 8);
        }
    }
}

static void add_fact(struct emulator *e, const char *name, uint64_t index, uint64_t value) {
    if (e->fact_count < FACTS && value != 0) {
        e->facts[e->fact_count++] = (struct environment_fact){name, index, value};
    }
}

uint8_t island_byte(const struct emulator *e, uint64_t address, bool *found) {
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
    for (unsigned i = 0; i < size; i++) {
        bool found = false;
        uint8_t byte = island_byte(e, address + i, &found);
        if (!found) {
            (void)window_byte(&e->run, address + i, &byte);
        }
        value |= (uint64_t)byte << (8 * i);
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

bool make_concrete(struct emulator *e, const struct sample *x) {
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
