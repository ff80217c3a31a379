/* Ports of the host as elements of an array. */
#include "host.h"

#include "sample.h"

static unsigned bits_of(uint32_t size) { return 8 * (size > 4 ? 4 : size); }

static uint32_t host_in(struct popek_host *h, uint16_t port, uint32_t size) {
    return (uint32_t)cut(h->get(h, x86_ARRAY_device, port), bits_of(size));
}

static void host_out(struct popek_host *h, uint16_t port, uint32_t size, uint32_t value) {
    h->set(h, x86_ARRAY_device, port, cut(value, bits_of(size)));
}

void host_offer(struct popek_host *h, struct popek_call *call) {
    call->host = h;
    call->get = h->get;
    call->set = h->set;
    call->in = host_in;
    call->out = host_out;
}
