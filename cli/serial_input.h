/* Standard input, or a file, as what a guest receives at its serial port. */
#ifndef POPEK_CLI_SERIAL_INPUT_H
#define POPEK_CLI_SERIAL_INPUT_H

#include "../machine/serial_source.h"

#include <termios.h>

struct serial_input {
    struct serial_source source;
    int descriptor; /* -1: none */
    uint8_t *bytes; /* that were taken */
    size_t size, capacity;
    bool ended;
    bool has_terminal;
    struct termios before; /* of the terminal */
};
/* `path`: of a file; NULL: standard input. A terminal gives each key at once, without showing it, until serial_input_close; Ctrl-C still ends the
 * program. Nothing is taken before the guest takes it. False after a message. The input must stay where it is. */
bool serial_input_open(struct serial_input *s, const char *path);
void serial_input_close(struct serial_input *s);

#endif
