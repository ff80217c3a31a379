/* PE: the section table of Windows and EFI programs (Microsoft PE format, "COFF file header" and "section table"). */
#include "image.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEADER_AT = 0x3C,
    SIGNATURE_SIZE = 4,
    FILE_HEADER_SIZE = 20,
    SECTION_SIZE = 40,
    MACHINE_I386 = 0x14C,
    MACHINE_AMD64 = 0x8664,
    MAGIC_PE32 = 0x10B,
    MAGIC_PE32_PLUS = 0x20B
};
#define SECTION_IS_CODE 0x20u
#define SECTION_IS_EXECUTABLE 0x20000000u

/* Little-endian numbers of the file; 0 where it has ended. */
struct reader {
    const uint8_t *bytes;
    size_t size;
};
static uint64_t number(const struct reader *r, uint64_t at, unsigned size) {
    uint64_t value = 0;
    if (at > r->size || r->size - at < size) {
        return 0;
    }
    for (unsigned i = 0; i < size; i++) {
        value |= (uint64_t)r->bytes[at + i] << (8 * i);
    }
    return value;
}

static enum scan_status refuse(struct image *image, const char *message) {
    free(image->message);
    image->message = strdup(message);
    return SCAN_BAD;
}

static bool add_section(struct image *image, const struct reader *r, uint64_t at, uint64_t base, uint32_t index) {
    uint64_t flags = number(r, at + 36, 4);
    uint64_t virtual_size = number(r, at + 8, 4);
    uint64_t size = number(r, at + 16, 4);
    uint64_t offset = number(r, at + 20, 4);
    char name[9] = "";
    if ((flags & (SECTION_IS_CODE | SECTION_IS_EXECUTABLE)) == 0 || size == 0) {
        return true;
    }
    memcpy(name, r->bytes + at, 8); /* the caller has seen that the header is there */
    size = virtual_size != 0 && virtual_size < size ? virtual_size : size;
    uint64_t left = offset < r->size ? r->size - offset : 0;
    if (size > left && image->message == NULL) {
        image->message = strdup("the file ends before its code does");
    }
    size = size < left ? size : left;
    return size == 0 || image_add_section(image, name, index, base + number(r, at + 12, 4), r->bytes + offset, (size_t)size);
}

enum scan_status image_open_pe(struct image *image, const uint8_t *bytes, size_t size) {
    const struct reader r = {bytes, size};
    uint64_t at = number(&r, HEADER_AT, 4);
    if (at > size || size - at < SIGNATURE_SIZE + FILE_HEADER_SIZE || memcmp(bytes + at, "PE\0\0", SIGNATURE_SIZE) != 0) {
        return refuse(image, "an MZ file without a PE header; for 16-bit code: --raw, --base and --mode real");
    }
    uint64_t header = at + SIGNATURE_SIZE;
    uint64_t optional = header + FILE_HEADER_SIZE;
    uint64_t machine = number(&r, header, 2);
    uint64_t magic = number(&r, optional, 2);
    if (machine != MACHINE_I386 && machine != MACHINE_AMD64) {
        return refuse(image, "the PE file is not for x86");
    }
    image->format = "PE program";
    image->mode = machine == MACHINE_I386 ? MATCHER_PROTECTED : MATCHER_LONG;
    uint64_t base = magic == MAGIC_PE32_PLUS ? number(&r, optional + 24, 8) : magic == MAGIC_PE32 ? number(&r, optional + 28, 4) : 0;
    uint64_t table = optional + number(&r, header + 16, 2);
    unsigned count = (unsigned)number(&r, header + 2, 2);
    for (unsigned i = 0; i < count; i++) {
        uint64_t section = table + (uint64_t)i * SECTION_SIZE;
        if (section > size || size - section < SECTION_SIZE) {
            return refuse(image, "the PE section table is cut off");
        }
        if (!add_section(image, &r, section, base, i)) {
            return SCAN_OUT_OF_MEMORY;
        }
    }
    return SCAN_FINE;
}
