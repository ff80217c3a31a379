/* Machines that have booted a guest: one for a run, several for runs that are compared. */
#include "boot_guest.h"

#include "cli.h"

#include <stdlib.h>

uint8_t *boot_file_read(const char *path, size_t *size) {
    const size_t most = COMPUTER_MOST_MEMORY / 4;
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = file == NULL ? NULL : malloc(most);
    *size = bytes == NULL ? 0 : fread(bytes, 1, most, file);
    if (bytes == NULL || ferror(file) != 0) {
        complain("cannot read '%s'", path);
        free(bytes);
        bytes = NULL;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    uint8_t *fitting = bytes == NULL ? NULL : realloc(bytes, *size + 1);
    return fitting == NULL ? bytes : fitting;
}

struct computer *boot_guest(const struct decoder *decoder, const struct guest_program *program, enum boot_kind *kind, int *code) {
    enum boot_kind found = BOOT_FLAT;
    struct computer *c = computer_new(decoder, program->memory);
    *code = c == NULL ? EXIT_INTERNAL : EXIT_INPUT;
    const char *message = c == NULL ? "out of memory" : computer_boot(c, program->bytes, program->size, program->command_line, &found);
    if (message == NULL) {
        message = computer_put_modules(c, program->modules, program->module_count);
    }
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
