/* Reduces a diverging state: everything at once, then one value after the other, to 0 or at least to fewer bits. */
#include "minimise.h"

struct reduction {
    const struct subject *subject;
    struct sample *best;
    const struct run_verdict *verdict;
    minimise_run *run;
    void *context;
};

static struct sample trial; /* one at a time, in the child process alone */

static bool keeps(const struct reduction *r) {
    struct run_verdict v;
    r->run(r->context, &trial, &v);
    return run_same(&v, r->verdict);
}

static bool accept(const struct reduction *r) {
    if (!keeps(r)) {
        return false;
    }
    sample_copy(r->subject, &trial, r->best);
    return true;
}

static void try_value(const struct reduction *r, size_t at, unsigned width, word128 value) {
    sample_copy(r->subject, r->best, &trial);
    emitted_store(trial.state + at, width, value);
    (void)accept(r);
}

static void reduce_leaf(const struct reduction *r, unsigned leaf) {
    const struct emitted_component *c = &r->subject->table->components[leaf];
    for (size_t k = 0; k < (size_t)1 << c->index_width; k++) {
        size_t at = emitted_place(c, k);
        if (emitted_load(r->best->state + at, c->width) != 0) {
            try_value(r, at, c->width, 0);
        }
        for (unsigned bit = c->width; emitted_load(r->best->state + at, c->width) != 0 && bit-- > 0;) { /* what cannot be 0 has few bits at least */
            word128 value = emitted_load(r->best->state + at, c->width);
            if ((value >> bit & 1) != 0) {
                try_value(r, at, c->width, value & ~((word128)1 << bit));
            }
        }
    }
}

static void reduce_operands(const struct reduction *r) {
    for (size_t i = 0; i < r->subject->step->operand_count; i++) {
        if (r->best->operands[i] != 0) {
            sample_copy(r->subject, r->best, &trial);
            trial.operands[i] = 0;
            (void)accept(r);
        }
    }
    for (uint32_t i = r->best->element_count; i-- > 0;) {
        sample_copy(r->subject, r->best, &trial);
        trial.element_count--;
        memmove(trial.elements + i, trial.elements + i + 1, (trial.element_count - i) * sizeof trial.elements[0]);
        (void)accept(r);
    }
}

/* What the form does not depend on, at once. */
static void reduce_others(const struct reduction *r) {
    const struct subject *s = r->subject;
    bool is_input[SUBJECT_LEAVES] = {false};
    for (unsigned i = 0; i < s->input_count; i++) {
        is_input[s->inputs[i]] = true;
    }
    sample_copy(s, r->best, &trial);
    for (unsigned i = 0; i < s->table->component_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        if (c->placement == EMITTED_IN_STATE && !is_input[i] && !s->kept[i]) {
            memset(trial.state + c->offset, 0, emitted_bytes(c->width) << c->index_width);
        }
    }
    (void)accept(r);
}

void minimise(const struct subject *s, const struct plugin *p, struct sample *x, const struct run_verdict *verdict, minimise_run *run,
              void *context) {
    const struct reduction r = {s, x, verdict, run, context};
    reduce_others(&r);
    reduce_operands(&r);
    for (unsigned i = 0; i < s->table->component_count; i++) {
        if (s->table->components[i].placement == EMITTED_IN_STATE && !s->kept[i] && !p->fixed[i]) {
            reduce_leaf(&r, i);
        }
    }
    reduce_operands(&r);
    struct run_verdict again;
    run(context, x, &again); /* leaves the runner with what the report is made of */
}
