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

/* Runs to the next event by single steps. False: it takes more than `most`. */
static bool step_to_event(struct direct *d, unsigned most, struct direct_event *e) {
    for (unsigned i = 0; i < most; i++) {
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
            if (!step_to_event(stepped, RANDOM_STEPS, &e)) {
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

/* ---- functions --------------------------------------------------------------------------------------------------------------------------------- */

#define FUNCTIONS 8u
#define FUNCTION_BYTES 0x60u
#define FUNCTION_PROGRAMS 40u
#define FUNCTION_STEPS 4000u

struct bytes {
    uint8_t *at;
    uint32_t linear;
};

static void add(struct bytes *b, const void *bytes, uint32_t size) {
    memcpy(b->at, bytes, size);
    b->at += size;
    b->linear += size;
}

static void add_call(struct bytes *b, unsigned function) {
    uint32_t relative = 0x2000 + function * FUNCTION_BYTES - (b->linear + 5);
    add(b, "\xE8", 1);
    add(b, &relative, sizeof relative);
}

/* A write to a byte of some function: often an immediate operand, or the first byte of the next instruction. */
static void add_write(struct bytes *b, uint32_t *seed) {
    uint32_t address = 0x2000 + next_random(seed) % (FUNCTIONS * FUNCTION_BYTES);
    add(b, "\x80\x35", 2); /* xor byte [address], 0, 1, 2 or 3 */
    add(b, &address, sizeof address);
    add(b, &(const uint8_t){next_random(seed) % 16 == 0 ? (uint8_t)(next_random(seed) % 4) : 0}, 1);
}

static void add_body(struct bytes *b, unsigned function, uint32_t *seed) {
    static const struct {
        const char *bytes;
        uint32_t size;
    } pool[] = {{"\x40", 1},
                {"\x43", 1},
                {"\x05\x11\x00\x22\x00", 5},
                {"\x31\xD0", 2},
                {"\x01\xC3", 2},
                {"\xF6\xC3\x01\x74\x02\x40\x43", 7}, /* test bl, 1; jz over; inc eax; inc ebx */
                {"\xF6\xC3\x01\x74\x01\xC3", 6},     /* test bl, 1; jz over; ret */
                {"\x50\x58", 2},
                {"\xD1\xC0", 2},
                {"\x83\xC2\x05", 3},
                {"\x89\x05\x00\x50\x00\x00", 6},
                {"\x03\x05\x00\x50\x00\x00", 6}};
    for (unsigned n = 2 + next_random(seed) % 5; n > 0; n--) {
        unsigned k = next_random(seed) % (sizeof pool / sizeof pool[0] + 1);
        if (k < sizeof pool / sizeof pool[0]) {
            add(b, pool[k].bytes, pool[k].size);
        } else if (function + 1 < FUNCTIONS) {
            add_call(b, function + 1 + next_random(seed) % (FUNCTIONS - function - 1));
        }
    }
    add(b, next_random(seed) % 4 == 0 ? "\xF3\xC3" : "\x90\xC3", 2);
}

/* mov ecx, 12; calls and writes; dec ecx; jnz; hlt */
static void make_functions(struct direct *d, uint32_t seed) {
    uint8_t *memory = direct_memory(d);
    memset(memory, 0, MEMORY);
    memset(memory + 0x2000, 0xF4, (size_t)FUNCTIONS * FUNCTION_BYTES);
    struct bytes main = {memory + 0x1000, 0x1000};
    add(&main, "\xB9\x0C\x00\x00\x00", 5);
    uint32_t back = main.linear;
    for (unsigned n = 3 + next_random(&seed) % 6; n > 0; n--) {
        if (next_random(&seed) % 4 == 0) {
            add_write(&main, &seed);
        } else {
            add_call(&main, next_random(&seed) % FUNCTIONS);
        }
    }
    add(&main, "\x49\x0F\x85", 3);
    uint32_t relative = back - (main.linear + 4);
    add(&main, &relative, sizeof relative);
    add(&main, "\xF4", 1);
    for (unsigned f = 0; f < FUNCTIONS; f++) {
        struct bytes b = {memory + 0x2000 + (size_t)f * FUNCTION_BYTES, 0x2000 + f * FUNCTION_BYTES};
        add_body(&b, f, &seed);
    }
    direct_wrote(d, 0, MEMORY);
}

/* Functions that call each other and are rewritten, run freely, where their returns are linked, and step by step: the same at the end. */
void test_random_functions(void) {
    struct direct *ran = open_guest(DIRECT_CHECKED);
    struct direct *stepped = ran == NULL ? NULL : open_guest(DIRECT_CHECKED);
    unsigned compared = 0;
    for (unsigned program = 0; stepped != NULL && program < FUNCTION_PROGRAMS; program++) {
        struct direct_state s;
        struct direct_event e;
        struct direct_event f;
        make_functions(stepped, 0x9E3779B9u * (program + 1));
        make_functions(ran, 0x9E3779B9u * (program + 1));
        flat_state(&s, 0);
        direct_set_state(stepped, &s);
        direct_set_state(ran, &s);
        if (step_to_event(stepped, FUNCTION_STEPS, &e)) {
            direct_run(ran, 10000000, &f);
            direct_get_state(ran, &s);
            CHECK(e.stop == f.stop && e.vector == f.vector && same_guests(ran, stepped), "program %u differs, stop %d, EIP 0x%x", program,
                  (int)f.stop, s.eip);
            compared++;
        }
    }
    if (stepped != NULL) {
        const struct direct_statistics t = direct_statistics(ran);
        CHECK(compared > FUNCTION_PROGRAMS / 2 && t.linked > 40, "%u programs, %u returns linked", compared, (unsigned)t.linked);
        check_audit(ran, "random functions");
    }
    direct_close(ran);
    direct_close(stepped);
}
