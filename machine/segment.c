/* Segmentation of data: base, limit and type of the segment register that an access goes through. SDM vol. 3A, 3.4, 6.3, 6.5. */
#include "processor.h"

/* Where the tables keep a segment register. */
struct parts {
    uint64_t base;
    uint32_t limit;
    uint8_t type, db, usable;
};

#define DATA_PARTS(name)                                                                                                                             \
    (struct parts) { s->name##_base, s->name##_limit, s->name##_type, s->name##_db, s->name##_usable }

static struct parts parts_of(const struct x86 *s, unsigned segment) {
    switch (segment) {
    case SEGMENT_ES:
        return DATA_PARTS(es);
    case SEGMENT_CS:
        return (struct parts){s->cs_base, s->cs_limit, s->cs_type, s->cs_db, 1};
    case SEGMENT_SS:
        return DATA_PARTS(ss);
    case SEGMENT_DS:
        return DATA_PARTS(ds);
    case SEGMENT_FS:
        return DATA_PARTS(fs);
    default:
        return DATA_PARTS(gs);
    }
}

uint64_t segment_base(const struct x86 *s, unsigned segment) { return parts_of(s, segment).base; }

/* Bits of the type: SDM vol. 3A, 3.4.5.1. */
#define TYPE_WRITABLE 2u /* of data; of code: readable */
#define TYPE_DOWN 4u     /* of data */
#define TYPE_CODE 8u

static bool type_allows(uint8_t type, enum access access) {
    if (access == ACCESS_WRITE) {
        return (type & TYPE_CODE) == 0 && (type & TYPE_WRITABLE) != 0;
    }
    return access == ACCESS_FETCH || (type & TYPE_CODE) == 0 || (type & TYPE_WRITABLE) != 0;
}

static bool within(const struct parts *g, uint32_t offset, uint32_t size) {
    uint64_t last = (uint64_t)offset + size - 1;
    bool down = (g->type & (TYPE_CODE | TYPE_DOWN)) == TYPE_DOWN;
    if (down) { /* SDM vol. 3A, 6.3: from the limit up to the largest offset */
        return offset > g->limit && last <= (g->db != 0 ? UINT32_MAX : 0xFFFFu);
    }
    return last <= g->limit;
}

bool segment_linear(const struct x86 *s, unsigned segment, uint32_t offset, uint32_t size, enum access access, uint32_t *linear,
                    struct fault *fault) {
    const struct parts g = parts_of(s, segment);
    bool typed = s->pe != 0 && s->vm == 0; /* in real-address and virtual-8086 mode the type of CS does not keep it from being written */
    if (g.usable == 0 || (typed && !type_allows(g.type, access))) {
        *fault = (struct fault){segment == SEGMENT_SS ? VECTOR_STACK : VECTOR_PROTECTION, true, false, 0, 0};
        return false;
    }
    if (!within(&g, offset, size)) {
        *fault = (struct fault){segment == SEGMENT_SS ? VECTOR_STACK : VECTOR_PROTECTION, s->pe != 0, false, 0, 0};
        return false;
    }
    *linear = (uint32_t)g.base + offset;
    return true;
}
