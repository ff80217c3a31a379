/* This processor as an engine for lockstep: one instruction at a time in the child of direct execution. What it may not run it leaves to the machine.
 */
#include "native.h"
#include "session_parts.h"

#include "../hardware/engine.h"
#include "../hardware/features.h"

#include <stdlib.h>

struct native_engine {
    struct engine engine;
    struct native native;
    struct computer *computer; /* its state, and the walk of its page tables */
    const struct computer *like;
};

static bool set_state(struct engine *e, const struct machine_state *s) {
    struct native_engine *n = (struct native_engine *)e;
    struct processor *p = &n->computer->processor;
    const struct processor *like = &n->like->processor;
    computer_set_state(n->computer, s);
    p->state.translation_cache = like->state.translation_cache; /* when it threw translations away, the shadow goes, too */
    p->state.pdpte = like->state.pdpte;
    p->state.x87_control = like->state.x87_control;
    p->state.x87_status = like->state.x87_status;
    p->state.x87_tag = like->state.x87_tag;
    p->state.mxcsr = like->state.mxcsr;
    memcpy(p->state.x87_register, like->state.x87_register, sizeof p->state.x87_register);
    p->vectors = like->vectors;
    n->native.vectors_in_child = false;
    return (s->cr0 & 1) != 0;
}

static void get_state(struct engine *e, struct machine_state *s) { computer_state(((struct native_engine *)e)->computer, s); }

static void memory_changed(struct engine *e, uint32_t physical, uint32_t size) {
    struct native *n = &((struct native_engine *)e)->native;
    n->lost = n->lost || !direct_wrote(n->direct, physical, size);
}

/* Vectors about which Linux tells what the processor raised. The others may come of the windows, whose limits are not the guest's. */
static bool is_told(unsigned vector) { return vector < 8 || vector == 16 || vector == 19; }

static void run(struct engine *e, uint64_t count, struct engine_event *event) {
    struct native_engine *n = (struct native_engine *)e;
    *event = (struct engine_event){ENGINE_SPENT, 0, ENGINE_SOME_VECTOR};
    while (event->executed < count && event->stop == ENGINE_SPENT) {
        struct direct_event d;
        native_prepare(&n->native);
        direct_step(n->native.direct, &d);
        native_take(&n->native);
        if (d.stop == DIRECT_STEPPED) {
            event->executed++;
        } else if (native_go_on(&n->native, &d)) {
            continue;
        } else if (d.stop == DIRECT_TRAP && is_told(d.vector)) {
            *event = (struct engine_event){d.vector == 1 ? ENGINE_TRAP : ENGINE_EXCEPTION, event->executed, d.vector};
        } else {
            event->stop = ENGINE_REFUSED;
        }
    }
}

static void close_engine(struct engine *e) {
    struct native_engine *n = (struct native_engine *)e;
    native_end(&n->native);
    computer_free(n->computer);
    free(n);
}

static const struct engine_operations operations = {"native", set_state, run, get_state, memory_changed, close_engine};

struct engine *native_engine_open(const struct computer *like, const struct native_tables *tables, uint8_t **memory, const char **reason) {
    struct native_engine *n = calloc(1, sizeof *n);
    *reason = "out of memory";
    if (n == NULL) {
        return NULL;
    }
    n->like = like;
    n->computer = computer_new(like->processor.decoder, like->memory.size);
    *reason = n->computer == NULL ? *reason : native_begin(&n->native, n->computer, tables, DIRECT_CHECKED);
    if (*reason != NULL) {
        computer_free(n->computer);
        free(n);
        return NULL;
    }
    n->engine = (struct engine){.operations = &operations, .shows_own_pointers = processor_stores_x87_selectors()};
    *memory = n->computer->memory.bytes;
    return &n->engine;
}
