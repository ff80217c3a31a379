/* The registers of a VGA in text mode: an index and a data port for the CRT controller, and the status that drivers wait for. The characters are in
 * memory at B8000h. IBM VGA technical reference: CRT controller, attribute controller, input status register 1. Left out: graphics, fonts, palettes.
 */
#include "devices.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MEMORY 0xB8000u
#define COLUMNS 80u
#define ROWS 25u
#define FIRST 0x3C0u
#define REGISTERS 32u

static uint8_t read_port(void *context, uint16_t port) {
    struct display *d = context;
    switch (FIRST + port) {
    case 0x3D4:
        return d->index;
    case 0x3D5:
        return d->registers[d->index % REGISTERS];
    case 0x3DA: /* vertical retrace comes and goes */
        d->retrace = !d->retrace;
        return d->retrace ? 9 : 0;
    case 0x3CC: /* colour: the CRT controller is at 3D4h */
        return 0x67;
    default:
        return 0xFF;
    }
}

static void write_port(void *context, uint16_t port, uint8_t value) {
    struct display *d = context;
    switch (FIRST + port) {
    case 0x3D4:
        d->index = value;
        break;
    case 0x3D5:
        d->registers[d->index % REGISTERS] = value;
        break;
    default:
        break;
    }
}

bool display_attach(struct display *d, struct ports *ports) {
    *d = (struct display){.index = 0};
    return ports_add(ports, &(struct device){"VGA", FIRST, 0x20, read_port, write_port, d});
}

char *display_text(const struct display *d, const struct memory *m) {
    uint32_t start = ((uint32_t)d->registers[12] << 8 | d->registers[13]) * 2;
    char *text = malloc((size_t)ROWS * (COLUMNS + 1) + 1);
    char *end = text;
    for (uint32_t row = 0; text != NULL && row < ROWS; row++) {
        char *line = end;
        for (uint32_t column = 0; column < COLUMNS; column++) {
            uint8_t byte = ' ';
            memory_read(m, TEXT_MEMORY + (start + (row * COLUMNS + column) * 2) % 0x8000, &byte, 1);
            *end++ = (char)(byte < ' ' || byte > '~' ? ' ' : byte);
        }
        while (end > line && end[-1] == ' ') {
            end--;
        }
        *end++ = '\n';
    }
    if (text != NULL) {
        *end = '\0';
    }
    return text;
}
