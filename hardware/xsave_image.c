/* The extended state in the standard format of XSAVE: SDM vol. 1, 13.4. */
#include "xsave_image.h"

#include <cpuid.h>
#include <string.h>

enum { COMPONENT_AVX = 2, COMPONENT_MASKS = 5, COMPONENT_HIGH_HALVES = 6, COMPONENT_HIGH_REGISTERS = 7, COMPONENT_COUNT = 8 };
static uint32_t offsets[COMPONENT_COUNT];
static uint64_t enabled;

#define HEADER 512u
#define LEGACY_VECTORS 160u

void xsave_find_layout(void) {
    uint32_t eax = 0;
    uint32_t ebx = 0;
    uint32_t ecx = 0;
    uint32_t edx = 0;
    if (__get_cpuid_count(13, 0, &eax, &ebx, &ecx, &edx) != 0 && __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx >> 27 & 1) != 0) {
        __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
        enabled = eax | (uint64_t)edx << 32;
    }
    for (unsigned i = 2; i < COMPONENT_COUNT; i++) {
        if ((enabled >> i & 1) != 0 && __get_cpuid_count(13, i, &eax, &ebx, &ecx, &edx) != 0) {
            offsets[i] = ebx;
        }
    }
}

static uint64_t present(const uint8_t *image) {
    uint64_t components = 0;
    memcpy(&components, image + HEADER, sizeof components);
    return components;
}

/* A component that is not present is in its initial state: all zero. */
static void read_part(const uint8_t *image, unsigned component, uint32_t at, void *to, size_t size) {
    if (offsets[component] != 0 && (present(image) >> component & 1) != 0) {
        memcpy(to, image + offsets[component] + at, size);
    } else {
        memset(to, 0, size);
    }
}

void xsave_read(const uint8_t *image, struct machine_state *s) {
    bool has_x87 = (present(image) & 1) != 0;
    bool has_sse = (present(image) & 2) != 0;
    s->x87_control = 0x37F;
    if (has_x87) {
        memcpy(&s->x87_control, image, 2);
    }
    memcpy(&s->x87_status, image + 2, 2);
    s->x87_full = has_x87 ? image[4] : 0;
    s->x87_status = has_x87 ? s->x87_status : 0;
    memcpy(&s->mxcsr, image + 24, 4);
    unsigned top = s->x87_status >> 11 & 7u;
    for (unsigned i = 0; i < 8; i++) {
        memset(s->x87_registers[(top + i) & 7], 0, 16);
        if (has_x87) {
            memcpy(s->x87_registers[(top + i) & 7], image + 32 + (size_t)16 * i, 10);
        }
    }
    for (unsigned i = 0; i < 16; i++) {
        memset(s->vectors[i], 0, 16);
        if (has_sse) {
            memcpy(s->vectors[i], image + LEGACY_VECTORS + (size_t)16 * i, 16);
        }
        read_part(image, COMPONENT_AVX, 16 * i, s->vectors[i] + 16, 16);
        read_part(image, COMPONENT_HIGH_HALVES, 32 * i, s->vectors[i] + 32, 32);
        read_part(image, COMPONENT_HIGH_REGISTERS, 64 * i, s->vectors[16 + i], 64);
    }
    read_part(image, COMPONENT_MASKS, 0, s->masks, sizeof s->masks);
}

static void write_part(uint8_t *image, unsigned component, uint32_t at, const void *from, size_t size) {
    if (offsets[component] != 0) {
        memcpy(image + offsets[component] + at, from, size);
    }
}

void xsave_write(uint8_t *image, const struct machine_state *s) {
    uint64_t components = present(image) | (enabled & 0xE7u);
    unsigned top = s->x87_status >> 11 & 7u;
    memcpy(image + HEADER, &components, sizeof components);
    memcpy(image, &s->x87_control, 2);
    memcpy(image + 2, &s->x87_status, 2);
    image[4] = s->x87_full;
    image[5] = 0;
    memset(image + 6, 0, 18); /* opcode and pointers of the last x87 instruction */
    memcpy(image + 24, &s->mxcsr, 4);
    for (unsigned i = 0; i < 8; i++) {
        memcpy(image + 32 + (size_t)16 * i, s->x87_registers[(top + i) & 7], 16);
    }
    for (unsigned i = 0; i < 16; i++) {
        memcpy(image + LEGACY_VECTORS + (size_t)16 * i, s->vectors[i], 16);
        write_part(image, COMPONENT_AVX, 16 * i, s->vectors[i] + 16, 16);
        write_part(image, COMPONENT_HIGH_HALVES, 32 * i, s->vectors[i] + 32, 32);
        write_part(image, COMPONENT_HIGH_REGISTERS, 64 * i, s->vectors[16 + i], 64);
    }
    write_part(image, COMPONENT_MASKS, 0, s->masks, sizeof s->masks);
}
