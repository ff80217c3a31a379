/* Direct execution: opening and closing, memory and mappings. */
#include "direct.h"

#include "engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Linear addresses of the child that are given to guests: nothing low, where null pointers point, and nothing above 4 GiB. */
#define FIRST_ADDRESS 0x10000000u
#define LAST_ADDRESS 0xF0000000u

static uint8_t *share(int file, size_t size) {
    void *at = file < 0 || ftruncate(file, (off_t)size) != 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return at == MAP_FAILED ? NULL : at;
}

static bool make_memory(struct direct *d, const struct direct_options *o) {
    struct code *c = &d->code;
    d->memory_file = memfd_create("guest-memory", MFD_CLOEXEC);
    d->copy_file = memfd_create("guest-code", MFD_CLOEXEC);
    d->memory_size = (size_t)o->frames * DIRECT_PAGE;
    size_t half = (size_t)c->page_count * DIRECT_PAGE;
    d->copy_size = 2 * half + RETURNS_BYTES;
    c->memory = share(d->memory_file, d->memory_size);
    c->copy = share(d->copy_file, d->copy_size);
    c->dark_copy = c->copy == NULL ? NULL : c->copy + half;
    c->returns.bytes = c->copy == NULL ? NULL : c->copy + 2 * half;
    c->returns.start = (uint32_t)half;
    c->pages = calloc(c->page_count, sizeof *c->pages);
    c->scanned = calloc(c->frames, sizeof *c->scanned);
    c->users = calloc(c->frames, sizeof *c->users);
    c->likely = calloc(c->frames, sizeof *c->likely);
    return c->memory != NULL && c->copy != NULL && c->pages != NULL && c->scanned != NULL && c->users != NULL && c->likely != NULL;
}

static bool make_windows(struct direct *d) {
    struct x86_space space = {FIRST_ADDRESS, LAST_ADDRESS};
    uint32_t size = d->code.page_count * DIRECT_PAGE;
    return x86_give_window(&space, size, &d->code.data) == 1 && x86_give_window(&space, size + RETURNS_BYTES, &d->code.executable) == 1 &&
           x86_give_window(&space, size, &d->code.dark) == 1;
}

static bool set_up(struct direct *d, const struct direct_options *o, const char **reason) {
    struct code *c = &d->code;
    c->child = &d->child;
    c->frames = o->frames;
    c->page_count = o->linear_pages == 0 ? o->frames : o->linear_pages;
    c->policy = o->policy;
    c->matcher = o->matcher;
    c->kinds32 = o->kinds32;
    c->kinds16 = o->kinds16;
    c->gives_transfers = o->gives_transfers;
    *reason = "a guest has 1 to 262144 pages of memory, and as many of linear addresses";
    if (c->frames == 0 || c->frames > DIRECT_MOST_PAGES || c->page_count > DIRECT_MOST_PAGES || !make_windows(d)) {
        return false;
    }
    *reason = "out of memory";
    if (!make_memory(d, o)) {
        return false;
    }
    for (uint32_t page = 0; page < c->page_count; page++) {
        c->pages[page].frame = DIRECT_NO_FRAME;
    }
    if (!child_start(&d->child, d->memory_file, d->copy_file, reason)) {
        return false;
    }
    *reason = "the guest's memory cannot be mapped";
    return code_map(c, 0, c->frames < c->page_count ? c->frames : c->page_count, 0, true);
}

bool direct_open(const struct direct_options *options, struct direct **opened, const char **reason) {
    struct direct *d = calloc(1, sizeof *d);
    *reason = "out of memory";
    if (d == NULL) {
        return false;
    }
    d->memory_file = d->copy_file = -1;
    if (!set_up(d, options, reason)) {
        direct_close(d);
        return false;
    }
    *reason = NULL;
    *opened = d;
    return true;
}

void direct_close(struct direct *d) {
    if (d == NULL) {
        return;
    }
    struct code *c = &d->code;
    child_end(&d->child);
    for (uint32_t page = 0; c->pages != NULL && page < c->page_count; page++) {
        free(c->pages[page].marks);
    }
    free(c->pages);
    free(c->scanned);
    free(c->users);
    free(c->likely);
    if (c->memory != NULL) {
        (void)munmap(c->memory, d->memory_size);
    }
    if (c->copy != NULL) {
        (void)munmap(c->copy, d->copy_size);
    }
    if (d->memory_file >= 0) {
        (void)close(d->memory_file);
    }
    if (d->copy_file >= 0) {
        (void)close(d->copy_file);
    }
    free(d);
}

uint8_t *direct_memory(struct direct *d) { return d->code.memory; }

uint32_t direct_next_used(const struct direct *d, uint32_t physical) {
    off_t next = lseek(d->memory_file, (off_t)physical, SEEK_DATA);
    return next < 0 || (size_t)next >= d->memory_size ? (uint32_t)d->memory_size : (uint32_t)next / DIRECT_PAGE * DIRECT_PAGE;
}

bool direct_wrote(struct direct *d, uint32_t physical, uint32_t size) {
    uint32_t first = physical / DIRECT_PAGE;
    for (uint32_t frame = first; size > 0 && frame < d->code.frames && frame <= (physical + size - 1) / DIRECT_PAGE; frame++) {
        code_refresh(&d->code, frame);
    }
    return !d->lost;
}

bool direct_map(struct direct *d, uint32_t first, uint32_t count, uint32_t frame, bool writable) {
    return code_map(&d->code, first - d->first / DIRECT_PAGE, count, frame, writable);
}

bool direct_begin_at(struct direct *d, uint32_t first) {
    if (first == d->first) {
        return true;
    }
    if (first % DIRECT_PAGE != 0 || !code_map(&d->code, 0, d->code.page_count, DIRECT_NO_FRAME, false)) {
        return false;
    }
    d->first = first;
    d->loaded = false;
    return true;
}

bool direct_use_kinds(struct direct *d, const uint8_t *kinds32, const uint8_t *kinds16) {
    d->code.kinds32 = kinds32;
    d->code.kinds16 = kinds16;
    return code_forget_all(&d->code);
}

bool direct_get_vectors(struct direct *d, uint8_t image[DIRECT_VECTOR_BYTES]) { return child_get_vectors(&d->child, image); }
bool direct_set_vectors(struct direct *d, const uint8_t image[DIRECT_VECTOR_BYTES]) { return child_set_vectors(&d->child, image); }

/* 0 where the kernel does not tell. */
static double seconds_of(const struct child *c) {
    clockid_t clock = 0;
    struct timespec t = {0, 0};
    if (c->pid == 0 || clock_getcpuclockid(c->pid, &clock) != 0 || clock_gettime(clock, &t) != 0) {
        return 0;
    }
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct direct_statistics direct_statistics(const struct direct *d) {
    struct direct_statistics s = d->code.statistics;
    s.entries = d->child.entries;
    s.calls = d->child.calls;
    s.seconds = seconds_of(&d->child);
    return s;
}
