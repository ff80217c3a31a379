/* How the file of a Linux kernel is known that is made for the boot protocol of Linux. */
#ifndef POPEK_LINUX_BOOT_H
#define POPEK_LINUX_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A bzImage or zImage: the header of the real-mode code (Documentation/arch/x86/boot.rst of Linux, "The Real-Mode Kernel Header") has this word at
 * 0x202. The kernel itself is compressed behind it. */
static inline bool is_linux_boot_image(const uint8_t *bytes, size_t size) {
    static const char word[] = {'H', 'd', 'r', 'S'};
    return size >= 0x202 + sizeof word && memcmp(bytes + 0x202, word, sizeof word) == 0;
}

#endif
