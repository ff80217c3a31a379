/* Hardware task switches. Who may switch to which task, what becomes busy and the link are the steps'; here is what they leave open: the state of the
 * old task is saved in its TSS, and that of the new one loaded. SDM vol. 3A, 10.3 and figures 10-2 and 10-10. */
#include "task_switch.h"

#include "load_segments.h"

#include <stddef.h>

#define WIDE_LIMIT 0x67u
#define NARROW_LIMIT 0x2Bu
#define FIRST_SAVED_WIDE 0x20u /* EIP; the stacks of the inner levels, CR3, the LDT and the I/O map are never written */
#define FIRST_SAVED_NARROW 0x0Eu
#define LAST_SAVED_WIDE 0x60u
#define LAST_SAVED_NARROW 0x2Au
#define LOCAL_BREAKPOINTS 0x155u /* L0 to L3 and LE of DR7 */
#define STATUS_TASK 0x8000u      /* BT of DR6 */
#define CODE_SEGMENT 0x18u       /* S and the highest bit of the type, in bits 44:40 of a descriptor */

/* A task as its TSS holds it. */
struct task {
    uint32_t root, eip, flags, general[8];
    uint16_t selectors[SEGMENT_COUNT], table;
    bool traps;
};

static const unsigned in_tss[SEGMENT_COUNT] = {SEGMENT_ES, SEGMENT_CS, SEGMENT_SS, SEGMENT_DS, SEGMENT_FS, SEGMENT_GS};

/* ---- the TSS in memory --------------------------------------------------------------------------------------------------------------------------
 */

static uint32_t word_at(const uint8_t *tss, unsigned at, unsigned bytes) {
    uint32_t word = 0;
    memcpy(&word, tss + at, bytes);
    return word;
}

/* A narrow TSS leaves the upper halves open: those of general registers are ones (as Bochs has it), FS and GS become null. */
static void read_task(const uint8_t *tss, bool wide, struct task *t) {
    unsigned bytes = wide ? 4 : 2;
    unsigned at = wide ? FIRST_SAVED_WIDE : FIRST_SAVED_NARROW;
    memset(t, 0, sizeof *t);
    t->root = wide ? word_at(tss, 0x1C, 4) : 0;
    t->eip = word_at(tss, at, bytes);
    t->flags = word_at(tss, at + bytes, bytes);
    for (unsigned i = 0; i < 8; i++) {
        t->general[i] = word_at(tss, at + (2 + i) * bytes, bytes) | (wide ? 0 : 0xFFFF0000u);
    }
    for (unsigned i = 0; i < (wide ? 6u : 4u); i++) {
        t->selectors[in_tss[i]] = (uint16_t)word_at(tss, at + (10 + i) * bytes, 2);
    }
    t->table = (uint16_t)word_at(tss, wide ? 0x60 : 0x2A, 2);
    t->traps = wide && (tss[0x64] & 1) != 0;
}

/* The bytes that a switch writes; returns where they begin. */
static unsigned write_task(const struct x86 *s, uint32_t eip, uint32_t flags, uint8_t *tss, unsigned *size) {
    bool wide = s->tr_wide != 0;
    size_t bytes = wide ? 4 : 2;
    unsigned first = wide ? FIRST_SAVED_WIDE : FIRST_SAVED_NARROW;
    const uint16_t selectors[] = {s->es_selector,
                                  (uint16_t)(s->cs_index << 2 | (s->vm != 0 ? s->cs_low : s->cpl)),
                                  (uint16_t)(s->ss_index << 2 | (s->vm != 0 ? s->ss_low : s->cpl)),
                                  s->ds_selector,
                                  s->fs_selector,
                                  s->gs_selector};
    *size = (wide ? LAST_SAVED_WIDE : LAST_SAVED_NARROW) - first;
    memset(tss, 0, *size);
    memcpy(tss, &eip, bytes);
    memcpy(tss + bytes, &flags, bytes);
    for (unsigned i = 0; i < 8; i++) {
        uint32_t value = general_register(s, i);
        memcpy(tss + (2 + i) * bytes, &value, bytes);
    }
    for (unsigned i = 0; i < (wide ? 6u : 4u); i++) {
        memcpy(tss + (10 + i) * bytes, &selectors[i], 2);
    }
    return first;
}

/* ---- loading the new task -----------------------------------------------------------------------------------------------------------------------
 */

static bool raise(struct fault *fault, unsigned vector, uint32_t error) {
    *fault = (struct fault){(uint8_t)vector, true, false, error, 0};
    return false;
}

/* Where an instruction raises #GP about a selector, a task switch raises #TS: SDM vol. 3A, table 10-1. */
static bool about_task(uint16_t selector, struct fault *fault) {
    if (fault->vector == VECTOR_PROTECTION) {
        (void)raise(fault, VECTOR_TSS, selector & 0xFFFCu);
    }
    return false;
}

/* What is visible; nothing behind it can be used before it is loaded. */
static void show_selectors(struct x86 *s, const struct task *t) {
    s->cpl = t->selectors[SEGMENT_CS] & 3;
    s->cs_index = t->selectors[SEGMENT_CS] >> 2;
    s->ss_index = t->selectors[SEGMENT_SS] >> 2;
    s->ss_usable = s->ds_usable = s->es_usable = s->fs_usable = s->gs_usable = 0;
    s->ds_selector = t->selectors[SEGMENT_DS];
    s->es_selector = t->selectors[SEGMENT_ES];
    s->fs_selector = t->selectors[SEGMENT_FS];
    s->gs_selector = t->selectors[SEGMENT_GS];
    s->ldtr_selector = t->table;
    s->ldtr_usable = 0;
}

/* JMP would go through a gate or switch tasks again. */
static bool is_code(struct processor *p, uint16_t selector) {
    const struct x86 *s = &p->state;
    struct fault fault;
    uint64_t descriptor = 0;
    bool local = (selector & 4) != 0;
    uint32_t base = (uint32_t)(local ? s->ldtr_base : s->gdtr_base) + (selector & 0xFFF8u);
    bool there = (selector & 0xFFFC) != 0 && (!local || s->ldtr_usable != 0) && (selector | 7u) <= (local ? s->ldtr_limit : s->gdtr_limit) &&
                 linear_read(p, base, &descriptor, sizeof descriptor, false, &fault);
    return there && (descriptor >> 40 & CODE_SEGMENT) == CODE_SEGMENT;
}

/* All but CS. */
static const unsigned data_segments[] = {SEGMENT_SS, SEGMENT_DS, SEGMENT_ES, SEGMENT_FS, SEGMENT_GS};
#define DATA_SEGMENTS (sizeof data_segments / sizeof data_segments[0])

static bool load_table(struct processor *p, const struct task *t, struct fault *fault) {
    uint8_t level = p->state.cpl;
    p->state.cpl = 0;
    bool good = load_local_table(p, t->table, fault);
    p->state.cpl = level;
    return good || raise(fault, VECTOR_TSS, t->table & 0xFFFCu); /* also where it is not present */
}

/* SDM vol. 3B, 23.2.5: segments are loaded as the 8086 does, by instructions of virtual-8086 mode; LLDT is none of them. */
static bool load_v86_segments(struct processor *p, const struct task *t, struct fault *fault) {
    bool good = load_table(p, t, fault);
    p->state.vm = 1;
    p->state.cpl = 3;
    good = good && load_code_segment(p, t->selectors[SEGMENT_CS], 0, fault);
    for (unsigned i = 0; good && i < DATA_SEGMENTS; i++) {
        good = load_data_segment(p, data_segments[i], t->selectors[data_segments[i]], fault);
    }
    return good;
}

static bool load_segments(struct processor *p, const struct task *t, struct fault *fault) {
    if (!load_table(p, t, fault)) {
        return false;
    }
    uint16_t code = t->selectors[SEGMENT_CS];
    if (!is_code(p, code)) {
        return raise(fault, VECTOR_TSS, code & 0xFFFCu);
    }
    if (!load_code_segment(p, code, 0, fault)) {
        return about_task(code, fault);
    }
    for (unsigned i = 0; i < DATA_SEGMENTS; i++) {
        if (!load_data_segment(p, data_segments[i], t->selectors[data_segments[i]], fault)) {
            return about_task(t->selectors[data_segments[i]], fault);
        }
    }
    return true;
}

static void set_general(struct x86 *s, const struct task *t) {
    for (unsigned i = 0; i < 8; i++) {
        set_general_register(s, i, t->general[i]);
    }
    s->rip = t->eip;
}

/* In the context of the new task, in which faults are delivered. */
static bool load_task(struct processor *p, const struct task *t, bool nested, struct fault *fault) {
    struct x86 *s = &p->state;
    bool good = true;
    if (s->cr0_pg != 0 && s->tr_wide != 0) {
        uint8_t level = s->cpl;
        s->cpl = 0;
        good = load_page_root(p, t->root, fault);
        s->cpl = level;
    }
    forget_translations(p);
    bool v86 = (t->flags & FLAG_V86) != 0;
    set_flags_value(s, (t->flags & ~FLAG_V86) | (nested ? FLAG_NESTED : 0));
    s->cr0_ts = 1;
    s->dr7 &= ~LOCAL_BREAKPOINTS;
    if (good) {
        show_selectors(s, t);
        good = v86 ? load_v86_segments(p, t, fault) : load_segments(p, t, fault);
    }
    set_general(s, t);
    if (good && t->eip > s->cs_limit) {
        return raise(fault, VECTOR_PROTECTION, 0);
    }
    return good;
}

/* The error code of an exception goes to the stack of the new task: SDM vol. 3A, 7.13. */
static bool push_error(struct processor *p, uint32_t error, struct fault *fault) {
    struct x86 *s = &p->state;
    uint32_t bytes = s->tr_wide != 0 ? 4 : 2;
    uint32_t linear = 0;
    uint32_t offset = ((uint32_t)s->rsp - bytes) & stack_mask(s);
    if (!segment_linear(s, SEGMENT_SS, offset, bytes, ACCESS_WRITE, &linear, fault) || !linear_write(p, linear, &error, bytes, s->cpl == 3, fault)) {
        return false;
    }
    s->rsp = (s->rsp & ~(uint64_t)stack_mask(s)) | offset;
    return true;
}

bool task_switch_ready(struct processor *p, const struct x86 *after, struct task_switch *w, struct fault *fault) {
    const struct x86 *s = &p->state;
    bool wide = after->tr_wide != 0;
    uint8_t saved[TASK_BYTES];
    unsigned size = 0;
    if (after->tr_limit < (wide ? WIDE_LIMIT : NARROW_LIMIT)) {
        return raise(fault, VECTOR_TSS, after->tr_selector & 0xFFFCu);
    }
    unsigned first = write_task(s, 0, 0, saved, &size);
    return linear_writable(p, (uint32_t)s->tr_base + first, size, false, fault) &&
           linear_read(p, (uint32_t)after->tr_base, w->loaded, wide ? WIDE_LIMIT + 1 : NARROW_LIMIT + 1, false, fault);
}

bool task_switch(struct processor *p, const struct task_switch *how, const struct x86 *after, struct fault *fault) {
    struct x86 old = p->state;
    struct task task;
    uint8_t saved[TASK_BYTES];
    unsigned size = 0;
    uint32_t flags = (uint32_t)flags_value(&old) & ~(how->returns ? FLAG_NESTED : 0);
    unsigned first = write_task(&old, (uint32_t)old.rip + how->length, flags | (how->resumes ? FLAG_RESUME : 0), saved, &size);
    if (!linear_write(p, (uint32_t)old.tr_base + first, saved, size, false, fault)) {
        return false;
    }
    read_task(how->loaded, after->tr_wide != 0, &task);
    p->next_resume = (task.flags & FLAG_RESUME) != 0;
    p->state.tr_selector = after->tr_selector;
    p->state.tr_base = after->tr_base;
    p->state.tr_limit = after->tr_limit;
    p->state.tr_wide = after->tr_wide;
    p->state.halted = after->halted; /* of an event: it wakes the processor, whatever task it goes to */
    p->state.dr7 = after->dr7;
    p->state.nmi_blocked = after->nmi_blocked;
    bool good = load_task(p, &task, after->status_nt != 0, fault) && (!how->has_error || push_error(p, how->error, fault));
    if (good && task.traps) {
        p->state.dr6 |= STATUS_TASK;
        *fault = (struct fault){VECTOR_DEBUG, false, true, 0, 0};
        return false;
    }
    return good;
}
