/* Cuts sections at functions, where the sweep starts anew anyway, and sweeps the pieces in threads. */
#include "pieces.h"

#include "../isa-model/grow.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_SIZE ((size_t)1 << 17)
#define MOST_JOBS 256u

struct pieces {
    struct sweep *list;
    size_t count, capacity;
    bool guesses; /* cut where no function starts, too */
    atomic_size_t next;
};

static bool add_piece(struct pieces *p, const struct sweep *piece) {
    struct sweep *larger = array_grow(p->list, p->count, &p->capacity, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    p->list = larger;
    p->list[p->count++] = *piece;
    return true;
}

/* The piece, up to where a function starts or the section ends; what has no function for long is cut anywhere. */
static bool add_pieces(struct pieces *p, struct sweep *piece, size_t stop, size_t function) {
    const struct image_function *functions = piece->image->functions;
    size_t last = function > piece->function ? (size_t)functions[function - 1].offset : piece->first;
    piece->limit = stop;
    piece->function_end = function;
    for (size_t cut = last + PIECE_SIZE; p->guesses && cut < stop && stop - cut >= PIECE_SIZE; cut += PIECE_SIZE) {
        piece->end = cut;
        if (!add_piece(p, piece)) {
            return false;
        }
        piece->guess = true;
        piece->first = cut;
        piece->function = function;
    }
    piece->end = stop;
    bool good = add_piece(p, piece);
    piece->guess = false;
    piece->first = stop;
    piece->function = function;
    return good;
}

/* `function` is the first of the section; returns the first of the next one, SIZE_MAX when memory is exhausted. */
static size_t cut_section(struct pieces *p, struct sweep piece, size_t function) {
    const struct image *image = piece.image;
    size_t size = image->sections[piece.section].size;
    piece.first = 0;
    piece.function = function;
    for (; function < image->function_count && image->functions[function].section == piece.section; function++) {
        size_t start = (size_t)image->functions[function].offset;
        if (start - piece.first >= PIECE_SIZE && !add_pieces(p, &piece, start, function)) {
            return SIZE_MAX;
        }
    }
    return add_pieces(p, &piece, size, function) ? function : SIZE_MAX;
}

static void *work(void *context) {
    struct pieces *p = context;
    for (size_t i = atomic_fetch_add(&p->next, 1); i < p->count; i = atomic_fetch_add(&p->next, 1)) {
        struct sweep own = p->list[i]; /* counters of two threads must not lie in one line of the cache */
        sweep_run(&own);
        p->list[i] = own;
    }
    return NULL;
}

/* The caller works too, so a thread that cannot be had only makes it slower. */
static void run(struct pieces *p, unsigned jobs) {
    pthread_t threads[MOST_JOBS];
    unsigned count = 0;
    atomic_init(&p->next, 0);
    for (; count + 1 < jobs && count < MOST_JOBS && count + 1 < p->count; count++) {
        if (pthread_create(&threads[count], NULL, work, p) != 0) {
            break;
        }
    }
    (void)work(p);
    for (unsigned i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
}

static bool join(struct scan_binary *binary, const struct pieces *p) {
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (p->list[i].guess && !p->list[i - 1].exhausted && !p->list[i].exhausted) {
            sweep_correct(&p->list[i], p->list[i - 1].reached);
        }
        if (p->list[i].exhausted) {
            return false;
        }
        count += p->list[i].site_count;
        binary->instructions += p->list[i].instructions;
        binary->skipped += p->list[i].skipped;
        binary->filled += p->list[i].filled;
    }
    binary->sites = malloc((count + 1) * sizeof *binary->sites);
    if (binary->sites == NULL) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        if (p->list[i].site_count > 0) {
            memcpy(binary->sites + binary->site_count, p->list[i].sites, p->list[i].site_count * sizeof *binary->sites);
        }
        binary->site_count += p->list[i].site_count;
    }
    return true;
}

bool pieces_sweep(struct scan_binary *binary, const struct image *image, const struct scan_question *q, const uint8_t *marked, struct plan *plan) {
    struct pieces p = {.list = NULL, .guesses = plan == NULL && q->jobs > 1};
    struct sweep piece = {.matcher = q->matcher, .marked = marked, .mode = image->mode, .all_bytes = q->all_bytes, .image = image, .plan = plan};
    size_t function = 0;
    for (uint32_t i = 0; i < image->section_count && function != SIZE_MAX; i++) {
        piece.section = i;
        function = cut_section(&p, piece, function);
        binary->code_bytes += image->sections[i].size;
    }
    bool good = function != SIZE_MAX;
    if (good) {
        run(&p, plan != NULL ? 1 : q->jobs);
        good = join(binary, &p);
    }
    for (size_t i = 0; i < p.count; i++) {
        free(p.list[i].sites);
        free(p.list[i].points);
    }
    free(p.list);
    return good;
}
