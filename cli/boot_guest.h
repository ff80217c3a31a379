/* Machines of their own for runs that are compared. */
#ifndef POPEK_CLI_BOOT_GUEST_H
#define POPEK_CLI_BOOT_GUEST_H

#include "../machine/computer.h"

/* A whole file, for the caller to free; NULL after a message. */
uint8_t *boot_file_read(const char *path, size_t *size);

/* What is booted, and what it receives at its serial port (NULL: nothing); `name` is for messages. */
struct guest_program {
    const char *name, *command_line;
    const uint8_t *bytes;
    size_t size;
    uint32_t memory; /* of the machine, in bytes */
    const struct serial_source *input;
    const struct boot_module *modules;
    unsigned module_count;
};
/* A machine that has booted the program; `kind` may be NULL. NULL after a message, with *code the exit code. */
struct computer *boot_guest(const struct decoder *decoder, const struct guest_program *program, enum boot_kind *kind, int *code);

#endif
