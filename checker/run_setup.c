/* Makes and frees a runner: the pages around what a plug-in is given, and room for arrays. */
#include "runner.h"

#include <stdlib.h>
#include <sys/mman.h>

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
    r->pages = mmap(NULL, (size_t)PAGE * (GUARDED_PAGES + 2), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (r->pages == MAP_FAILED || mprotect(r->pages + PAGE, (size_t)PAGE * GUARDED_PAGES, PROT_READ | PROT_WRITE) != 0 ||
        !arrays_new(&r->expected.arrays, p->isa->leaf_count) || !arrays_new(&r->seen.arrays, p->isa->leaf_count) ||
        !arrays_new(&r->first, p->isa->leaf_count)) {
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
    r->known_elements = malloc((size_t)RUN_ARRAYS * RUN_ROOM * sizeof *r->known_elements);
    if (r->compared == NULL || r->known_elements == NULL) {
        runner_free(r);
        return NULL;
    }
    memset(r->compared, 0, p->table->state_size);
    for (size_t i = 0; i < p->table->component_count; i++) {
        const struct emitted_component *c = &p->table->components[i];
        if (c->placement == EMITTED_IN_STATE && !p->ignored[i]) {
            memset(r->compared + c->offset, 0xFF, emitted_bytes(c->width) << c->index_width);
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
        arrays_free(&r->first);
        free(r->known_elements);
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
    for (size_t i = 0; i < s->isa->leaf_count; i++) { /* those of another form are gone */
        r->expected.arrays.by_leaf[i].count = r->seen.arrays.by_leaf[i].count = 0;
    }
    for (unsigned i = 0; i < s->listed_count && i < RUN_ARRAYS; i++) {
        struct run_arrays *const all[] = {&r->expected.arrays, &r->seen.arrays, &r->first};
        for (unsigned k = 0; k < 3; k++) {
            all[k]->by_leaf[s->listed[i]] = (struct emitted_array){
                .capacity = RUN_ROOM, .index = all[k]->index + (size_t)i * RUN_ROOM * 16, .value = all[k]->value + (size_t)i * RUN_ROOM * 16};
        }
    }
    return s->listed_count <= RUN_ARRAYS;
}
