/* Fetches and decodes: the bytes at CS:EIP by the encoding matcher, kept by physical address until the page changes. */
#include "decode.h"

#include <stdlib.h>

#define MOST_BYTES 15u /* SDM vol. 2A, 2.3.11 */

const struct emitted_form *decoder_entry(const struct decoder *d, uint32_t form, unsigned mode) {
    uint32_t entry = d->entries[form * d->isa->mode_count + mode];
    return entry == 0 ? NULL : &x86_emitted.forms[entry - 1];
}

static bool raise(struct fault *fault, unsigned vector, bool has_error) {
    *fault = (struct fault){(uint8_t)vector, has_error, false, 0, 0};
    return false;
}

/* Bytes from `linear` on; *count of them, fewer than asked for where the next page is not there, with the fault. */
static void read_code(struct processor *p, uint32_t linear, uint8_t *bytes, uint32_t wanted, uint32_t *count, struct fault *fault) {
    bool user = p->state.cpl == 3;
    uint32_t in_page = PAGE_SIZE_4K - linear % PAGE_SIZE_4K;
    const struct translation *t = NULL;
    for (*count = 0; *count < wanted; (*count)++) {
        if (*count == 0 || *count == in_page) {
            t = translate(p, linear + *count, ACCESS_FETCH, user, fault);
            if (t == NULL) {
                return;
            }
        }
        bytes[*count] = t->host == NULL ? 0xFF : t->host[(linear + *count) % PAGE_SIZE_4K];
    }
}

/* Why there is no instruction: bytes beyond the limit of CS, or on a page that is not there, or too many of them, or not an instruction. */
static bool refuse(const struct decoded *d, bool limited, const struct fault *missing, struct fault *fault) {
    if (d->reason == MATCHER_TRUNCATED && !limited && missing->vector != 0) {
        *fault = *missing;
        return false;
    }
    bool protection = d->reason == MATCHER_TRUNCATED || d->reason == MATCHER_TOO_LONG;
    return raise(fault, protection ? VECTOR_PROTECTION : VECTOR_INVALID, protection);
}

static bool decode(struct processor *p, uint32_t linear, uint32_t room, struct instruction *i, struct fault *fault) {
    uint8_t bytes[MOST_BYTES];
    struct decoded d;
    struct fault missing = {0, false, false, 0, 0};
    uint32_t count = 0;
    read_code(p, linear, bytes, room < MOST_BYTES ? room : MOST_BYTES, &count, &missing);
    bool matched = matcher_decode(p->decoder->matcher, (enum matcher_mode)processor_mode(&p->state), bytes, count, &d);
    if (!matched) {
        return refuse(&d, room < MOST_BYTES && count == room, &missing, fault);
    }
    if (!bind_places(p->decoder, &d, i)) {
        return raise(fault, VECTOR_INVALID, false);
    }
    return true;
}

const struct instruction *fetch(struct processor *p, struct fault *fault) {
    struct x86 *s = &p->state;
    uint32_t offset = (uint32_t)s->rip;
    uint32_t linear = 0;
    if (offset > s->cs_limit) {
        (void)raise(fault, VECTOR_PROTECTION, true);
        return NULL;
    }
    linear = (uint32_t)s->cs_base + offset;
    const struct translation *t = translate(p, linear, ACCESS_FETCH, s->cpl == 3, fault);
    if (t == NULL) {
        return NULL;
    }
    uint64_t room = (uint64_t)s->cs_limit - offset + 1;
    if (t->host == NULL) {
        return decode(p, linear, (uint32_t)(room < MOST_BYTES ? room : MOST_BYTES), &p->scratch, fault) ? &p->scratch : NULL;
    }
    uint32_t in_page = linear % PAGE_SIZE_4K;
    uint32_t physical = (uint32_t)(t->host - p->memory->bytes) + in_page;
    uint32_t page = physical / PAGE_SIZE_4K;
    uint32_t generation = p->memory->generation[page] + p->memory->epoch;
    struct instruction *i = &p->kept[(physical ^ physical >> 14) % KEPT_INSTRUCTIONS];
    if (i->physical == physical && i->generation == generation && i->mode == processor_mode(s) && i->length <= room) {
        return i;
    }
    if (!decode(p, linear, (uint32_t)(room < MOST_BYTES ? room : MOST_BYTES), &p->scratch, fault)) {
        return NULL;
    }
    if (in_page + p->scratch.length > PAGE_SIZE_4K) {
        return &p->scratch;
    }
    *i = p->scratch;
    i->physical = physical;
    i->generation = generation;
    p->memory->has_code[page] = 1;
    return i;
}

const char *instruction_text(const struct processor *p, const struct instruction *i) { return p->decoder->isa->forms[i->form].text; }
