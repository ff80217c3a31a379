/* Runs instructions on Unicorn; one that does not end is for the parent to end. The way into a world is a few instructions of the guest itself (loads
 * of segment registers, IRET); the emulator's state behind them is kept and put back before each run. */
#include "emulator.h"

#include "../window_memory.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unicorn/unicorn.h>
#include <unistd.h>

#define PRELUDE 0xC000u /* code that enters a world, in the guest's own memory */
#define PRELUDE_STACK 0xF000u

struct engine {
    uc_engine *uc;
    uc_context *entered; /* the state in which a run starts, general registers aside */
    uc_context
        *entered_open; /* at CPL 0 of IA-32e mode: the same with the data segments of CPL 3, as only the guest itself can load them there; NULL */
};

struct session {
    const struct guest *guest;
    struct engine engines[GUEST_WORLDS];
    struct window_memory window;
    uint8_t *memory;
    uint8_t own[GUEST_OWN_SIZE];
    unsigned world; /* that `own` is of */
    /* what the hook saw */
    bool interrupted;
    uint32_t vector;
};

static const int general[16] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX, UC_X86_REG_RSP, UC_X86_REG_RBP,
                                UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
                                UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};
static const int narrow[8] = {UC_X86_REG_EAX, UC_X86_REG_ECX, UC_X86_REG_EDX, UC_X86_REG_EBX,
                              UC_X86_REG_ESP, UC_X86_REG_EBP, UC_X86_REG_ESI, UC_X86_REG_EDI};
static const int segments[SEGMENT_COUNT] = {UC_X86_REG_ES, UC_X86_REG_CS, UC_X86_REG_SS, UC_X86_REG_DS, UC_X86_REG_FS, UC_X86_REG_GS};

/* ---- entering a world -------------------------------------------------------------------------------------------------------------------------- */

static uc_mode engine_mode(enum matcher_mode mode) {
    return mode == MATCHER_REAL ? UC_MODE_16 : mode == MATCHER_LONG || mode == MATCHER_COMPATIBILITY ? UC_MODE_64 : UC_MODE_32;
}

static bool is_wide(const struct world *w) { return engine_mode(w->mode) == UC_MODE_64; }

static uint64_t linear_of(const struct world *w, uint64_t rip) { return rip + (w->pointer_base == 0 ? WINDOW_BASE : 0); }

struct writer {
    uint8_t *at;
};

static void put(struct writer *w, const void *bytes, size_t size) {
    memcpy(w->at, bytes, size);
    w->at += size;
}

static void put_word(struct writer *w, uint64_t value, size_t size) { put(w, &value, size); }

/* The frame that IRET takes to the world, at PRELUDE_STACK, and the code at PRELUDE. */
static void write_prelude(const struct session *s, const struct world *w, const struct machine_state *data) {
    static const uint8_t loads[] = {SEGMENT_DS, SEGMENT_ES, SEGMENT_FS, SEGMENT_GS};
    static const uint8_t codes[][2] = {{0x8E, 0xD8}, {0x8E, 0xC0}, {0x8E, 0xE0}, {0x8E, 0xE8}};
    const struct machine_state *b = &w->base;
    struct writer c = {s->memory + PRELUDE};
    struct writer f = {s->memory + PRELUDE_STACK};
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

static bool set_table(uc_engine *uc, int which, uint16_t selector, uint64_t base, uint64_t limit, uint32_t flags) {
    const uc_x86_mmr table = {selector, base, (uint32_t)limit, flags};
    return uc_reg_write(uc, which, &table) == UC_ERR_OK;
}

static bool set_number(uc_engine *uc, int which, uint64_t value) { return uc_reg_write(uc, which, &value) == UC_ERR_OK; }

static bool set_msr(uc_engine *uc, uint32_t number, uint64_t value) {
    const uc_x86_msr msr = {number, value};
    return uc_reg_write(uc, UC_X86_REG_MSR, &msr) == UC_ERR_OK;
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
        good = set_number(uc, segments[i], w->base.segments[i].selector) && good;
    }
    return good;
}

/* `data`: has the data segments. */
static bool enter(struct session *s, uc_engine *uc, const struct world *w, const struct machine_state *data) {
    if (!set_system_registers(uc, w)) {
        return false;
    }
    if (w->mode == MATCHER_REAL) {
        return enter_real(uc, w);
    }
    write_prelude(s, w, data);
    uint64_t stack = PRELUDE_STACK;
    uint64_t until = linear_of(w, w->pointer_base + WINDOW_START);
    if (!set_number(uc, is_wide(w) ? UC_X86_REG_RSP : UC_X86_REG_ESP, stack) || uc_emu_start(uc, PRELUDE, until, 0, 0) != UC_ERR_OK) {
        return false;
    }
    return is_wide(w) || w->cpl == 3 || set_number(uc, UC_X86_REG_SS, w->base.segments[SEGMENT_SS].selector);
}

static void on_interrupt(uc_engine *uc, uint32_t vector, void *context) {
    struct session *s = context;
    s->interrupted = true;
    s->vector = vector;
    (void)uc_emu_stop(uc);
}

/* The world in which programs run in the same mode. */
static const struct world *outer_level(const struct session *s, const struct world *w) {
    for (unsigned i = 0; i < GUEST_WORLDS; i++) {
        if (s->guest->worlds[i].mode == w->mode && s->guest->worlds[i].cpl == 3) {
            return &s->guest->worlds[i];
        }
    }
    return NULL;
}

static bool save(uc_engine *uc, uc_context **context) {
    return uc_context_alloc(uc, context) == UC_ERR_OK && uc_context_save(uc, *context) == UC_ERR_OK;
}

static bool enter_all(struct session *s, struct engine *e, const struct world *w) {
    const struct world *outer = is_wide(w) && w->cpl == 0 ? outer_level(s, w) : NULL;
    uc_context *fresh = NULL;
    bool good = save(e->uc, &fresh);
    if (good && outer != NULL) {
        good = enter(s, e->uc, w, &outer->base) && save(e->uc, &e->entered_open) && uc_context_restore(e->uc, fresh) == UC_ERR_OK;
    }
    good = good && enter(s, e->uc, w, &w->base) && save(e->uc, &e->entered);
    (void)uc_context_free(fresh);
    return good;
}

static bool open_engine(struct session *s, unsigned world) {
    const struct world *w = &s->guest->worlds[world];
    struct engine *e = &s->engines[world];
    uc_hook hook = 0;
    if (e->uc != NULL) {
        return e->entered != NULL;
    }
    if (uc_open(UC_ARCH_X86, engine_mode(w->mode), &e->uc) != UC_ERR_OK) {
        return false;
    }
    (void)uc_ctl_set_cpu_model(e->uc, UC_CPU_X86_SKYLAKE_SERVER);
    guest_memory(w, s->memory);
    memset(s->memory + WINDOW_BASE + WINDOW_CODE, 0xF4, WINDOW_CODE_SIZE);
    if (uc_mem_map_ptr(e->uc, 0, GUEST_MEMORY_SIZE, UC_PROT_ALL, s->memory) != UC_ERR_OK ||
        uc_hook_add(e->uc, &hook, UC_HOOK_INTR, (void *)(uintptr_t)on_interrupt, s, 1, 0) != UC_ERR_OK) {
        return false;
    }
    return enter_all(s, e, w);
}

/* ---- one run ----------------------------------------------------------------------------------------------------------------------------------- */

static uint64_t get_number(uc_engine *uc, int which) {
    uint64_t value = 0;
    (void)uc_reg_read(uc, which, &value);
    return value;
}

static uint64_t get_msr(uc_engine *uc, uint32_t number) {
    uc_x86_msr msr = {number, 0};
    (void)uc_reg_read(uc, UC_X86_REG_MSR, &msr);
    return msr.value;
}

static void read_state(uc_engine *uc, const struct world *w, struct machine_state *a) {
    static const int debug[4] = {UC_X86_REG_DR0, UC_X86_REG_DR1, UC_X86_REG_DR2, UC_X86_REG_DR3};
    uc_x86_mmr table = {0, 0, 0, 0};
    for (unsigned i = 0; i < (is_wide(w) ? 16u : 8u); i++) {
        a->general[i] = get_number(uc, is_wide(w) ? general[i] : narrow[i]);
    }
    a->rip = get_number(uc, is_wide(w) ? UC_X86_REG_RIP : UC_X86_REG_EIP);
    a->rflags = get_number(uc, UC_X86_REG_EFLAGS);
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        a->segments[i].selector = (uint16_t)get_number(uc, segments[i]);
    }
    (void)uc_reg_read(uc, UC_X86_REG_GDTR, &table);
    a->gdtr_base = table.base;
    a->gdtr_limit = table.limit;
    (void)uc_reg_read(uc, UC_X86_REG_IDTR, &table);
    a->idtr_base = table.base;
    a->idtr_limit = table.limit;
    (void)uc_reg_read(uc, UC_X86_REG_LDTR, &table);
    a->ldtr.selector = table.selector;
    (void)uc_reg_read(uc, UC_X86_REG_TR, &table);
    a->tr.selector = table.selector;
    a->cr0 = get_number(uc, UC_X86_REG_CR0);
    a->cr2 = get_number(uc, UC_X86_REG_CR2);
    a->cr3 = get_number(uc, UC_X86_REG_CR3);
    a->cr4 = get_number(uc, UC_X86_REG_CR4);
    for (unsigned i = 0; i < 4; i++) {
        a->dr[i] = get_number(uc, debug[i]);
    }
    a->dr6 = get_number(uc, UC_X86_REG_DR6);
    a->dr7 = get_number(uc, UC_X86_REG_DR7);
    a->efer = get_msr(uc, 0xC0000080);
    a->sysenter_cs = get_msr(uc, 0x174);
    a->sysenter_esp = get_msr(uc, 0x175);
    a->sysenter_eip = get_msr(uc, 0x176);
    a->star = get_msr(uc, 0xC0000081);
    a->lstar = get_msr(uc, 0xC0000082);
    a->fmask = get_msr(uc, 0xC0000084);
    if (is_wide(w)) {
        a->segments[SEGMENT_FS].base = get_number(uc, UC_X86_REG_FS_BASE);
        a->segments[SEGMENT_GS].base = get_number(uc, UC_X86_REG_GS_BASE);
        a->kernel_gs_base = get_msr(uc, 0xC0000102);
    }
}

/* The emulator stops at a HLT of CPL 0, calls the hook for exceptions and interrupts, and returns an error for what it takes for invalid. */
static void judge(struct session *s, const struct world *w, const struct run *r, uc_err error, struct run_result *result) {
    const struct machine_state *a = &result->after;
    bool moved = a->rip != r->before.rip || a->segments[SEGMENT_CS].selector != r->before.segments[SEGMENT_CS].selector;
    uint64_t linear = linear_of(w, a->rip);
    bool at_halt = linear < GUEST_MEMORY_SIZE && s->memory[linear] == 0xF4;
    bool behind_halt = linear > 0 && linear <= GUEST_MEMORY_SIZE && s->memory[linear - 1] == 0xF4;
    result->detail = (uint32_t)error;
    result->vector = s->interrupted ? s->vector : error == UC_ERR_INSN_INVALID ? 6 : 14;
    result->error = 0;
    result->outcome = RUN_TRAP;
    if (error == UC_ERR_OK && !s->interrupted && a->rip == GUEST_SYSCALL + 3) { /* behind OUT and HLT of what SYSCALL and gates enter */
        result->outcome = RUN_KERNEL;
        result->vector = 0;
    } else if (error == UC_ERR_OK && !s->interrupted) {
        bool is_own = r->length == 1 && r->bytes[0] == 0xF4 && a->rip == r->before.rip + 1;
        result->outcome = behind_halt ? RUN_DONE : RUN_HUNG;
        result->after.rip -= behind_halt && !is_own ? 1 : 0;
    } else if (moved && s->interrupted && s->vector == 13 && at_halt) {
        result->outcome = RUN_DONE;
    } else if (moved && s->interrupted) {
        result->outcome = RUN_KERNEL;
    } else if (moved && !s->interrupted && error != UC_ERR_INSN_INVALID) { /* nothing is mapped at the target */
        result->outcome = RUN_DONE;
    }
}

/* System registers in which the run differs from its world. */
static bool set_differences(uc_engine *uc, const struct machine_state *b, const struct machine_state *n) {
    bool good = true;
    if (n->gdtr_base != b->gdtr_base || n->gdtr_limit != b->gdtr_limit) {
        good = set_table(uc, UC_X86_REG_GDTR, 0, n->gdtr_base, n->gdtr_limit, 0) && good;
    }
    if (n->idtr_base != b->idtr_base || n->idtr_limit != b->idtr_limit) {
        good = set_table(uc, UC_X86_REG_IDTR, 0, n->idtr_base, n->idtr_limit, 0) && good;
    }
    if (n->ldtr.selector != b->ldtr.selector) {
        good = set_table(uc, UC_X86_REG_LDTR, n->ldtr.selector, n->ldtr.base, n->ldtr.limit, 0x8200) && good;
    }
    if (n->tr.selector != b->tr.selector) {
        good = set_table(uc, UC_X86_REG_TR, n->tr.selector, n->tr.base, n->tr.limit, 0x8900) && good;
    }
    good = (n->cr0 == b->cr0 || set_number(uc, UC_X86_REG_CR0, n->cr0)) && (n->cr2 == b->cr2 || set_number(uc, UC_X86_REG_CR2, n->cr2)) &&
           (n->cr4 == b->cr4 || set_number(uc, UC_X86_REG_CR4, n->cr4)) && good;
    good = (n->sysenter_esp == b->sysenter_esp || set_msr(uc, 0x175, n->sysenter_esp)) &&
           (n->sysenter_eip == b->sysenter_eip || set_msr(uc, 0x176, n->sysenter_eip)) && good;
    good = (n->sysenter_cs == b->sysenter_cs || set_msr(uc, 0x174, n->sysenter_cs)) && (n->star == b->star || set_msr(uc, 0xC0000081, n->star)) &&
           (n->fmask == b->fmask || set_msr(uc, 0xC0000084, n->fmask)) && (n->tsc_aux == b->tsc_aux || set_msr(uc, 0xC0000103, n->tsc_aux)) && good;
    return good;
}

/* Data segments other than the world's. A register that is written from outside has its hidden part only where the engine is no 64-bit one. */
static bool set_data_segments(uc_engine *uc, const struct world *w, const struct machine_state *n) {
    bool good = true;
    for (unsigned i = 0; i < SEGMENT_COUNT && !is_wide(w); i++) {
        bool is_other = i != SEGMENT_CS && i != SEGMENT_SS && n->segments[i].selector != w->base.segments[i].selector;
        good = (!is_other || set_number(uc, segments[i], n->segments[i].selector)) && good;
    }
    return good;
}

static bool set_debug_registers(uc_engine *uc, const struct machine_state *b, const struct machine_state *n) {
    static const int debug[4] = {UC_X86_REG_DR0, UC_X86_REG_DR1, UC_X86_REG_DR2, UC_X86_REG_DR3};
    bool good = true;
    for (unsigned i = 0; i < 4; i++) {
        good = (n->dr[i] == b->dr[i] || set_number(uc, debug[i], n->dr[i])) && good;
    }
    return good;
}

static void execute(struct session *s, unsigned world, const struct run *r, struct run_result *result) {
    const struct world *w = &s->guest->worlds[world];
    uc_engine *uc = s->engines[world].uc;
    const struct engine *e = &s->engines[world];
    bool is_open = e->entered_open != NULL && r->before.segments[SEGMENT_DS].selector != w->base.segments[SEGMENT_DS].selector;
    bool good = uc_context_restore(uc, is_open ? e->entered_open : e->entered) == UC_ERR_OK;
    uint64_t start = w->mode == MATCHER_REAL ? linear_of(w, r->before.rip) : r->before.rip; /* in 16-bit engines a linear address */
    for (unsigned i = 0; i < (is_wide(w) ? 16u : 8u); i++) {
        good = set_number(uc, is_wide(w) ? general[i] : narrow[i], r->before.general[i]) && good;
    }
    good = set_number(uc, UC_X86_REG_EFLAGS, r->before.rflags) && good;
    good = set_differences(uc, &w->base, &r->before) && set_debug_registers(uc, &w->base, &r->before) && good;
    good = set_data_segments(uc, w, &r->before) && good;
    (void)uc_ctl_remove_cache(uc, (uint64_t)WINDOW_BASE + WINDOW_CODE, (uint64_t)WINDOW_BASE + WINDOW_CODE + WINDOW_CODE_SIZE);
    result->after = r->before;
    result->outcome = RUN_LOST;
    result->vector = result->error = 0;
    s->interrupted = false;
    if (good) {
        uc_err error = uc_emu_start(uc, start, UINT64_MAX, 0, 0);
        read_state(uc, w, &result->after);
        result->address = result->after.cr2;
        judge(s, w, r, error, result);
    }
}

void emulator_main(void *context, struct channel *channel, int commands, int answers) {
    static struct session s;
    char byte = 0;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    s.guest = context;
    void *memory = mmap(NULL, GUEST_MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return;
    }
    s.memory = memory;
    s.world = UINT32_MAX;
    window_reset(&s.window, s.memory + WINDOW_BASE);
    while (write(answers, &byte, 1) == 1 && read(commands, &byte, 1) == 1) {
        for (; channel->current < channel->count; channel->current++) {
            const struct run *r = &channel->runs[channel->current];
            struct run_result *result = &channel->results[channel->current];
            bool ready = open_engine(&s, channel->world);
            if (s.world != channel->world) {
                guest_memory(&s.guest->worlds[channel->world], s.own);
                s.world = channel->world;
            }
            memcpy(s.memory, s.own, GUEST_OWN_SIZE);
            window_prepare(&s.window, r);
            if (ready) {
                execute(&s, channel->world, r, result);
            } else {
                result->outcome = RUN_LOST;
                result->after = r->before;
            }
            window_collect(&s.window, r, result);
        }
    }
}
