/* Simulations as JSON; docs/simulate.md says what is in it. */
#include "simulation.h"
#include "json_write.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

static json_t *value_json(const struct target *t, unsigned component, word128 value) {
    const char *name = target_value_name(t, component, value);
    return name != NULL ? json_string(name) : json_sprintf("0x%" PRIx64, (uint64_t)value);
}

static json_t *state_json(const struct target *t, const word128 *values) {
    json_t *state = json_object();
    for (unsigned i = 0; i < t->component_count; i++) {
        (void)json_object_set_new(state, t->components[i].name, value_json(t, i, values[i]));
    }
    return state;
}

static json_t *instruction_json(const struct target *t, const struct simulated_step *step) {
    char text[64];
    if (step->interrupt || !step->reached) {
        return json_null();
    }
    target_disassemble(t, step->instruction, text, sizeof text);
    return json_string(text);
}

static json_t *difference_json(const struct target *t, const struct difference *d) {
    json_t *components = json_array();
    for (unsigned i = 0; i < t->component_count; i++) {
        if (d->after[0][i] != d->after[1][i]) {
            (void)json_array_append_new(components, json_string(t->components[i].name));
        }
    }
    json_t *words = json_array();
    for (unsigned i = 0; i < d->word_count && i < DIFFERENCE_WORDS; i++) {
        (void)json_array_append_new(words, json_pack("{s:i, s:i, s:i}", "address", (int)d->words[i].address, "bare", (int)d->words[i].values[0],
                                                     "monitored", (int)d->words[i].values[1]));
    }
    return json_pack("{s:I, s:b, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:i, s:o, s:b}", "step", (json_int_t)d->step.number, "interrupt",
                     d->step.interrupt, "instruction", instruction_json(t, &d->step), "before", state_json(t, d->before), "bare",
                     state_json(t, d->after[0]), "monitored", state_json(t, d->after[1]), "bare_outcome", target_outcome_name(t, d->outcome[0]),
                     "monitored_outcome", target_outcome_name(t, d->outcome[1]), "components", components, "words_that_differ", (int)d->word_count,
                     "words", words, "real_processor_lost", d->escaped);
}

static json_t *counts_json(const struct simulation_report *r) {
    const struct simulation_counts *c = &r->result->counts;
    json_t *traps = json_object();
    for (unsigned i = 1; i < OUTCOMES; i++) {
        const char *name = target_outcome_name(r->machine->target, i);
        if (c->outcomes[i] > 0) {
            json_int_t before = json_integer_value(json_object_get(traps, name)); /* vectors without a name share one */
            (void)json_object_set_new(traps, name, json_integer(before + (json_int_t)c->outcomes[i]));
        }
    }
    return json_pack("{s:I, s:I, s:I, s:i, s:o}", "instructions", (json_int_t)c->steps, "direct", (json_int_t)c->direct, "entries",
                     (json_int_t)r->machine->entries, "outside_changed", (int)machine_outside_changed(r->machine), "traps", traps);
}

/* Paths need not be text. */
static json_t *path_json(const char *path) {
    json_t *text = json_string(path);
    return text != NULL ? text : json_string("(a path that is no UTF-8)");
}

static const char *end_name(enum simulation_end end) {
    static const char *const names[] = {"halted", "limit", "stopped", "different", "failed"};
    return names[end];
}

bool report_simulation_json(FILE *out, const struct simulation_report *r) {
    const struct target *t = r->machine->target;
    const struct placement *p = &r->machine->place;
    word128 values[TARGET_COMPONENTS];
    r->machine->operations->read(r->machine, values);
    json_t *difference = r->result->end == END_DIFFERENT ? difference_json(t, &r->result->difference) : json_null();
    json_t *root = json_pack("{s:o, s:s, s:s, s:b, s:b, s:i, s:i, s:i, s:i, s:s, s:o, s:o, s:o}", "guest", path_json(r->guest), "isa", t->isa->name,
                             "machine", r->monitor, "proven", r->proven, "compared", r->reference != NULL, "words", (int)p->words[p->depth], "origin",
                             (int)p->real_place[p->depth], "storage", (int)p->count, "interval", (int)r->machine->timer.interval, "end",
                             end_name(r->result->end), "counts", counts_json(r), "state", state_json(t, values), "difference", difference);
    return json_write(out, root, 2);
}
