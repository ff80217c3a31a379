/* The clock and the memory behind ports 70h and 71h. Motorola MC146818 data sheet; the memory's layout: IBM PC AT technical reference. The date is
 * the same in every run: 2000-01-01 00:00:00 at the start. Left out: the interrupts of the alarm and of updates, setting the time. */
#include "devices.h"

#define STATUS_A 10u
#define STATUS_B 11u
#define STATUS_C 12u
#define STATUS_D 13u
#define LINE 8u
#define PERIODIC 0x40u /* of status B: enabled; of status C: happened */
#define INTERRUPTED 0x80u
#define RATE 0x0Fu /* of status A */
#define OSCILLATOR 32768u

static uint8_t in_decimal(unsigned value) { return (uint8_t)(value / 10 % 10 << 4 | value % 10); }

static uint8_t read_clock(const struct clock *c, unsigned index) {
    uint64_t seconds = *c->executed / INSTRUCTIONS_PER_TICK / TICKS_PER_SECOND;
    switch (index) {
    case 0:
        return in_decimal((unsigned)(seconds % 60));
    case 2:
        return in_decimal((unsigned)(seconds / 60 % 60));
    case 4:
        return in_decimal((unsigned)(seconds / 3600 % 24));
    default:
        return c->bytes[index];
    }
}

/* Of the periodic interrupt, in instructions; 0: there is none. MC146818, table 5: rates 1 and 2 are those of 8 and 9. */
static uint64_t period_of(const struct clock *c) {
    unsigned rate = c->bytes[STATUS_A] & RATE;
    rate = rate == 1 || rate == 2 ? rate + 7 : rate;
    bool enabled = rate != 0 && (c->bytes[STATUS_B] & PERIODIC) != 0;
    return enabled ? ((uint64_t)INSTRUCTIONS_PER_TICK * TICKS_PER_SECOND << (rate - 1)) / OSCILLATOR : 0;
}

void clock_advance(struct clock *c) {
    uint64_t period = period_of(c);
    uint64_t periods = period == 0 ? 0 : (*c->executed - c->since) / period;
    if (periods > c->fired) {
        c->fired = periods;
        c->bytes[STATUS_C] |= PERIODIC | INTERRUPTED;
        interrupt_line(c->interrupts, LINE, true);
    }
}

uint64_t clock_next(const struct clock *c) {
    uint64_t period = period_of(c);
    return period == 0 ? NEVER : c->since + (c->fired + 1) * period;
}

/* Status C says why the clock interrupts, and forgets it. */
static uint8_t read_port(void *context, uint16_t port) {
    struct clock *c = context;
    uint8_t value = port == 0 ? 0xFF : read_clock(c, c->index);
    if (port != 0 && c->index == STATUS_C) {
        c->bytes[STATUS_C] = 0;
        interrupt_line(c->interrupts, LINE, false);
    }
    return value;
}

static void write_port(void *context, uint16_t port, uint8_t value) {
    struct clock *c = context;
    if (port == 0) {
        c->index = value & 0x7F; /* bit 7 is the mask of NMIs, of which there are none */
    } else if (c->index >= 14) {
        c->bytes[c->index] = value;
    } else if (c->index == STATUS_A || c->index == STATUS_B) { /* how hours are counted and written stays */
        uint8_t settable = c->index == STATUS_A ? RATE : PERIODIC;
        c->bytes[c->index] = (uint8_t)((c->bytes[c->index] & ~settable) | (value & settable));
        c->since = *c->executed;
        c->fired = 0;
    }
}

bool clock_attach(struct clock *c, struct ports *ports, struct interrupt_controllers *interrupts, const uint64_t *executed, uint32_t memory_size) {
    uint32_t extended = (memory_size - 0x100000) / 1024;
    uint32_t kilobytes = extended > 0xFFFF ? 0xFFFF : extended;
    *c = (struct clock){.executed = executed, .interrupts = interrupts};
    c->bytes[6] = 7; /* Saturday */
    c->bytes[7] = 1;
    c->bytes[8] = 1;
    c->bytes[9] = 0;
    c->bytes[0x32] = 0x20;
    c->bytes[STATUS_A] = 0x26;
    c->bytes[STATUS_B] = 0x02; /* decimal, 24 hours */
    c->bytes[STATUS_D] = 0x80; /* the battery is good */
    c->bytes[0x15] = 0x80;     /* 640 KiB below 1 MiB */
    c->bytes[0x16] = 0x02;
    c->bytes[0x17] = c->bytes[0x30] = (uint8_t)kilobytes;
    c->bytes[0x18] = c->bytes[0x31] = (uint8_t)(kilobytes >> 8);
    return ports_add(ports, &(struct device){"MC146818", 0x70, 2, read_port, write_port, c});
}
