/* Machines that have booted a guest: one for a run, several for runs that are compared. */
#include "boot_guest.h"

#include "cli.h"

struct computer *boot_guest(const struct decoder *decoder, const struct guest_program *program, enum boot_kind *kind, int *code) {
    enum boot_kind found = BOOT_FLAT;
    struct computer *c = computer_new(decoder, program->memory);
    *code = c == NULL ? EXIT_INTERNAL : EXIT_INPUT;
    const char *message = c == NULL ? "out of memory" : computer_boot(c, program->bytes, program->size, program->command_line, &found);
    if (message != NULL) {
        complain("%s: %s", program->name, message);
        computer_free(c);
        return NULL;
    }
    computer_set_input(c, program->input);
    if (kind != NULL) {
        *kind = found;
    }
    return c;
}
