/* What format are these bytes? Raw code, and what the formats share. */
#include "image.h"

#include "../x86-tables/linux_boot.h"

#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more element of an array whose capacity is the next power of two. */
static void *room_for(void *array, size_t count, size_t size) {
    bool full = count == 0 || (count >= 16 && (count & (count - 1)) == 0);
    return full ? realloc(array, (count == 0 ? 16 : count * 2) * size) : array;
}

bool image_add_section(struct image *image, const char *name, uint32_t index, uint64_t address, const uint8_t *code, size_t size) {
    struct image_section *larger = room_for(image->sections, image->section_count, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    image->sections = larger;
    char *copy = strndup(name, 255);
    if (copy == NULL) {
        return false;
    }
    larger[image->section_count++] = (struct image_section){copy, index, address, code, size};
    return true;
}

bool image_add_function(struct image *image, uint32_t section, uint64_t offset, uint64_t size, const char *name) {
    struct image_function *larger = room_for(image->functions, image->function_count, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    image->functions = larger;
    larger[image->function_count++] = (struct image_function){section, offset, size, name};
    return true;
}

/* By place; of those at one place the largest first, then by name, so that the order of the file does not matter. */
static int compare_functions(const void *a, const void *b) {
    const struct image_function *x = a;
    const struct image_function *y = b;
    if (x->section != y->section) {
        return x->section < y->section ? -1 : 1;
    }
    if (x->offset != y->offset) {
        return x->offset < y->offset ? -1 : 1;
    }
    if (x->size != y->size) {
        return x->size > y->size ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

static void sort_functions(struct image *image) {
    size_t kept = 0;
    if (image->function_count == 0) {
        return;
    }
    struct image_function *f = image->functions;
    qsort(f, image->function_count, sizeof *f, compare_functions);
    for (size_t i = 0; i < image->function_count; i++) {
        if (kept == 0 || f[kept - 1].section != f[i].section || f[kept - 1].offset != f[i].offset) {
            f[kept++] = f[i];
        }
    }
    image->function_count = kept;
}

/* NULL: not compressed in a way that is known here; else the program that unpacks it. */
static const char *unpacker(const uint8_t *bytes, size_t size) {
    static const struct {
        const char *magic, *program;
    } kinds[] = {{"\xFD"
                  "7zXZ",
                  "xz"},
                 {"\x1F\x8B", "gzip"},
                 {"\x28\xB5\x2F\xFD", "zstd"},
                 {"BZh", "bzip2"},
                 {"\x04\x22\x4D\x18", "lz4"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t length = strlen(kinds[i].magic);
        if (size >= length && memcmp(bytes, kinds[i].magic, length) == 0) {
            return kinds[i].program;
        }
    }
    return NULL;
}

static enum scan_status refuse(struct image *image, const char *message) {
    image->message = strdup(message);
    return SCAN_BAD;
}

enum scan_status image_open(struct image *image, const struct scan_question *q, const uint8_t *bytes, size_t size) {
    *image = (struct image){.format = "raw code", .mode = MATCHER_LONG};
    const char *program = unpacker(bytes, size);
    enum scan_status status = SCAN_UNKNOWN;
    if (q->raw) {
        status = image_add_section(image, "raw", 0, q->base, bytes, size) ? SCAN_FINE : SCAN_OUT_OF_MEMORY;
    } else if (size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0) {
        status = image_open_elf(image, bytes, size);
    } else if (is_linux_boot_image(bytes, size)) {
        status =
            refuse(image, "a bzImage holds its kernel compressed: scan the vmlinux that scripts/extract-vmlinux takes out of it (docs/kernels.md)");
    } else if (size >= 2 && memcmp(bytes, "MZ", 2) == 0) {
        status = image_open_pe(image, bytes, size);
    } else if (program != NULL) {
        if (asprintf(&image->message, "it is compressed: unpack it first, %s -dc", program) < 0) {
            image->message = NULL;
        }
    }
    if (q->mode >= 0) {
        image->mode = (enum matcher_mode)q->mode;
    }
    sort_functions(image);
    return status;
}

void image_close(struct image *image) {
    for (size_t i = 0; i < image->section_count; i++) {
        free(image->sections[i].name);
    }
    free(image->sections);
    free(image->functions);
    free(image->message);
    (void)elf_end(image->elf);
    memset(image, 0, sizeof *image);
}
