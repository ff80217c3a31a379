/* Which breakpoints of the debug registers are met. SDM vol. 3B, 20.2.4 and 20.2.5: R/W says by what, LEN how many bytes from an address that is a
 * multiple of them. What is not enabled is not reported. */
#include "breakpoints.h"

enum kind { KIND_EXECUTION, KIND_WRITE, KIND_PORT, KIND_DATA };

static bool is_enabled(const struct x86 *s, unsigned number) { return (s->dr7 >> (2 * number) & 3) != 0; }

static enum kind kind_of(const struct x86 *s, unsigned number) { return (enum kind)(s->dr7 >> (16 + 4 * number) & 3); }

static bool overlaps(const struct x86 *s, unsigned number, uint32_t first, uint32_t bytes) {
    static const uint32_t lengths[] = {1, 2, 8, 4};
    uint32_t length = lengths[s->dr7 >> (18 + 4 * number) & 3];
    uint32_t at = (uint32_t)s->dr[number] & ~(length - 1);
    return at - first < bytes || first - at < length;
}

uint8_t breakpoints_at(const struct x86 *s, uint32_t linear) {
    unsigned met = 0;
    for (unsigned i = 0; i < 4; i++) {
        met |= is_enabled(s, i) && kind_of(s, i) == KIND_EXECUTION && (uint32_t)s->dr[i] == linear ? 1u << i : 0;
    }
    return (uint8_t)met;
}

/* Without CR4.DE the encoding is undefined: here nothing meets it. */
uint8_t breakpoints_on_port(const struct x86 *s, uint16_t port, unsigned bytes) {
    unsigned met = 0;
    for (unsigned i = 0; i < 4 && s->cr4_de != 0; i++) {
        met |= is_enabled(s, i) && kind_of(s, i) == KIND_PORT && overlaps(s, i, port, bytes) ? 1u << i : 0;
    }
    return (uint8_t)met;
}

void breakpoints_access(struct processor *p, uint32_t linear, uint32_t bytes, enum access access) {
    const struct x86 *s = &p->state;
    for (unsigned i = 0; i < 4; i++) {
        enum kind kind = kind_of(s, i);
        bool wanted = kind == KIND_DATA || (kind == KIND_WRITE && access == ACCESS_WRITE);
        p->met |= is_enabled(s, i) && wanted && overlaps(s, i, linear, bytes) ? (uint8_t)(1u << i) : 0;
    }
}
