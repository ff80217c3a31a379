/* The loop: interrupt, instruction, comparison. */
#include "simulation.h"

#include <string.h>

static bool same(struct machine *const *machines, const unsigned *outcomes, word128 after[2][TARGET_COMPONENTS]) {
    size_t count = machines[1]->target->component_count;
    for (unsigned i = 0; i < 2; i++) {
        machines[i]->operations->read(machines[i], after[i]);
    }
    return outcomes[0] == outcomes[1] && memcmp(after[0], after[1], count * sizeof after[0][0]) == 0 && !machines[1]->escaped &&
           memcmp(machine_words(machines[0]), machine_words(machines[1]), machine_word_count(machines[0]) * sizeof(uint16_t)) == 0;
}

static void describe(struct machine *const *machines, const struct simulated_step *step, const unsigned *outcomes,
                     word128 after[2][TARGET_COMPONENTS], struct difference *d) {
    memset(d, 0, sizeof *d);
    d->step = *step;
    d->step.before = NULL;
    memcpy(d->before, step->before, machines[1]->target->component_count * sizeof d->before[0]);
    memcpy(d->after, after, sizeof d->after);
    memcpy(d->outcome, outcomes, sizeof d->outcome);
    d->escaped = machines[1]->escaped;
    for (uint32_t i = 0; i < machine_word_count(machines[0]); i++) {
        uint16_t values[2] = {machine_words(machines[0])[i], machine_words(machines[1])[i]};
        if (values[0] != values[1]) {
            if (d->word_count < DIFFERENCE_WORDS) {
                d->words[d->word_count].address = i;
                memcpy(d->words[d->word_count].values, values, sizeof values);
            }
            d->word_count++;
        }
    }
}

/* What happens next to all machines, an interrupt or an instruction; false when the run is over. */
static bool advance(struct machine *const *machines, unsigned first, struct simulated_step *step, struct simulation *result) {
    unsigned outcomes[2] = {OUTCOME_DONE, OUTCOME_DONE};
    word128 after[2][TARGET_COMPONENTS];
    bool failed = false;
    for (unsigned i = first; i < 2; i++) {
        const struct machine_operations *operations = machines[i]->operations;
        memset(&step->result, 0, sizeof step->result);
        step->interrupt = (step->result.outcome = operations->interrupt(machines[i])) != OUTCOME_DONE;
        if (!step->interrupt) {
            operations->step(machines[i], &step->result);
            count_instruction(&machines[i]->timer);
        }
        outcomes[i] = step->result.outcome;
        failed = failed || step->result.failed;
    }
    result->counts.steps += step->interrupt ? 0 : 1;
    result->counts.direct += step->result.direct ? 1 : 0;
    result->counts.outcomes[outcomes[1] < OUTCOMES ? outcomes[1] : 0]++;
    if (failed) {
        result->end = END_FAILED;
        return false;
    }
    if (first == 0 && !same(machines, outcomes, after)) {
        describe(machines, step, outcomes, after, &result->difference);
        result->end = END_DIFFERENT;
        return false;
    }
    return true;
}

void simulate(struct machine *reference, struct machine *machine, uint64_t steps, const struct simulation_trace *trace, struct simulation *result) {
    struct machine *const machines[2] = {reference, machine};
    unsigned halted = machine->target->halted;
    memset(result, 0, sizeof *result);
    for (;;) {
        word128 before[TARGET_COMPONENTS];
        machine->operations->read(machine, before);
        if (before[halted] != 0 || result->counts.steps >= steps) {
            result->end = before[halted] != 0 ? END_HALTED : END_LIMIT;
            return;
        }
        struct simulated_step step = {.number = result->counts.steps + 1, .before = before};
        step.reached = machine->operations->fetch(machine, &step.instruction);
        bool more = advance(machines, reference == NULL ? 1 : 0, &step, result);
        bool wanted = trace->line == NULL || trace->line(trace->context, &step);
        if (!more) {
            return;
        }
        if (!wanted) {
            result->end = END_STOPPED;
            return;
        }
    }
}
