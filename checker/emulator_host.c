/* What an emulator may call: memory, arrays and ports. */
#include "emulation.h"

/* Outside of IA-32e mode linear addresses have 32 bits, whatever an adapter adds to a base. */
static uint64_t linear(const struct emulator *e, uint64_t address) {
    return e->mode == MATCHER_LONG || e->mode == MATCHER_COMPATIBILITY ? address : (uint32_t)address;
}

static bool in_data(uint64_t address) { return address - (WINDOW_BASE + WINDOW_DATA) < WINDOW_DATA_SIZE; }

static void host_read(struct popek_host *h, uint64_t address, void *to, uint32_t size) {
    const struct emulator *e = h->emulator;
    for (uint32_t i = 0; i < size; i++) {
        uint64_t at = linear(e, address + i);
        uint8_t byte = 0;
        bool found = false;
        if (at - e->code < e->run.length) {
            byte = e->run.bytes[at - e->code];
        } else if (in_data(at)) {
            byte = e->data[at - (WINDOW_BASE + WINDOW_DATA)];
        } else {
            byte = island_byte(e, at, &found);
            if (!found) {
                (void)window_byte(&e->run, at, &byte);
            }
        }
        ((uint8_t *)to)[i] = byte;
    }
}

static void host_write(struct popek_host *h, uint64_t address, const void *from, uint32_t size) {
    struct emulator *e = h->emulator;
    for (uint32_t i = 0; i < size; i++) {
        uint64_t at = linear(e, address + i);
        bool found = false;
        if (in_data(at)) {
            e->data[at - (WINDOW_BASE + WINDOW_DATA)] = ((const uint8_t *)from)[i];
            continue;
        }
        (void)island_byte(e, at, &found); /* accessed and busy bits, and task states: not compared */
        e->stray = e->stray || !found;
    }
}

static word128 host_get(struct popek_host *h, uint32_t array, uint64_t index) {
    const struct sample *x = &h->emulator->sample;
    for (uint32_t i = x->element_count; i-- > 0;) {
        if (x->elements[i].leaf == array && x->elements[i].index == index) {
            return x->elements[i].value;
        }
    }
    return 0;
}

static void host_set(struct popek_host *h, uint32_t array, uint64_t index, word128 value) {
    struct sample *x = &h->emulator->sample;
    if (x->element_count < SAMPLE_ELEMENTS) {
        x->elements[x->element_count++] = (struct element){array, index, value};
    }
}

void emulator_offer(struct emulator *e, struct popek_call *call) {
    e->host = (struct popek_host){.emulator = e, .get = host_get, .set = host_set};
    host_offer(&e->host, call);
    call->read = host_read;
    call->write = host_write;
}
