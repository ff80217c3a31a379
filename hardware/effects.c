/* Puts the values of an evaluation where they belong: registers, flags, memory. */
#include "effects.h"

#include "components.h"

#include <string.h>

#define CONTENT_BYTES 2048u
struct content {
    uint32_t size; /* bytes */
    uint8_t bytes[CONTENT_BYTES];
};

static bool is_wide(const struct operand *o) { return o->size > 128; }

/* Of a pair of mask registers the lowest bit of the number does not matter: SDM vol. 2C, VP2INTERSECTD. */
static unsigned first_mask(const struct operand *o, const struct operand_binding *b) { return b->number & (o->size > 64 ? 6u : 7u); }

static bool read_content(const struct operand *o, const struct operand_binding *b, const struct run *run, struct content *c) {
    const struct machine_state *s = &run->before;
    bool good = true;
    c->size = o->size < 8 ? 1 : o->size / 8 < CONTENT_BYTES ? o->size / 8 : CONTENT_BYTES;
    memset(c->bytes, 0, c->size > 16 ? c->size : 16);
    switch (b->site) {
    case SITE_GENERAL: {
        uint64_t value = b->high_byte ? s->general[b->number - 4] >> 8 : s->general[b->number];
        memcpy(c->bytes, &value, c->size < 8 ? c->size : 8);
        break;
    }
    case SITE_VECTOR:
        for (uint32_t i = 0; i < c->size; i += 64) { /* blocks of registers: 4 from an aligned number on */
            unsigned number = c->size > 64 ? (b->number & ~3u) + i / 64 : b->number;
            memcpy(c->bytes + i, s->vectors[number & 31], c->size - i < 64 ? c->size - i : 64);
        }
        break;
    case SITE_MASK:
        memcpy(c->bytes, &s->masks[first_mask(o, b)], c->size < 16 ? c->size : 16);
        break;
    case SITE_MMX:
        memcpy(c->bytes, s->x87_registers[b->number & 7], c->size < 8 ? c->size : 8);
        break;
    case SITE_X87:
        memcpy(c->bytes, s->x87_registers[((s->x87_status >> 11) + b->number) & 7], c->size < 10 ? c->size : 10);
        break;
    case SITE_CONSTANT:
        memcpy(c->bytes, &b->constant, c->size < 16 ? c->size : 16);
        break;
    case SITE_MEMORY:
        for (uint32_t i = 0; i < c->size; i++) {
            good = window_byte(run, b->address + i, &c->bytes[i]) && good;
        }
        break;
    default:
        break;
    }
    return good;
}

/* Equal contents have equal tokens; neither zero nor all ones, which stand for unknown results. */
static word128 token_of(const struct content *c) {
    uint64_t low = UINT64_C(0xCBF29CE484222325);
    uint64_t high = UINT64_C(0x84222325CBF29CE4);
    for (uint32_t i = 0; i < c->size; i++) {
        low = (low ^ c->bytes[i]) * UINT64_C(0x100000001B3);
        high = (high ^ c->bytes[i] ^ low >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    }
    return (word128)high << 64 | low;
}

word128 operand_before(const struct operand *o, const struct operand_binding *b, const struct run *run, bool *in_window) {
    struct content c;
    word128 value = 0;
    *in_window = read_content(o, b, run, &c);
    if (is_wide(o)) {
        return token_of(&c);
    }
    memcpy(&value, c.bytes, c.size < 16 ? c.size : 16);
    return o->width >= 128 ? value : value & (((word128)1 << o->width) - 1);
}

/* The bytes that a value stands for. A token is that of an operand that was read, or an unknown result: then every bit follows the token, so that
 * two evaluations with different unknowns agree on nothing. */
static void content_after(const struct effects *e, size_t operand, word128 value, struct content *c) {
    const struct operand *o = &e->semantics->operands[operand];
    c->size = o->size < 8 ? 1 : o->size / 8 < CONTENT_BYTES ? o->size / 8 : CONTENT_BYTES;
    if (!is_wide(o)) {
        memcpy(c->bytes, &value, sizeof value);
        return;
    }
    for (size_t i = 0; i < e->semantics->operand_count; i++) {
        if (is_wide(&e->semantics->operands[i]) && e->operands_before[i] == value && e->bindings[i].site != SITE_UNKNOWN) {
            struct content from;
            (void)read_content(&e->semantics->operands[i], &e->bindings[i], e->run, &from);
            memset(c->bytes, 0, c->size);
            memcpy(c->bytes, from.bytes, from.size < c->size ? from.size : c->size);
            return;
        }
    }
    for (uint32_t i = 0; i < c->size; i++) {
        c->bytes[i] = (uint8_t)(value >> (i % 16 * 8));
    }
}

/* ---- registers --------------------------------------------------------------------------------------------------------------------------------- */

static void write_general(const struct effects *e, const struct operand_binding *b, uint64_t value, struct machine_state *s) {
    uint64_t *r = &s->general[b->number];
    bool is_long = e->world->mode == MATCHER_LONG;
    switch (b->class) {
    case REGISTER_GENERAL_8:
        if (b->high_byte) {
            r = &s->general[b->number - 4];
            *r = (*r & ~UINT64_C(0xFF00)) | (value & 0xFF) << 8;
        } else {
            *r = (*r & ~UINT64_C(0xFF)) | (value & 0xFF);
        }
        break;
    case REGISTER_GENERAL_16:
        *r = (*r & ~UINT64_C(0xFFFF)) | (value & 0xFFFF);
        break;
    case REGISTER_GENERAL_32: /* SDM vol. 1, 3.4.1.1: in 64-bit mode the upper half becomes 0 */
        *r = (is_long ? 0 : *r & ~UINT64_C(0xFFFFFFFF)) | (value & 0xFFFFFFFF);
        break;
    default:
        *r = value;
        break;
    }
}

static void write_register(const struct effects *e, size_t operand, const struct content *c, struct machine_state *s) {
    const struct operand_binding *b = &e->bindings[operand];
    uint64_t *mask = &s->masks[first_mask(&e->semantics->operands[operand], b)];
    uint64_t value = 0;
    memcpy(&value, c->bytes, c->size < 8 ? c->size : 8);
    switch (b->site) {
    case SITE_GENERAL:
        write_general(e, b, value, s);
        break;
    case SITE_VECTOR: /* SDM vol. 1, 14.1.3: forms with VEX, EVEX and XOP make the rest of the register 0 */
        if (e->decoded->scheme != SCHEME_LEGACY) {
            memset(s->vectors[b->number & 31], 0, 64);
        }
        memcpy(s->vectors[b->number & 31], c->bytes, c->size < 64 ? c->size : 64);
        break;
    case SITE_MASK:
        *mask = value;
        if (c->size > 8) {
            memcpy(mask + 1, c->bytes + 8, 8);
        }
        break;
    case SITE_MMX:
        memcpy(s->x87_registers[b->number & 7], c->bytes, c->size < 8 ? c->size : 8);
        memset(s->x87_registers[b->number & 7] + 8, 0xFF, 2); /* SDM vol. 1, 9.2 */
        break;
    case SITE_X87:
        memcpy(s->x87_registers[((e->run->before.x87_status >> 11) + b->number) & 7], c->bytes, c->size < 10 ? c->size : 10);
        break;
    default:
        break;
    }
}

/* ---- memory ------------------------------------------------------------------------------------------------------------------------------------ */

struct stores {
    unsigned count;
    struct predicted_write writes[PREDICTION_WRITES];
    bool anywhere;
};

static void store(struct stores *s, uint64_t address, const struct content *c) {
    if (s->count == PREDICTION_WRITES || c->size > WRITE_BYTES) {
        s->anywhere = true;
        return;
    }
    struct predicted_write *w = &s->writes[s->count++];
    w->address = address;
    w->size = c->size;
    memcpy(w->value, c->bytes, c->size);
    memset(w->known, 0xFF, c->size);
}

/* The text does not say how large the operand is, or it is larger than what the terms have (areas of XSAVE). */
static bool has_open_size(const struct effects *e, const struct operand *o) {
    bool is_area = strncmp(e->form->instruction, "XSAVE", 5) == 0 || strncmp(e->form->instruction, "FXSAVE", 6) == 0;
    return is_area || o->size > 8 * WRITE_BYTES;
}

/* Words pushed in order. Those of far calls are shown with 64 bits, whatever their size. */
static void push(const struct effects *e, const struct machine_state *after, struct stores *s) {
    unsigned pushed = 0;
    const struct semantics *m = e->semantics;
    for (size_t i = 0; i < m->operand_count; i++) {
        pushed += e->bindings[i].site == SITE_PUSHED && e->operand_values[i] != e->operands_before[i] ? 1u : 0u;
    }
    static const char *const far_call[] = {"CALL_FAR"};
    bool is_long = e->world->mode == MATCHER_LONG;
    uint64_t within = is_long ? UINT64_MAX : e->run->before.segments[SEGMENT_SS].db != 0 ? UINT32_MAX : UINT16_MAX;
    uint64_t before = e->run->before.general[4];
    uint64_t delta = before - after->general[4];
    uint64_t address = before;
    for (size_t i = 0; i < m->operand_count; i++) {
        if (e->bindings[i].site != SITE_PUSHED || e->operand_values[i] == e->operands_before[i]) {
            continue;
        }
        struct content c;
        content_after(e, i, e->operand_values[i], &c);
        if (form_is(e->form, far_call, 1) && pushed > 0 && delta / pushed <= 8) {
            c.size = (uint32_t)(delta / pushed);
        }
        address -= c.size;
        store(s, (address & within) + (is_long ? 0 : e->run->before.segments[SEGMENT_SS].base), &c);
    }
}

static void write_operands(const struct effects *e, struct machine_state *after, struct stores *s) {
    const struct semantics *m = e->semantics;
    push(e, after, s);
    for (size_t i = 0; i < m->operand_count; i++) {
        const struct operand *o = &m->operands[i];
        const struct operand_binding *b = &e->bindings[i];
        bool same = e->operand_values[i] == e->operands_before[i];
        if ((o->direction & OPERAND_OUT) == 0 || (same && o->direction == OPERAND_OUT)) { /* not assigned: all of it stays as it was */
            continue;
        }
        struct content c;
        content_after(e, i, e->operand_values[i], &c);
        if (b->site == SITE_MEMORY) {
            if (has_open_size(e, o)) {
                s->anywhere = true;
            } else {
                store(s, b->address, &c);
            }
        } else if (b->site == SITE_UNKNOWN) {
            s->anywhere = s->anywhere || !same;
        } else if (b->site != SITE_PUSHED) {
            write_register(e, i, &c, after);
        }
    }
}

/* ---- the whole state --------------------------------------------------------------------------------------------------------------------------- */

static void write_leaf(const struct leaf *leaf, word128 value, struct machine_state *s, bool *vectors_open) {
    const struct component *c = component_find(leaf->name);
    if (c != NULL) {
        component_set(c, s, (uint64_t)value);
    } else if (strcmp(leaf->name, "x87.tag") == 0) {
        unsigned full = 0;
        for (unsigned i = 0; i < 8; i++) {
            full |= (value >> (2 * i) & 3) == 3 ? 0 : 1u << i;
        }
        s->x87_full = (uint8_t)full;
    } else if (strcmp(leaf->name, "vector_state") == 0) {
        *vectors_open = true;
    }
}

static void write_elements(const struct effects *e, struct machine_state *s) {
    for (size_t i = 0; i < e->semantics->write_count; i++) {
        const word128 *v = e->write_values + 3 * i;
        const char *name = e->isa->leaves[e->semantics->writes[i].leaf].name;
        if (v[0] == 0) {
            continue;
        }
        if (strcmp(name, "x87_register") == 0) {
            memcpy(s->x87_registers[(unsigned)v[1] & 7], &v[2], 10);
        } else if (strcmp(name, "dr") == 0) {
            s->dr[(unsigned)v[1] & 3] = (uint64_t)v[2];
        }
    }
}

static void merge_bytes(uint8_t *value, uint8_t *known, const uint8_t *other, size_t size) {
    for (size_t i = 0; i < size; i++) {
        known[i] = (uint8_t)(known[i] & ~(value[i] ^ other[i]));
    }
}

/* A store that only some evaluations make is a place that may change. */
static void merge_stores(struct prediction *p, struct stores *s, bool first) {
    p->anywhere = p->anywhere || s->anywhere;
    for (unsigned i = 0; i < p->write_count; i++) {
        struct predicted_write *w = &p->writes[i];
        bool found = false;
        for (unsigned k = 0; k < s->count; k++) {
            if (s->writes[k].address == w->address && s->writes[k].size == w->size) {
                merge_bytes(w->value, w->known, s->writes[k].value, w->size);
                found = true;
            }
        }
        if (!found) {
            memset(w->known, 0, w->size);
        }
    }
    for (unsigned k = 0; k < s->count; k++) {
        bool found = false;
        for (unsigned i = 0; i < p->write_count; i++) {
            found = found || (s->writes[k].address == p->writes[i].address && s->writes[k].size == p->writes[i].size);
        }
        if (!found && p->write_count < PREDICTION_WRITES) {
            p->writes[p->write_count] = s->writes[k];
            if (!first) {
                memset(p->writes[p->write_count].known, 0, s->writes[k].size);
            }
            p->write_count++;
        } else if (!found) {
            p->anywhere = true;
        }
    }
}

void effects_merge(const struct effects *e, struct prediction *p) {
    struct machine_state after = e->run->before;
    struct stores stores = {.count = 0};
    bool vectors_open = false;
    for (size_t i = 0; i < e->leaf_count; i++) {
        write_leaf(&e->isa->leaves[e->leaves[i]], e->leaf_values[i], &after, &vectors_open);
    }
    write_elements(e, &after);
    write_operands(e, &after, &stores);
    if (e->world->mode != MATCHER_REAL && e->world->mode != MATCHER_V86) { /* RPL(CS) = RPL(SS) = CPL */
        after.segments[SEGMENT_CS].selector = (uint16_t)((after.segments[SEGMENT_CS].selector & ~3u) | (after.cpl & 3));
        after.segments[SEGMENT_SS].selector = (uint16_t)((after.segments[SEGMENT_SS].selector & ~3u) | (after.cpl & 3));
    }
    if (after.cpl < e->run->before.cpl && e->world->complete) {
        stores.anywhere = true;                  /* on another stack */
    } else if (after.cpl < e->run->before.cpl) { /* into the system software; where it goes from there is its own affair */
        p->kernel = true;
        return;
    }
    bool first = !p->done;
    if (first) {
        p->after = after;
        memset(&p->known, 0xFF, sizeof p->known);
    } else {
        merge_bytes((uint8_t *)&p->after, (uint8_t *)&p->known, (const uint8_t *)&after, sizeof after);
    }
    if (vectors_open) {
        memset(p->known.vectors, 0, sizeof p->known.vectors);
        memset(p->known.masks, 0, sizeof p->known.masks);
    }
    p->done = true;
    p->done_count++;
    merge_stores(p, &stores, first);
}
