/* The clock and the memory behind ports 70h and 71h. Motorola MC146818 data sheet; the memory's layout: IBM PC AT technical reference. The date is
 * the same in every run: 2000-01-01 00:00:00 at the start. Left out: the interrupts of the alarm and of updates, and that updates take time. */
#include "devices.h"

#include <string.h>
#include <time.h>

#define STATUS_A 10u
#define STATUS_B 11u
#define STATUS_C 12u
#define STATUS_D 13u
#define LINE 8u
#define SET 0x80u      /* of status B */
#define BINARY 0x04u   /* of status B */
#define HOURS_24 0x02u /* of status B */
#define AFTERNOON 0x80u
#define START 946684800 /* 2000-01-01, in seconds since 1970 */
#define PERIODIC 0x40u  /* of status B: enabled; of status C: happened */
#define INTERRUPTED 0x80u
#define RATE 0x0Fu /* of status A */
#define OSCILLATOR 32768u

/* ---- time and date, as status B says ------------------------------------------------------------------------------------------------------------
 */

static const uint8_t time_registers[] = {0, 2, 4, 6, 7, 8, 9}; /* second, minute, hour, day of the week and of the month, month, year */
#define TIME_REGISTERS (sizeof time_registers / sizeof time_registers[0])

static bool is_time(unsigned index) { return memchr(time_registers, (int)index, TIME_REGISTERS) != NULL; }

static struct tm now(const struct clock *c) {
    time_t seconds = (time_t)(*c->executed / INSTRUCTIONS_PER_TICK / TICKS_PER_SECOND) + START + (time_t)c->ahead;
    struct tm t;
    (void)gmtime_r(&seconds, &t);
    return t;
}

/* The number that a register stands for; months and days of the week from 0. */
static int *field_of(struct tm *t, unsigned index) {
    return index == 0   ? &t->tm_sec
           : index == 2 ? &t->tm_min
           : index == 4 ? &t->tm_hour
           : index == 6 ? &t->tm_wday
           : index == 7 ? &t->tm_mday
           : index == 8 ? &t->tm_mon
                        : &t->tm_year;
}

static uint8_t encode(const struct clock *c, unsigned index, unsigned value) {
    uint8_t b = c->bytes[STATUS_B];
    bool afternoon = index == 4 && (b & HOURS_24) == 0 && value >= 12;
    if (index == 4 && (b & HOURS_24) == 0) {
        value = value % 12 == 0 ? 12 : value % 12;
    }
    value = (b & BINARY) != 0 ? value : value / 10 % 10 << 4 | value % 10;
    return (uint8_t)(value | (afternoon ? AFTERNOON : 0));
}

static int decode(const struct clock *c, unsigned index, uint8_t byte) {
    uint8_t b = c->bytes[STATUS_B];
    bool halves = index == 4 && (b & HOURS_24) == 0;
    unsigned raw = halves ? byte & ~(unsigned)AFTERNOON : byte;
    unsigned value = (b & BINARY) != 0 ? raw : (raw >> 4) * 10 + (raw & 15);
    return (int)(!halves ? value : value % 12 + ((byte & AFTERNOON) != 0 ? 12 : 0));
}

static uint8_t show_time(const struct clock *c, unsigned index) {
    struct tm t = now(c);
    unsigned value = (unsigned)*field_of(&t, index);
    value = index == 6 ? (value + c->weekday) % 7 + 1 : index == 8 ? value + 1 : index == 9 ? value % 100 : value;
    return encode(c, index, value);
}

static void put_time(const struct clock *c, struct tm *t, unsigned index, uint8_t byte) {
    int value = decode(c, index, byte);
    *field_of(t, index) = index == 8 ? value - 1 : index == 9 ? value + 100 : value;
}

/* The clock goes on from there. The day of the week counts by itself. */
static void set_time(struct clock *c, struct tm *t, int weekday) {
    struct tm before = now(c);
    c->ahead += timegm(t) - timegm(&before);
    before = now(c);
    c->weekday = (uint8_t)((weekday - before.tm_wday + 14) % 7);
}

static void write_time(struct clock *c, unsigned index, uint8_t byte) {
    struct tm t = now(c);
    int weekday = (t.tm_wday + c->weekday) % 7;
    if (index == 6) {
        weekday = (decode(c, index, byte) + 6) % 7;
    } else {
        put_time(c, &t, index, byte);
    }
    set_time(c, &t, weekday);
}

/* With SET the registers stand still; they hold what the guest writes, and all of it counts when SET is cleared. */
static void hold(struct clock *c) {
    for (unsigned i = 0; i < TIME_REGISTERS; i++) {
        c->bytes[time_registers[i]] = show_time(c, time_registers[i]);
    }
}

static void release(struct clock *c) {
    struct tm t = now(c);
    for (unsigned i = 0; i < TIME_REGISTERS; i++) {
        put_time(c, &t, time_registers[i], c->bytes[time_registers[i]]);
    }
    set_time(c, &t, (decode(c, 6, c->bytes[6]) + 6) % 7);
}

static uint8_t read_clock(const struct clock *c, unsigned index) {
    return is_time(index) && (c->bytes[STATUS_B] & SET) == 0 ? show_time(c, index) : c->bytes[index];
}

/* ---- interrupts and ports -----------------------------------------------------------------------------------------------------------------------
 */

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

static void write_status(struct clock *c, uint8_t value) {
    uint8_t old = c->bytes[c->index];
    uint8_t settable = c->index == STATUS_A ? RATE : SET | PERIODIC | BINARY | HOURS_24;
    uint8_t next = (uint8_t)((old & ~settable) | (value & settable));
    if (c->index == STATUS_B && (next & ~old & SET) != 0) {
        hold(c);
    }
    c->bytes[c->index] = next;
    if (c->index == STATUS_B && (old & ~next & SET) != 0) {
        release(c);
    }
    c->since = *c->executed;
    c->fired = 0;
}

static void write_port(void *context, uint16_t port, uint8_t value) {
    struct clock *c = context;
    if (port == 0) {
        c->index = value & 0x7F; /* bit 7 is the mask of NMIs, of which there are none */
    } else if (c->index == STATUS_A || c->index == STATUS_B) {
        write_status(c, value);
    } else if (is_time(c->index) && (c->bytes[STATUS_B] & SET) == 0) {
        write_time(c, c->index, value);
    } else if (c->index < STATUS_A || c->index > STATUS_D) { /* memory; the alarm; the time, while the clock stands */
        c->bytes[c->index] = value;
    }
}

bool clock_attach(struct clock *c, struct ports *ports, struct interrupt_controllers *interrupts, const uint64_t *executed, uint32_t memory_size) {
    uint32_t extended = (memory_size - 0x100000) / 1024;
    uint32_t kilobytes = extended > 0xFFFF ? 0xFFFF : extended;
    *c = (struct clock){.executed = executed, .interrupts = interrupts};
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
