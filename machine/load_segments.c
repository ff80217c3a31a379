/* Executes instructions that are not in memory. */
#include "load_segments.h"

#include "decode.h"

static bool execute_bytes(struct processor *p, const uint8_t *bytes, size_t size, struct fault *fault) {
    struct decoded d;
    struct instruction i;
    return matcher_decode(p->decoder->matcher, (enum matcher_mode)processor_mode(&p->state), bytes, size, &d) && bind_places(p->decoder, &d, &i) &&
           execute(p, &i, fault);
}

bool load_data_segment(struct processor *p, unsigned segment, uint16_t selector, struct fault *fault) {
    const uint8_t bytes[] = {0x8E, (uint8_t)(0xC0 | segment << 3)};
    p->state.rax = selector;
    return execute_bytes(p, bytes, sizeof bytes, fault);
}

bool load_code_segment(struct processor *p, uint16_t selector, uint32_t offset, struct fault *fault) {
    uint8_t bytes[8] = {0x66, 0xEA}; /* the prefix is for 16-bit code */
    memcpy(bytes + 2, &offset, sizeof offset);
    memcpy(bytes + 6, &selector, sizeof selector);
    unsigned skipped = processor_mode(&p->state) == MATCHER_PROTECTED ? 1 : 0;
    return execute_bytes(p, bytes + skipped, sizeof bytes - skipped, fault);
}

bool load_local_table(struct processor *p, uint16_t selector, struct fault *fault) {
    static const uint8_t bytes[] = {0x0F, 0x00, 0xD0};
    p->state.rax = selector;
    return execute_bytes(p, bytes, sizeof bytes, fault);
}

bool load_page_root(struct processor *p, uint32_t root, struct fault *fault) {
    static const uint8_t bytes[] = {0x0F, 0x22, 0xD8};
    p->state.rax = root;
    return execute_bytes(p, bytes, sizeof bytes, fault);
}
