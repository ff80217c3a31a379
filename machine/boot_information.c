/* The multiboot information structure, and modules: Multiboot Specification 0.6.96, section 3.3. */
#include "boot_information.h"

#include "computer_internal.h"

#define COMMAND_LINE 0x9100u
#define MEMORY_MAP 0x9300u
#define MODULE_LIST 0x9400u
#define MODULE_TEXTS 0x9500u
#define MODULE_TEXTS_END 0xA000u
#define PAGE 0x1000u /* modules begin at one, whether the kernel asks for it or not */

#define FLAG_MEMORY 1u
#define FLAG_COMMAND_LINE 4u
#define FLAG_MODULES 8u
#define FLAG_MAP 0x40u

/* Where the fields are. */
enum field { FIELD_FLAGS = 0, FIELD_LOWER = 4, FIELD_UPPER = 8, FIELD_COMMAND_LINE = 16, FIELD_MODULES = 20, FIELD_MODULE_LIST = 24, FIELD_MAP = 44 };

static void put_word(struct computer *c, uint32_t at, uint32_t value) { memcpy(c->memory.bytes + at, &value, sizeof value); }

static void put_field(struct computer *c, enum field f, uint32_t value) { put_word(c, INFORMATION_ADDRESS + (uint32_t)f, value); }

const char *information_put(struct computer *c, const char *command_line) {
    uint32_t upper = (c->memory.size - 0x100000) / 1024;
    const uint32_t map[2][6] = {{20, 0, 0, 640 * 1024, 0, 1}, {20, 0x100000, 0, upper * 1024, 0, 1}};
    size_t length = strlen(command_line) + 1;
    if (length > MEMORY_MAP - COMMAND_LINE) {
        return "the command line is longer than 511 characters";
    }
    memcpy(c->memory.bytes + COMMAND_LINE, command_line, length);
    memcpy(c->memory.bytes + MEMORY_MAP, map, sizeof map);
    put_field(c, FIELD_FLAGS, FLAG_MEMORY | FLAG_COMMAND_LINE | FLAG_MAP);
    put_field(c, FIELD_LOWER, 640);
    put_field(c, FIELD_UPPER, upper);
    put_field(c, FIELD_COMMAND_LINE, COMMAND_LINE);
    put_field(c, FIELD_MAP, sizeof map);
    put_word(c, INFORMATION_ADDRESS + (uint32_t)FIELD_MAP + 4, MEMORY_MAP);
    return NULL;
}

const char *computer_put_modules(struct computer *c, const struct boot_module *modules, unsigned count) {
    uint64_t at = c->kernel_end;
    uint32_t text = MODULE_TEXTS;
    if (count == 0) {
        return NULL;
    }
    if (c->kernel_end == 0) {
        return "modules are for multiboot kernels, and this is none";
    }
    for (unsigned i = 0; i < count; i++) {
        const struct boot_module *m = &modules[i];
        size_t length = strlen(m->text) + 1;
        at = (at + PAGE - 1) & ~(uint64_t)(PAGE - 1);
        if (i == BOOT_MODULES_MOST || length > MODULE_TEXTS_END - text) {
            return i == BOOT_MODULES_MOST ? "too many modules" : "the names and arguments of the modules are too long";
        }
        if (at + m->size > c->memory.size) {
            return "a module lies beyond the memory; give it more with --memory";
        }
        const uint32_t entry[4] = {(uint32_t)at, (uint32_t)(at + m->size), text, 0};
        memcpy(c->memory.bytes + MODULE_LIST + i * sizeof entry, entry, sizeof entry);
        memcpy(c->memory.bytes + text, m->text, length);
        memcpy(c->memory.bytes + at, m->bytes, m->size);
        text += (uint32_t)length;
        at += m->size;
    }
    put_field(c, FIELD_FLAGS, FLAG_MEMORY | FLAG_COMMAND_LINE | FLAG_MAP | FLAG_MODULES);
    put_field(c, FIELD_MODULES, count);
    put_field(c, FIELD_MODULE_LIST, MODULE_LIST);
    computer_memory_changed(c);
    return NULL;
}
