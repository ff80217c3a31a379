/* Legacy prefixes: the bytes that may stand before an opcode in every mode. SDM vol. 2A, 2.1.1. */
#ifndef POPEK_PREFIX_H
#define POPEK_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

static inline bool is_legacy_prefix(uint8_t byte) {
    switch (byte) {
    case 0x26: /* segment overrides: ES, CS, SS, DS, FS, GS */
    case 0x2E:
    case 0x36:
    case 0x3E:
    case 0x64:
    case 0x65:
    case 0x66: /* sizes of operand and address */
    case 0x67:
    case 0xF0: /* LOCK, REPNE, REP */
    case 0xF2:
    case 0xF3:
        return true;
    default:
        return false;
    }
}

#endif
