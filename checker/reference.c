/* The opaque functions of the emitted reference. */
#include "reference.h"

word128 reference_opaque(void *variant, unsigned number, const word128 *arguments, unsigned count) {
    unsigned chosen = *(const unsigned *)variant;
    uint64_t hash = (number + 1u) * (chosen + UINT64_C(1));
    if (chosen < 2) {
        return chosen == 0 ? 0 : ~(word128)0;
    }
    for (unsigned i = 0; i < count; i++) {
        hash = (hash ^ (uint64_t)arguments[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash = (hash ^ (hash >> 31) ^ (uint64_t)(arguments[i] >> 64)) * UINT64_C(0xBF58476D1CE4E5B9);
    }
    hash ^= hash >> 29;
    unsigned corner = (unsigned)(hash >> 59); /* what must be 0, or all ones, is so now and then, however wide it is */
    if (corner < 10) {
        return corner < 8 ? 0 : ~(word128)0;
    }
    return ((word128)(hash * UINT64_C(0x94D049BB133111EB)) << 64) | hash;
}
