/* Machines of their own for runs that are compared. */
#include "boot_guest.h"

#include "cli.h"

struct computer *boot_guest(const struct decoder *decoder, const struct guest_program *program, uint32_t memory) {
    enum boot_kind kind = BOOT_FLAT;
    struct computer *c = computer_new(decoder, memory);
    const char *message = c == NULL ? "out of memory" : computer_boot(c, program->bytes, program->size, program->command_line, &kind);
    if (message != NULL) {
        complain("%s: %s", program->name, message);
        computer_free(c);
        return NULL;
    }
    return c;
}
