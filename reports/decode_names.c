/* Names of registers. */
#include "decode.h"

static const char *general_name(unsigned class, unsigned number, bool high_byte, char *text, size_t size) {
    static const char *const low[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    static const char *const bytes[] = {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"};
    static const char *const high[] = {"ah", "ch", "dh", "bh"};
    static const char *const suffixes[] = {"b", "w", "d", ""};
    if (number >= 8) {
        (void)snprintf(text, size, "r%u%s", number, suffixes[class - REGISTER_GENERAL_8]);
    } else if (class == REGISTER_GENERAL_8) {
        (void)snprintf(text, size, "%s", high_byte && number >= 4 ? high[number - 4] : bytes[number]);
    } else {
        (void)snprintf(text, size, "%s%s", class == REGISTER_GENERAL_16 ? "" : class == REGISTER_GENERAL_32 ? "e" : "r", low[number]);
    }
    return text;
}

void decode_register_name(unsigned class, unsigned number, bool high_byte, char *text, size_t size) {
    static const char *const stems[] = {"", "", "", "", "", "mm", "xmm", "ymm", "zmm", "tmm", "k", "st", "bnd", "", "cr", "dr"};
    static const char *const segments[] = {"es", "cs", "ss", "ds", "fs", "gs"};
    if (class >= REGISTER_GENERAL_8 && class <= REGISTER_GENERAL_64) {
        (void)general_name(class, number, high_byte, text, size);
    } else if (class == REGISTER_SEGMENT && number < 6) {
        (void)snprintf(text, size, "%s", segments[number]);
    } else if (class == REGISTER_INSTRUCTION_POINTER) {
        (void)snprintf(text, size, "rip");
    } else {
        (void)snprintf(text, size, "%s%u", class < sizeof stems / sizeof stems[0] ? stems[class] : "", number);
    }
}
