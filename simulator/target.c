/* Looks at an ISA as a machine that can be switched on. */
#include "target.h"

#include "interrupt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING UINT32_MAX

/* Only one component of a class may be there; a second one makes the machine another one. */
static bool take(unsigned *where, unsigned component) {
    bool free_place = *where == NOTHING;
    *where = component;
    return free_place;
}

static const char *classify_scalar(struct target *t, const struct leaf *leaf, unsigned component) {
    if (leaf->class == CLASS_COUNTER && leaf->width == 16) {
        return take(&t->counter, component) ? NULL : "it has more than one counter";
    }
    if (leaf->class == CLASS_PARAMETER && leaf->width >= 17) {
        return take(&t->size, component) ? NULL : "it has more than one parameter, where only the size of the storage is expected";
    }
    if (leaf->class == CLASS_RESOURCE && leaf->kind == RESOURCE_CONTROL) {
        return leaf->width == 1 && take(&t->halted, component) ? NULL : "it has control resources other than one bit, halted";
    }
    if (leaf->class == CLASS_RESOURCE && leaf->kind == RESOURCE_RELOCATION && leaf->width == 16) {
        return (t->base == NOTHING ? take(&t->base, component) : take(&t->bound, component)) ? NULL
                                                                                             : "its relocation register has more than two parts";
    }
    if (leaf->class == CLASS_RESOURCE) {
        return "it has resources other than relocation and control";
    }
    return leaf->width <= 64 ? NULL : "it has a component of more than 64 bits";
}

static const char *add_components(struct target *t, unsigned leaf_number) {
    const struct leaf *leaf = &t->isa->leaves[leaf_number];
    unsigned count = leaf->index_width == 0 ? 1 : leaf->index_width > 6 ? TARGET_COMPONENTS : 1u << leaf->index_width;
    if (count > TARGET_COMPONENTS - t->component_count) {
        return "it has more than 64 components beside the storage";
    }
    if (strlen(leaf->name) > sizeof t->components[0].name - 8) {
        return "the name of a component is too long";
    }
    t->first[leaf_number] = t->component_count;
    for (unsigned i = 0; i < count; i++) {
        struct component *c = &t->components[t->component_count++];
        *c = (struct component){"", leaf_number, i};
        (void)snprintf(c->name, sizeof c->name, leaf->index_width == 0 ? "%.32s" : "%.32s[%u]", leaf->name, i);
    }
    return leaf->index_width == 0 ? classify_scalar(t, leaf, t->first[leaf_number]) : leaf->class == CLASS_STORAGE ? NULL : "an array is no storage";
}

static const char *look_at_state(struct target *t) {
    unsigned mode_bits = 0;
    t->storage = t->counter = t->base = t->bound = t->halted = t->size = NOTHING;
    for (unsigned i = 0; i < t->isa->leaf_count; i++) {
        const struct leaf *leaf = &t->isa->leaves[i];
        if (leaf->class == CLASS_MEMORY) {
            if (leaf->width != 16 || leaf->index_width != 16 || !take(&t->storage, i)) {
                return "its storage is not one array of 16-bit words with 16-bit addresses";
            }
            continue;
        }
        const char *problem = add_components(t, i);
        if (problem != NULL) {
            return problem;
        }
        mode_bits += leaf->class == CLASS_MODE ? leaf->width : 0;
    }
    if (mode_bits == 0 || mode_bits > 16) {
        return "its modes do not fill 1 to 16 bits, the first word of a program status word";
    }
    if (t->storage == NOTHING || t->counter == NOTHING || t->base == NOTHING || t->bound == NOTHING || t->size == NOTHING || t->halted == NOTHING) {
        return "it lacks one of: relocated storage, counter, relocation-bounds register, size of the storage, control bit that stops it";
    }
    return NULL;
}

static int operand_named(const struct semantics *s, const char *name, size_t length) {
    for (size_t i = 0; i < s->operand_count; i++) {
        if (strlen(s->operands[i].name) == length && strncmp(s->operands[i].name, name, length) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* "06 0 a": from the most significant digit on. */
static const char *read_encoding(const struct form *form, struct word_encoding *e) {
    const struct semantics *s = form->semantics[0];
    unsigned left = 16;
    unsigned placed = 0;
    *e = (struct word_encoding){.form = form, .operand_count = (unsigned)s->operand_count};
    if (s->operand_count > TARGET_OPERANDS) {
        return "an instruction has more than four operands";
    }
    for (const char *at = form->encoding; *at != '\0';) {
        size_t length = strcspn(at, " ");
        int operand = operand_named(s, at, length);
        unsigned bits = operand >= 0 ? 4 : 4 * (unsigned)length;
        if (bits == 0 || bits > left || (operand < 0 && (length > 2 || strspn(at, "0123456789abcdefABCDEF") < length))) {
            return "an encoding is not digits and operands that fill one word";
        }
        left -= bits;
        if (operand >= 0) {
            if (s->operands[operand].width > 4 || s->operands[operand].direction != OPERAND_IN || (placed >> operand & 1) != 0) {
                return "an operand is no number of at most four bits";
            }
            placed |= 1u << operand;
            e->place[operand] = left;
        } else {
            uint16_t digits = (uint16_t)(strtoul(at, NULL, 16) << left);
            e->written |= digits;
            e->operation |= length == 2 ? digits : 0;
            e->mask |= (uint16_t)(length == 2 ? 0xffu << left : 0);
        }
        at += length + strspn(at + length, " ");
    }
    return left == 0 && e->mask == 0xff00 && placed == (1u << s->operand_count) - 1
               ? NULL
               : "an encoding is not one operation and digits that fill one word";
}

static const char *look_at_encodings(struct target *t) {
    t->encodings = calloc(t->isa->form_count + 1, sizeof *t->encodings);
    for (size_t i = 0; t->encodings != NULL && i < t->isa->form_count; i++) {
        const char *problem = read_encoding(&t->isa->forms[i], &t->encodings[i]);
        if (problem != NULL) {
            return problem;
        }
        if (target_decode(t, t->encodings[i].operation) != NULL) {
            return "two instructions have the same operation code";
        }
        t->encoding_count++;
    }
    return t->encodings == NULL ? "out of memory" : NULL;
}

struct target *target_new(const struct isa *isa, const char **message) {
    struct target *t = calloc(1, sizeof *t);
    *message = "out of memory";
    if (t == NULL) {
        return NULL;
    }
    t->isa = isa;
    t->first = calloc(isa->leaf_count + 1, sizeof *t->first);
    if (isa->mode_count != 1 || isa->profile_count == 0 || isa->opaque_count != 0) {
        *message = isa->mode_count != 1 ? "it has operating modes" : isa->profile_count == 0 ? "it has no profile" : "it has opaque results";
    } else if (t->first != NULL) {
        *message = look_at_state(t);
        *message = *message == NULL ? look_at_encodings(t) : *message;
    }
    for (size_t i = 0; *message == NULL && i < isa->trap_count; i++) {
        *message = isa->traps[i].vector >= TIMER_VECTOR ? "it has a trap with a vector of 255, the timer's, or more" : NULL;
    }
    if (*message != NULL) {
        target_free(t);
        return NULL;
    }
    t->profile = profile_in(isa, 0, 0);
    return t;
}

void target_free(struct target *t) {
    if (t != NULL) {
        free(t->encodings);
        free(t->first);
        free(t);
    }
}

const struct word_encoding *target_decode(const struct target *t, uint16_t word) {
    for (size_t i = 0; i < t->encoding_count; i++) {
        if ((word & t->encodings[i].mask) == t->encodings[i].operation) {
            return &t->encodings[i];
        }
    }
    return NULL;
}

uint16_t target_operand(const struct word_encoding *e, unsigned operand, uint16_t word) {
    return (uint16_t)((unsigned)word >> e->place[operand] & ((1u << e->form->semantics[0]->operands[operand].width) - 1));
}

void target_disassemble(const struct target *t, uint16_t word, char *text, size_t size) {
    const struct word_encoding *e = target_decode(t, word);
    if (e == NULL) {
        (void)snprintf(text, size, ".word 0x%04x", word);
        return;
    }
    int length = snprintf(text, size, "%.20s", e->form->instruction);
    for (unsigned i = 0; i < e->operand_count && length > 0 && (size_t)length < size; i++) {
        length += snprintf(text + length, size - (size_t)length, "%s%u", i == 0 ? " " : ", ", target_operand(e, i, word));
    }
}

const char *target_value_name(const struct target *t, unsigned component, word128 value) {
    const struct leaf *leaf = &t->isa->leaves[t->components[component].leaf];
    return leaf->value_names != NULL && value < leaf->value_count ? leaf->value_names[value] : NULL;
}

const char *target_outcome_name(const struct target *t, unsigned outcome) {
    if (outcome == OUTCOME_DONE) {
        return "done";
    }
    if (outcome == OUTCOME_MEMORY_TRAP) {
        return "memory trap";
    }
    if (outcome == OUTCOME_TIMER) {
        return "timer interrupt";
    }
    for (size_t i = 0; i < t->isa->trap_count; i++) {
        if (t->isa->traps[i].vector + OUTCOME_TRAP == outcome) {
            return t->isa->traps[i].name;
        }
    }
    return "no such instruction";
}
