/* Handlers of LAR, LSL, VERR and VERW: what a selector may be used for. They fault for nothing; ZF says whether the answer is yes. */
#define x86_virtual_of_LAR
#define x86_virtual_of_LSL
#define x86_virtual_of_VERR
#define x86_virtual_of_VERW
#include "x86/descriptors.h"

static inline uint8_t is_code(uint64_t descriptor) {
    return is_segment(descriptor) == 1 && bit(descriptor, 43) == 1 ? 1 : 0;
}

static inline uint8_t is_conforming(uint64_t descriptor) {
    return is_code(descriptor) == 1 && bit(descriptor, 42) == 1 ? 1 : 0;
}

/* Conforming code is for everyone. */
static inline uint8_t may_see(const struct x86_virtual *s, uint16_t selector, uint64_t descriptor) {
    return is_conforming(descriptor) == 1 || (privilege_of(descriptor) >= s->cpl && privilege_of(descriptor) >= (uint32_t)(selector % 4)) ? 1 : 0;
}

/* Which system descriptors LAR and LSL know. In 64-bit mode those of 16 bits and task gates are none of them. SDM vol. 2A, tables 3-53 and 3-54 (LAR, LSL). */
static inline uint8_t has_access_rights(uint32_t mode, uint32_t type) {
    if (type == TYPE_LDT || type == TYPE_TSS || type == TYPE_TSS_BUSY || type == TYPE_CALL_GATE) {
        return 1;
    }
    return mode == OUTSIDE_64_BIT_MODE && (type == TYPE_TSS_16 || type == TYPE_TSS_16_BUSY || type == TYPE_CALL_GATE_16 || type == TYPE_TASK_GATE) ? 1 : 0;
}

static inline uint8_t has_limit(uint32_t mode, uint32_t type) {
    if (type == TYPE_LDT || type == TYPE_TSS || type == TYPE_TSS_BUSY) {
        return 1;
    }
    return mode == OUTSIDE_64_BIT_MODE && (type == TYPE_TSS_16 || type == TYPE_TSS_16_BUSY) ? 1 : 0;
}

static inline uint8_t can_be_asked(const struct x86_virtual *s, uint16_t selector) {
    return is_null(selector) == 0 && is_inside_table(s, selector, 0) == 1 ? 1 : 0;
}

static inline uint8_t access_rights_are_given(const struct x86_virtual *s, uint32_t mode, uint16_t selector, uint64_t descriptor) {
    return can_be_asked(s, selector) == 1 && (is_segment(descriptor) == 1 || has_access_rights(mode, type_of(descriptor)) == 1) &&
                   may_see(s, selector, descriptor) == 1
               ? 1
               : 0;
}

/* The second doubleword of the descriptor, but for the base; bits 16 to 19 are undefined. */
static inline uint32_t access_rights(uint64_t descriptor, uint8_t undefined) {
    uint32_t rights = (uint32_t)(descriptor / 0x100000000) & 0x00F0FF00;
    return (uint32_t)(PLACED(rights / 0x100000, 20) + PLACED(undefined, 16) + (int64_t)(rights % 0x10000));
}

uint32_t x86_virtual_LAR_r16_r_m16_protected(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t *dst, uint16_t src,
                                             uint8_t length) {
    uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, OUTSIDE_64_BIT_MODE, src));
    uint8_t given = access_rights_are_given(s, OUTSIDE_64_BIT_MODE, src, descriptor);
    *dst = given == 1 ? (uint16_t)((uint32_t)(descriptor / 0x100000000) & 0x00F0FF00) : *dst;
    s->status_zf = given;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LAR_r16_r_m16_long(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t *dst, uint16_t src,
                                        uint8_t length) {
    uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, IN_64_BIT_MODE, src));
    uint8_t given = access_rights_are_given(s, IN_64_BIT_MODE, src, descriptor);
    *dst = given == 1 ? (uint16_t)((uint32_t)(descriptor / 0x100000000) & 0x00F0FF00) : *dst;
    s->status_zf = given;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LAR_r32_r32_m16_protected(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint32_t *dst, uint16_t src,
                                               uint8_t length, uint8_t undefined_1_0_4) {
    uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, OUTSIDE_64_BIT_MODE, src));
    uint8_t given = access_rights_are_given(s, OUTSIDE_64_BIT_MODE, src, descriptor);
    *dst = given == 1 ? access_rights(descriptor, undefined_1_0_4) : *dst;
    s->status_zf = given;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LAR_r32_r32_m16_long(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint32_t *dst, uint16_t src,
                                          uint8_t length, uint8_t undefined_1_0_4) {
    uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, IN_64_BIT_MODE, src));
    uint8_t given = access_rights_are_given(s, IN_64_BIT_MODE, src, descriptor);
    *dst = given == 1 ? access_rights(descriptor, undefined_1_0_4) : *dst;
    s->status_zf = given;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LAR_r64_r64_m16_long(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint64_t *dst, uint16_t src,
                                          uint8_t length, uint8_t undefined_1_0_4) {
    uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, IN_64_BIT_MODE, src));
    uint8_t given = access_rights_are_given(s, IN_64_BIT_MODE, src, descriptor);
    *dst = given == 1 ? access_rights(descriptor, undefined_1_0_4) : *dst;
    s->status_zf = given;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

/* ---- LSL: the limit in bytes ------------------------------------------------------------------------------------------------------------------- */

static inline uint8_t limit_is_given(const struct x86_virtual *s, uint32_t mode, uint16_t selector, uint64_t descriptor) {
    return can_be_asked(s, selector) == 1 && (is_segment(descriptor) == 1 || has_limit(mode, type_of(descriptor)) == 1) &&
                   may_see(s, selector, descriptor) == 1
               ? 1
               : 0;
}

/* The lower half of the limit. */
static inline uint16_t limit_16_of(uint64_t descriptor) {
    return bit(descriptor, 55) == 1 ? (uint16_t)(descriptor % 16 * 4096 + 4095) : (uint16_t)descriptor;
}

uint32_t x86_virtual_LSL_r16_r_m16_protected(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t *dst, uint16_t src,
                                             uint8_t length) {
    uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, OUTSIDE_64_BIT_MODE, src));
    uint8_t given = limit_is_given(s, OUTSIDE_64_BIT_MODE, src, descriptor);
    *dst = given == 1 ? limit_16_of(descriptor) : *dst;
    s->status_zf = given;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LSL_r16_r_m16_long(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t *dst, uint16_t src,
                                        uint8_t length) {
    uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, IN_64_BIT_MODE, src));
    uint8_t given = limit_is_given(s, IN_64_BIT_MODE, src, descriptor);
    *dst = given == 1 ? limit_16_of(descriptor) : *dst;
    s->status_zf = given;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LSL_r32_r32_m16_protected(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint32_t *dst, uint16_t src,
                                               uint8_t length) {
    uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, OUTSIDE_64_BIT_MODE, src));
    uint8_t given = limit_is_given(s, OUTSIDE_64_BIT_MODE, src, descriptor);
    *dst = given == 1 ? limit_of(descriptor) : *dst;
    s->status_zf = given;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LSL_r32_r32_m16_long(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint32_t *dst, uint16_t src,
                                          uint8_t length) {
    uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, IN_64_BIT_MODE, src));
    uint8_t given = limit_is_given(s, IN_64_BIT_MODE, src, descriptor);
    *dst = given == 1 ? limit_of(descriptor) : *dst;
    s->status_zf = given;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LSL_r64_r64_m16_long(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint64_t *dst, uint16_t src,
                                          uint8_t length) {
    uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, IN_64_BIT_MODE, src));
    uint8_t given = limit_is_given(s, IN_64_BIT_MODE, src, descriptor);
    *dst = given == 1 ? limit_of(descriptor) : *dst;
    s->status_zf = given;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

/* ---- VERR, VERW --------------------------------------------------------------------------------------------------------------------------------- */

static inline uint8_t can_be_read(const struct x86_virtual *s, uint16_t selector, uint64_t descriptor) {
    return can_be_asked(s, selector) == 1 && is_segment(descriptor) == 1 && (is_code(descriptor) == 0 || bit(descriptor, 41) == 1) &&
                   may_see(s, selector, descriptor) == 1
               ? 1
               : 0;
}

static inline uint8_t can_be_written(const struct x86_virtual *s, uint16_t selector, uint64_t descriptor) {
    return can_be_asked(s, selector) == 1 && is_segment(descriptor) == 1 && is_code(descriptor) == 0 && bit(descriptor, 41) == 1 &&
                   may_see(s, selector, descriptor) == 1
               ? 1
               : 0;
}

uint32_t x86_virtual_VERR_r_m16_protected(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t src, uint8_t length) {
    s->status_zf = can_be_read(s, src, x86_virtual_read(descriptor_memory, descriptor_address(s, OUTSIDE_64_BIT_MODE, src)));
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_VERR_r_m16_long(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t src, uint8_t length) {
    s->status_zf = can_be_read(s, src, x86_virtual_read(descriptor_memory, descriptor_address(s, IN_64_BIT_MODE, src)));
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_VERW_r_m16_protected(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t src, uint8_t length) {
    s->status_zf = can_be_written(s, src, x86_virtual_read(descriptor_memory, descriptor_address(s, OUTSIDE_64_BIT_MODE, src)));
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_VERW_r_m16_long(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t src, uint8_t length) {
    s->status_zf = can_be_written(s, src, x86_virtual_read(descriptor_memory, descriptor_address(s, IN_64_BIT_MODE, src)));
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}
