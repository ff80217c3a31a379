/* The guest's descriptor tables, task state, page tables and handlers, and what its worlds start from. */
#include "guest.h"

#include <string.h>

/* Selectors; those of CPL 3 with their RPL. */
enum {
    CODE64_0 = 0x08,
    DATA_0 = 0x10,
    CODE64_3 = 0x1B,
    DATA_3 = 0x23,
    TSS_BUSY = 0x28, /* 16 bytes in IA-32e mode */
    CODE32_0 = 0x38,
    CODE32_3 = 0x43,
    CODE16_0 = 0x48,
    CODE16_3 = 0x53,
    LDT = 0x58,       /* 16 bytes */
    CALL_GATE = 0x68, /* 16 bytes, for CPL 3 */
    ABSENT = 0x78,
    CONFORMING = 0x80,
    TSS_FREE = 0x88, /* 16 bytes */
    READ_ONLY_3 = 0x9B,
    DATA16_0 = 0xA0, /* over the window, as the 16-bit code */
    DATA16_3 = 0xAB,
    LDT_ELSEWHERE = 0xB0, /* 16 bytes */
    TSS_ELSEWHERE = 0xC0  /* busy, 16 bytes */
};

static bool is_ia32e(enum matcher_mode mode) { return mode == MATCHER_LONG || mode == MATCHER_COMPATIBILITY; }
static bool is_8086(enum matcher_mode mode) { return mode == MATCHER_REAL || mode == MATCHER_V86; }

static uint64_t system_descriptor(uint32_t base, uint32_t limit, uint64_t type_byte) {
    return (limit & 0xFFFFu) | (uint64_t)(base & 0xFFFFFFu) << 16 | type_byte << 40 | (uint64_t)(base >> 24) << 56;
}

static void fill_gdt(enum matcher_mode mode, uint64_t gdt[GUEST_GDT_ENTRIES]) {
    uint64_t gate_selector = is_ia32e(mode) ? CODE64_0 : CODE32_0;
    memset(gdt, 0, GUEST_GDT_ENTRIES * sizeof *gdt);
    gdt[CODE64_0 / 8] = 0x00AF9B000000FFFF;
    gdt[DATA_0 / 8] = 0x00CF93000000FFFF;
    gdt[CODE64_3 / 8] = 0x00AFFB000000FFFF;
    gdt[DATA_3 / 8] = 0x00CFF3000000FFFF;
    gdt[TSS_BUSY / 8] = system_descriptor(GUEST_TSS, 0x67, 0x8B);
    gdt[CODE32_0 / 8] = 0x00CF9B000000FFFF;
    gdt[CODE32_3 / 8] = 0x00CFFB000000FFFF;
    gdt[CODE16_0 / 8] = 0x00009B000000FFFF | (uint64_t)WINDOW_BASE << 16;
    gdt[CODE16_3 / 8] = 0x0000FB000000FFFF | (uint64_t)WINDOW_BASE << 16;
    gdt[DATA16_0 / 8] = 0x004093000000FFFF | (uint64_t)WINDOW_BASE << 16;
    gdt[DATA16_3 / 8] = 0x0040F3000000FFFF | (uint64_t)WINDOW_BASE << 16;
    gdt[LDT / 8] = system_descriptor(GUEST_LDT, 0x1F, 0x82);
    gdt[CALL_GATE / 8] = (GUEST_SYSCALL & 0xFFFFu) | gate_selector << 16 | UINT64_C(0xEC) << 40;
    gdt[ABSENT / 8] = 0x00CF73000000FFFF;
    gdt[CONFORMING / 8] = 0x00CF9F000000FFFF;
    gdt[TSS_FREE / 8] = system_descriptor(GUEST_TSS + 0x100, 0x67, 0x89);
    gdt[READ_ONLY_3 / 8] = 0x00CFF1000000FFFF;
    gdt[LDT_ELSEWHERE / 8] = system_descriptor(GUEST_LDT_ELSEWHERE, 0x1F, 0x82);
    gdt[TSS_ELSEWHERE / 8] = system_descriptor(GUEST_TSS_ELSEWHERE, 0x67, 0x8B);
}

static bool is_open(unsigned vector) { return vector == 3 || vector == 4 || vector == 0x80; }

static void fill_idt(enum matcher_mode mode, uint64_t idt[512]) {
    memset(idt, 0, 512 * sizeof *idt);
    for (unsigned v = 0; v < 256; v++) {
        uint64_t entry = GUEST_HANDLERS + 16 * v;
        uint64_t access = UINT64_C(0x8E) | (is_open(v) ? 0x60u : 0);
        if (mode == MATCHER_REAL) { /* four bytes each: two in a quadword */
            idt[v / 2] |= entry << (v % 2 * 32);
        } else if (is_ia32e(mode)) { /* IST 1 */
            idt[2 * (size_t)v] = entry | (uint64_t)CODE64_0 << 16 | UINT64_C(1) << 32 | access << 40;
        } else {
            idt[v] = entry | (uint64_t)CODE32_0 << 16 | access << 40;
        }
    }
}

static void fill_tss(enum matcher_mode mode, uint16_t tss[52]) {
    memset(tss, 0, 104);
    if (is_ia32e(mode)) {
        tss[2] = (uint16_t)GUEST_STACK;  /* RSP0 */
        tss[18] = (uint16_t)GUEST_STACK; /* IST1 */
    } else {
        tss[2] = (uint16_t)GUEST_STACK; /* ESP0, SS0 */
        tss[4] = DATA_0;
    }
    tss[51] = 0x68; /* no I/O map */
}

static void fill_ldt(uint64_t ldt[4]) {
    ldt[0] = 0x00CFFB000000FFFF;
    ldt[1] = 0x00CFF3000000FFFF;
    ldt[2] = 0x00CF93000000FFFF;
    ldt[3] = 0;
}

/* Identity, 4 KiB each, for what there is. */
static void fill_pages(uint64_t *tables) {
    for (unsigned level = 0; level < 3; level++) {
        tables[512 * (size_t)level] = (GUEST_PAGES + 0x1000u * (level + 1)) | 7;
    }
    for (unsigned page = 0; page < GUEST_MEMORY_SIZE / 0x1000; page++) {
        tables[512 * 3 + page] = 0x1000u * page | 7;
    }
}

void guest_memory(const struct world *w, uint8_t own[GUEST_OWN_SIZE]) {
    uint64_t gdt[GUEST_GDT_ENTRIES];
    uint64_t idt[512];
    uint64_t ldt[4];
    uint16_t tss[52];
    static uint64_t pages[4 * 512];
    memset(own, 0, GUEST_OWN_SIZE);
    memset(own + GUEST_GDT, 0xF4, GUEST_IDT - GUEST_GDT); /* where a far transfer with 16 bits of offset goes */
    fill_gdt(w->mode, gdt);
    fill_idt(w->mode, idt);
    fill_tss(w->mode, tss);
    fill_ldt(ldt);
    fill_pages(pages);
    memcpy(own + GUEST_GDT, gdt, sizeof gdt);
    memcpy(own + GUEST_IDT, idt, sizeof idt);
    memcpy(own + GUEST_TSS, tss, sizeof tss);
    memcpy(own + GUEST_LDT, ldt, sizeof ldt);
    memcpy(own + GUEST_GDT_ELSEWHERE, gdt, sizeof gdt);
    memcpy(own + GUEST_IDT_ELSEWHERE, idt, sizeof idt);
    memcpy(own + GUEST_TSS_ELSEWHERE, tss, sizeof tss);
    memcpy(own + GUEST_LDT_ELSEWHERE, ldt, sizeof ldt);
    memcpy(own + GUEST_PAGES, pages, sizeof pages);
    for (unsigned v = 0; v < 256; v++) {
        const uint8_t code[] = {0xE6, (uint8_t)v, 0xF4};
        memcpy(own + GUEST_HANDLERS + (size_t)16 * v, code, sizeof code);
    }
    const uint8_t entered[] = {0xE6, GUEST_SYSCALL_PORT, 0xF4};
    memcpy(own + GUEST_SYSCALL, entered, sizeof entered);
}

/* ---- worlds ------------------------------------------------------------------------------------------------------------------------------------ */

struct facts {
    struct environment_fact *items;
    size_t count;
};

static void add(struct facts *f, const char *component, uint64_t index, uint64_t value) {
    if (f->count < GUEST_FACTS) {
        f->items[f->count++] = (struct environment_fact){component, index, value};
    }
}

/* The tables at one of their two places. */
static void add_tables(struct facts *f, const struct world *w, bool elsewhere) {
    uint64_t gdt[GUEST_GDT_ENTRIES];
    uint64_t idt[512];
    uint64_t ldt[4];
    uint16_t tss[52];
    uint64_t vectors = elsewhere ? GUEST_IDT_ELSEWHERE : GUEST_IDT;
    fill_gdt(w->mode, gdt);
    fill_idt(w->mode, idt);
    fill_tss(w->mode, tss);
    fill_ldt(ldt);
    for (unsigned i = 0; i < GUEST_GDT_ENTRIES; i++) {
        add(f, "descriptor_memory", (elsewhere ? GUEST_GDT_ELSEWHERE : GUEST_GDT) + UINT64_C(8) * i, gdt[i]);
    }
    for (unsigned i = 0; i < 512; i++) {
        add(f, "descriptor_memory", vectors + UINT64_C(8) * i, idt[i]);
        if (w->mode == MATCHER_REAL) { /* the tables read the eight bytes at each vector */
            uint64_t above = i < 511 ? idt[i + 1] : 0;
            add(f, "descriptor_memory", vectors + UINT64_C(8) * i + 4, idt[i] >> 32 | above << 32);
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        add(f, "descriptor_memory", (elsewhere ? GUEST_LDT_ELSEWHERE : GUEST_LDT) + 8 * i, ldt[i]);
    }
    for (unsigned i = 0; i < 52; i++) {
        add(f, "tss_memory", (elsewhere ? GUEST_TSS_ELSEWHERE : GUEST_TSS) + 2 * i, tss[i]);
    }
}

static void add_facts(struct facts *f, const struct world *w) {
    static const char *const off[] = {
        "guest",          "v386",          "smm",   "seam",  "transaction_depth", "transaction_suspended", "in_enclave",
        "cpuid_faulting", "vmx_operation", "u_cet", "s_cet", "svm_machine",       "nmi_blocked",           "padlock_machine"};
    add_tables(f, w, false);
    add_tables(f, w, true);
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        add(f, off[i], 0, 0);
    }
}

static void set_segment(struct segment_state *s, uint16_t selector, uint64_t base, uint32_t limit, uint8_t type, unsigned dpl, bool db, bool l) {
    *s = (struct segment_state){.base = base, .limit = limit, .selector = selector, .type = type, .dpl = (uint8_t)dpl, .db = db, .l = l, .usable = 1};
}

static uint16_t code_selector(enum matcher_mode mode, unsigned cpl) {
    switch (mode) {
    case MATCHER_LONG:
        return cpl == 0 ? CODE64_0 : CODE64_3;
    case MATCHER_PROTECTED16:
        return cpl == 0 ? CODE16_0 : CODE16_3;
    default:
        return cpl == 0 ? CODE32_0 : CODE32_3;
    }
}

static void set_segments(struct world *w) {
    struct machine_state *s = &w->base;
    bool is_8086_code = is_8086(w->mode);
    bool is_wide = w->mode == MATCHER_PROTECTED || w->mode == MATCHER_COMPATIBILITY;
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        if (is_8086_code) {
            bool is_code = i == SEGMENT_CS && w->mode == MATCHER_REAL;
            set_segment(&s->segments[i], WINDOW_BASE >> 4, WINDOW_BASE, 0xFFFF, is_code ? 11 : 3, w->cpl, false, false);
        } else if (w->mode == MATCHER_PROTECTED16) {
            uint16_t selector = i == SEGMENT_CS ? code_selector(w->mode, w->cpl) : w->cpl == 0 ? DATA16_0 : DATA16_3;
            set_segment(&s->segments[i], selector, WINDOW_BASE, 0xFFFF, i == SEGMENT_CS ? 11 : 3, w->cpl, i != SEGMENT_CS, false);
        } else if (i == SEGMENT_CS) {
            set_segment(&s->segments[i], code_selector(w->mode, w->cpl), 0, 0xFFFFFFFF, 11, w->cpl, is_wide, w->mode == MATCHER_LONG);
        } else {
            set_segment(&s->segments[i], w->cpl == 0 ? DATA_0 : DATA_3, 0, 0xFFFFFFFF, 3, w->cpl, true, false);
        }
    }
    w->pointer_base = is_8086_code || w->mode == MATCHER_PROTECTED16 ? 0 : WINDOW_BASE;
}

static bool has_bit(const struct world *w, uint32_t leaf, uint32_t subleaf, unsigned output, unsigned bit) {
    for (size_t i = 0; i < w->cpuid_count; i++) {
        const struct cpuid_value *c = &w->cpuid[i];
        const uint32_t values[] = {c->eax, c->ebx, c->ecx, c->edx};
        if (c->leaf == leaf && c->subleaf == subleaf) {
            return (values[output] >> bit & 1) != 0;
        }
    }
    return false;
}

static void set_registers(struct world *w) {
    struct machine_state *s = &w->base;
    enum { ECX = 2, EBX = 1 };
    bool xsave = has_bit(w, 1, 0, ECX, 26);
    s->rflags = w->mode == MATCHER_V86 ? 0x20002 : 0x2;
    s->cpl = w->cpl;
    s->cr0 = w->mode == MATCHER_REAL ? 0x30 : is_ia32e(w->mode) ? 0x80000033 : 0x33;
    s->cr4 = (is_ia32e(w->mode) ? 0x620u : 0x600u) | (xsave ? 1u << 18 : 0u) | (has_bit(w, 7, 0, EBX, 0) ? 1u << 16 : 0u);
    s->cr3 = GUEST_PAGES;
    s->efer = is_ia32e(w->mode) ? 0xD01 : 0x801;
    s->xcr0 = !xsave ? 1 : has_bit(w, 7, 0, EBX, 16) ? 0xE7 : has_bit(w, 1, 0, ECX, 28) ? 7 : 3;
    s->gdtr_base = GUEST_GDT;
    s->gdtr_limit = 8 * GUEST_GDT_ENTRIES - 1;
    s->idtr_base = GUEST_IDT;
    s->idtr_limit = w->mode == MATCHER_REAL ? 0x3FF : is_ia32e(w->mode) ? 0xFFF : 0x7FF;
    s->ldtr = (struct segment_state){.base = GUEST_LDT, .limit = 0x1F, .selector = LDT, .type = 2, .usable = 1};
    s->tr = (struct segment_state){.base = GUEST_TSS, .limit = 0x67, .selector = TSS_BUSY, .type = 11, .usable = 1};
    s->x87_control = 0x37F;
    s->mxcsr = 0x1F80;
    s->dr6 = 0xFFFF0FF0;
    s->dr7 = 0x400;
    s->sysenter_cs = CODE64_0;
    s->sysenter_eip = GUEST_SYSCALL;
    s->sysenter_esp = GUEST_STACK;
    s->star = (uint64_t)(DATA_0 - 8) << 32 | (uint64_t)(CODE64_0) << 48;
    s->lstar = GUEST_SYSCALL;
    set_segments(w);
}

static void set_masks(struct world *w) {
    struct machine_state *o = &w->observed;
    bool is_long = w->mode == MATCHER_LONG;
    memset(&w->known, 0xFF, sizeof w->known);
    w->known.pkru = 0;
    memset(o, 0xFF, sizeof *o);
    o->rflags = UINT64_C(0x3F7FD5) & ~UINT64_C(0x10000);
    o->cpl = 0; /* shows in CS */
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        memset(o->segments[i].padding, 0, sizeof o->segments[i].padding);
        o->segments[i].usable = o->segments[i].l = o->segments[i].dpl = o->segments[i].type = 0;
        if (i == SEGMENT_CS || i == SEGMENT_SS) { /* the way to the observer loads them anew */
            o->segments[i] = (struct segment_state){.selector = 0xFFFF};
        }
    }
    memset(&o->ldtr, 0, sizeof o->ldtr);
    memset(&o->tr, 0, sizeof o->tr);
    o->ldtr.selector = o->tr.selector = 0xFFFF;
    o->cr2 = o->cr8 = o->xfd = 0;
    o->pkru = 0;
    for (unsigned i = 0; i < 8; i++) {
        memset(o->x87_registers[i] + 10, 0, 6);
    }
    memset(o->padding, 0, sizeof o->padding);
    if (!is_long) {
        memset(o->general + 8, 0, 8 * sizeof o->general[0]);
        for (unsigned i = 0; i < 8; i++) {
            o->general[i] = 0xFFFFFFFF;
        }
        o->rip = 0xFFFFFFFF;
    }
    bool wide = (w->base.xcr0 & 0xE0) == 0xE0;
    memset(o->masks, wide ? 0xFF : 0, sizeof o->masks);
    memset(o->vectors, 0, sizeof o->vectors);
    for (unsigned i = 0; i < (is_long ? 16u : 8u); i++) {
        memset(o->vectors[i], 0xFF, (w->base.xcr0 & 4) != 0 ? 32 : 16);
    }
    memset(&w->varied, 0, sizeof w->varied);
    memcpy(w->varied.general, o->general, sizeof o->general);
    memcpy(w->varied.vectors, o->vectors, sizeof o->vectors);
    w->varied.rflags = UINT64_C(0x200CD5);
    if (is_8086(w->mode) || w->mode == MATCHER_PROTECTED16) { /* pointers of 16 bits */
        w->varied.general[4] = 0;
    }
}

/* The same tables elsewhere, and other selectors for what they name. */
static struct machine_state relocate(const struct world *w) {
    struct machine_state s = w->base;
    s.gdtr_base = GUEST_GDT_ELSEWHERE;
    s.idtr_base = GUEST_IDT_ELSEWHERE;
    s.ldtr.base = GUEST_LDT_ELSEWHERE;
    s.ldtr.selector = LDT_ELSEWHERE;
    s.tr.base = GUEST_TSS_ELSEWHERE;
    s.tr.selector = TSS_ELSEWHERE;
    return s;
}

void guest_make(struct guest *g, const struct cpuid_value *cpuid, size_t cpuid_count) {
    static const struct {
        enum matcher_mode mode;
        unsigned cpl;
    } list[GUEST_WORLDS] = {{MATCHER_REAL, 0},      {MATCHER_V86, 3},       {MATCHER_PROTECTED16, 0},   {MATCHER_PROTECTED16, 3},
                            {MATCHER_PROTECTED, 0}, {MATCHER_PROTECTED, 3}, {MATCHER_COMPATIBILITY, 0}, {MATCHER_COMPATIBILITY, 3},
                            {MATCHER_LONG, 0},      {MATCHER_LONG, 3}};
    static const uint16_t selectors[] = {0,         CODE64_0, DATA_0,     CODE64_3, DATA_3, TSS_BUSY, CODE32_0,    CODE32_3, CODE16_3, LDT,
                                         CALL_GATE, ABSENT,   CONFORMING, TSS_FREE, 0x07,   0x0F,     READ_ONLY_3, 0xFFF8,   0x83};
    static const uint16_t paragraphs[] = {WINDOW_BASE >> 4, (WINDOW_BASE >> 4) + 1, (WINDOW_BASE >> 4) + 0x10, (WINDOW_BASE >> 4) - 0x10};
    memset(g, 0, sizeof *g);
    for (unsigned i = 0; i < GUEST_WORLDS; i++) {
        struct world *w = &g->worlds[i];
        w->mode = list[i].mode;
        w->cpl = list[i].cpl;
        w->cpuid = cpuid;
        w->cpuid_count = cpuid_count;
        w->handlers = GUEST_HANDLERS;
        w->system_call = GUEST_SYSCALL;
        w->system_only = true;
        w->selectors = is_8086(w->mode) ? paragraphs : selectors;
        w->selector_count = is_8086(w->mode) ? sizeof paragraphs / sizeof paragraphs[0] : sizeof selectors / sizeof selectors[0];
        set_registers(w);
        set_masks(w);
        g->relocated[i] = relocate(w);
        w->relocated = &g->relocated[i];
        struct facts f = {g->facts[i], 0};
        add_facts(&f, w);
        w->facts = f.items;
        w->fact_count = f.count;
    }
}
