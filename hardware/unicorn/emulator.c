/* Runs instructions on Unicorn; one that does not end is for the parent to end. The emulator's state behind the entry of a world is put back before
 * each run. */
#include "emulator.h"

#include "../window_memory.h"
#include "entry.h"
#include "registers.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unicorn/unicorn.h>
#include <unistd.h>

struct engine {
    uc_engine *uc;
    struct entered entered;
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

static void on_interrupt(uc_engine *uc, uint32_t vector, void *context) {
    struct session *s = context;
    s->interrupted = true;
    s->vector = vector;
    (void)uc_emu_stop(uc);
}

static bool open_engine(struct session *s, unsigned world) {
    const struct world *w = &s->guest->worlds[world];
    struct engine *e = &s->engines[world];
    uc_hook hook = 0;
    if (e->uc != NULL) {
        return e->entered.plain != NULL;
    }
    if (uc_open(UC_ARCH_X86, unicorn_mode(w->mode), &e->uc) != UC_ERR_OK) {
        return false;
    }
    (void)uc_ctl_set_cpu_model(e->uc, UC_CPU_X86_SKYLAKE_SERVER);
    guest_memory(w, s->memory);
    memset(s->memory + WINDOW_BASE + WINDOW_CODE, 0xF4, WINDOW_CODE_SIZE);
    if (uc_mem_map_ptr(e->uc, 0, GUEST_MEMORY_SIZE, UC_PROT_ALL, s->memory) != UC_ERR_OK ||
        uc_hook_add(e->uc, &hook, UC_HOOK_INTR, (void *)(uintptr_t)on_interrupt, s, 1, 0) != UC_ERR_OK) {
        return false;
    }
    return enter_world(&e->entered, e->uc, s->memory, s->guest, w);
}

/* ---- one run ----------------------------------------------------------------------------------------------------------------------------------- */

static void read_state(uc_engine *uc, const struct world *w, struct machine_state *a) {
    static const int debug[4] = {UC_X86_REG_DR0, UC_X86_REG_DR1, UC_X86_REG_DR2, UC_X86_REG_DR3};
    uc_x86_mmr table = {0, 0, 0, 0};
    for (unsigned i = 0; i < (is_wide(w) ? 16u : 8u); i++) {
        a->general[i] = get_number(uc, is_wide(w) ? unicorn_general[i] : unicorn_narrow[i]);
    }
    a->rip = get_number(uc, is_wide(w) ? UC_X86_REG_RIP : UC_X86_REG_EIP);
    a->rflags = get_number(uc, UC_X86_REG_EFLAGS);
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        a->segments[i].selector = (uint16_t)get_number(uc, unicorn_segments[i]);
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
    } else if (moved && s->interrupted) {
        result->outcome = s->vector == 13 && at_halt ? RUN_DONE : RUN_KERNEL;
    } else if (moved && error != UC_ERR_INSN_INVALID) { /* nothing is mapped at the target */
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
        good = (!is_other || set_number(uc, unicorn_segments[i], n->segments[i].selector)) && good;
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
    bool user_data = e->entered.with_user_data != NULL && r->before.segments[SEGMENT_DS].selector != w->base.segments[SEGMENT_DS].selector;
    bool good = uc_context_restore(uc, user_data ? e->entered.with_user_data : e->entered.plain) == UC_ERR_OK;
    uint64_t start = w->mode == MATCHER_REAL ? linear_of(w, r->before.rip) : r->before.rip; /* in 16-bit engines a linear address */
    for (unsigned i = 0; i < (is_wide(w) ? 16u : 8u); i++) {
        good = set_number(uc, is_wide(w) ? unicorn_general[i] : unicorn_narrow[i], r->before.general[i]) && good;
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
