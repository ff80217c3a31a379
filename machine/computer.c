/* The machine: made, run, and looked at. */
#include "breakpoints.h"
#include "computer_internal.h"
#include "execute.h"
#include "host_code.h"

#include <stdlib.h>

struct computer *computer_new(const struct decoder *decoder, uint32_t memory_size) {
    struct computer *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    struct processor *p = &c->processor;
    *p = (struct processor){.memory = &c->memory, .ports = &c->ports, .decoder = decoder};
    p->kept = calloc(KEPT_INSTRUCTIONS, sizeof *p->kept);
    p->choices = calloc(256, sizeof *p->choices);
    c->opaques = opaque_table_new();
    c->opaque_context = (struct opaque_context){p, c->opaques, false};
    bool good = p->kept != NULL && p->choices != NULL && c->opaques != NULL && memory_make(&c->memory, memory_size) && arrays_make(p) &&
                devices_attach(&c->devices, &c->ports, &p->executed, memory_size);
    if (!good) {
        computer_free(c);
        return NULL;
    }
    for (unsigned i = 0; i < KEPT_INSTRUCTIONS; i++) {
        p->kept[i].physical = UINT32_MAX;
    }
    forget_translations(p);
    return c;
}

void computer_free(struct computer *c) {
    if (c != NULL) {
        arrays_drop(&c->processor);
        memory_drop(&c->memory);
        serial_drop(&c->devices.serial);
        host_drop(&c->processor);
        free(c->processor.kept);
        free(c->processor.choices);
        free(c->opaques);
        patches_drop(c->patches);
        free(c);
    }
}

void computer_set_console(struct computer *c, FILE *console) { c->devices.serial.console = console; }

void computer_set_input(struct computer *c, const struct serial_source *source) { serial_set_source(&c->devices.serial, source); }

const char *computer_serial(const struct computer *c, size_t *size) {
    *size = c->devices.serial.size;
    return c->devices.serial.text == NULL ? "" : c->devices.serial.text;
}

char *computer_screen(const struct computer *c) { return display_text(&c->devices.display, &c->memory); }

const char *computer_failure(const struct computer *c) { return c->processor.failure; }

uint64_t computer_emulated(const struct computer *c) { return c->patches == NULL ? 0 : c->patches->emulated; }

uint8_t computer_exit_code(const struct computer *c) { return c->devices.exit_code; }

const struct computer_statistics *computer_statistics(const struct computer *c) { return &c->statistics; }

uint8_t *computer_memory(struct computer *c, uint32_t *size) {
    *size = c->memory.size;
    return c->memory.bytes;
}

void computer_break_division(struct computer *c) { c->opaque_context.fault = true; }

void computer_break_rights(struct computer *c) { c->processor.ignores_rights = true; }

void computer_memory_changed(struct computer *c) {
    c->memory.epoch++;
    forget_translations(&c->processor);
}

/* Brings the devices to the present, and finds out when they next have something to do. */
static void advance_devices(struct computer *c) {
    timer_advance(&c->devices.timer);
    clock_advance(&c->devices.clock);
    serial_advance(&c->devices.serial);
    uint64_t timer = timer_next(&c->devices.timer);
    uint64_t clock = clock_next(&c->devices.clock);
    uint64_t serial = serial_next(&c->devices.serial);
    c->next_event = timer < clock ? timer : clock;
    c->next_event = serial < c->next_event ? serial : c->next_event;
}

static bool take_interrupt(struct computer *c) {
    struct processor *p = &c->processor;
    if (p->state.interrupt_flag == 0 || p->shadow || !interrupt_pending(&c->devices.interrupts)) {
        return false;
    }
    const struct fault event = {interrupt_acknowledge(&c->devices.interrupts), false, false, 0, 0};
    c->statistics.interrupts++;
    c->statistics.by_vector[event.vector]++;
    deliver(p, &event, true);
    return true;
}

static void raise_fault(struct computer *c, const struct fault *fault) {
    c->statistics.faults++;
    c->statistics.by_vector[fault->vector]++;
    deliver(&c->processor, fault, false);
}

static void raise_debug(struct computer *c, uint32_t status, bool is_trap) {
    c->processor.state.dr6 |= status;
    raise_fault(c, &(struct fault){VECTOR_DEBUG, false, is_trap, 0, 0});
}

/* Before an instruction: SDM vol. 3B, 20.3.1.1. RF is what it is in the flags that are pushed, so the handler has to set it. */
static bool meets_breakpoint(struct computer *c) {
    struct processor *p = &c->processor;
    bool looks = breakpoints_enabled(&p->state) && !p->resume && !p->trap_shadow;
    uint8_t met = looks ? breakpoints_at(&p->state, (uint32_t)(p->state.cs_base + p->state.rip)) : 0;
    if (met != 0) {
        raise_debug(c, met, true);
    }
    return met != 0;
}

/* The faults of an instruction. The one with vector 1 is that of MOV DR with GD set; another comes of a task switch, which has set BT. */
static void raise_own_fault(struct computer *c, const struct fault *fault) {
    if (fault->vector == VECTOR_DEBUG) {
        raise_debug(c, fault->is_trap ? 0 : DEBUG_DETECT, fault->is_trap);
    } else {
        raise_fault(c, fault);
    }
}

/* One instruction. SDM vol. 3B, 20.3.1.4: with TF set before it, #DB comes after it; vol. 3A, 7.8.3: not after a load of SS, where the data
 * breakpoints that it met wait for the end of the next one. */
static void execute_fetched(struct computer *c) {
    struct processor *p = &c->processor;
    struct fault fault;
    bool traced = p->state.status_tf != 0;
    if (meets_breakpoint(c)) {
        return;
    }
    uint64_t start = p->state.rip;
    p->met = p->trap_shadow ? p->met : 0;
    p->trap_shadow = false;
    p->next_resume = false;
    const struct instruction *i = fetch(p, &fault);
    if (i == NULL) {
        raise_fault(c, &fault);
        return;
    }
    unsigned flags = i->flags;
    p->shadow = false;
    if (!execute(p, i, &fault)) {
        if (p->failure == NULL) {
            raise_own_fault(c, &fault);
        }
        return;
    }
    p->shadow = (flags & INSTRUCTION_SHADOWS) != 0;
    p->trap_shadow = (flags & INSTRUCTION_SHADOWS_TRAPS) != 0;
    p->resume = p->next_resume || ((flags & INSTRUCTION_REPEATED) != 0 && p->state.rip == start); /* 20.3.1.1: within a repetition */
    p->executed++;
    p->state.tsc++;
    if (p->state.translation_cache != p->translations_seen || p->state.cr3 != p->root_seen) {
        forget_translations(p);
    }
    if ((traced || p->met != 0) && !p->trap_shadow) {
        raise_debug(c, p->met | (traced ? DEBUG_STEP : 0), true);
    }
}

/* In a guest that was rewritten, what was there before. */
static void execute_next(struct computer *c) {
    const struct patch *patch = c->patches == NULL ? NULL : patches_enter(c->patches, &c->processor);
    execute_fetched(c);
    if (patch != NULL) {
        patches_leave(&c->processor, patch);
    }
}

/* HLT: time passes until a device interrupts. Where the guest may receive something meanwhile, it is the time of its sender. */
static enum computer_end wait_for_interrupt(struct computer *c) {
    struct processor *p = &c->processor;
    advance_devices(c);
    if (p->state.interrupt_flag == 0) {
        return COMPUTER_HALTED;
    }
    if (!interrupt_pending(&c->devices.interrupts) && serial_wait(&c->devices.serial, c->next_event)) {
        advance_devices(c);
    }
    if (!interrupt_pending(&c->devices.interrupts)) {
        if (c->next_event == NEVER) {
            return COMPUTER_WAITING;
        }
        uint64_t skipped = c->next_event - p->executed;
        p->executed = c->next_event;
        p->state.tsc += skipped;
        advance_devices(c);
    }
    p->shadow = false;
    (void)take_interrupt(c);
    return COMPUTER_RUNNING;
}

static enum computer_end state_of(const struct computer *c) {
    return c->processor.failure != NULL ? COMPUTER_UNSUPPORTED
           : c->devices.ended           ? COMPUTER_ENDED
           : c->processor.shut_down     ? COMPUTER_SHUT_DOWN
           : c->devices.reset           ? COMPUTER_SHUT_DOWN
                                        : COMPUTER_RUNNING;
}

static enum computer_end step(struct computer *c) {
    struct processor *p = &c->processor;
    if (p->state.halted != 0) {
        enum computer_end end = wait_for_interrupt(c);
        return end == COMPUTER_RUNNING ? state_of(c) : end;
    }
    if (p->executed >= c->next_event || c->ports.accesses != c->statistics.port_accesses) {
        c->statistics.port_accesses = c->ports.accesses;
        advance_devices(c);
    }
    if (!take_interrupt(c)) {
        execute_next(c);
    }
    c->statistics.executed = p->executed;
    return state_of(c);
}

enum computer_end computer_step(struct computer *c) {
    x86_set_opaques(machine_opaque, &c->opaque_context);
    return step(c);
}

void computer_single_step_trap(struct computer *c) {
    x86_set_opaques(machine_opaque, &c->opaque_context);
    raise_debug(c, DEBUG_STEP, true);
}

void computer_passed(struct computer *c, uint64_t instructions) {
    c->processor.executed += instructions;
    c->processor.state.tsc += instructions;
    c->processor.resume = c->processor.resume && instructions == 0;
    c->statistics.executed = c->processor.executed;
}

uint64_t computer_until_event(struct computer *c) {
    advance_devices(c);
    return c->next_event == NEVER ? NEVER : c->next_event > c->processor.executed ? c->next_event - c->processor.executed : 0;
}

bool computer_must_step(const struct computer *c) {
    const struct x86 *s = &c->processor.state;
    bool interrupt = interrupt_pending(&c->devices.interrupts) && (s->interrupt_flag != 0 || c->processor.shadow);
    return interrupt || s->halted != 0 || s->status_tf != 0 || breakpoints_enabled(s) || processor_mode(s) != MATCHER_PROTECTED;
}

enum computer_end computer_run(struct computer *c, uint64_t instructions) {
    uint64_t until = c->processor.executed + instructions;
    uint64_t steps = 0; /* faults count too: a guest may fault without end */
    enum computer_end end = COMPUTER_RUNNING;
    x86_set_opaques(machine_opaque, &c->opaque_context);
    while (end == COMPUTER_RUNNING && c->processor.executed < until && steps++ < instructions) {
        end = step(c);
    }
    return end;
}

const char *computer_end_name(enum computer_end end) {
    static const char *const names[] = {"budget", "exit", "halt", "shut down", "unsupported", "waiting for ever"};
    return names[end];
}
