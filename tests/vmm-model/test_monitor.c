/* Bare machines and virtual ones in lockstep: random programs, the same after every step, and nothing outside of the window touched. */
#include "../tests.h"

#include "allocator.h"
#include "step.h"

#include <string.h>

#define WORDS 48u
#define RAM 256u
#define PROGRAMS 4000u
#define STEPS 120u

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Mostly instructions, and small numbers so that addresses and status words are often good. */
static uint16_t random_word(uint32_t *seed) {
    uint32_t r = next_random(seed);
    if ((r & 3) == 0) {
        return (uint16_t)(r >> 8 & 63);
    }
    return (uint16_t)(((r >> 4) % 11) << 8 | (r >> 12 & 0x77));
}

static bool same_processor(const struct third_generation *a, const struct third_generation *b) {
    return a->privilege == b->privilege && a->pc == b->pc && a->r_base == b->r_base && a->r_bound == b->r_bound && a->halted == b->halted &&
           a->size == b->size && memcmp(a->reg, b->reg, sizeof a->reg) == 0;
}

struct pair {
    struct third_generation bare, host;
    struct virtual_machine machine;
    uint16_t storage[WORDS], ram[RAM], before[RAM];
};

static void start(struct pair *p, uint32_t *seed, uint32_t origin) {
    switch_on(&p->machine, origin, WORDS);
    p->bare = p->machine.processor;
    for (unsigned i = 0; i < RAM; i++) {
        p->ram[i] = (uint16_t)next_random(seed);
    }
    for (unsigned i = 0; i < WORDS; i++) {
        p->storage[i] = random_word(seed);
        p->ram[origin + i] = p->storage[i];
    }
    for (unsigned i = 0; i < 8; i++) {
        p->bare.reg[i] = (uint16_t)(next_random(seed) >> 8 & 63);
        p->machine.processor.reg[i] = p->bare.reg[i];
    }
    memcpy(p->before, p->ram, sizeof p->ram);
}

static bool outside_kept(const struct pair *p, uint32_t origin) {
    return memcmp(p->ram, p->before, origin * sizeof p->ram[0]) == 0 &&
           memcmp(p->ram + origin + WORDS, p->before + origin + WORDS, (RAM - origin - WORDS) * sizeof p->ram[0]) == 0;
}

static void test_lockstep(void) {
    uint32_t seed = 2463534242u;
    static struct pair p;
    unsigned different = 0;
    unsigned outside = 0;
    unsigned done = 0;
    unsigned direct = 0;
    for (unsigned program = 0; program < PROGRAMS; program++) {
        uint32_t origin = next_random(&seed) % (RAM - WORDS);
        start(&p, &seed, origin);
        for (unsigned step = 0; step < STEPS; step++) {
            uint32_t entries = p.machine.entries;
            uint32_t bare = machine_step(&p.bare, p.storage, WORDS);
            uint32_t monitored = monitor_step(&p.machine, &p.host, p.ram, RAM);
            bool same =
                bare == monitored && same_processor(&p.bare, &p.machine.processor) && memcmp(p.storage, p.ram + origin, sizeof p.storage) == 0;
            different += same ? 0 : 1;
            done += bare == DONE ? 1 : 0;
            direct += entries == p.machine.entries ? 1 : 0;
        }
        outside += outside_kept(&p, origin) ? 0 : 1;
    }
    CHECK(different == 0, "%u steps of a virtual machine differ from those of the bare one", different);
    CHECK(outside == 0, "%u programs changed words outside of their window", outside);
    CHECK(done > PROGRAMS && direct > PROGRAMS / 2, "the programs do too little: %u steps done, %u of them directly", done, direct);
}

static void test_allocator(void) {
    struct allocator a;
    uint32_t first = 0;
    uint32_t second = 0;
    allocator_start(&a, 16, 100);
    CHECK(allocate(&a, 40, &first) == 1 && first == 16, "the first window starts at %u", first);
    CHECK(allocate(&a, 11, &second) == 0, "a window is too small for the trap");
    CHECK(allocate(&a, 44, &second) == 1 && second == 56, "the second window starts at %u", second);
    CHECK(allocate(&a, 12, &second) == 0 && second == 56, "there is nothing left");
}

static const struct test tests[] = {
    {"virtual machines do what bare ones do", test_lockstep},
    {"the allocator", test_allocator},
};
const struct suite monitor_suite = SUITE("monitor", tests);
