/* Handlers of HLT, INVD, WBINVD, INVLPG and SWAPGS. */
#define x86_virtual_of_SOME
#define x86_virtual_of_HLT
#define x86_virtual_of_INVD
#define x86_virtual_of_WBINVD
#define x86_virtual_of_INVLPG
#define x86_virtual_of_SWAPGS
#include "x86/support.h"

/* The virtual processor stops, the real one does not. */
static inline uint32_t halt(struct x86_virtual *s, uint32_t mode, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->halted = 1;
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_HLT_protected(struct x86_virtual *s, uint8_t length) {
    return halt(s, OUTSIDE_64_BIT_MODE, length);
}

uint32_t x86_virtual_HLT_long(struct x86_virtual *s, uint8_t length) {
    return halt(s, IN_64_BIT_MODE, length);
}

static inline uint32_t invalidate_caches(struct x86_virtual *s, uint32_t mode, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->cache_state = x86_virtual_opaque_caches_invalidated_32_32(s->cache_state);
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_INVD_protected(struct x86_virtual *s, uint8_t length) {
    return invalidate_caches(s, OUTSIDE_64_BIT_MODE, length);
}

uint32_t x86_virtual_INVD_long(struct x86_virtual *s, uint8_t length) {
    return invalidate_caches(s, IN_64_BIT_MODE, length);
}

static inline uint32_t write_back_caches(struct x86_virtual *s, uint32_t mode, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->cache_state = x86_virtual_opaque_caches_written_back_and_invalidated_32_32(s->cache_state);
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_WBINVD_protected(struct x86_virtual *s, uint8_t length) {
    return write_back_caches(s, OUTSIDE_64_BIT_MODE, length);
}

uint32_t x86_virtual_WBINVD_long(struct x86_virtual *s, uint8_t length) {
    return write_back_caches(s, IN_64_BIT_MODE, length);
}

static inline uint32_t invalidate_page(struct x86_virtual *s, uint32_t mode, uint64_t place, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->translation_cache = x86_virtual_opaque_translations_left_after_INVLPG_32_32_64(s->translation_cache, place);
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_INVLPG_m_protected(struct x86_virtual *s, uint64_t place, uint8_t length) {
    return invalidate_page(s, OUTSIDE_64_BIT_MODE, place, length);
}

uint32_t x86_virtual_INVLPG_m_long(struct x86_virtual *s, uint64_t place, uint8_t length) {
    return invalidate_page(s, IN_64_BIT_MODE, place, length);
}

/* An instruction of 64-bit mode alone. */
uint32_t x86_virtual_SWAPGS_protected(struct x86_virtual *s, uint8_t length) {
    (void)s;
    (void)length;
    return X86_INVALID_OPCODE;
}

uint32_t x86_virtual_SWAPGS_long(struct x86_virtual *s, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    uint64_t base = s->gs_base;
    s->gs_base = s->kernel_gs_base;
    s->kernel_gs_base = base;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}
