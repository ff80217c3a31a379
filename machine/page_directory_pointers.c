/* The page-directory pointers of PAE paging: 32 bits for each of the four in one value, which no guest can look at. Bits 31:8 are the address, bit 0
 * says that the entry is present, bit 1 that a reserved bit is set. */
#include "page_directory_pointers.h"

#define RESERVED (~((UINT64_C(1) << PHYSICAL_BITS) - 1) | UINT64_C(0x1E6))
#define PART_PRESENT 1u
#define PART_RESERVED 2u
#define ADDRESS_SHIFT 4u /* from bits 35:12 of the entry to bits 31:8 */

word128 page_directory_pointers_at(const struct memory *m, uint64_t physical) {
    word128 all = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint64_t entry = UINT64_MAX;
        if (physical + UINT64_C(8) * i < m->size) {
            memory_read(m, (uint32_t)(physical + UINT64_C(8) * i), &entry, sizeof entry);
        }
        bool present = (entry & 1) != 0;
        uint32_t address = (uint32_t)(entry >> ADDRESS_SHIFT) & ~0xFFu;
        uint32_t part = present ? address | PART_PRESENT | ((entry & RESERVED) != 0 ? PART_RESERVED : 0u) : 0;
        all |= (word128)part << (32 * i);
    }
    return all;
}

static uint32_t part_of(word128 pointers, unsigned index) { return (uint32_t)(pointers >> (32 * index)); }

bool page_directory_pointers_reserved(word128 pointers) {
    bool found = false;
    for (unsigned i = 0; i < 4; i++) {
        found = found || (part_of(pointers, i) & PART_RESERVED) != 0;
    }
    return found;
}

bool page_directory_pointer(word128 pointers, unsigned index, uint64_t *physical) {
    uint32_t part = part_of(pointers, index);
    *physical = (uint64_t)(part & ~0xFFu) << ADDRESS_SHIFT;
    return (part & PART_PRESENT) != 0;
}
