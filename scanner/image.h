/* A binary taken apart: its executable sections and its function symbols. Internal to the scanner. */
#ifndef POPEK_SCANNER_IMAGE_H
#define POPEK_SCANNER_IMAGE_H

#include "scanner.h"

struct image_section {
    char *name;
    uint32_t index;      /* of the file's own table */
    uint64_t address;    /* 0 in relocatable objects */
    const uint8_t *code; /* in the caller's bytes */
    size_t size;
};

struct image_function {
    uint32_t section; /* index into image.sections */
    uint64_t offset, size;
    const char *name; /* in the image's bytes, ends with a zero byte there */
};

struct image {
    const char *format;
    enum matcher_mode mode;
    bool relocatable, has_lines;
    struct image_section *sections;
    size_t section_count;
    struct image_function *functions; /* by section and offset, no two at one place */
    size_t function_count;
    void *elf;     /* the Elf handle that the names belong to, NULL */
    char *message; /* of SCAN_BAD and SCAN_UNKNOWN, or a warning of SCAN_FINE */
};

/* Takes the bytes of one binary apart. *image is to be closed whatever the status. */
enum scan_status image_open(struct image *image, const struct scan_question *q, const uint8_t *bytes, size_t size);
void image_close(struct image *image);

/* image_elf.c and image_pe.c: the same for their format. */
enum scan_status image_open_elf(struct image *image, const uint8_t *bytes, size_t size);
enum scan_status image_open_pe(struct image *image, const uint8_t *bytes, size_t size);
/* Adds a section; false when memory is exhausted. `name` is copied. */
bool image_add_section(struct image *image, const char *name, uint32_t index, uint64_t address, const uint8_t *code, size_t size);
bool image_add_function(struct image *image, uint32_t section, uint64_t offset, uint64_t size, const char *name);

#endif
