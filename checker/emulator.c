/* Has an emulator run a state, and judges it as a machine under test (hardware/). */
#include "emulation.h"

#include <stdio.h>

#define EVALUATIONS 4u
#define CONFIRMING 64u

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

static void tell_memory(struct concrete *c, uint64_t address, const uint8_t *bytes, uint32_t size) {
    for (uint32_t at = 0; at < size && c->memory_count < CONCRETE_MEMORY; at += CONCRETE_BYTES) {
        uint32_t left = size - at < CONCRETE_BYTES ? size - at : CONCRETE_BYTES;
        c->memory[c->memory_count].address = address + at;
        c->memory[c->memory_count].size = left;
        memcpy(c->memory[c->memory_count++].bytes, bytes + at, left);
    }
}

void emulator_tell(const struct emulator *e, struct concrete *c) {
    c->length = e->run.length;
    memcpy(c->bytes, e->run.bytes, sizeof c->bytes);
    memcpy(c->state, e->given, sizeof c->state);
    c->memory_count = 0;
    for (uint32_t i = 0; i < e->run.chunk_count; i++) {
        tell_memory(c, WINDOW_BASE + e->run.chunks[i].offset, e->run.chunks[i].bytes, e->run.chunks[i].size);
    }
    for (size_t i = 0; i < e->island_count; i++) {
        tell_memory(c, e->islands[i].address, e->islands[i].bytes, e->islands[i].size);
    }
}
