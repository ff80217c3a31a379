/* Exercise 6: a guest that no longer asks for its real address. */
#include "exercise.h"

#include "../simulator/simulation.h"

#include <string.h>

#define GUEST_STORAGE 4096u
#define MOST_STEPS 10000u
#define WANTED 42u

struct seen {
    const struct target *target;
    unsigned user_steps, sensitive_steps, calls;
};

static bool look(void *context, const struct simulated_step *step) {
    struct seen *s = context;
    const struct target *t = s->target;
    const struct word_encoding *e = step->reached ? target_decode(t, step->instruction) : NULL;
    for (unsigned i = 0; i < t->component_count; i++) {
        const char *mode = t->isa->leaves[t->components[i].leaf].class == CLASS_MODE ? target_value_name(t, i, step->before[i]) : NULL;
        s->user_steps += mode != NULL && strcmp(mode, "user") == 0 ? 1 : 0;
    }
    s->sensitive_steps += e != NULL && strcmp(e->form->instruction, "LRA") == 0 ? 1 : 0;
    s->calls += strcmp(target_outcome_name(t, step->result.outcome), "supervisor_call") == 0 ? 1 : 0;
    return true;
}

static struct machine *machine_with(const struct target *t, const struct guest *g, enum machine_kind kind) {
    const struct machine_request request = {kind, 0, g->count > GUEST_STORAGE ? g->count : GUEST_STORAGE, g->interval, 0};
    const char *message = NULL;
    struct machine *m = machine_new_model(t, &request, &message);
    if (m != NULL) {
        memcpy(machine_words(m), g->words, g->count * sizeof *g->words);
        machine_seal(m);
    }
    return m;
}

static unsigned register_0(const struct machine *m) {
    word128 values[TARGET_COMPONENTS];
    m->operations->read(m, values);
    for (unsigned i = 0; i < m->target->component_count; i++) {
        if (strcmp(m->target->components[i].name, "reg[0]") == 0) {
            return (unsigned)values[i];
        }
    }
    return 0;
}

bool judge_guest(const struct target *t, const struct guest *g, struct exercise_result *r) {
    struct seen seen = {t, 0, 0, 0};
    const struct simulation_trace trace = {look, &seen};
    const struct simulation_trace no_trace = {NULL, NULL};
    struct simulation alone;
    struct simulation together;
    struct machine *bare = machine_with(t, g, MACHINE_BARE);
    struct machine *reference = machine_with(t, g, MACHINE_BARE);
    struct machine *monitored = machine_with(t, g, MACHINE_VMM);
    bool good = bare != NULL && reference != NULL && monitored != NULL;
    if (good) {
        simulate(NULL, bare, MOST_STEPS, &trace, &alone);
        simulate(reference, monitored, MOST_STEPS, &no_trace, &together);
        good = alone.end != END_FAILED && together.end != END_FAILED;
    }
    if (good) {
        exercise_point(r, alone.end == END_HALTED, "on the bare machine it halts within %u instructions", MOST_STEPS);
        exercise_point(r, register_0(bare) == WANTED, "r0 is %u then (%u)", WANTED, register_0(bare));
        exercise_point(r, seen.user_steps > 0, "part of it runs in user mode");
        exercise_point(r, seen.calls > 0, "it asks its kernel by a supervisor call");
        exercise_point(r, seen.sensitive_steps == 0, "LRA is not executed any more (%u times)", seen.sensitive_steps);
        exercise_point(r, together.end == END_HALTED, "under the monitor it does the same, instruction by instruction");
    }
    machine_free(bare);
    machine_free(reference);
    machine_free(monitored);
    return good;
}
