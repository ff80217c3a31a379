/* Where guests lie in the real storage; given out by the proven allocator. */
#include "machine.h"

#include "allocator.h"

#include <stdlib.h>
#include <string.h>

/* At every level the monitor keeps some words, the first of which belong to the trap of the machine that it runs on. */
#define MONITOR_WORDS 16u
/* On the real machine the guest has a neighbour on either side. */
#define NEIGHBOUR_WORDS 64u
/* What neighbours and monitors hold, so that a change is seen. */
#define PATTERN(i) ((uint16_t)(0xa5a5u ^ (i)))

static bool place_guest(struct placement *p, const struct machine_request *request) {
    for (unsigned level = 1; level <= p->depth; level++) {
        struct allocator a;
        uint32_t neighbour = 0;
        allocator_start(&a, MONITOR_WORDS, p->words[level - 1]);
        p->words[level] = level == p->depth ? request->words : request->words + (p->depth - level) * MONITOR_WORDS;
        if ((level == 1 && allocate(&a, NEIGHBOUR_WORDS, &neighbour) == 0) || allocate(&a, p->words[level], &p->origin[level]) == 0 ||
            (level == 1 && allocate(&a, NEIGHBOUR_WORDS, &neighbour) == 0)) {
            return false;
        }
        p->real_place[level] = p->real_place[level - 1] + p->origin[level];
    }
    return true;
}

bool placement_new(struct placement *p, const struct machine_request *request, const char **message) {
    memset(p, 0, sizeof *p);
    p->depth = request->kind == MACHINE_BARE ? 0 : request->kind == MACHINE_NESTED ? request->depth : 1;
    p->count = request->words + (p->depth == 0 ? 0 : p->depth * MONITOR_WORDS + 2 * NEIGHBOUR_WORDS);
    p->words[0] = p->count;
    if (request->words < TARGET_TRAP_WORDS || p->count > TARGET_MOST_WORDS || !place_guest(p, request)) {
        *message = "a storage of 65536 words has no room for the guest and its monitors";
        return false;
    }
    p->storage = calloc(p->count, sizeof *p->storage);
    p->initial = calloc(p->count, sizeof *p->initial);
    if (p->storage == NULL || p->initial == NULL) {
        placement_free(p);
        *message = "out of memory";
        return false;
    }
    for (uint32_t i = 0; p->depth > 0 && i < p->count; i++) {
        p->storage[i] = PATTERN(i);
    }
    memset(p->storage + p->real_place[p->depth], 0, request->words * sizeof *p->storage);
    return true;
}

void placement_free(struct placement *p) {
    free(p->storage);
    free(p->initial);
    p->storage = p->initial = NULL;
}

uint16_t *machine_words(const struct machine *m) { return m->place.storage + m->place.real_place[m->place.depth]; }

uint32_t machine_word_count(const struct machine *m) { return m->place.words[m->place.depth]; }

void machine_seal(struct machine *m) { memcpy(m->place.initial, m->place.storage, m->place.count * sizeof *m->place.storage); }

/* The words in which the trap of a machine leaves the old program status word and the cause. */
static bool is_trap_word(const struct placement *p, uint32_t word) {
    for (unsigned level = 0; level < p->depth; level++) {
        if (word >= p->real_place[level] && word - p->real_place[level] < 5) {
            return true;
        }
    }
    return false;
}

uint32_t machine_outside_changed(const struct machine *m) {
    const struct placement *p = &m->place;
    uint32_t changed = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        bool inside = i >= p->real_place[p->depth] && i - p->real_place[p->depth] < p->words[p->depth];
        changed += !inside && p->storage[i] != p->initial[i] && !is_trap_word(p, i) ? 1 : 0;
    }
    return changed;
}

void machine_free(struct machine *m) {
    if (m != NULL) {
        placement_free(&m->place);
        m->operations->free(m);
    }
}
