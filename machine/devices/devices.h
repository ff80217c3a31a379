/* The devices of the machine: each is a file of its own, by its data sheet. Time is a number of instructions, see TICKS. Internal to machine/. */
#ifndef POPEK_MACHINE_DEVICES_H
#define POPEK_MACHINE_DEVICES_H

#include "../memory.h"
#include "../ports.h"
#include "../serial_source.h"

#include <stddef.h>
#include <stdio.h>

/* One instruction takes as long as 1/50 period of the timer's clock (1.193182 MHz): the machine seems to do 60 million a second. */
#define INSTRUCTIONS_PER_TICK 50u
#define TICKS_PER_SECOND 1193182u
#define NEVER UINT64_MAX

/* ---- two 8259A interrupt controllers ---- */
struct interrupt_controller {
    uint8_t request, service, mask, base;
    uint8_t level;    /* lines that are high */
    uint8_t expected; /* initialization words still to come: 0, 2, 3, 4 */
    uint8_t lowest;   /* the line of lowest priority; the next one has the highest */
    bool needs_fourth, single, automatic, reads_service, special_mask;
    bool fully_nested; /* special fully nested mode */
    bool rotates;      /* with each interrupt whose end is automatic */
    bool polled;       /* the next read acknowledges */
};
struct interrupt_controllers {
    struct interrupt_controller chip[2];
};
bool interrupt_controllers_attach(struct interrupt_controllers *p, struct ports *ports);
void interrupt_line(struct interrupt_controllers *p, unsigned line, bool high);
bool interrupt_pending(const struct interrupt_controllers *p);
uint8_t interrupt_acknowledge(struct interrupt_controllers *p);

/* ---- 8254 timer ---- */
struct counter {
    uint32_t reload; /* 1 to 65536 */
    uint64_t start;  /* the time when it was loaded, in ticks */
    uint8_t mode, access, latched_low, latched_high, status;
    uint8_t write_low;
    bool write_second, read_second, latched, status_latched, loaded, gate;
};
struct timer {
    struct counter counters[3];
    uint64_t fired;           /* how many periods of counter 0 are reported */
    const uint64_t *executed; /* the time */
    bool speaker;
    struct interrupt_controllers *interrupts;
};
bool timer_attach(struct timer *t, struct ports *ports, struct interrupt_controllers *interrupts, const uint64_t *executed);
void timer_advance(struct timer *t);        /* to the present */
uint64_t timer_next(const struct timer *t); /* when counter 0 fires, in instructions; NEVER */

/* ---- 16550 serial port ---- */
struct serial {
    uint8_t enable, line_control, modem_control, scratch, divisor_low, divisor_high;
    bool transmitter_empty_pending;
    uint8_t looped; /* what was sent in the loop, for a test of the chip */
    bool looped_full;
    char *text; /* what was sent */
    size_t size, capacity;
    const struct serial_source *source; /* NULL: none */
    size_t taken;                       /* bytes of it */
    uint64_t next_at;                   /* when the next one can have come in, at the rate of the divisor, in instructions */
    bool source_ended;
    const uint64_t *executed; /* the time */
    FILE *console;
    struct interrupt_controllers *interrupts;
};
bool serial_attach(struct serial *s, struct ports *ports, struct interrupt_controllers *interrupts, const uint64_t *executed);
void serial_set_source(struct serial *s, const struct serial_source *source);
void serial_advance(struct serial *s);        /* to the present: what has come in by now interrupts */
uint64_t serial_next(const struct serial *s); /* when to look again for what may have come in, in instructions; NEVER */
/* The processor halts until then: waits as long by the clock of the host for a byte that would interrupt. True: it has come. */
bool serial_wait(struct serial *s, uint64_t until);
void serial_drop(struct serial *s);

/* ---- CMOS clock, MC146818 ---- */
struct clock {
    uint8_t index, bytes[128];
    const uint64_t *executed; /* the time */
    int64_t ahead;            /* by so many seconds the guest has set it */
    uint8_t weekday;          /* and by so many days of the week */
    uint64_t since, fired;    /* of the periodic interrupt: when it was set up, and how many periods are reported */
    struct interrupt_controllers *interrupts;
};
bool clock_attach(struct clock *c, struct ports *ports, struct interrupt_controllers *interrupts, const uint64_t *executed, uint32_t memory_size);
void clock_advance(struct clock *c);        /* to the present */
uint64_t clock_next(const struct clock *c); /* when it next interrupts, in instructions; NEVER */

/* ---- 8042 keyboard controller ---- */
#define KEYBOARD_WAITING 4u
#define KEYBOARD_MEMORY 32u
struct keyboard {
    uint8_t command, output_port;
    uint8_t memory[KEYBOARD_MEMORY];   /* of the controller; byte 0 is the command byte */
    uint8_t keyboard_command;          /* that a parameter belongs to */
    uint8_t waiting[KEYBOARD_WAITING]; /* bytes for the processor */
    unsigned count;
    uint8_t last; /* that was read */
    bool *reset;
    struct interrupt_controllers *interrupts;
};
bool keyboard_attach(struct keyboard *k, struct ports *ports, struct interrupt_controllers *interrupts, bool *reset);

/* ---- VGA text screen: registers; its memory is memory at 0xB8000 ---- */
struct display {
    uint8_t index, registers[32];
    bool retrace;
};
bool display_attach(struct display *d, struct ports *ports);
char *display_text(const struct display *d, const struct memory *m);

struct devices {
    struct interrupt_controllers interrupts;
    struct timer timer;
    struct serial serial;
    struct clock clock;
    struct keyboard keyboard;
    struct display display;
    bool ended, reset; /* the guest's own wish */
    uint8_t exit_code;
};
bool devices_attach(struct devices *d, struct ports *ports, const uint64_t *executed, uint32_t memory_size);

#endif
