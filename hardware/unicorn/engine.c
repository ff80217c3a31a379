/* Unicorn as an engine. It has no delivery through the IDT: an exception stops it before the instruction, and the machine goes on. SYSENTER and
 * SYSCALL it hands to a hook and does nothing else: they are for the machine, too. */
#include "../engine.h"
#include "foreseen.h"
#include "level.h"
#include "registers.h"

#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#define CR4_PAE 0x20u

struct unicorn_engine {
    struct engine base;
    uc_engine *uc;
    struct level_entry level;
    bool entering; /* what runs is of level.c */
    struct engine_ports ports;
    uint64_t executed, limit;
    uint64_t last; /* linear address of the last instruction that was begun */
    uint32_t last_size;
    bool spent, interrupted;
    bool before_machine; /* stopped before an instruction that is for the machine */
    bool system_call;    /* the last one was handed to the hook */
    struct code_view code;
    bool unmapped; /* a page that is not present */
    uint32_t vector;
    struct machine_state known; /* what was set or read last */
    bool stale;                 /* it has run since then */
};

/* CR0 the emulator loads by itself, and alone: it may turn paging on. */
static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *context) {
    struct unicorn_engine *e = context;
    if (e->entering || e->system_call) {
        return;
    }
    bool foreseen = may_be_foreseen(&e->code, address);
    unsigned loaded = foreseen ? loaded_register(&e->code, address, size) : NO_REGISTER;
    if (foreseen && (moves_debug_register(&e->code, address, size) ||
                     (e->base.leaves_doubtful && is_for_machine(&e->code, address, size, loaded, (e->known.cr4 & CR4_PAE) != 0)))) {
        e->before_machine = true;
        (void)uc_emu_stop(uc);
        return;
    }
    if (e->executed < e->limit && loaded == 0) {
        e->limit = e->executed == 0 ? 1 : e->executed;
    }
    if (e->executed == e->limit) {
        e->spent = true;
        (void)uc_emu_stop(uc);
        return;
    }
    e->executed++;
    e->last = address;
    e->last_size = size;
}

static void on_interrupt(uc_engine *uc, uint32_t vector, void *context) {
    struct unicorn_engine *e = context;
    e->interrupted = true;
    e->vector = vector;
    (void)uc_emu_stop(uc);
}

static void on_system_call(uc_engine *uc, void *context) {
    struct unicorn_engine *e = context;
    e->system_call = true;
    (void)uc_emu_stop(uc);
}

static uint32_t on_input(uc_engine *uc, uint32_t port, int size, void *context) {
    struct unicorn_engine *e = context;
    (void)uc;
    return e->ports.read(e->ports.context, e->executed, (uint16_t)port, (unsigned)size);
}

static void on_output(uc_engine *uc, uint32_t port, int size, uint32_t value, void *context) {
    struct unicorn_engine *e = context;
    (void)uc;
    if (e->ports.write(e->ports.context, e->executed, (uint16_t)port, (unsigned)size, value)) {
        e->limit = e->executed;
    }
}

/* A page that is not present, or memory that is not there: the machine finds out which. */
static bool on_unmapped(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *context) {
    struct unicorn_engine *e = context;
    (void)uc;
    (void)address;
    (void)size;
    (void)value;
    e->unmapped = true;
    (void)type;
    return false;
}

static bool set_system(struct unicorn_engine *e, const struct machine_state *s) {
    uc_engine *uc = e->uc;
    e->entering = true;
    bool good = level_enter(&e->level, uc, s);
    e->entering = false;
    bool own = s->gdtr_base != 0; /* before the guest has a table, its flat segments are those of the scratch page */
    if (own) {
        good = good && set_table(uc, UC_X86_REG_GDTR, 0, s->gdtr_base, s->gdtr_limit, 0);
    }
    good = good && set_table(uc, UC_X86_REG_IDTR, 0, s->idtr_base, s->idtr_limit, 0) &&
           set_table(uc, UC_X86_REG_LDTR, s->ldtr.selector, s->ldtr.base, s->ldtr.limit, 0x8200) &&
           set_table(uc, UC_X86_REG_TR, s->tr.selector, s->tr.base, s->tr.limit, 0x8900) /* the emulator wants an available TSS here */;
    good = good && set_number(uc, UC_X86_REG_CR2, s->cr2) && set_msr(uc, 0x174, s->sysenter_cs) && set_msr(uc, 0x175, s->sysenter_esp) &&
           set_msr(uc, 0x176, s->sysenter_eip);
    for (unsigned i = 0; own && i < SEGMENT_COUNT; i++) {
        if (s->segments[i].selector != 0x10 || i == SEGMENT_CS || s->segments[i].base != 0 || s->cpl != 0) {
            good = set_number(uc, unicorn_segments[i], s->segments[i].selector) && good;
        }
    }
    return good;
}

static bool same_system(const struct machine_state *a, const struct machine_state *b) {
    return a->cpl == b->cpl && memcmp(a->segments, b->segments, sizeof a->segments) == 0 && memcmp(&a->ldtr, &b->ldtr, sizeof a->ldtr) == 0 &&
           memcmp(&a->tr, &b->tr, sizeof a->tr) == 0 && a->gdtr_base == b->gdtr_base && a->gdtr_limit == b->gdtr_limit &&
           a->idtr_base == b->idtr_base && a->idtr_limit == b->idtr_limit && a->cr0 == b->cr0 && a->cr3 == b->cr3 && a->cr4 == b->cr4 &&
           a->cr2 == b->cr2 && a->sysenter_cs == b->sysenter_cs && a->sysenter_esp == b->sysenter_esp && a->sysenter_eip == b->sysenter_eip;
}

static bool set_state(struct engine *engine, const struct machine_state *s) {
    struct unicorn_engine *e = (struct unicorn_engine *)engine;
    bool simple = s->general[8] == 0 && (s->cr0 & 1) != 0 && (s->rflags & 0x20000) == 0 && (s->cpl == 0 || s->cpl == 3);
    if (!simple || ((e->stale || !same_system(s, &e->known)) && !set_system(e, s))) {
        e->stale = true;
        return false;
    }
    e->known = *s;
    e->stale = false;
    bool good = true;
    for (unsigned i = 0; i < 8; i++) {
        good = set_number(e->uc, unicorn_narrow[i], s->general[i]) && good;
    }
    return set_number(e->uc, UC_X86_REG_EFLAGS, s->rflags) && set_number(e->uc, UC_X86_REG_EIP, s->rip) && good;
}

static void run(struct engine *engine, uint64_t count, struct engine_event *event) {
    struct unicorn_engine *e = (struct unicorn_engine *)engine;
    e->executed = 0;
    e->limit = count;
    e->stale = true;
    e->spent = e->interrupted = e->unmapped = e->before_machine = e->system_call = false;
    uint64_t start = get_number(e->uc, UC_X86_REG_EIP);
    uc_err error = uc_emu_start(e->uc, start, LEVEL_PAGE, 0, 0);
    *event = (struct engine_event){ENGINE_SPENT, e->executed, 0};
    if (e->spent && !e->interrupted) {
        return;
    }
    if (e->before_machine && !e->interrupted) {
        event->stop = ENGINE_REFUSED;
        return;
    }
    if (e->interrupted && e->vector == 1) {
        event->stop = ENGINE_TRAP;
        event->vector = 1;
        return;
    }
    uint64_t base = e->known.segments[SEGMENT_CS].base;
    if (e->system_call) {
        event->stop = ENGINE_REFUSED;
        event->executed--;
        (void)set_number(e->uc, UC_X86_REG_EIP, e->last - base);
        return;
    }
    /* What cannot be fetched is the next one, far from the last: a HLT leaves EIP behind itself, other exceptions leave it where it was. */
    uint64_t at = base + get_number(e->uc, UC_X86_REG_EIP);
    bool completed = !e->interrupted && at != e->last && !(e->last_size == 1 && at == e->last + 1);
    if (event->executed > 0 && !completed) { /* the last one is for the machine to do */
        event->executed--;
        (void)set_number(e->uc, UC_X86_REG_EIP, e->last - base);
    }
    /* The emulator takes every exception after the first one for a double fault, because it never delivered the first. */
    bool known = !e->interrupted || e->vector != 8;
    event->vector = !known ? ENGINE_SOME_VECTOR : e->interrupted ? e->vector : error == UC_ERR_INSN_INVALID ? 6 : 14;
    event->stop = error == UC_ERR_OK && !e->interrupted && !e->unmapped && !completed ? ENGINE_HALT : ENGINE_EXCEPTION;
}

static void get_state(struct engine *engine, struct machine_state *s) {
    struct unicorn_engine *e = (struct unicorn_engine *)engine;
    uc_engine *uc = e->uc;
    uc_x86_mmr table = {0, 0, 0, 0};
    for (unsigned i = 0; i < 8; i++) {
        s->general[i] = get_number(uc, unicorn_narrow[i]);
    }
    s->rip = get_number(uc, UC_X86_REG_EIP);
    s->rflags = get_number(uc, UC_X86_REG_EFLAGS);
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        s->segments[i].selector = (uint16_t)get_number(uc, unicorn_segments[i]);
    }
    s->cpl = s->segments[SEGMENT_CS].selector & 3;
    (void)uc_reg_read(uc, UC_X86_REG_GDTR, &table);
    if (table.base != LEVEL_PAGE) {
        s->gdtr_base = table.base;
        s->gdtr_limit = table.limit;
    }
    (void)uc_reg_read(uc, UC_X86_REG_IDTR, &table);
    s->idtr_base = table.base;
    s->idtr_limit = table.limit;
    (void)uc_reg_read(uc, UC_X86_REG_LDTR, &table);
    s->ldtr.selector = table.selector;
    s->ldtr.base = table.base;
    s->ldtr.limit = table.limit;
    (void)uc_reg_read(uc, UC_X86_REG_TR, &table);
    s->tr.selector = table.selector;
    s->tr.base = table.base;
    s->tr.limit = table.limit;
    s->cr0 = get_number(uc, UC_X86_REG_CR0);
    s->cr3 = get_number(uc, UC_X86_REG_CR3);
    s->cr4 = get_number(uc, UC_X86_REG_CR4);
    s->sysenter_cs = get_msr(uc, 0x174);
    s->sysenter_esp = get_msr(uc, 0x175);
    s->sysenter_eip = get_msr(uc, 0x176);
    e->known = *s;
    e->stale = false;
}

static void memory_changed(struct engine *engine, uint32_t physical, uint32_t size) {
    struct unicorn_engine *e = (struct unicorn_engine *)engine;
    bool paging = (e->known.cr0 >> 31 & 1) != 0;
    if (!paging) { /* the emulator wants a linear address, and translates it: with paging that can fault outside of any run */
        (void)uc_ctl_remove_cache(e->uc, physical, (uint64_t)physical + size);
    }
}

static void close_engine(struct engine *engine) {
    struct unicorn_engine *e = (struct unicorn_engine *)engine;
    level_drop(&e->level);
    (void)uc_close(e->uc);
    free(e);
}

static const struct engine_operations operations = {"unicorn", set_state, run, get_state, memory_changed, close_engine};

static bool add_hook(struct unicorn_engine *e, int type, void *function, int instruction) {
    uc_hook hook = 0;
    return instruction == 0 ? uc_hook_add(e->uc, &hook, type, function, e, 1, 0) == UC_ERR_OK
                            : uc_hook_add(e->uc, &hook, type, function, e, 1, 0, instruction) == UC_ERR_OK;
}

/* What the plug-in exports, see unicorn_engine_open. */
__attribute__((visibility("default"))) struct engine *popek_open_unicorn_engine(uint8_t *memory, uint32_t size, const struct engine_ports *ports,
                                                                                const char **reason);
struct engine *popek_open_unicorn_engine(uint8_t *memory, uint32_t size, const struct engine_ports *ports, const char **reason) {
    struct unicorn_engine *e = calloc(1, sizeof *e);
    *reason = e == NULL ? "out of memory" : NULL;
    if (e == NULL) {
        return NULL;
    }
    e->base.operations = &operations;
    e->ports = *ports;
    bool good = uc_open(UC_ARCH_X86, UC_MODE_32, &e->uc) == UC_ERR_OK && uc_mem_map_ptr(e->uc, 0, size, UC_PROT_ALL, memory) == UC_ERR_OK &&
                level_make(&e->level, e->uc) && add_hook(e, UC_HOOK_CODE, (void *)(uintptr_t)on_code, 0) &&
                add_hook(e, UC_HOOK_INTR, (void *)(uintptr_t)on_interrupt, 0) &&
                add_hook(e, UC_HOOK_MEM_UNMAPPED, (void *)(uintptr_t)on_unmapped, 0) &&
                add_hook(e, UC_HOOK_INSN, (void *)(uintptr_t)on_input, UC_X86_INS_IN) &&
                add_hook(e, UC_HOOK_INSN, (void *)(uintptr_t)on_output, UC_X86_INS_OUT) &&
                add_hook(e, UC_HOOK_INSN, (void *)(uintptr_t)on_system_call, UC_X86_INS_SYSENTER) &&
                add_hook(e, UC_HOOK_INSN, (void *)(uintptr_t)on_system_call, UC_X86_INS_SYSCALL);
    e->code = view_code(memory, size);
    if (!good) {
        *reason = "the emulator cannot be set up";
        close_engine(&e->base);
        return NULL;
    }
    return &e->base;
}
