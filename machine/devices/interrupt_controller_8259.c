/* Two interrupt controllers 8259A, cascaded as in the PC/AT. Intel 8259A data sheet (order number 231468), initialization and operation command
 * words. Left out: polling, rotation of priorities, level-triggered mode. */
#include "devices.h"

#define CASCADE 2u

#define ICW1 0x10u
#define ICW1_FOURTH 0x01u
#define ICW1_SINGLE 0x02u
#define ICW4_AUTOMATIC 0x02u
#define OCW3 0x08u

/* The highest priority (lowest number) among the bits; 8: none. */
static unsigned highest(uint8_t bits) {
    unsigned line = 0;
    while (line < 8 && (bits >> line & 1) == 0) {
        line++;
    }
    return line;
}

/* The line that would interrupt now: not masked, and of higher priority than what is in service. */
static unsigned next_line(const struct interrupt_controller *c) {
    unsigned line = highest((uint8_t)(c->request & ~c->mask));
    uint8_t blocking = c->special_mask ? (uint8_t)(c->service & ~c->mask) : c->service;
    return line < highest(blocking) ? line : 8;
}

static void update_cascade(struct interrupt_controllers *p) {
    bool wanted = next_line(&p->chip[1]) < 8;
    uint8_t bit = 1u << CASCADE;
    p->chip[0].request = (uint8_t)(wanted ? p->chip[0].request | bit : p->chip[0].request & ~bit);
}

void interrupt_line(struct interrupt_controllers *p, unsigned line, bool high) {
    struct interrupt_controller *c = &p->chip[line / 8];
    uint8_t bit = (uint8_t)(1u << line % 8);
    if (high && (c->level & bit) == 0) {
        c->request |= bit;
    } else if (!high) {
        c->request &= (uint8_t)~bit;
    }
    c->level = (uint8_t)(high ? c->level | bit : c->level & ~bit);
    update_cascade(p);
}

bool interrupt_pending(const struct interrupt_controllers *p) { return next_line(&p->chip[0]) < 8; }

static uint8_t acknowledge(struct interrupt_controller *c, bool cascade_stays) {
    unsigned line = next_line(c);
    if (line == 8) {
        return (uint8_t)(c->base + 7); /* a spurious interrupt: IR7 */
    }
    uint8_t bit = (uint8_t)(1u << line);
    if (!cascade_stays) {
        c->request &= (uint8_t)~bit;
    }
    c->service = (uint8_t)(c->automatic ? c->service : c->service | bit);
    return (uint8_t)(c->base + line);
}

uint8_t interrupt_acknowledge(struct interrupt_controllers *p) {
    bool second = next_line(&p->chip[0]) == CASCADE;
    uint8_t vector = acknowledge(&p->chip[0], false);
    if (second) {
        vector = acknowledge(&p->chip[1], false);
    }
    update_cascade(p);
    return vector;
}

static void initialize(struct interrupt_controller *c, uint8_t word) {
    uint8_t level = c->level;
    *c = (struct interrupt_controller){.level = level, .expected = 2};
    c->needs_fourth = (word & ICW1_FOURTH) != 0;
    c->single = (word & ICW1_SINGLE) != 0;
}

/* OCW2: bits 7 to 5 are the command; 1 and 3 are the ends of interrupt without rotation. */
static void end_of_interrupt(struct interrupt_controller *c, uint8_t word) {
    unsigned line = (word & 0x60) == 0x60 ? word & 7u : highest(c->service);
    if ((word & 0x20) != 0 && line < 8) {
        c->service &= (uint8_t) ~(1u << line);
    }
}

static void write_command(struct interrupt_controller *c, uint8_t word) {
    if ((word & ICW1) != 0) {
        initialize(c, word);
    } else if ((word & OCW3) != 0) {
        c->reads_service = (word & 2) != 0 ? (word & 1) != 0 : c->reads_service;
        c->special_mask = (word & 0x40) != 0 ? (word & 0x20) != 0 : c->special_mask;
    } else {
        end_of_interrupt(c, word);
    }
}

static void write_data(struct interrupt_controller *c, uint8_t word) {
    switch (c->expected) {
    case 2:
        c->base = word & 0xF8;
        c->expected = c->single ? (c->needs_fourth ? 4 : 0) : 3;
        break;
    case 3:
        c->expected = c->needs_fourth ? 4 : 0;
        break;
    case 4:
        c->automatic = (word & ICW4_AUTOMATIC) != 0;
        c->expected = 0;
        break;
    default:
        c->mask = word;
        break;
    }
}

static void write_port(struct interrupt_controllers *p, unsigned chip, uint16_t port, uint8_t value) {
    if (port == 0) {
        write_command(&p->chip[chip], value);
    } else {
        write_data(&p->chip[chip], value);
    }
    update_cascade(p);
}

static uint8_t read_port(const struct interrupt_controllers *p, unsigned chip, uint16_t port) {
    const struct interrupt_controller *c = &p->chip[chip];
    return port != 0 ? c->mask : c->reads_service ? c->service : c->request;
}

static uint8_t read_first(void *context, uint16_t port) { return read_port(context, 0, port); }
static uint8_t read_second(void *context, uint16_t port) { return read_port(context, 1, port); }
static void write_first(void *context, uint16_t port, uint8_t value) { write_port(context, 0, port, value); }
static void write_second(void *context, uint16_t port, uint8_t value) { write_port(context, 1, port, value); }

bool interrupt_controllers_attach(struct interrupt_controllers *p, struct ports *ports) {
    *p = (struct interrupt_controllers){.chip = {{.mask = 0xFF, .base = 0x08}, {.mask = 0xFF, .base = 0x70}}};
    return ports_add(ports, &(struct device){"8259 (first)", 0x20, 2, read_first, write_first, p}) &&
           ports_add(ports, &(struct device){"8259 (second)", 0xA0, 2, read_second, write_second, p});
}
