/* The correspondence between the tables' components and the fields of a machine's state. */
#include "components.h"

#include <string.h>

#define PART(field) (uint16_t) offsetof(struct machine_state, field)

/* Bits of CR0, CR4, EFER and EFLAGS: SDM vol. 3A, 2.2.1, 2.3, 2.5. */
static const struct component components[] = {{"rax", PART(general[0]), 0, 64},
                                              {"rcx", PART(general[1]), 0, 64},
                                              {"rdx", PART(general[2]), 0, 64},
                                              {"rbx", PART(general[3]), 0, 64},
                                              {"rsp", PART(general[4]), 0, 64},
                                              {"rbp", PART(general[5]), 0, 64},
                                              {"rsi", PART(general[6]), 0, 64},
                                              {"rdi", PART(general[7]), 0, 64},
                                              {"r8", PART(general[8]), 0, 64},
                                              {"r9", PART(general[9]), 0, 64},
                                              {"r10", PART(general[10]), 0, 64},
                                              {"r11", PART(general[11]), 0, 64},
                                              {"r12", PART(general[12]), 0, 64},
                                              {"r13", PART(general[13]), 0, 64},
                                              {"r14", PART(general[14]), 0, 64},
                                              {"r15", PART(general[15]), 0, 64},
                                              {"rip", PART(rip), 0, 64},
                                              {"status.cf", PART(rflags), 0, 1},
                                              {"status.pf", PART(rflags), 2, 1},
                                              {"status.af", PART(rflags), 4, 1},
                                              {"status.zf", PART(rflags), 6, 1},
                                              {"status.sf", PART(rflags), 7, 1},
                                              {"status.tf", PART(rflags), 8, 1},
                                              {"status.df", PART(rflags), 10, 1},
                                              {"status.of", PART(rflags), 11, 1},
                                              {"status.nt", PART(rflags), 14, 1},
                                              {"status.ac", PART(rflags), 18, 1},
                                              {"status.id", PART(rflags), 21, 1},
                                              {"interrupt_flag", PART(rflags), 9, 1},
                                              {"iopl", PART(rflags), 12, 2},
                                              {"vm", PART(rflags), 17, 1},
                                              {"vif", PART(rflags), 19, 1},
                                              {"vip", PART(rflags), 20, 1},
                                              {"cpl", PART(cpl), 0, 2},
                                              {"pe", PART(cr0), 0, 1},
                                              {"lma", PART(efer), 10, 1},
                                              {"cr0.mp", PART(cr0), 1, 1},
                                              {"cr0.em", PART(cr0), 2, 1},
                                              {"cr0.ts", PART(cr0), 3, 1},
                                              {"cr0.et", PART(cr0), 4, 1},
                                              {"cr0.ne", PART(cr0), 5, 1},
                                              {"cr0.wp", PART(cr0), 16, 1},
                                              {"cr0.am", PART(cr0), 18, 1},
                                              {"cr0.nw", PART(cr0), 29, 1},
                                              {"cr0.cd", PART(cr0), 30, 1},
                                              {"cr0.pg", PART(cr0), 31, 1},
                                              {"cr4.vme", PART(cr4), 0, 1},
                                              {"cr4.pvi", PART(cr4), 1, 1},
                                              {"cr4.tsd", PART(cr4), 2, 1},
                                              {"cr4.de", PART(cr4), 3, 1},
                                              {"cr4.pse", PART(cr4), 4, 1},
                                              {"cr4.pae", PART(cr4), 5, 1},
                                              {"cr4.mce", PART(cr4), 6, 1},
                                              {"cr4.pge", PART(cr4), 7, 1},
                                              {"cr4.pce", PART(cr4), 8, 1},
                                              {"cr4.osfxsr", PART(cr4), 9, 1},
                                              {"cr4.osxmmexcpt", PART(cr4), 10, 1},
                                              {"cr4.umip", PART(cr4), 11, 1},
                                              {"cr4.la57", PART(cr4), 12, 1},
                                              {"cr4.vmxe", PART(cr4), 13, 1},
                                              {"cr4.smxe", PART(cr4), 14, 1},
                                              {"cr4.fsgsbase", PART(cr4), 16, 1},
                                              {"cr4.pcide", PART(cr4), 17, 1},
                                              {"cr4.osxsave", PART(cr4), 18, 1},
                                              {"cr4.kl", PART(cr4), 19, 1},
                                              {"cr4.smep", PART(cr4), 20, 1},
                                              {"cr4.smap", PART(cr4), 21, 1},
                                              {"cr4.pke", PART(cr4), 22, 1},
                                              {"cr4.cet", PART(cr4), 23, 1},
                                              {"cr4.pks", PART(cr4), 24, 1},
                                              {"cr4.uintr", PART(cr4), 25, 1},
                                              {"cr4.lass", PART(cr4), 27, 1},
                                              {"cr4.lam_sup", PART(cr4), 28, 1},
                                              {"cr4.fred", PART(cr4), 32, 1},
                                              {"efer.sce", PART(efer), 0, 1},
                                              {"efer.lme", PART(efer), 8, 1},
                                              {"efer.nxe", PART(efer), 11, 1},
                                              {"efer.svme", PART(efer), 12, 1},
                                              {"efer.lmsle", PART(efer), 13, 1},
                                              {"efer.ffxsr", PART(efer), 14, 1},
                                              {"efer.tce", PART(efer), 15, 1},
                                              {"es.selector", PART(segments[SEGMENT_ES].selector), 0, 16},
                                              {"es.dpl", PART(segments[SEGMENT_ES].dpl), 0, 2},
                                              {"es.base", PART(segments[SEGMENT_ES].base), 0, 64},
                                              {"es.limit", PART(segments[SEGMENT_ES].limit), 0, 32},
                                              {"es.type", PART(segments[SEGMENT_ES].type), 0, 4},
                                              {"es.db", PART(segments[SEGMENT_ES].db), 0, 1},
                                              {"es.usable", PART(segments[SEGMENT_ES].usable), 0, 1},
                                              {"cs.index", PART(segments[SEGMENT_CS].selector), 2, 14},
                                              {"cs.low", PART(segments[SEGMENT_CS].selector), 0, 2},
                                              {"cs.base", PART(segments[SEGMENT_CS].base), 0, 64},
                                              {"cs.limit", PART(segments[SEGMENT_CS].limit), 0, 32},
                                              {"cs.type", PART(segments[SEGMENT_CS].type), 0, 4},
                                              {"cs.db", PART(segments[SEGMENT_CS].db), 0, 1},
                                              {"cs.l", PART(segments[SEGMENT_CS].l), 0, 1},
                                              {"ss.index", PART(segments[SEGMENT_SS].selector), 2, 14},
                                              {"ss.low", PART(segments[SEGMENT_SS].selector), 0, 2},
                                              {"ss.base", PART(segments[SEGMENT_SS].base), 0, 64},
                                              {"ss.limit", PART(segments[SEGMENT_SS].limit), 0, 32},
                                              {"ss.type", PART(segments[SEGMENT_SS].type), 0, 4},
                                              {"ss.db", PART(segments[SEGMENT_SS].db), 0, 1},
                                              {"ss.usable", PART(segments[SEGMENT_SS].usable), 0, 1},
                                              {"ds.selector", PART(segments[SEGMENT_DS].selector), 0, 16},
                                              {"ds.dpl", PART(segments[SEGMENT_DS].dpl), 0, 2},
                                              {"ds.base", PART(segments[SEGMENT_DS].base), 0, 64},
                                              {"ds.limit", PART(segments[SEGMENT_DS].limit), 0, 32},
                                              {"ds.type", PART(segments[SEGMENT_DS].type), 0, 4},
                                              {"ds.db", PART(segments[SEGMENT_DS].db), 0, 1},
                                              {"ds.usable", PART(segments[SEGMENT_DS].usable), 0, 1},
                                              {"fs.selector", PART(segments[SEGMENT_FS].selector), 0, 16},
                                              {"fs.dpl", PART(segments[SEGMENT_FS].dpl), 0, 2},
                                              {"fs.base", PART(segments[SEGMENT_FS].base), 0, 64},
                                              {"fs.limit", PART(segments[SEGMENT_FS].limit), 0, 32},
                                              {"fs.type", PART(segments[SEGMENT_FS].type), 0, 4},
                                              {"fs.db", PART(segments[SEGMENT_FS].db), 0, 1},
                                              {"fs.usable", PART(segments[SEGMENT_FS].usable), 0, 1},
                                              {"gs.selector", PART(segments[SEGMENT_GS].selector), 0, 16},
                                              {"gs.dpl", PART(segments[SEGMENT_GS].dpl), 0, 2},
                                              {"gs.base", PART(segments[SEGMENT_GS].base), 0, 64},
                                              {"gs.limit", PART(segments[SEGMENT_GS].limit), 0, 32},
                                              {"gs.type", PART(segments[SEGMENT_GS].type), 0, 4},
                                              {"gs.db", PART(segments[SEGMENT_GS].db), 0, 1},
                                              {"gs.usable", PART(segments[SEGMENT_GS].usable), 0, 1},
                                              {"gdtr.base", PART(gdtr_base), 0, 64},
                                              {"gdtr.limit", PART(gdtr_limit), 0, 16},
                                              {"idtr.base", PART(idtr_base), 0, 64},
                                              {"idtr.limit", PART(idtr_limit), 0, 16},
                                              {"ldtr.selector", PART(ldtr.selector), 0, 16},
                                              {"ldtr.base", PART(ldtr.base), 0, 64},
                                              {"ldtr.limit", PART(ldtr.limit), 0, 32},
                                              {"ldtr.usable", PART(ldtr.usable), 0, 1},
                                              {"tr.selector", PART(tr.selector), 0, 16},
                                              {"tr.base", PART(tr.base), 0, 64},
                                              {"tr.limit", PART(tr.limit), 0, 32},
                                              {"tr.wide", PART(tr.type), 3, 1},
                                              {"cr2", PART(cr2), 0, 64},
                                              {"cr3", PART(cr3), 0, 64},
                                              {"xcr0", PART(xcr0), 0, 64},
                                              {"xfd", PART(xfd), 0, 64},
                                              {"sysenter_cs", PART(sysenter_cs), 0, 32},
                                              {"sysenter_esp", PART(sysenter_esp), 0, 64},
                                              {"sysenter_eip", PART(sysenter_eip), 0, 64},
                                              {"star", PART(star), 0, 64},
                                              {"lstar", PART(lstar), 0, 64},
                                              {"fmask", PART(fmask), 0, 32},
                                              {"kernel_gs_base", PART(kernel_gs_base), 0, 64},
                                              {"tsc_aux", PART(tsc_aux), 0, 32},
                                              {"dr6", PART(dr6), 0, 32},
                                              {"dr7", PART(dr7), 0, 32},
                                              {"cr8", PART(cr8), 0, 4},
                                              {"pkru", PART(pkru), 0, 32},
                                              {"mxcsr", PART(mxcsr), 0, 32},
                                              {"x87.control", PART(x87_control), 0, 16},
                                              {"x87.status", PART(x87_status), 0, 16}};

const struct component *component_find(const char *name) {
    for (size_t i = 0; i < sizeof components / sizeof components[0]; i++) {
        if (strcmp(components[i].name, name) == 0) {
            return &components[i];
        }
    }
    return NULL;
}

static uint64_t mask_of(const struct component *c) { return c->width == 64 ? UINT64_MAX : (UINT64_C(1) << c->width) - 1; }

/* Every component lies in the 8 bytes from its offset on; the state goes on behind the last one. */
uint64_t component_get(const struct component *c, const struct machine_state *s) {
    uint64_t word = 0;
    memcpy(&word, (const uint8_t *)s + c->offset, sizeof word);
    return word >> c->bit & mask_of(c);
}

void component_set(const struct component *c, struct machine_state *s, uint64_t value) {
    uint64_t word = 0;
    memcpy(&word, (const uint8_t *)s + c->offset, sizeof word);
    word = (word & ~(mask_of(c) << c->bit)) | (value & mask_of(c)) << c->bit;
    memcpy((uint8_t *)s + c->offset, &word, sizeof word);
}

/* ---- x87 --------------------------------------------------------------------------------------------------------------------------------------- */

uint16_t x87_full_tag(const struct machine_state *s) {
    unsigned tags = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t significand = 0;
        unsigned exponent = (s->x87_registers[i][8] | (unsigned)s->x87_registers[i][9] << 8) & 0x7FFFu;
        memcpy(&significand, s->x87_registers[i], 8);
        unsigned tag = 3;
        if ((s->x87_full >> i & 1) != 0) {
            tag = exponent == 0 && significand == 0 ? 1 : exponent == 0 || exponent == 0x7FFF || significand >> 63 == 0 ? 2 : 0;
        }
        tags |= tag << (2 * i);
    }
    return (uint16_t)tags;
}
