/* Two interrupt controllers 8259A, cascaded as in the PC/AT. Intel 8259A data sheet (order number 231468), initialization and operation command
 * words, priorities, polling. Left out: level-triggered mode, the modes of the 8080. */
#include "devices.h"

#define CASCADE 2u

#define ICW1 0x10u
#define ICW1_FOURTH 0x01u
#define ICW1_SINGLE 0x02u
#define ICW4_AUTOMATIC 0x02u
#define ICW4_FULLY_NESTED 0x10u
#define OCW2_ROTATE 0x80u
#define OCW2_SPECIFIC 0x40u
#define OCW2_END 0x20u
#define OCW3 0x08u
#define OCW3_POLL 0x04u
#define NO_LINE 8u

/* 0 is the highest priority; that of NO_LINE is lower than all. */
static unsigned rank_of(const struct interrupt_controller *c, unsigned line) { return line == NO_LINE ? NO_LINE : (line - c->lowest - 1) & 7u; }

/* The line of the highest priority among the bits, or NO_LINE. */
static unsigned highest(const struct interrupt_controller *c, uint8_t bits) {
    for (unsigned i = 1; i <= 8; i++) {
        unsigned line = (c->lowest + i) & 7u;
        if ((bits >> line & 1) != 0) {
            return line;
        }
    }
    return NO_LINE;
}

/* The line that would interrupt now: not masked, and of higher priority than what is in service. */
static unsigned next_line(const struct interrupt_controller *c) {
    unsigned line = highest(c, (uint8_t)(c->request & ~c->mask));
    uint8_t blocking = c->special_mask ? (uint8_t)(c->service & ~c->mask) : c->service;
    /* The second controller may have another one of higher priority while one of its own is in service. */
    blocking &= (uint8_t)(c->fully_nested ? ~(1u << CASCADE) : 0xFFu);
    return rank_of(c, line) < rank_of(c, highest(c, blocking)) ? line : NO_LINE;
}

static void update_cascade(struct interrupt_controllers *p) {
    bool wanted = next_line(&p->chip[1]) != NO_LINE;
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

bool interrupt_pending(const struct interrupt_controllers *p) { return next_line(&p->chip[0]) != NO_LINE; }

/* The line goes into service. NO_LINE: it was spurious. */
static unsigned acknowledge(struct interrupt_controller *c) {
    unsigned line = next_line(c);
    if (line != NO_LINE) {
        uint8_t bit = (uint8_t)(1u << line);
        c->request &= (uint8_t)~bit;
        c->service = (uint8_t)(c->automatic ? c->service : c->service | bit);
        c->lowest = c->automatic && c->rotates ? (uint8_t)line : c->lowest;
    }
    return line;
}

/* A spurious one is IR7. */
static uint8_t vector_of(const struct interrupt_controller *c, unsigned line) { return (uint8_t)(c->base + (line == NO_LINE ? 7 : line)); }

uint8_t interrupt_acknowledge(struct interrupt_controllers *p) {
    unsigned line = acknowledge(&p->chip[0]);
    uint8_t vector = line == CASCADE ? vector_of(&p->chip[1], acknowledge(&p->chip[1])) : vector_of(&p->chip[0], line);
    update_cascade(p);
    return vector;
}

static void initialize(struct interrupt_controller *c, uint8_t word) {
    uint8_t level = c->level;
    *c = (struct interrupt_controller){.level = level, .expected = 2, .lowest = 7};
    c->needs_fourth = (word & ICW1_FOURTH) != 0;
    c->single = (word & ICW1_SINGLE) != 0;
}

/* OCW2. What is masked in special mask mode only a specific end of interrupt ends. */
static void end_of_interrupt(struct interrupt_controller *c, uint8_t word) {
    bool rotate = (word & OCW2_ROTATE) != 0;
    bool specific = (word & OCW2_SPECIFIC) != 0;
    unsigned line = specific ? word & 7u : highest(c, c->special_mask ? (uint8_t)(c->service & ~c->mask) : c->service);
    if ((word & OCW2_END) != 0 && line != NO_LINE) {
        c->service &= (uint8_t) ~(1u << line);
        c->lowest = rotate ? (uint8_t)line : c->lowest;
    } else if ((word & OCW2_END) == 0 && specific) {
        c->lowest = rotate ? (uint8_t)line : c->lowest;
    } else if ((word & OCW2_END) == 0) {
        c->rotates = rotate;
    }
}

static void write_command(struct interrupt_controller *c, uint8_t word) {
    if ((word & ICW1) != 0) {
        initialize(c, word);
    } else if ((word & OCW3) != 0) {
        c->reads_service = (word & 2) != 0 ? (word & 1) != 0 : c->reads_service;
        c->special_mask = (word & 0x40) != 0 ? (word & 0x20) != 0 : c->special_mask;
        c->polled = (word & OCW3_POLL) != 0;
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
        c->fully_nested = (word & ICW4_FULLY_NESTED) != 0;
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

/* The answer to a poll: bit 7, and the line. */
static uint8_t poll(struct interrupt_controllers *p, struct interrupt_controller *c) {
    unsigned line = acknowledge(c);
    c->polled = false;
    update_cascade(p);
    return line == NO_LINE ? 0 : (uint8_t)(0x80u | line);
}

static uint8_t read_port(struct interrupt_controllers *p, unsigned chip, uint16_t port) {
    struct interrupt_controller *c = &p->chip[chip];
    return c->polled ? poll(p, c) : port != 0 ? c->mask : c->reads_service ? c->service : c->request;
}

static uint8_t read_first(void *context, uint16_t port) { return read_port(context, 0, port); }
static uint8_t read_second(void *context, uint16_t port) { return read_port(context, 1, port); }
static void write_first(void *context, uint16_t port, uint8_t value) { write_port(context, 0, port, value); }
static void write_second(void *context, uint16_t port, uint8_t value) { write_port(context, 1, port, value); }

bool interrupt_controllers_attach(struct interrupt_controllers *p, struct ports *ports) {
    *p = (struct interrupt_controllers){.chip = {{.mask = 0xFF, .base = 0x08, .lowest = 7}, {.mask = 0xFF, .base = 0x70, .lowest = 7}}};
    return ports_add(ports, &(struct device){"8259 (first)", 0x20, 2, read_first, write_first, p}) &&
           ports_add(ports, &(struct device){"8259 (second)", 0xA0, 2, read_second, write_second, p});
}
