/* Runs a state through the reference and through a handler, and compares what is certain. */
#include "reference.h"
#include "runner.h"

const struct step_effect *runner_reference(struct runner *r, const struct sample *x, unsigned variant) {
    const struct subject *s = r->subject;
    struct step_effect *o = &r->expected;
    word128 choices[SAMPLE_CHOICES];
    memcpy(o->state, x->state, s->table->state_size);
    memcpy(o->operands, x->operands, s->step->operand_count * sizeof o->operands[0]);
    arrays_load(s, x, &o->arrays);
    memcpy(choices, x->choices, s->step->choice_count * sizeof choices[0]);
    for (size_t i = 0; s->open && i < s->step->choice_count; i++) {
        if ((int)i != s->length_choice) {
            struct random random = {variant * UINT64_C(977) + i};
            word128 any = (word128)random_next(&random) << 64 | random_next(&random);
            choices[i] = cut(variant == 0 ? 0 : variant == 1 ? ~(word128)0 : any, term_symbol_width(s->isa->pool, s->choices[i]));
        }
    }
    o->argument = 0;
    x86_set_opaques(reference_opaque, &variant);
    o->code = s->step->call(o->state, o->arrays.by_leaf, o->operands, choices, &o->argument);
    return o;
}

static void run_plugin(struct runner *r, const struct sample *x) {
    const struct subject *s = r->subject;
    const struct form *form = &s->isa->forms[s->form->form];
    struct step_effect *o = &r->seen;
    memcpy(o->state, x->state, s->table->state_size);
    arrays_load(s, x, &o->arrays);
    for (size_t i = 0; i < s->step->operand_count; i++) {
        r->seen_list[i] =
            (struct popek_operand){s->step->operands[i].name, s->step->operands[i].width, s->step->operands[i].direction, x->operands[i]};
    }
    struct popek_call call = {.state = (struct x86 *)(void *)o->state,
                              .instruction = form->instruction,
                              .form = form->text,
                              .mode = s->form->mode,
                              .length = s->length_choice < 0 ? 3 : (uint32_t)x->choices[s->length_choice],
                              .operand_count = (uint32_t)s->step->operand_count,
                              .operands = r->seen_list};
    runner_offer(r, &call);
    r->stray = false;
    struct popek_outcome outcome = r->handle(&call);
    o->code = outcome.result == POPEK_DONE ? 0 : outcome.result == POPEK_FAULT || outcome.result == POPEK_EXIT ? 2 + outcome.vector : RUN_UNHANDLED;
    o->argument = o->code == 0 ? 0 : outcome.error_code;
    for (size_t i = 0; i < s->step->operand_count; i++) {
        o->operands[i] = r->seen_list[i].value;
    }
}

/* The bytes around the state and the operands are as they were. */
static bool canaries_live(const struct runner *r) {
    size_t before = (size_t)((unsigned char *)r->seen_list - (r->pages + PAGE));
    const unsigned char *second = r->pages + (size_t)2 * PAGE;
    size_t between = (size_t)(r->seen_state - second);
    const unsigned char *end = r->seen_state + r->plugin->table->state_size;
    size_t after = (size_t)(r->pages + (size_t)PAGE * (GUARDED_PAGES + 1) - end);
    const unsigned char *first = r->pages + PAGE;
    return first[before - 1] == CANARY && memcmp(first + before - 256, first + before - 255, 255) == 0 && second[between - 1] == CANARY &&
           memcmp(second + between - 256, second + between - 255, 255) == 0 && (after == 0 || end[0] == CANARY) &&
           (after < 2 || memcmp(end, end + 1, after - 1) == 0);
}

/* Nothing at all differs: the usual case, and quick. */
static bool is_equal(const struct runner *r) {
    const struct subject *s = r->subject;
    const struct step_effect *a = &r->expected;
    const struct step_effect *b = &r->seen;
    return a->code == b->code && a->argument == b->argument && memcmp(a->state, b->state, s->table->state_size) == 0 &&
           (a->code != 0 || memcmp(a->operands, b->operands, s->step->operand_count * sizeof a->operands[0]) == 0) &&
           (s->listed_count == 0 || same_arrays(r));
}

/* Takes one more possible result of the reference into account; the first sets what is expected. */
struct merged {
    bool any;      /* some result has the outcome that was seen */
    bool arrays;   /* some result has the arrays that were seen */
    uint32_t code; /* of the first result, whatever was seen */
    uint64_t argument;
};

static void merge(struct runner *r, struct merged *m, unsigned variant, unsigned char *first, word128 *first_operands) {
    const struct subject *s = r->subject;
    const struct step_effect *o = &r->expected;
    if (variant == 0) {
        m->code = o->code;
        m->argument = o->argument;
    }
    if (o->code != r->seen.code || o->argument != r->seen.argument) {
        return;
    }
    if (!m->any) {
        memcpy(first, o->state, s->table->state_size);
        memcpy(first_operands, o->operands, s->step->operand_count * sizeof first_operands[0]);
        memcpy(r->known, r->compared, s->table->state_size);
        memset(r->known_operands, 0xFF, sizeof r->known_operands);
    }
    for (size_t i = 0; i < s->table->state_size; i++) {
        r->known[i] = (unsigned char)(r->known[i] & ~(first[i] ^ o->state[i]));
    }
    for (size_t i = 0; i < s->step->operand_count; i++) {
        r->known_operands[i] &= ~(first_operands[i] ^ o->operands[i]);
    }
    m->arrays = m->arrays || same_arrays(r);
    arrays_merge(r, m->any);
    m->any = true;
}

static int first_difference(const struct runner *r, const unsigned char *state, const word128 *operands) {
    const struct subject *s = r->subject;
    for (size_t i = 0; i < s->table->component_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < emitted_bytes(c->width) << c->index_width; k++) {
            size_t at = c->offset + k;
            if (((state[at] ^ r->seen.state[at]) & r->known[at]) != 0) {
                return (int)i;
            }
        }
    }
    for (size_t i = 0; r->seen.code == 0 && i < s->step->operand_count; i++) {
        bool written = (s->step->operands[i].direction & 2) != 0;
        if (written && cut((operands[i] ^ r->seen.operands[i]) & r->known_operands[i], s->step->operands[i].width) != 0) {
            return (int)(s->table->component_count + i);
        }
    }
    return -1;
}

/* With all privileges it would have been done. */
static bool is_privilege(struct runner *r, const struct sample *x) {
    static struct sample privileged;
    const struct subject *s = r->subject;
    int cpl = isa_find_leaf(s->isa, "cpl");
    if (cpl < 0 || sample_get(s, x, (unsigned)cpl) == 0 || s->kept[cpl]) {
        return false;
    }
    sample_copy(s, x, &privileged);
    sample_set(s, &privileged, (unsigned)cpl, 0);
    return runner_reference(r, &privileged, 2)->code == 0;
}

static enum check_property property_of(struct runner *r, const struct sample *x, uint32_t expected, uint32_t seen) {
    if (expected == seen) {
        return CHECK_WRONG_FAULT;
    }
    if (seen == 0) {
        return is_privilege(r, x) ? CHECK_PRIVILEGE : CHECK_ACCEPTS;
    }
    return expected == 0 ? CHECK_REFUSES : CHECK_WRONG_FAULT;
}

static void judge(struct runner *r, const struct sample *x, struct run_verdict *v) {
    static unsigned char first[SAMPLE_STATE];
    static word128 first_operands[SAMPLE_OPERANDS];
    const struct subject *s = r->subject;
    struct merged m = {.any = false};
    static const unsigned ends[] = {VARIANTS, CONFIRMING, CONFIRMING_AGAIN};
    unsigned variant = 0;
    for (unsigned round = 0; round < (s->open ? sizeof ends / sizeof ends[0] : 1u); round++) {
        for (unsigned end = s->open ? ends[round] : 1; variant < end; variant++) {
            (void)runner_reference(r, x, variant);
            merge(r, &m, variant, first, first_operands);
        }
        v->place = m.any ? first_difference(r, first, first_operands) : -1;
        bool good = m.any && v->place < 0 && (m.arrays || arrays_agree(r));
        if (good) {
            return;
        }
    }
    v->diverges = true;
    v->expected = m.any ? r->seen.code : m.code;
    v->expected_argument = m.any ? r->seen.argument : m.argument;
    v->seen = r->seen.code;
    v->seen_argument = r->seen.argument;
    memcpy(r->expected_state, first, s->table->state_size);
    if (!m.any) {
        v->property = property_of(r, x, v->expected, v->seen);
        v->place = -1;
    } else {
        if (v->place < 0) { /* an array */
            v->place = (int)(s->listed_count == 0 ? 0 : s->listed[0]);
        }
        v->property = v->seen == 0 ? CHECK_WRONG_STATE : CHECK_FAULT_CHANGES;
    }
}

void runner_run(struct runner *r, const struct sample *x, struct run_verdict *v) {
    memset(v, 0, sizeof *v);
    run_plugin(r, x);
    v->seen = r->seen.code;
    if (!canaries_live(r)) {
        *v = (struct run_verdict){true, CHECK_OUTSIDE, 0, r->seen.code, 0, 0, -1};
        memset(r->pages + PAGE, CANARY, (size_t)PAGE * GUARDED_PAGES);
        return;
    }
    if (r->stray) {
        *v = (struct run_verdict){true, CHECK_OUTSIDE, 0, r->seen.code, 0, 0, -1};
        return;
    }
    if (r->seen.code == RUN_UNHANDLED) {
        return;
    }
    (void)runner_reference(r, x, 2);
    if (!is_equal(r)) {
        judge(r, x, v);
    }
}

bool run_same(const struct run_verdict *a, const struct run_verdict *b) {
    return a->diverges == b->diverges && a->property == b->property && a->expected == b->expected && a->seen == b->seen && a->place == b->place &&
           (a->expected_argument == a->seen_argument) == (b->expected_argument == b->seen_argument);
}
