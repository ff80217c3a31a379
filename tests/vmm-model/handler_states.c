/* Runs a handler and the emitted step of its form on the same state, and compares all that there is after them. */
#include "handler_states.h"

#include "../../isa-model/handled_storage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ARRAYS 32u
#define MOST_ELEMENTS 128u
#define MOST_WRITES 16u
#define MOST_CHOICES 32u

struct handled {
    const struct emitted_isa *emitted;
    const struct handlers_isa *table;
    const struct handler *handler;
    struct states *states;
    struct states_fixed *fixed;
    unsigned choice_place[MOST_CHOICES]; /* of a choice of the handler among those of the step */
    unsigned kept_place[MOST_CHOICES];
    unsigned char *processor, *untouched, *expected;
    uint64_t index[MOST_ARRAYS][MOST_ELEMENTS], value[MOST_ARRAYS][MOST_ELEMENTS];
    struct handled_array arrays[MOST_ARRAYS];
    struct handled_write writes[MOST_WRITES];
    word128 operands[STATES_MOST_OPERANDS];
    uint64_t argument;
    uint32_t outcome;
};

struct handled *handled_new(const struct isa *isa, uint64_t seed) {
    struct handled *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return NULL;
    }
    h->emitted = &x86_emitted;
    h->table = &x86_handlers;
    h->states = states_new(isa, h->emitted, seed);
    h->processor = calloc(2, h->table->processor_size);
    h->expected = calloc(1, h->emitted->state_size);
    h->fixed = calloc(h->table->fixed_count + 1, sizeof *h->fixed);
    if (h->states == NULL || h->processor == NULL || h->expected == NULL || h->fixed == NULL || h->table->array_count > MOST_ARRAYS) {
        handled_free(h);
        return NULL;
    }
    h->untouched = h->processor + h->table->processor_size;
    for (size_t i = 0; i < h->table->fixed_count; i++) {
        const struct handler_fixed *f = &h->table->fixed[i];
        h->fixed[i] = (struct states_fixed){f->mode, f->component, f->value};
    }
    states_fix(h->states, h->fixed, h->table->fixed_count);
    return h;
}

void handled_free(struct handled *h) {
    if (h != NULL) {
        states_free(h->states);
        free(h->processor);
        free(h->expected);
        free(h->fixed);
        free(h);
    }
}

static bool find_choice(const struct emitted_step *step, const char *name, unsigned *place) {
    for (unsigned i = 0; i < step->choice_count; i++) {
        if (strcmp(step->choices[i], name) == 0) {
            *place = i;
            return true;
        }
    }
    return false;
}

static bool find_choices(struct handled *h) {
    const struct emitted_step *step = states_look(h->states).step;
    bool good = h->handler->choice_count <= MOST_CHOICES && h->handler->kept_count <= MOST_CHOICES && h->handler->write_count <= MOST_WRITES;
    for (size_t i = 0; good && i < h->handler->choice_count; i++) {
        good = find_choice(step, h->handler->choices[i], &h->choice_place[i]);
    }
    for (size_t i = 0; good && i < h->handler->kept_count; i++) {
        good = find_choice(step, h->handler->kept[i].choice, &h->kept_place[i]);
    }
    return good;
}

bool handled_choose(struct handled *h, size_t handler) {
    h->handler = &h->table->handlers[handler];
    for (size_t i = 0; i < h->emitted->form_count + h->emitted->event_count; i++) {
        const struct emitted_form *f = &h->emitted->forms[i];
        if (f->form == h->handler->form && f->mode_number == h->handler->mode_number) {
            return strcmp(f->text, h->handler->text) == 0 && states_choose(h->states, i) && find_choices(h);
        }
    }
    return false;
}

void handled_next(struct handled *h) { states_next(h->states); }
void handled_change(struct handled *h) { states_change(h->states); }
void handled_take(struct handled *h, const struct valuation *before) { states_take(h->states, before); }
uint32_t handled_outcome(const struct handled *h) { return h->outcome; }

/* The arrays of the virtual processor: parts of those of the machine. */
static void show_arrays(struct handled *h, const struct states_view *v) {
    for (size_t i = 0; i < h->table->array_count; i++) {
        const struct handler_array *a = &h->table->arrays[i];
        h->arrays[i] = handled_part(a, &h->emitted->components[a->component], &v->arrays[a->component], h->index[i], h->value[i], MOST_ELEMENTS);
    }
}

static bool differ(char *text, size_t size, const char *name, word128 got, word128 expected) {
    (void)snprintf(text, size, "%s is %llx:%llx, by the description %llx:%llx", name, (unsigned long long)(got >> 64), (unsigned long long)got,
                   (unsigned long long)(expected >> 64), (unsigned long long)expected);
    return false;
}

/* Which component of the machine differs first. */
static bool differ_in_state(const struct handled *h, const struct states_view *v, char *text, size_t size) {
    for (size_t i = 0; i < h->emitted->component_count; i++) {
        const struct emitted_component *c = &h->emitted->components[i];
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            size_t at = emitted_place(c, k);
            if (memcmp(h->expected + at, v->after + at, emitted_bytes(c->width)) != 0) {
                return differ(text, size, c->name, emitted_load(h->expected + at, c->width), emitted_load(v->after + at, c->width));
            }
        }
    }
    return differ(text, size, "state", 1, 0);
}

/* The last value that the handler writes there, or the one that was there. */
static uint64_t written(const struct handled *h, size_t array, uint64_t index) {
    uint64_t value = 0;
    for (uint32_t k = 0; k < h->arrays[array].count; k++) {
        value = h->arrays[array].index[k] == index ? h->arrays[array].value[k] : value;
    }
    for (size_t i = 0; i < h->handler->write_count; i++) {
        bool here = h->handler->write_arrays[i] == array && h->writes[i].guard == 1 && h->writes[i].index == index;
        value = here ? h->writes[i].value : value;
    }
    return value;
}

static uint64_t element_after(const struct handled *h, const struct states_view *v, size_t array, uint64_t index) {
    const struct handler_array *a = &h->table->arrays[array];
    const struct emitted_component *c = &h->emitted->components[a->component];
    const struct emitted_array *from = &v->arrays[a->component];
    for (uint32_t k = 0; k < from->count; k++) {
        if ((uint64_t)emitted_index(c, from, k) == index) {
            return handled_value(a, c, from, k);
        }
    }
    return 0;
}

/* Elements that were there, and elements that the handler or the step writes. */
static bool compare_arrays(const struct handled *h, const struct states_view *v, char *text, size_t size) {
    for (size_t i = 0; i < h->table->array_count; i++) {
        const struct handler_array *a = &h->table->arrays[i];
        const struct emitted_component *c = &h->emitted->components[a->component];
        const struct emitted_array *after = &v->arrays[a->component];
        for (uint32_t k = 0; k < after->count; k++) {
            uint64_t index = (uint64_t)emitted_index(c, after, k);
            if (written(h, i, index) != element_after(h, v, i, index)) {
                return differ(text, size, c->name, written(h, i, index), element_after(h, v, i, index));
            }
        }
    }
    for (size_t i = 0; i < h->handler->write_count; i++) {
        const struct handled_write *w = &h->writes[i];
        unsigned array = h->handler->write_arrays[i];
        if (w->guard == 1 && written(h, array, w->index) != element_after(h, v, array, w->index)) {
            return differ(text, size, "a write", w->value, element_after(h, v, array, w->index));
        }
    }
    return true;
}

static bool compare_done(struct handled *h, const struct states_view *v, char *text, size_t size) {
    memcpy(h->expected, v->before, h->emitted->state_size);
    h->table->store(h->expected, h->processor);
    if (memcmp(h->expected, v->after, h->emitted->state_size) != 0) {
        return differ_in_state(h, v, text, size);
    }
    for (size_t i = 0; i < v->step->operand_count; i++) {
        if (h->operands[i] != v->operands[i]) {
            return differ(text, size, v->step->operands[i].name, h->operands[i], v->operands[i]);
        }
    }
    return !(v->reads_arrays || v->step->writes > 0) || compare_arrays(h, v, text, size);
}

static void run_handler(struct handled *h, const struct states_view *v) {
    word128 choices[MOST_CHOICES];
    memset(h->processor, 0, h->table->processor_size);
    h->table->load(h->processor, v->before);
    memcpy(h->untouched, h->processor, h->table->processor_size);
    memcpy(h->operands, v->operands_before, v->step->operand_count * sizeof h->operands[0]);
    for (size_t i = 0; i < h->handler->kept_count; i++) { /* what the handler keeps is what the step is to choose */
        const struct handler_component *part = &h->table->components[h->handler->kept[i].component];
        const struct emitted_component *c = &h->emitted->components[part->component];
        v->choices[h->kept_place[i]] = emitted_load(v->before + c->offset, c->width);
    }
    for (size_t i = 0; i < h->handler->choice_count; i++) {
        choices[i] = v->choices[h->choice_place[i]];
    }
    if (v->reads_arrays) {
        states_reload(h->states);
        show_arrays(h, v);
    }
    h->argument = 0;
    h->outcome = h->handler->call(h->processor, h->arrays, h->operands, choices, h->writes, &h->argument);
}

/* Right when the step changes what handlers refuse, or faults on the way there (which way it was is what is proven), and nothing was touched. */
static bool compare_refused(const struct handled *h, const struct states_view *v, char *text, size_t size) {
    bool changed = false;
    for (size_t i = 0; i < h->table->refused_count; i++) {
        const struct emitted_component *c = &h->emitted->components[h->table->refused[i]];
        changed = changed || memcmp(v->before + c->offset, v->after + c->offset, emitted_bytes(c->width)) != 0;
    }
    if (v->outcome == 0 && !changed) {
        return differ(text, size, "outcome", h->outcome, v->outcome);
    }
    return memcmp(h->processor, h->untouched, h->table->processor_size) == 0 || differ(text, size, "processor after a refusal", 1, 0);
}

bool handled_agree(struct handled *h, char *difference, size_t size) {
    struct states_view v = states_look(h->states);
    run_handler(h, &v);
    if (v.reads_arrays || v.step->writes > 0) {
        states_reload(h->states);
    }
    (void)states_run_loaded(h->states);
    v = states_look(h->states);
    if (h->outcome == HANDLER_REFUSED) {
        return compare_refused(h, &v, difference, size);
    }
    if (h->outcome != v.outcome) {
        return differ(difference, size, "outcome", h->outcome, v.outcome);
    }
    if (v.outcome == 0) {
        states_keep(h->states);
        return compare_done(h, &v, difference, size);
    }
    if (h->argument != v.argument) {
        return differ(difference, size, "argument", h->argument, v.argument);
    }
    return memcmp(h->processor, h->untouched, h->table->processor_size) == 0 || differ(difference, size, "processor after a fault", 1, 0);
}

bool handled_reads_arrays(const struct handled *h) { return states_look(h->states).reads_arrays; }
