/* The Unicorn backend: a plug-in of its own, because Unicorn is under the GPL; everything else works without it. */
#include "emulator.h"

#include "../guest_backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#define CPUID_VALUES 16u

static const struct backend_operations operations = {"unicorn", guest_backend_worlds, guest_backend_run, guest_backend_description,
                                                     guest_backend_close};

/* What CPUID of the emulator says, by executing it. */
static bool ask_cpuid(struct guest_backend *e) {
    static const uint32_t leaves[CPUID_VALUES][2] = {{1, 0},          {7, 0},          {7, 1},          {0xD, 0},       {0xD, 1}, {0x12, 0},
                                                     {0x14, 0},       {0x19, 0},       {0x1E, 1},       {0x24, 0},      {0, 0},   {0x80000000, 0},
                                                     {0x80000001, 0}, {0x80000008, 0}, {0x8000001F, 0}, {0x80000007, 0}};
    static struct run runs[CPUID_VALUES];
    static struct run_result results[CPUID_VALUES];
    const struct world *w = &e->guest.worlds[GUEST_WORLDS - 1];
    for (unsigned i = 0; i < CPUID_VALUES; i++) {
        runs[i] = (struct run){.bytes = {0x0F, 0xA2}, .length = 2, .before = w->base};
        runs[i].before.rip = w->pointer_base + WINDOW_START;
        runs[i].before.general[0] = leaves[i][0];
        runs[i].before.general[1] = leaves[i][1];
    }
    bool good = guest_backend_run(&e->base, w, runs, CPUID_VALUES, results);
    for (unsigned i = 0; good && i < CPUID_VALUES; i++) {
        const uint64_t *g = results[i].after.general;
        good = results[i].outcome == RUN_DONE;
        e->cpuid[e->cpuid_count++] = (struct cpuid_value){leaves[i][0], leaves[i][1], (uint32_t)g[0], (uint32_t)g[3], (uint32_t)g[1], (uint32_t)g[2]};
    }
    return good;
}

/* The emulator shows general registers, selectors and most of the system registers; it has no observable x87 and vector state here. */
static void limit_worlds(struct guest *g) {
    for (unsigned i = 0; i < GUEST_WORLDS; i++) {
        struct world *w = &g->worlds[i];
        struct machine_state o = w->observed;
        memset(o.x87_registers, 0, sizeof o.x87_registers);
        memset(o.masks, 0, sizeof o.masks);
        memset(o.vectors, 0, sizeof o.vectors);
        o.x87_control = o.x87_status = 0;
        o.x87_full = 0;
        o.mxcsr = 0;
        o.xcr0 = o.tsc_aux = 0;
        for (unsigned k = 0; k < SEGMENT_COUNT; k++) {
            uint64_t base = w->mode == MATCHER_LONG && k >= SEGMENT_FS ? UINT64_MAX : 0;
            o.segments[k] = (struct segment_state){.selector = 0xFFFF, .base = base};
        }
        w->observed = o;
        w->error_codes_unseen = true;
        w->known.x87_control = w->known.x87_status = 0;
        w->known.x87_full = 0;
        w->known.mxcsr = 0;
        w->known.cr2 = 0; /* keeping and restoring the emulator's state leaves it out */
        memset(w->varied.vectors, 0, sizeof w->varied.vectors);
    }
}

/* The emulator does not take every system register as it is given: what a world starts from is what it shows. */
static void measure_worlds(struct guest_backend *e) {
    static struct run_result result;
    for (unsigned i = 0; i < GUEST_WORLDS; i++) {
        struct world *w = &e->guest.worlds[i];
        struct run nop = {.bytes = {0x90}, .length = 1, .before = w->base};
        nop.before.rip = w->pointer_base + WINDOW_START;
        if (w->unusable != NULL || !guest_backend_run(&e->base, w, &nop, 1, &result) || result.outcome != RUN_DONE) {
            continue;
        }
        struct machine_state seen = result.after;
        memcpy(seen.general, w->base.general, sizeof seen.general);
        memcpy(seen.segments, w->base.segments, sizeof seen.segments);
        seen.rip = w->base.rip;
        seen.rflags = w->base.rflags;
        w->base = seen;
    }
}

/* What the plug-in exports: as native_open. */
__attribute__((visibility("default"))) struct backend *popek_open_unicorn(const char **reason);
struct backend *popek_open_unicorn(const char **reason) {
    unsigned major = 0;
    unsigned minor = 0;
    struct guest_backend *e = calloc(1, sizeof *e);
    *reason = "out of memory";
    if (e == NULL) {
        return NULL;
    }
    e->base.operations = &operations;
    (void)uc_version(&major, &minor);
    (void)snprintf(e->description, sizeof e->description, "Unicorn %u.%u, processor model Skylake Server\nerror codes of exceptions are not shown\n",
                   major, minor);
    guest_make(&e->guest, e->cpuid, 0);
    e->worker = worker_new(emulator_main, &e->guest);
    if (e->worker != NULL) {
        bool asked = ask_cpuid(e);
        worker_free(e->worker); /* the worlds change: the next child sees them */
        e->worker = NULL;
        guest_make(&e->guest, e->cpuid, e->cpuid_count);
        limit_worlds(&e->guest);
        e->worker = asked ? worker_new(emulator_main, &e->guest) : NULL;
        *reason = asked ? *reason : "the emulator does not execute CPUID";
    }
    if (e->worker != NULL) {
        *reason = guest_check(&e->guest, &e->base) == 0 ? "the emulator executes nothing" : NULL;
        measure_worlds(e);
    }
    if (*reason != NULL) {
        guest_backend_close(&e->base);
        return NULL;
    }
    return &e->base;
}
