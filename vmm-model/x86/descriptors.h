/* Segment descriptors as the handlers read them: where a selector points, and what the eight bytes there say. SDM vol. 3A, 3.4.5 and 3.5. No contracts: put in
 * the place of their calls. */
#ifndef POPEK_X86_DESCRIPTORS_H
#define POPEK_X86_DESCRIPTORS_H

#include "x86/support.h"

#define X86_NOT_PRESENT (x86_virtual_TRAP + 11u)

/* Types of system descriptors. */
#define TYPE_TSS_16 1u
#define TYPE_LDT 2u
#define TYPE_TSS_16_BUSY 3u
#define TYPE_CALL_GATE_16 4u
#define TYPE_TASK_GATE 5u
#define TYPE_TSS 9u
#define TYPE_TSS_BUSY 11u
#define TYPE_CALL_GATE 12u
#define TSS_BUSY_PLACE 41u

static inline uint8_t selects_local_table(uint16_t selector) {
    return (uint8_t)((selector >> 2) & 1);
}

static inline uint8_t is_null(uint16_t selector) {
    return selector / 4 == 0 ? 1 : 0;
}

/* A selector as an error code: without RPL. */
static inline uint64_t as_error_code(uint16_t selector) {
    return (uint64_t)(selector & 0xFFFC);
}

/* Whether eight bytes, and `more` after them, are inside of the table; an LDTR that holds a null selector has none. */
static inline uint8_t is_inside_table(const struct x86_virtual *s, uint16_t selector, uint32_t more) {
    uint32_t last = (uint32_t)(selector | 7) + more;
    if (selects_local_table(selector) == 1) {
        return s->ldtr_usable == 1 && s->ldtr_limit >= last ? 1 : 0;
    }
    return s->gdtr_limit >= last ? 1 : 0;
}

static inline uint64_t descriptor_address(const struct x86_virtual *s, uint32_t mode, uint16_t selector) {
    uint64_t base = selects_local_table(selector) == 1 ? s->ldtr_base : s->gdtr_base;
    uint64_t address = base + (uint64_t)(selector & 0xFFF8);
    return mode == IN_64_BIT_MODE ? address : (uint32_t)address;
}

static inline uint32_t type_of(uint64_t descriptor) {
    return (uint32_t)(descriptor / 0x10000000000 % 16);
}

static inline uint32_t privilege_of(uint64_t descriptor) {
    return (uint32_t)(descriptor / 0x200000000000 % 4);
}

static inline uint8_t is_segment(uint64_t descriptor) {
    return bit(descriptor, 44);
}

static inline uint8_t is_present(uint64_t descriptor) {
    return bit(descriptor, 47);
}

static inline uint64_t base_of(uint64_t descriptor) {
    return (uint64_t)(PLACED(descriptor / 0x100000000000000, 24) + (int64_t)(descriptor / 0x10000 % 0x1000000));
}

/* In bytes. */
static inline uint32_t limit_of(uint64_t descriptor) {
    int64_t units = PLACED(descriptor / 0x1000000000000 % 16, 16) + (int64_t)(descriptor % 0x10000);
    return (uint32_t)(bit(descriptor, 55) == 1 ? units * 4096 + 4095 : units);
}

#endif
