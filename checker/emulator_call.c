/* Gives a state to an emulator as the struct of the ABI, calls it, and takes back what it left. */
#include "emulation.h"

static void to_struct(struct emulator *e, const struct sample *x) {
    const struct subject *s = e->subject;
    memset(e->state, 0, sizeof e->state);
    for (unsigned i = 0; i < s->isa->leaf_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        unsigned char *at = e->state + c->offset;
        if (e->components[i] != NULL) {
            emitted_store(at, c->width, component_get(e->components[i], &e->run.before));
        } else if (c->placement == EMITTED_IN_STATE && c->index_width == 0) {
            bool is_input = false;
            for (unsigned k = 0; k < s->input_count; k++) {
                is_input = is_input || s->inputs[k] == i;
            }
            emitted_store(at, c->width, is_input ? sample_get(s, x, i) : 0);
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
            component_set(e->components[i], m, (uint64_t)emitted_load(e->state + c->offset, c->width));
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

void call_emulator(struct emulator *e, const struct sample *x) {
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
                              .masks = e->masks};
    emulator_offer(e, &call);
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
