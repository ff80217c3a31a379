/* The opaque functions of the emitted reference. */
#include "reference.h"

#include "../isa-model/emitted.h"

unsigned reference_variant;

word128 x86_opaque(unsigned number, const word128 *arguments, unsigned count);

word128 x86_opaque(unsigned number, const word128 *arguments, unsigned count) {
    uint64_t hash = (number + 1u) * (reference_variant + UINT64_C(1));
    if (reference_variant < 2) {
        return reference_variant == 0 ? 0 : ~(word128)0;
    }
    for (unsigned i = 0; i < count; i++) {
        hash = (hash ^ (uint64_t)arguments[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash = (hash ^ (hash >> 31) ^ (uint64_t)(arguments[i] >> 64)) * UINT64_C(0xBF58476D1CE4E5B9);
    }
    return ((word128)(hash * UINT64_C(0x94D049BB133111EB)) << 64) | (hash ^ (hash >> 29));
}
