/* The state as other machines show it (hardware/state.h). */
#include "computer_internal.h"

#define FLAG(bit, name) ((uint64_t)s->name << (bit))

uint64_t flags_value(const struct x86 *s) {
    return 2 | FLAG(0, status_cf) | FLAG(2, status_pf) | FLAG(4, status_af) | FLAG(6, status_zf) | FLAG(7, status_sf) | FLAG(8, status_tf) |
           FLAG(9, interrupt_flag) | FLAG(10, status_df) | FLAG(11, status_of) | FLAG(12, iopl) | FLAG(14, status_nt) | FLAG(17, vm) |
           FLAG(18, status_ac) | FLAG(19, vif) | FLAG(20, vip) | FLAG(21, status_id);
}

static uint64_t cr0_of(const struct x86 *s) {
    return FLAG(0, pe) | FLAG(1, cr0_mp) | FLAG(2, cr0_em) | FLAG(3, cr0_ts) | FLAG(4, cr0_et) | FLAG(5, cr0_ne) | FLAG(16, cr0_wp) |
           FLAG(18, cr0_am) | FLAG(29, cr0_nw) | FLAG(30, cr0_cd) | FLAG(31, cr0_pg);
}

static uint64_t cr4_of(const struct x86 *s) {
    return FLAG(0, cr4_vme) | FLAG(1, cr4_pvi) | FLAG(2, cr4_tsd) | FLAG(3, cr4_de) | FLAG(4, cr4_pse) | FLAG(5, cr4_pae) | FLAG(7, cr4_pge) |
           FLAG(9, cr4_osfxsr) | FLAG(10, cr4_osxmmexcpt);
}

#define DATA_SEGMENT(name)                                                                                                                           \
    {                                                                                                                                                \
        s->name##_base, s->name##_limit, s->name##_selector, s->name##_type, s->name##_dpl, s->name##_db, 0, s->name##_usable, { 0 }                 \
    }

uint64_t computer_flags(const struct computer *c) { return flags_value(&c->processor.state); }

void computer_segments(const struct computer *c, struct segment_state segments[SEGMENT_COUNT]) {
    const struct x86 *s = &c->processor.state;
    bool descriptors = s->pe != 0 && s->vm == 0;
    uint16_t cs = (uint16_t)(s->cs_index << 2 | (descriptors ? s->cpl : s->cs_low));
    uint16_t ss = (uint16_t)(s->ss_index << 2 | (descriptors ? s->cpl : s->ss_low));
    segments[SEGMENT_ES] = (struct segment_state)DATA_SEGMENT(es);
    segments[SEGMENT_DS] = (struct segment_state)DATA_SEGMENT(ds);
    segments[SEGMENT_FS] = (struct segment_state)DATA_SEGMENT(fs);
    segments[SEGMENT_GS] = (struct segment_state)DATA_SEGMENT(gs);
    segments[SEGMENT_CS] = (struct segment_state){s->cs_base, s->cs_limit, cs, s->cs_type, s->cpl, s->cs_db, s->cs_l, 1, {0}};
    segments[SEGMENT_SS] = (struct segment_state){s->ss_base, s->ss_limit, ss, s->ss_type, s->cpl, s->ss_db, 0, s->ss_usable, {0}};
}

void computer_state(const struct computer *c, struct machine_state *v) {
    const struct x86 *s = &c->processor.state;
    memset(v, 0, sizeof *v);
    for (unsigned i = 0; i < 8; i++) {
        v->general[i] = general_register(s, i);
    }
    v->rip = s->rip;
    v->rflags = flags_value(s);
    v->cpl = s->cpl;
    computer_segments(c, v->segments);
    v->ldtr = (struct segment_state){s->ldtr_base, s->ldtr_limit, s->ldtr_selector, 2, 0, 0, 0, s->ldtr_usable, {0}};
    v->tr = (struct segment_state){s->tr_base, s->tr_limit, s->tr_selector, s->tr_wide != 0 ? 11 : 3, 0, 0, 0, 1, {0}};
    v->gdtr_base = s->gdtr_base;
    v->gdtr_limit = s->gdtr_limit;
    v->idtr_base = s->idtr_base;
    v->idtr_limit = s->idtr_limit;
    v->cr0 = cr0_of(s);
    v->cr2 = s->cr2;
    v->cr3 = s->cr3;
    v->cr4 = cr4_of(s);
    for (unsigned i = 0; i < 4; i++) {
        v->dr[i] = s->dr[i];
    }
    v->dr6 = s->dr6;
    v->dr7 = s->dr7;
    v->sysenter_cs = s->sysenter_cs;
    v->sysenter_esp = s->sysenter_esp;
    v->sysenter_eip = s->sysenter_eip;
}

static uint8_t bit(uint64_t value, unsigned number) { return (uint8_t)(value >> number & 1); }

void set_flags_value(struct x86 *s, uint64_t f) {
    s->status_cf = bit(f, 0);
    s->status_pf = bit(f, 2);
    s->status_af = bit(f, 4);
    s->status_zf = bit(f, 6);
    s->status_sf = bit(f, 7);
    s->status_tf = bit(f, 8);
    s->interrupt_flag = bit(f, 9);
    s->status_df = bit(f, 10);
    s->status_of = bit(f, 11);
    s->iopl = f >> 12 & 3;
    s->status_nt = bit(f, 14);
    s->vm = bit(f, 17);
    s->status_ac = bit(f, 18);
    s->vif = bit(f, 19);
    s->vip = bit(f, 20);
    s->status_id = bit(f, 21);
}

void computer_set_flags(struct computer *c, uint64_t flags) {
    set_flags_value(&c->processor.state, flags);
    c->processor.resume = false;
}

static void set_control(struct x86 *s, const struct machine_state *v) {
    s->pe = bit(v->cr0, 0);
    s->cr0_mp = bit(v->cr0, 1);
    s->cr0_em = bit(v->cr0, 2);
    s->cr0_ts = bit(v->cr0, 3);
    s->cr0_et = bit(v->cr0, 4);
    s->cr0_ne = bit(v->cr0, 5);
    s->cr0_wp = bit(v->cr0, 16);
    s->cr0_am = bit(v->cr0, 18);
    s->cr0_nw = bit(v->cr0, 29);
    s->cr0_cd = bit(v->cr0, 30);
    s->cr0_pg = bit(v->cr0, 31);
    s->cr2 = v->cr2;
    s->cr3 = v->cr3;
    s->cr4_vme = bit(v->cr4, 0);
    s->cr4_pvi = bit(v->cr4, 1);
    s->cr4_tsd = bit(v->cr4, 2);
    s->cr4_de = bit(v->cr4, 3);
    s->cr4_pse = bit(v->cr4, 4);
    s->cr4_pae = bit(v->cr4, 5);
    s->cr4_pge = bit(v->cr4, 7);
    s->cr4_osfxsr = bit(v->cr4, 9);
    s->cr4_osxmmexcpt = bit(v->cr4, 10);
}

#define TAKE_DATA_SEGMENT(name, g)                                                                                                                   \
    s->name##_selector = (g).selector;                                                                                                               \
    s->name##_base = (g).base;                                                                                                                       \
    s->name##_limit = (g).limit;                                                                                                                     \
    s->name##_type = (g).type;                                                                                                                       \
    s->name##_dpl = (g).dpl;                                                                                                                         \
    s->name##_db = (g).db;                                                                                                                           \
    s->name##_usable = (g).usable

static void set_segments(struct x86 *s, const struct machine_state *v) {
    const struct segment_state *cs = &v->segments[SEGMENT_CS];
    const struct segment_state *ss = &v->segments[SEGMENT_SS];
    TAKE_DATA_SEGMENT(es, v->segments[SEGMENT_ES]);
    TAKE_DATA_SEGMENT(ds, v->segments[SEGMENT_DS]);
    TAKE_DATA_SEGMENT(fs, v->segments[SEGMENT_FS]);
    TAKE_DATA_SEGMENT(gs, v->segments[SEGMENT_GS]);
    s->cs_index = (uint16_t)(cs->selector >> 2);
    s->cs_low = cs->selector & 3;
    s->cs_base = cs->base;
    s->cs_limit = cs->limit;
    s->cs_type = cs->type;
    s->cs_db = cs->db;
    s->cs_l = cs->l;
    s->ss_index = (uint16_t)(ss->selector >> 2);
    s->ss_low = ss->selector & 3;
    s->ss_base = ss->base;
    s->ss_limit = ss->limit;
    s->ss_type = ss->type;
    s->ss_db = ss->db;
    s->ss_usable = ss->usable;
}

static void set_tables(struct x86 *s, const struct machine_state *v) {
    s->ldtr_selector = v->ldtr.selector;
    s->ldtr_base = v->ldtr.base;
    s->ldtr_limit = v->ldtr.limit;
    s->ldtr_usable = v->ldtr.usable;
    s->tr_selector = v->tr.selector;
    s->tr_base = v->tr.base;
    s->tr_limit = v->tr.limit;
    s->tr_wide = v->tr.type >> 3 & 1;
    s->gdtr_base = v->gdtr_base;
    s->gdtr_limit = (uint16_t)v->gdtr_limit;
    s->idtr_base = v->idtr_base;
    s->idtr_limit = (uint16_t)v->idtr_limit;
}

void computer_set_state(struct computer *c, const struct machine_state *v) {
    struct x86 *s = &c->processor.state;
    for (unsigned i = 0; i < 8; i++) {
        set_general_register(s, i, v->general[i]);
    }
    s->rip = v->rip;
    s->cpl = (uint8_t)v->cpl;
    set_flags_value(s, v->rflags);
    set_control(s, v);
    set_segments(s, v);
    set_tables(s, v);
    s->sysenter_cs = (uint32_t)v->sysenter_cs;
    s->sysenter_esp = v->sysenter_esp;
    s->sysenter_eip = v->sysenter_eip;
    forget_translations(&c->processor);
}

void computer_describe_next(struct computer *c, char *text, size_t size) {
    struct fault fault;
    const struct instruction *i = fetch(&c->processor, &fault);
    const char *form = i == NULL ? "(no instruction)" : instruction_text(&c->processor, i);
    (void)snprintf(text, size, "%s", form);
}
