/* The parts of a machine's state by name, for reports. */
#include "components.h"

#include <stdio.h>
#include <string.h>

#define PART(field) (uint16_t) offsetof(struct machine_state, field)

#define FIELD(name, field)                                                                                                                           \
    { name, PART(field), sizeof(((struct machine_state *)0)->field) }
static const struct state_part fields[] = {FIELD("rax", general[0]),
                                           FIELD("rcx", general[1]),
                                           FIELD("rdx", general[2]),
                                           FIELD("rbx", general[3]),
                                           FIELD("rsp", general[4]),
                                           FIELD("rbp", general[5]),
                                           FIELD("rsi", general[6]),
                                           FIELD("rdi", general[7]),
                                           FIELD("r8", general[8]),
                                           FIELD("r9", general[9]),
                                           FIELD("r10", general[10]),
                                           FIELD("r11", general[11]),
                                           FIELD("r12", general[12]),
                                           FIELD("r13", general[13]),
                                           FIELD("r14", general[14]),
                                           FIELD("r15", general[15]),
                                           FIELD("rip", rip),
                                           FIELD("rflags", rflags),
                                           FIELD("cpl", cpl),
                                           FIELD("gdtr.base", gdtr_base),
                                           FIELD("gdtr.limit", gdtr_limit),
                                           FIELD("idtr.base", idtr_base),
                                           FIELD("idtr.limit", idtr_limit),
                                           FIELD("cr0", cr0),
                                           FIELD("cr2", cr2),
                                           FIELD("cr3", cr3),
                                           FIELD("cr4", cr4),
                                           FIELD("cr8", cr8),
                                           FIELD("efer", efer),
                                           FIELD("xcr0", xcr0),
                                           FIELD("xfd", xfd),
                                           FIELD("dr0", dr[0]),
                                           FIELD("dr1", dr[1]),
                                           FIELD("dr2", dr[2]),
                                           FIELD("dr3", dr[3]),
                                           FIELD("dr6", dr6),
                                           FIELD("dr7", dr7),
                                           FIELD("sysenter_cs", sysenter_cs),
                                           FIELD("sysenter_esp", sysenter_esp),
                                           FIELD("sysenter_eip", sysenter_eip),
                                           FIELD("star", star),
                                           FIELD("lstar", lstar),
                                           FIELD("fmask", fmask),
                                           FIELD("kernel_gs_base", kernel_gs_base),
                                           FIELD("tsc_aux", tsc_aux),
                                           FIELD("pkru", pkru),
                                           FIELD("mxcsr", mxcsr),
                                           FIELD("x87.control", x87_control),
                                           FIELD("x87.status", x87_status),
                                           FIELD("x87.full", x87_full)};
#define FIELD_COUNT (sizeof fields / sizeof fields[0])

static const char *const segment_names[] = {"es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"};
static const struct state_part segment_fields[] = {{"selector", (uint16_t)offsetof(struct segment_state, selector), 2},
                                                   {"base", (uint16_t)offsetof(struct segment_state, base), 8},
                                                   {"limit", (uint16_t)offsetof(struct segment_state, limit), 4},
                                                   {"type", (uint16_t)offsetof(struct segment_state, type), 1},
                                                   {"dpl", (uint16_t)offsetof(struct segment_state, dpl), 1},
                                                   {"db", (uint16_t)offsetof(struct segment_state, db), 1},
                                                   {"l", (uint16_t)offsetof(struct segment_state, l), 1},
                                                   {"usable", (uint16_t)offsetof(struct segment_state, usable), 1}};
#define SEGMENT_FIELDS (sizeof segment_fields / sizeof segment_fields[0])
#define SEGMENT_PARTS ((size_t)8 * SEGMENT_FIELDS)
#define X87_PARTS 16u
#define MASK_PARTS 8u
#define VECTOR_PARTS ((size_t)256)

size_t state_part_count(void) { return FIELD_COUNT + SEGMENT_PARTS + X87_PARTS + MASK_PARTS + VECTOR_PARTS; }

struct state_part state_part(size_t i) {
    struct state_part p;
    if (i < FIELD_COUNT) {
        return fields[i];
    }
    i -= FIELD_COUNT;
    if (i < SEGMENT_PARTS) {
        p = segment_fields[i % SEGMENT_FIELDS];
        (void)snprintf(p.name, sizeof p.name, "%s.%s", segment_names[i / SEGMENT_FIELDS], segment_fields[i % SEGMENT_FIELDS].name);
        p.offset = (uint16_t)(p.offset + PART(segments) + i / SEGMENT_FIELDS * sizeof(struct segment_state)); /* LDTR and TR follow the six */
        return p;
    }
    i -= SEGMENT_PARTS;
    if (i < X87_PARTS) {
        (void)snprintf(p.name, sizeof p.name, i % 2 == 0 ? "x87[%u]" : "x87[%u] high", (unsigned)i / 2);
        p.offset = (uint16_t)(PART(x87_registers) + 8 * i);
        p.size = i % 2 == 0 ? 8 : 2;
        return p;
    }
    i -= X87_PARTS;
    p.size = 8;
    if (i < MASK_PARTS) {
        (void)snprintf(p.name, sizeof p.name, "k%u", (unsigned)i);
        p.offset = (uint16_t)(PART(masks) + 8 * i);
        return p;
    }
    i -= MASK_PARTS;
    (void)snprintf(p.name, sizeof p.name, "zmm%u[%u]", (unsigned)i / 8, (unsigned)i % 8);
    p.offset = (uint16_t)(PART(vectors) + 8 * i);
    return p;
}

uint64_t state_part_get(const struct state_part *p, const struct machine_state *s) {
    uint64_t value = 0;
    memcpy(&value, (const uint8_t *)s + p->offset, p->size);
    return value;
}
