/* Fills the window and finds what a run changed in it. */
#include "window_memory.h"

#include <string.h>

void window_reset(struct window_memory *w, uint8_t *start) {
    w->start = start;
    for (uint32_t i = 0; i < WINDOW_DATA_SIZE; i++) {
        w->background[i] = window_background(WINDOW_DATA + i);
    }
    memcpy(w->expected, w->background, sizeof w->expected);
    memcpy(start + WINDOW_DATA, w->background, sizeof w->background);
}

void window_prepare(struct window_memory *w, const struct run *r) {
    memset(w->start + WINDOW_CODE, 0xF4, WINDOW_CODE_SIZE);
    memcpy(w->start + WINDOW_START, r->bytes, r->length);
    for (uint32_t i = 0; i < r->chunk_count; i++) {
        const struct chunk *c = &r->chunks[i];
        memcpy(w->start + c->offset, c->bytes, c->size);
        memcpy(w->expected + (c->offset - WINDOW_DATA), c->bytes, c->size);
    }
}

void window_forgive(struct window_memory *w, uint64_t offset, uint32_t size) {
    if (offset >= WINDOW_DATA && offset + size <= WINDOW_DATA + WINDOW_DATA_SIZE) {
        memcpy(w->start + offset, w->expected + (offset - WINDOW_DATA), size);
    }
}

void window_collect(struct window_memory *w, const struct run *r, struct run_result *result) {
    result->change_count = 0;
    for (uint32_t at = 0; at < WINDOW_DATA_SIZE; at += 8) {
        uint8_t *seen = w->start + WINDOW_DATA + at;
        if (memcmp(seen, w->expected + at, 8) != 0) {
            if (result->change_count < RUN_CHANGES) {
                result->changes[result->change_count].offset = WINDOW_DATA + at;
                memcpy(&result->changes[result->change_count].value, seen, 8);
            }
            result->change_count++;
            memcpy(seen, w->background + at, 8);
        }
    }
    for (uint32_t i = 0; i < r->chunk_count; i++) {
        const struct chunk *c = &r->chunks[i];
        memcpy(w->start + c->offset, w->background + (c->offset - WINDOW_DATA), c->size);
        memcpy(w->expected + (c->offset - WINDOW_DATA), w->background + (c->offset - WINDOW_DATA), c->size);
    }
}
