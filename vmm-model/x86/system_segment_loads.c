/* Handlers of LLDT and LTR. */
#define x86_virtual_of_LLDT
#define x86_virtual_of_LTR
#include "x86/descriptors.h"

static inline uint32_t fail(uint32_t fault, uint64_t *argument, uint64_t code) {
    *argument = code;
    return fault;
}

/* The base of a system segment in 64-bit mode: its upper half is in the eight bytes that follow. */
static inline uint64_t wide_base(uint64_t descriptor, uint64_t following) {
    return following % 0x100000000 * 0x100000000 + base_of(descriptor);
}

/* Bits 63 to 47 are equal. Of 48 bits: what the virtual processor has. */
static inline uint8_t is_canonical(uint64_t address) {
    return address / 0x800000000000 == 0 || address / 0x800000000000 == 0x1FFFF ? 1 : 0;
}

/* The type field of the following eight bytes has to be 0. */
static inline uint8_t is_good_wide_descriptor(uint64_t descriptor, uint64_t following) {
    return following / 0x10000000000 % 32 == 0 && is_canonical(wide_base(descriptor, following)) == 1 ? 1 : 0;
}

uint32_t x86_virtual_LLDT_r_m16_protected(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t src, uint8_t length,
                                          uint64_t *argument) {
    uint64_t base = 0;
    uint32_t limit = 0;
    if (s->cpl != 0) {
        return fail(X86_GENERAL_PROTECTION, argument, 0);
    }
    if (is_null(src) == 0) {
        if (selects_local_table(src) == 1 || is_inside_table(s, src, 0) == 0) {
            return fail(X86_GENERAL_PROTECTION, argument, as_error_code(src));
        }
        uint64_t descriptor = x86_virtual_read(descriptor_memory, descriptor_address(s, OUTSIDE_64_BIT_MODE, src));
        if (is_segment(descriptor) == 1 || type_of(descriptor) != TYPE_LDT) {
            return fail(X86_GENERAL_PROTECTION, argument, as_error_code(src));
        }
        if (is_present(descriptor) == 0) {
            return fail(X86_NOT_PRESENT, argument, as_error_code(src));
        }
        base = base_of(descriptor);
        limit = limit_of(descriptor);
    }
    s->ldtr_selector = src;
    s->ldtr_base = base;
    s->ldtr_limit = limit;
    s->ldtr_usable = is_null(src) == 1 ? 0 : 1;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LLDT_r_m16_long(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t src, uint8_t length,
                                     uint64_t *argument) {
    uint64_t base = 0;
    uint32_t limit = 0;
    if (s->cpl != 0) {
        return fail(X86_GENERAL_PROTECTION, argument, 0);
    }
    if (is_null(src) == 0) {
        uint64_t address = descriptor_address(s, IN_64_BIT_MODE, src);
        if (selects_local_table(src) == 1 || is_inside_table(s, src, 0) == 0) {
            return fail(X86_GENERAL_PROTECTION, argument, as_error_code(src));
        }
        uint64_t descriptor = x86_virtual_read(descriptor_memory, address);
        if (is_segment(descriptor) == 1 || type_of(descriptor) != TYPE_LDT) {
            return fail(X86_GENERAL_PROTECTION, argument, as_error_code(src));
        }
        if (is_present(descriptor) == 0) {
            return fail(X86_NOT_PRESENT, argument, as_error_code(src));
        }
        if (is_inside_table(s, src, 8) == 0) {
            return fail(X86_GENERAL_PROTECTION, argument, as_error_code(src));
        }
        uint64_t following = x86_virtual_read(descriptor_memory, address + 8);
        if (is_good_wide_descriptor(descriptor, following) == 0) {
            return fail(X86_GENERAL_PROTECTION, argument, as_error_code(src));
        }
        base = wide_base(descriptor, following);
        limit = limit_of(descriptor);
    }
    s->ldtr_selector = src;
    s->ldtr_base = base;
    s->ldtr_limit = limit;
    s->ldtr_usable = is_null(src) == 1 ? 0 : 1;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

/* ---- LTR: the segment must not be busy, and is marked so ---------------------------------------------------------------------------------------- */

static inline uint64_t marked_busy(uint64_t descriptor) {
    return descriptor | ((uint64_t)1 << TSS_BUSY_PLACE);
}

static inline void load_task_register(struct x86_virtual *s, uint16_t selector, uint64_t descriptor, uint64_t base) {
    s->tr_selector = selector;
    s->tr_base = base;
    s->tr_limit = limit_of(descriptor);
    s->tr_wide = bit(descriptor, 43);
}

uint32_t x86_virtual_LTR_r_m16_protected(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t src, uint8_t length,
                                         struct x86_virtual_write *write_0, uint64_t *argument) {
    uint64_t address = descriptor_address(s, OUTSIDE_64_BIT_MODE, src);
    if (s->cpl != 0 || is_null(src) == 1) {
        return fail(X86_GENERAL_PROTECTION, argument, 0);
    }
    if (selects_local_table(src) == 1 || is_inside_table(s, src, 0) == 0) {
        return fail(X86_GENERAL_PROTECTION, argument, as_error_code(src));
    }
    uint64_t descriptor = x86_virtual_read(descriptor_memory, address);
    if (is_segment(descriptor) == 1 || (type_of(descriptor) != TYPE_TSS && type_of(descriptor) != TYPE_TSS_16)) {
        return fail(X86_GENERAL_PROTECTION, argument, as_error_code(src));
    }
    if (is_present(descriptor) == 0) {
        return fail(X86_NOT_PRESENT, argument, as_error_code(src));
    }
    write_0->guard = 1;
    write_0->index = address;
    write_0->value = marked_busy(descriptor);
    load_task_register(s, src, descriptor, base_of(descriptor));
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LTR_r_m16_long(struct x86_virtual *s, const struct x86_virtual_array *descriptor_memory, uint16_t src, uint8_t length,
                                    struct x86_virtual_write *write_0, uint64_t *argument) {
    uint64_t address = descriptor_address(s, IN_64_BIT_MODE, src);
    if (s->cpl != 0 || is_null(src) == 1) {
        return fail(X86_GENERAL_PROTECTION, argument, 0);
    }
    if (selects_local_table(src) == 1 || is_inside_table(s, src, 8) == 0) {
        return fail(X86_GENERAL_PROTECTION, argument, as_error_code(src));
    }
    uint64_t descriptor = x86_virtual_read(descriptor_memory, address);
    uint64_t following = x86_virtual_read(descriptor_memory, address + 8);
    if (is_good_wide_descriptor(descriptor, following) == 0 || is_segment(descriptor) == 1 || type_of(descriptor) != TYPE_TSS) {
        return fail(X86_GENERAL_PROTECTION, argument, as_error_code(src));
    }
    if (is_present(descriptor) == 0) {
        return fail(X86_NOT_PRESENT, argument, as_error_code(src));
    }
    write_0->guard = 1;
    write_0->index = address;
    write_0->value = marked_busy(descriptor);
    load_task_register(s, src, descriptor, wide_base(descriptor, following));
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}
