/* Random code, run freely and step by step. */
#include "guest.h"

#include <string.h>

#define RANDOM_PROGRAMS 60u
#define RANDOM_EVENTS 25u
#define RANDOM_STEPS 300u

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Bytes that are often short instructions, transfers over small distances, and writes to the code itself; no 0F, for some of what it begins gives
 * another result each time. */
static void fill_randomly(uint8_t *at, size_t size, uint32_t *seed) {
    static const uint8_t often[] = {0x40, 0x43, 0x50, 0x58, 0xEB, 0x74, 0x75, 0xE2, 0x88, 0xC6, 0x05, 0x01, 0x89, 0x8B, 0xC3, 0x9C, 0x06,
                                    0x1F, 0xE8, 0xAA, 0x00, 0x02, 0x04, 0xFE, 0xFC, 0xFF, 0xE0, 0x83, 0x66, 0x2E, 0x07, 0x33, 0xB8, 0x10};
    for (size_t i = 0; i < size; i++) {
        uint32_t r = next_random(seed);
        uint8_t any = (uint8_t)(r >> 8);
        at[i] = (r & 3) != 0 ? often[(r >> 16) % sizeof often] : any == 0x0F ? 0x90 : any;
    }
}

static void start_randomly(struct direct *d, struct direct_state *s, uint32_t seed) {
    memset(direct_memory(d), 0, MEMORY);
    fill_randomly(direct_memory(d) + 0xF80, 0x180, &seed);
    direct_wrote(d, 0, MEMORY);
    flat_state(s, MEMORY);
    for (unsigned i = 0; i < 8; i++) {
        s->general[i] = i == 4 ? 0x8000 : 0xF80 + next_random(&seed) % 0x180;
    }
    direct_set_state(d, s);
}

/* Runs to the next event by single steps. False: it takes too long. */
static bool step_to_event(struct direct *d, struct direct_event *e) {
    for (unsigned i = 0; i < RANDOM_STEPS; i++) {
        direct_step(d, e);
        if (e->stop != DIRECT_STEPPED) {
            return true;
        }
    }
    return false;
}

static bool same_guests(struct direct *a, struct direct *b) {
    struct direct_state s;
    struct direct_state t;
    direct_get_state(a, &s);
    direct_get_state(b, &t);
    return memcmp(s.general, t.general, sizeof s.general) == 0 && s.eip == t.eip && s.eflags == t.eflags &&
           memcmp(direct_memory(a), direct_memory(b), MEMORY) == 0;
}

/* Code of random bytes, which jumps into the middle of its instructions and overwrites them, run freely and step by step: the same at each event. */
void test_random(void) {
    struct direct *ran = open_guest(DIRECT_CHECKED);
    struct direct *stepped = ran == NULL ? NULL : open_guest(DIRECT_CHECKED);
    unsigned compared = 0;
    bool good = true;
    for (unsigned program = 0; stepped != NULL && good && program < RANDOM_PROGRAMS; program++) {
        uint32_t seed = 0x9E3779B9u * (program + 1);
        struct direct_state s;
        start_randomly(stepped, &s, seed);
        start_randomly(ran, &s, seed);
        for (unsigned i = 0; good && i < RANDOM_EVENTS; i++) {
            struct direct_event e;
            struct direct_event f;
            if (!step_to_event(stepped, &e)) {
                break;
            }
            direct_run(ran, 10000000, &f);
            good = e.stop == f.stop && e.vector == f.vector && same_guests(ran, stepped);
            compared++;
            direct_get_state(stepped, &s);
            s.eip = s.eip + 1 < 0xF80 || s.eip + 1 >= 0x1100 ? 0xF80 + 7 * i : s.eip + 1; /* over it, and not out of the code */
            direct_set_state(stepped, &s);
            direct_set_state(ran, &s);
        }
        CHECK(good, "program %u differs, EIP 0x%x", program, s.eip);
    }
    if (stepped != NULL) {
        struct direct_statistics t = direct_statistics(ran);
        CHECK(compared > 500 && t.writes > 50 && t.forgotten > 500, "%u events, %u writes to code, %u instructions hidden again", compared,
              (unsigned)t.writes, (unsigned)t.forgotten);
        check_audit(ran, "random code");
    }
    direct_close(ran);
    direct_close(stepped);
}
