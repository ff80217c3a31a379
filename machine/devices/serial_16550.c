/* A serial port 16550 at 3F8h, without its FIFOs, as an 8250 with a scratch register: what is sent is gone at once, what comes in comes at the
 * rate of the divisor. National Semiconductor PC16550D
 * data sheet, section 8. */
#include "devices.h"

#include <stdlib.h>

#define LINE 4u
#define ENABLE_RECEIVED 1u
#define ENABLE_EMPTY 2u
#define DIVISOR_ACCESS 0x80u
#define LOOP 0x10u
#define CHARACTER_TIME (10u * INSTRUCTIONS_PER_TICK * TICKS_PER_SECOND / 115200u) /* of 10 bits with divisor 1: section 8.3 */
#define LOOK_INTERVAL (INSTRUCTIONS_PER_TICK * TICKS_PER_SECOND / 1000)           /* a millisecond, in instructions */

enum serial_register {
    REGISTER_DATA,
    REGISTER_ENABLE,
    REGISTER_IDENTIFICATION,
    REGISTER_LINE_CONTROL,
    REGISTER_MODEM_CONTROL,
    REGISTER_LINE_STATUS,
    REGISTER_MODEM_STATUS,
    REGISTER_SCRATCH
};

static bool in_loop(const struct serial *s) { return (s->modem_control & LOOP) != 0; }

/* In the loop the receiver gets what the transmitter sends, and the line nothing. */
static bool has_input(const struct serial *s) {
    return in_loop(s) ? s->looped_full : s->source != NULL && *s->executed >= s->next_at && s->source->ready(s->source->context, s->taken);
}

static uint8_t receive(struct serial *s) {
    if (!has_input(s)) {
        return 0;
    }
    if (in_loop(s)) {
        s->looped_full = false;
        return s->looped;
    }
    uint32_t divisor = (uint32_t)s->divisor_high << 8 | s->divisor_low;
    s->next_at = *s->executed + (uint64_t)CHARACTER_TIME * (divisor == 0 ? 1 : divisor);
    return s->source->take(s->source->context, s->taken++);
}

static void update(struct serial *s) {
    bool received = (s->enable & ENABLE_RECEIVED) != 0 && has_input(s);
    bool empty = s->transmitter_empty_pending && (s->enable & ENABLE_EMPTY) != 0;
    interrupt_line(s->interrupts, LINE, received || empty);
}

static void send(struct serial *s, uint8_t byte) {
    if (in_loop(s)) {
        s->looped = byte;
        s->looped_full = true;
        return;
    }
    if (s->size + 1 >= s->capacity) {
        size_t capacity = s->capacity == 0 ? 4096 : s->capacity * 2;
        char *text = realloc(s->text, capacity);
        if (text == NULL) {
            return;
        }
        s->text = text;
        s->capacity = capacity;
    }
    s->text[s->size++] = (char)byte;
    s->text[s->size] = '\0';
    if (s->console != NULL) {
        (void)fputc(byte, s->console);
        (void)fflush(s->console);
    }
}

static uint8_t identification(struct serial *s) {
    if ((s->enable & ENABLE_RECEIVED) != 0 && has_input(s)) {
        return 4;
    }
    if (s->transmitter_empty_pending && (s->enable & ENABLE_EMPTY) != 0) {
        s->transmitter_empty_pending = false;
        return 2;
    }
    return 1;
}

static uint8_t read_register(struct serial *s, uint16_t number) {
    bool divisor = (s->line_control & DIVISOR_ACCESS) != 0;
    switch (number) {
    case REGISTER_DATA:
        return divisor ? s->divisor_low : receive(s);
    case REGISTER_ENABLE:
        return divisor ? s->divisor_high : s->enable;
    case REGISTER_IDENTIFICATION:
        return identification(s);
    case REGISTER_LINE_CONTROL:
        return s->line_control;
    case REGISTER_MODEM_CONTROL:
        return s->modem_control;
    case REGISTER_LINE_STATUS:
        return (uint8_t)(0x60 | (has_input(s) ? 1 : 0));
    case REGISTER_MODEM_STATUS: /* CTS, DSR and DCD are on; in the loop they are RTS, DTR and OUT2 */
        return (uint8_t)(!in_loop(s) ? 0xB0 : (s->modem_control & 2) << 3 | (s->modem_control & 1) << 5 | (s->modem_control & 0xC) << 4);
    default:
        return s->scratch;
    }
}

static void write_register(struct serial *s, uint16_t number, uint8_t value) {
    bool divisor = (s->line_control & DIVISOR_ACCESS) != 0;
    switch (number) {
    case REGISTER_DATA:
        if (divisor) {
            s->divisor_low = value;
        } else {
            send(s, value);
            s->transmitter_empty_pending = true;
        }
        break;
    case REGISTER_ENABLE:
        if (divisor) {
            s->divisor_high = value;
        } else {
            s->transmitter_empty_pending = s->transmitter_empty_pending || ((value & ~s->enable) & ENABLE_EMPTY) != 0;
            s->enable = value & 0xF;
        }
        break;
    case REGISTER_LINE_CONTROL:
        s->line_control = value;
        break;
    case REGISTER_MODEM_CONTROL:
        s->modem_control = value & 0x1F;
        break;
    case REGISTER_SCRATCH:
        s->scratch = value;
        break;
    default: /* the FIFO control register of a chip without FIFOs; the status registers are for tests of the chip */
        break;
    }
}

static uint8_t read_port(void *context, uint16_t port) {
    uint8_t value = read_register(context, port);
    update(context);
    return value;
}

static void write_port(void *context, uint16_t port, uint8_t value) {
    write_register(context, port, value);
    update(context);
}

void serial_set_source(struct serial *s, const struct serial_source *source) {
    s->source = source;
    s->taken = 0;
    s->next_at = 0;
    s->source_ended = false;
    update(s);
}

/* Something may still come in, and would interrupt. */
static bool is_waiting(const struct serial *s) { return s->source != NULL && !s->source_ended && (s->enable & ENABLE_RECEIVED) != 0 && !in_loop(s); }

void serial_advance(struct serial *s) {
    if (is_waiting(s)) {
        update(s);
    }
}

uint64_t serial_next(const struct serial *s) {
    return !is_waiting(s) ? NEVER : *s->executed < s->next_at ? s->next_at : *s->executed + LOOK_INTERVAL;
}

bool serial_wait(struct serial *s, uint64_t until) {
    if (!is_waiting(s) || *s->executed < s->next_at) {
        return false;
    }
    uint64_t microseconds = (until - *s->executed) * 1000000 / ((uint64_t)INSTRUCTIONS_PER_TICK * TICKS_PER_SECOND);
    s->source_ended = !s->source->wait(s->source->context, s->taken, microseconds);
    update(s);
    return has_input(s);
}

void serial_drop(struct serial *s) { free(s->text); }

bool serial_attach(struct serial *s, struct ports *ports, struct interrupt_controllers *interrupts, const uint64_t *executed) {
    *s = (struct serial){.interrupts = interrupts, .executed = executed};
    return ports_add(ports, &(struct device){"16550", 0x3F8, 8, read_port, write_port, s});
}
