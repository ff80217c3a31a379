/* The timer 8254: counter 0 interrupts, counter 2 can be read back, port 61h gates it. Intel 8254 data sheet (order number 231164), modes 0, 2 and 3,
 * counter latch and read-back commands. Left out: BCD, modes 1, 4 and 5 behave as mode 0. */
#include "devices.h"

#define LINE 0u
#define ACCESS_LOW 1u
#define ACCESS_HIGH 2u
#define PERIODIC(mode) ((mode) == 2 || (mode) == 3)

static uint64_t time_of(const struct timer *t) { return *t->executed / INSTRUCTIONS_PER_TICK; }

/* What the counter holds at this time. */
static uint16_t value_of(const struct timer *t, const struct counter *c) {
    uint64_t elapsed = c->gate ? time_of(t) - c->start : 0;
    if (!c->loaded) {
        return 0;
    }
    if (!PERIODIC(c->mode)) {
        return (uint16_t)(c->reload - elapsed);
    }
    uint64_t in_period = elapsed % c->reload;
    if (c->mode == 3) { /* counts by two, twice a period */
        return (uint16_t)(c->reload - in_period * 2 % c->reload);
    }
    return (uint16_t)(c->reload - in_period);
}

static bool output_of(const struct timer *t, const struct counter *c) {
    uint64_t elapsed = c->gate ? time_of(t) - c->start : 0;
    if (!c->loaded) {
        return c->mode != 0;
    }
    if (c->mode == 3) {
        return elapsed % c->reload < (c->reload + 1) / 2;
    }
    return c->mode == 2 ? elapsed % c->reload != c->reload - 1 : elapsed >= c->reload;
}

static void load(struct timer *t, struct counter *c, uint32_t value) {
    c->reload = value == 0 ? 0x10000u : value;
    c->start = time_of(t);
    c->loaded = true;
    if (c == &t->counters[0]) {
        t->fired = 0;
        interrupt_line(t->interrupts, LINE, PERIODIC(c->mode));
        interrupt_line(t->interrupts, LINE, false);
    }
}

static void latch(const struct timer *t, struct counter *c) {
    if (!c->latched) {
        uint16_t value = value_of(t, c);
        c->latched = true;
        c->latched_low = (uint8_t)value;
        c->latched_high = (uint8_t)(value >> 8);
    }
}

static void read_back(struct timer *t, uint8_t word) {
    for (unsigned i = 0; i < 3; i++) {
        struct counter *c = &t->counters[i];
        if ((word >> (i + 1) & 1) == 0) {
            continue;
        }
        if ((word & 0x20) == 0) {
            latch(t, c);
        }
        if ((word & 0x10) == 0) {
            c->status_latched = true;
            c->status = (uint8_t)((output_of(t, c) ? 0x80 : 0) | (c->loaded ? 0 : 0x40) | c->access << 4 | c->mode << 1);
        }
    }
}

static void write_control(struct timer *t, uint8_t word) {
    unsigned number = word >> 6;
    unsigned access = word >> 4 & 3;
    if (number == 3) {
        read_back(t, word);
    } else if (access == 0) {
        latch(t, &t->counters[number]);
    } else {
        struct counter *c = &t->counters[number];
        unsigned mode = word >> 1 & 7;
        bool gate = c->gate;
        *c = (struct counter){.mode = (uint8_t)(mode > 5 ? mode - 4 : mode), .access = (uint8_t)access, .gate = gate, .reload = 0x10000};
    }
}

static void write_port(void *context, uint16_t port, uint8_t value) {
    struct timer *t = context;
    if (port == 3) {
        write_control(t, value);
        return;
    }
    struct counter *c = &t->counters[port];
    if (c->access == ACCESS_LOW) {
        load(t, c, value);
    } else if (c->access == ACCESS_HIGH) {
        load(t, c, (uint32_t)value << 8);
    } else if (!c->write_second) {
        c->write_low = value;
        c->write_second = true;
    } else {
        c->write_second = false;
        load(t, c, (uint32_t)value << 8 | c->write_low);
    }
}

static uint8_t read_port(void *context, uint16_t port) {
    struct timer *t = context;
    if (port == 3) {
        return 0xFF;
    }
    struct counter *c = &t->counters[port];
    if (c->status_latched) {
        c->status_latched = false;
        return c->status;
    }
    uint16_t value = (uint16_t)(c->latched ? c->latched_high << 8 | c->latched_low : value_of(t, c));
    bool high = c->access == ACCESS_HIGH || (c->access == 3 && c->read_second);
    c->latched = c->latched && c->access == 3 && !c->read_second;
    c->read_second = c->access == 3 && !c->read_second;
    return (uint8_t)(high ? value >> 8 : value);
}

/* Port 61h: bit 0 gates counter 2, bit 5 shows its output, bit 4 toggles with the refresh of memory. IBM PC AT technical reference. */
static uint8_t read_gate(void *context, uint16_t port) {
    struct timer *t = context;
    const struct counter *c = &t->counters[2];
    (void)port;
    return (uint8_t)((c->gate ? 1 : 0) | (t->speaker ? 2 : 0) | ((time_of(t) / 18 & 1) != 0 ? 0x10 : 0) | (output_of(t, c) ? 0x20 : 0));
}

static void write_gate(void *context, uint16_t port, uint8_t value) {
    struct timer *t = context;
    struct counter *c = &t->counters[2];
    (void)port;
    bool gate = (value & 1) != 0;
    if (gate && !c->gate) {
        c->start = time_of(t);
    }
    c->gate = gate;
    t->speaker = (value & 2) != 0;
}

void timer_advance(struct timer *t) {
    const struct counter *c = &t->counters[0];
    uint64_t elapsed = time_of(t) - c->start;
    uint64_t periods = !c->loaded ? 0 : PERIODIC(c->mode) ? elapsed / c->reload : elapsed >= c->reload;
    if (periods > t->fired) {
        t->fired = periods;
        interrupt_line(t->interrupts, LINE, false);
        interrupt_line(t->interrupts, LINE, true);
    }
}

uint64_t timer_next(const struct timer *t) {
    const struct counter *c = &t->counters[0];
    bool over = !PERIODIC(c->mode) && t->fired > 0;
    return !c->loaded || over ? NEVER : (c->start + (t->fired + 1) * c->reload) * INSTRUCTIONS_PER_TICK;
}

bool timer_attach(struct timer *t, struct ports *ports, struct interrupt_controllers *interrupts, const uint64_t *executed) {
    *t = (struct timer){.interrupts = interrupts, .executed = executed};
    for (unsigned i = 0; i < 3; i++) {
        t->counters[i] = (struct counter){.access = 3, .gate = i != 2, .mode = 3, .reload = 0x10000};
    }
    return ports_add(ports, &(struct device){"8254", 0x40, 4, read_port, write_port, t}) &&
           ports_add(ports, &(struct device){"port 61h", 0x61, 1, read_gate, write_gate, t});
}
