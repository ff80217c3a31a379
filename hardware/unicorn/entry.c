/* The way into a world: a few instructions of the guest itself (loads of segment registers, IRET), and the state behind them, which is kept. */
#include "entry.h"

#include "registers.h"

#include <string.h>

#define PRELUDE 0xC000u           /* code that enters a world, in the guest's own memory */
#define PRELUDE_USER_DATA 0xC200u /* the same with other data segments: elsewhere, because the engine keeps what it translated */
#define PRELUDE_STACK 0xF000u

uc_mode unicorn_mode(enum matcher_mode mode) {
    return mode == MATCHER_REAL ? UC_MODE_16 : mode == MATCHER_LONG || mode == MATCHER_COMPATIBILITY ? UC_MODE_64 : UC_MODE_32;
}

bool is_wide(const struct world *w) { return unicorn_mode(w->mode) == UC_MODE_64; }

uint64_t linear_of(const struct world *w, uint64_t rip) { return rip + (w->pointer_base == 0 ? WINDOW_BASE : 0); }

struct writer {
    uint8_t *at;
};

static void put(struct writer *w, const void *bytes, size_t size) {
    memcpy(w->at, bytes, size);
    w->at += size;
}

static void put_word(struct writer *w, uint64_t value, size_t size) { put(w, &value, size); }

/* The frame that IRET takes to the world, at PRELUDE_STACK, and the code. */
static void write_prelude(uint8_t *memory, uint32_t at, const struct world *w, const struct machine_state *data) {
    static const uint8_t loads[] = {SEGMENT_DS, SEGMENT_ES, SEGMENT_FS, SEGMENT_GS};
    static const uint8_t codes[][2] = {{0x8E, 0xD8}, {0x8E, 0xC0}, {0x8E, 0xE0}, {0x8E, 0xE8}};
    const struct machine_state *b = &w->base;
    struct writer c = {memory + at};
    struct writer f = {memory + PRELUDE_STACK};
    size_t word = is_wide(w) ? 8 : 4;
    put_word(&f, w->pointer_base + WINDOW_START, word);
    put_word(&f, b->segments[SEGMENT_CS].selector, word);
    put_word(&f, b->rflags, word);
    if (is_wide(w) || w->cpl == 3) {
        put_word(&f, w->pointer_base + WINDOW_DATA + 0x3000, word);
        put_word(&f, b->segments[SEGMENT_SS].selector, word);
    }
    for (unsigned i = 0; w->mode == MATCHER_V86 && i < 4; i++) { /* ES DS FS GS */
        static const uint8_t order[] = {SEGMENT_ES, SEGMENT_DS, SEGMENT_FS, SEGMENT_GS};
        put_word(&f, b->segments[order[i]].selector, word);
    }
    for (unsigned i = 0; w->mode != MATCHER_V86 && i < 4; i++) {
        const uint8_t load = 0xB8;
        put(&c, &load, 1); /* MOV EAX, selector */
        put_word(&c, data->segments[loads[i]].selector, 4);
        put(&c, codes[i], 2);
    }
    const uint8_t wide_return[] = {0x48, 0xCF};
    const uint8_t narrow_return[] = {0xCF};
    put(&c, is_wide(w) ? wide_return : narrow_return, is_wide(w) ? 2 : 1);
}

static bool set_system_registers(uc_engine *uc, const struct world *w) {
    const struct machine_state *b = &w->base;
    bool good =
        set_table(uc, UC_X86_REG_GDTR, 0, b->gdtr_base, b->gdtr_limit, 0) && set_table(uc, UC_X86_REG_IDTR, 0, b->idtr_base, b->idtr_limit, 0);
    if (w->mode != MATCHER_REAL) {
        good = good && set_table(uc, UC_X86_REG_LDTR, b->ldtr.selector, b->ldtr.base, b->ldtr.limit, 0x8200) &&
               set_table(uc, UC_X86_REG_TR, b->tr.selector, b->tr.base, b->tr.limit, 0x8900);
    }
    good = good && set_number(uc, UC_X86_REG_CR3, b->cr3) && set_number(uc, UC_X86_REG_CR4, b->cr4) && set_number(uc, UC_X86_REG_CR0, b->cr0);
    return good && set_msr(uc, 0x174, b->sysenter_cs) && set_msr(uc, 0x175, b->sysenter_esp) && set_msr(uc, 0x176, b->sysenter_eip) &&
           set_msr(uc, 0xC0000080, b->efer) && set_msr(uc, 0xC0000081, b->star) && set_msr(uc, 0xC0000082, b->lstar) &&
           set_msr(uc, 0xC0000084, b->fmask);
}

static bool enter_real(uc_engine *uc, const struct world *w) {
    bool good = true;
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        good = set_number(uc, unicorn_segments[i], w->base.segments[i].selector) && good;
    }
    return good;
}

/* `data`: has the data segments. */
static bool enter(uc_engine *uc, uint8_t *memory, uint32_t at, const struct world *w, const struct machine_state *data) {
    if (!set_system_registers(uc, w)) {
        return false;
    }
    if (w->mode == MATCHER_REAL) {
        return enter_real(uc, w);
    }
    write_prelude(memory, at, w, data);
    uint64_t stack = PRELUDE_STACK;
    uint64_t until = linear_of(w, w->pointer_base + WINDOW_START);
    if (!set_number(uc, is_wide(w) ? UC_X86_REG_RSP : UC_X86_REG_ESP, stack) || uc_emu_start(uc, at, until, 0, 0) != UC_ERR_OK) {
        return false;
    }
    return is_wide(w) || w->cpl == 3 || set_number(uc, UC_X86_REG_SS, w->base.segments[SEGMENT_SS].selector);
}

/* The world in which programs run in the same mode. */
static const struct world *outer_level(const struct guest *g, const struct world *w) {
    for (unsigned i = 0; i < GUEST_WORLDS; i++) {
        if (g->worlds[i].mode == w->mode && g->worlds[i].cpl == 3) {
            return &g->worlds[i];
        }
    }
    return NULL;
}

static bool save(uc_engine *uc, uc_context **context) {
    return uc_context_alloc(uc, context) == UC_ERR_OK && uc_context_save(uc, *context) == UC_ERR_OK;
}

bool enter_world(struct entered *e, uc_engine *uc, uint8_t *memory, const struct guest *g, const struct world *w) {
    const struct world *outer = is_wide(w) && w->cpl == 0 ? outer_level(g, w) : NULL;
    uc_context *fresh = NULL;
    bool good = save(uc, &fresh);
    if (good && outer != NULL) {
        good = enter(uc, memory, PRELUDE_USER_DATA, w, &outer->base) && save(uc, &e->with_user_data) && uc_context_restore(uc, fresh) == UC_ERR_OK;
    }
    good = good && enter(uc, memory, PRELUDE, w, &w->base) && save(uc, &e->plain);
    (void)uc_context_free(fresh);
    return good;
}
