/* Runs a state through the reference and through a handler, and compares what is certain. */
#include "run.h"

#include "reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096u
#define GUARDED_PAGES 2u /* readable and writable ones between two that are not */
#define VARIANTS 6u
#define CONFIRMING 64u /* something open may have been chosen too seldom */
#define CANARY 0xA5u

struct popek_host {
    struct runner *runner;
};
struct runner {
    const struct plugin *plugin;
    const struct subject *subject;
    popek_handle *handle;
    unsigned char *pages; /* guard, two pages, guard; the state ends where the second guard begins */
    unsigned char *seen_state;
    struct popek_operand *seen_list; /* at the end of the first of the two pages */
    _Alignas(16) unsigned char expected_state[SAMPLE_STATE];
    unsigned char known[SAMPLE_STATE];
    word128 expected_operands[SAMPLE_OPERANDS], seen_operands[SAMPLE_OPERANDS], known_operands[SAMPLE_OPERANDS];
    struct step_effect expected, seen;
    unsigned char *compared; /* mask of the state: what is not ignored */
    struct popek_host host;
    bool stray; /* the host was asked to write what it does not have */
};

static bool arrays_new(struct run_arrays *a, size_t leaves) {
    a->by_leaf = calloc(leaves + 1, sizeof *a->by_leaf);
    a->index = malloc((size_t)RUN_ARRAYS * RUN_ROOM * 16);
    a->value = malloc((size_t)RUN_ARRAYS * RUN_ROOM * 16);
    return a->by_leaf != NULL && a->index != NULL && a->value != NULL;
}

static void arrays_free(struct run_arrays *a) {
    free(a->by_leaf);
    free(a->index);
    free(a->value);
}

struct runner *runner_new(const struct plugin *p) {
    struct runner *r = aligned_alloc(16, (sizeof *r + 15) / 16 * 16);
    if (r == NULL) {
        return NULL;
    }
    memset(r, 0, sizeof *r);
    r->plugin = p;
    r->host.runner = r;
    r->pages = mmap(NULL, (size_t)PAGE * (GUARDED_PAGES + 2), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (r->pages == MAP_FAILED || mprotect(r->pages + PAGE, (size_t)PAGE * GUARDED_PAGES, PROT_READ | PROT_WRITE) != 0 ||
        !arrays_new(&r->expected.arrays, p->isa->leaf_count) || !arrays_new(&r->seen.arrays, p->isa->leaf_count)) {
        runner_free(r);
        return NULL;
    }
    r->seen_state = r->pages + (size_t)PAGE * (GUARDED_PAGES + 1) - (p->table->state_size + 15) / 16 * 16;
    r->seen_list = (struct popek_operand *)(void *)(r->pages + (size_t)2 * PAGE - SAMPLE_OPERANDS * sizeof *r->seen_list);
    r->expected.state = r->expected_state;
    r->expected.operands = r->expected_operands;
    r->seen.state = r->seen_state;
    r->seen.operands = r->seen_operands;
    r->compared = malloc(p->table->state_size);
    if (r->compared == NULL) {
        runner_free(r);
        return NULL;
    }
    memset(r->compared, 0, p->table->state_size);
    for (size_t i = 0; i < p->table->component_count; i++) {
        const struct emitted_component *c = &p->table->components[i];
        if (c->placement == EMITTED_IN_STATE && !p->ignored[i]) {
            memset(r->compared + c->offset, 0xFF, bytes_of(c->width) << c->index_width);
        }
    }
    return r;
}

void runner_free(struct runner *r) {
    if (r != NULL) {
        if (r->pages != NULL && r->pages != MAP_FAILED) {
            (void)munmap(r->pages, (size_t)PAGE * (GUARDED_PAGES + 2));
        }
        arrays_free(&r->expected.arrays);
        arrays_free(&r->seen.arrays);
        free(r->compared);
        free(r);
    }
}

bool runner_guards(const struct runner *r, const void *address) {
    const unsigned char *a = address;
    return a >= r->pages && a < r->pages + (size_t)PAGE * (GUARDED_PAGES + 2);
}

bool runner_choose(struct runner *r, const struct subject *s, popek_handle *handle) {
    r->subject = s;
    r->handle = handle;
    memset(r->pages + PAGE, CANARY, (size_t)PAGE * GUARDED_PAGES);
    for (unsigned i = 0; i < s->listed_count && i < RUN_ARRAYS; i++) {
        struct run_arrays *const both[] = {&r->expected.arrays, &r->seen.arrays};
        for (unsigned k = 0; k < 2; k++) {
            both[k]->by_leaf[s->listed[i]] = (struct emitted_array){
                .capacity = RUN_ROOM, .index = both[k]->index + (size_t)i * RUN_ROOM * 16, .value = both[k]->value + (size_t)i * RUN_ROOM * 16};
        }
    }
    return s->listed_count <= RUN_ARRAYS;
}

/* ---- arrays ------------------------------------------------------------------------------------------------------------------------------------ */

static word128 array_index(const struct emitted_component *c, const struct emitted_array *a, uint32_t k) {
    return load((unsigned char *)a->index + k * bytes_of(c->index_width), c->index_width);
}

static word128 array_value(const struct emitted_component *c, const struct emitted_array *a, uint32_t k) {
    return load((unsigned char *)a->value + k * bytes_of(c->width), c->width);
}

static word128 array_get(const struct emitted_component *c, const struct emitted_array *a, word128 index) {
    for (uint32_t k = 0; k < a->count; k++) {
        if (array_index(c, a, k) == index) {
            return array_value(c, a, k);
        }
    }
    return 0;
}

static bool array_set(const struct emitted_component *c, struct emitted_array *a, word128 index, word128 value) {
    uint32_t k = 0;
    while (k < a->count && array_index(c, a, k) != index) {
        k++;
    }
    if (k >= a->capacity) {
        return false;
    }
    store((unsigned char *)a->index + k * bytes_of(c->index_width), c->index_width, index);
    store((unsigned char *)a->value + k * bytes_of(c->width), c->width, value);
    a->count = k == a->count ? k + 1 : a->count;
    return true;
}

static void arrays_load(const struct subject *s, const struct sample *x, struct run_arrays *a) {
    for (unsigned i = 0; i < s->listed_count; i++) {
        a->by_leaf[s->listed[i]].count = 0;
    }
    for (unsigned i = 0; i < x->element_count; i++) {
        const struct element *e = &x->elements[i];
        (void)array_set(&s->table->components[e->leaf], &a->by_leaf[e->leaf], e->index, e->value);
    }
}

/* ---- what the plug-in may call ----------------------------------------------------------------------------------------------------------------- */

static const struct emitted_component *listed(const struct runner *r, uint32_t array) {
    for (unsigned i = 0; i < r->subject->listed_count; i++) {
        if (r->subject->listed[i] == array) {
            return &r->subject->table->components[array];
        }
    }
    return NULL;
}

static word128 host_get(struct popek_host *h, uint32_t array, uint64_t index) {
    const struct emitted_component *c = listed(h->runner, array);
    return c == NULL ? 0 : array_get(c, &h->runner->seen.arrays.by_leaf[array], cut(index, c->index_width));
}

static void host_set(struct popek_host *h, uint32_t array, uint64_t index, word128 value) {
    const struct emitted_component *c = listed(h->runner, array);
    if (c == NULL || !array_set(c, &h->runner->seen.arrays.by_leaf[array], cut(index, c->index_width), cut(value, c->width))) {
        h->runner->stray = true;
    }
}

static void host_read(struct popek_host *h, uint64_t address, void *to, uint32_t size) {
    (void)h;
    (void)address;
    memset(to, 0, size);
}

static void host_write(struct popek_host *h, uint64_t address, const void *from, uint32_t size) {
    (void)address;
    (void)from;
    h->runner->stray = h->runner->stray || size > 0;
}

static uint32_t host_in(struct popek_host *h, uint16_t port, uint32_t size) {
    return (uint32_t)cut(host_get(h, x86_ARRAY_device, port), 8 * (size > 4 ? 4 : size));
}

static void host_out(struct popek_host *h, uint16_t port, uint32_t size, uint32_t value) {
    host_set(h, x86_ARRAY_device, port, cut(value, 8 * (size > 4 ? 4 : size)));
}

/* ---- running ----------------------------------------------------------------------------------------------------------------------------------- */

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
                              .operands = r->seen_list,
                              .host = &r->host,
                              .get = host_get,
                              .set = host_set,
                              .arrays = o->arrays.by_leaf,
                              .read = host_read,
                              .write = host_write,
                              .in = host_in,
                              .out = host_out};
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

static bool same_arrays(const struct runner *r) {
    const struct subject *s = r->subject;
    for (unsigned i = 0; i < s->listed_count; i++) {
        unsigned leaf = s->listed[i];
        const struct emitted_component *c = &s->table->components[leaf];
        const struct emitted_array *a = &r->expected.arrays.by_leaf[leaf];
        const struct emitted_array *b = &r->seen.arrays.by_leaf[leaf];
        if (r->plugin->ignored[leaf]) {
            continue;
        }
        for (uint32_t k = 0; k < a->count; k++) {
            if (array_get(c, b, array_index(c, a, k)) != array_value(c, a, k)) {
                return false;
            }
        }
        for (uint32_t k = 0; k < b->count; k++) {
            if (array_get(c, a, array_index(c, b, k)) != array_value(c, b, k)) {
                return false;
            }
        }
    }
    return true;
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
    bool any; /* some result has the outcome that was seen */
    bool arrays, arrays_compared;
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
    m->any = true;
}

static int first_difference(const struct runner *r, const unsigned char *state, const word128 *operands) {
    const struct subject *s = r->subject;
    for (size_t i = 0; i < s->table->component_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < bytes_of(c->width) << c->index_width; k++) {
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
    unsigned variants = s->open ? VARIANTS : 1;
    for (unsigned round = 0; round < (s->open ? 2u : 1u); round++) {
        for (unsigned i = round == 0 ? 0 : VARIANTS; i < (round == 0 ? variants : CONFIRMING); i++) {
            (void)runner_reference(r, x, i);
            merge(r, &m, i, first, first_operands);
        }
        v->place = m.any ? first_difference(r, first, first_operands) : -1;
        bool good = m.any && v->place < 0 && m.arrays;
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

/* ---- telling ----------------------------------------------------------------------------------------------------------------------------------- */

struct list {
    struct check_difference *items;
    size_t most, count;
};

static void add(struct list *l, word128 expected, word128 seen, const char *name, const char *index) {
    if (l->count < l->most) {
        struct check_difference *d = &l->items[l->count];
        (void)snprintf(d->name, sizeof d->name, "%s%s", name, index);
        d->expected = expected;
        d->seen = seen;
    }
    l->count++;
}

static void add_state(struct runner *r, const struct step_effect *o, struct list *l) {
    const struct subject *s = r->subject;
    for (size_t i = 0; i < s->table->component_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            size_t at = c->offset + k * bytes_of(c->width);
            word128 known = load(r->known + at, c->width);
            word128 expected = load(o->state + at, c->width);
            word128 seen = load(r->seen.state + at, c->width);
            char index[24] = "";
            if (c->index_width > 0) {
                (void)snprintf(index, sizeof index, "[%zu]", k);
            }
            if (((expected ^ seen) & known) != 0) {
                add(l, expected, seen, c->name, index);
            }
        }
    }
}

static void add_arrays(const struct runner *r, struct list *l) {
    const struct subject *s = r->subject;
    for (unsigned i = 0; i < s->listed_count; i++) {
        unsigned leaf = s->listed[i];
        const struct emitted_component *c = &s->table->components[leaf];
        for (unsigned side = 0; side < 2; side++) {
            const struct emitted_array *a = side == 0 ? &r->expected.arrays.by_leaf[leaf] : &r->seen.arrays.by_leaf[leaf];
            const struct emitted_array *b = side == 0 ? &r->seen.arrays.by_leaf[leaf] : &r->expected.arrays.by_leaf[leaf];
            for (uint32_t k = 0; k < a->count; k++) {
                word128 at = array_index(c, a, k);
                word128 one = array_value(c, a, k);
                word128 other = array_get(c, b, at);
                char index[40];
                (void)snprintf(index, sizeof index, "[0x%llx]", (unsigned long long)at);
                if (one != other && !r->plugin->ignored[leaf] && (side == 0 || other == 0)) {
                    add(l, side == 0 ? one : other, side == 0 ? other : one, c->name, index);
                }
            }
        }
    }
}

size_t runner_differences(struct runner *r, const struct sample *x, const struct run_verdict *v, struct check_difference *items, size_t most) {
    const struct subject *s = r->subject;
    struct list l = {items, most, 0};
    if (v->property != CHECK_WRONG_STATE && v->property != CHECK_FAULT_CHANGES) {
        return 0;
    }
    const struct step_effect *o = NULL;
    for (unsigned i = 0; i < CONFIRMING; i++) { /* a result with the outcome that was seen */
        o = runner_reference(r, x, i);
        if (o->code == v->seen && o->argument == v->seen_argument) {
            break;
        }
    }
    add_state(r, o, &l);
    for (size_t i = 0; v->seen == 0 && i < s->step->operand_count; i++) {
        bool written = (s->step->operands[i].direction & 2) != 0;
        if (written && cut((o->operands[i] ^ r->seen.operands[i]) & r->known_operands[i], s->step->operands[i].width) != 0) {
            add(&l, o->operands[i], r->seen.operands[i], "operand ", s->step->operands[i].name);
        }
    }
    add_arrays(r, &l);
    return l.count;
}
