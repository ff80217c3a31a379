/* The x87 and SSE state as FXSAVE shows it, and the images of it that instructions load and store. */
#include "host_code.h"

/* SDM vol. 1, table 10-2. */
enum {
    AT_CONTROL = 0,
    AT_STATUS = 2,
    AT_TAG = 4,
    AT_OPCODE = 6,
    AT_CODE = 8,
    AT_DATA = 16,
    AT_MXCSR = 24,
    AT_X87 = 32,
    AT_XMM = 160,
    AT_UNUSED = 288
};
#define REGISTER_BYTES 16u
#define NUMBER_BYTES 10u
#define TAG_EMPTY 3u

static unsigned top_of(uint16_t status) { return status >> 11 & 7u; }

void vectors_to_image(const struct processor *p, uint8_t image[AREA_BYTES]) {
    const struct x86 *s = &p->state;
    const struct vectors *v = &p->vectors;
    memset(image, 0, AREA_BYTES);
    memcpy(image + AT_CONTROL, &s->x87_control, 2);
    memcpy(image + AT_STATUS, &s->x87_status, 2);
    for (unsigned i = 0; i < 8; i++) {
        bool full = (s->x87_tag >> (2 * i) & 3u) != TAG_EMPTY;
        image[AT_TAG] = (uint8_t)(image[AT_TAG] | (full ? 1u << i : 0));
        memcpy(image + AT_X87 + (size_t)i * REGISTER_BYTES, &s->x87_register[(top_of(s->x87_status) + i) & 7], NUMBER_BYTES);
        memcpy(image + AT_XMM + (size_t)i * REGISTER_BYTES, &v->xmm[i], REGISTER_BYTES);
    }
    memcpy(image + AT_OPCODE, &v->opcode, 2);
    memcpy(image + AT_CODE, &v->code_offset, 4);
    memcpy(image + AT_CODE + 4, &v->code_selector, 2);
    memcpy(image + AT_DATA, &v->data_offset, 4);
    memcpy(image + AT_DATA + 4, &v->data_selector, 2);
    memcpy(image + AT_MXCSR, &s->mxcsr, 4);
}

void image_take_pointers(uint8_t image[AREA_BYTES], const uint32_t environment[7]) {
    const uint16_t opcode = (uint16_t)(environment[4] >> 16 & 0x7FF); /* beside the selector of the code: SDM vol. 1, figure 8-9 */
    memcpy(image + AT_OPCODE, &opcode, 2);
    memcpy(image + AT_CODE, &environment[3], 4);
    memcpy(image + AT_CODE + 4, &environment[4], 2);
    memcpy(image + AT_DATA, &environment[5], 4);
    memcpy(image + AT_DATA + 4, &environment[6], 2);
}

/* Of an 80-bit number: valid, zero or special. */
static unsigned tag_of(const uint8_t number[NUMBER_BYTES]) {
    uint64_t fraction = 0;
    uint16_t exponent = 0;
    memcpy(&fraction, number, sizeof fraction);
    memcpy(&exponent, number + sizeof fraction, sizeof exponent);
    exponent &= 0x7FFF;
    if (exponent == 0 && fraction == 0) {
        return 1;
    }
    return exponent == 0 || exponent == 0x7FFF || fraction >> 63 == 0 ? 2 : 0;
}

static uint16_t image_tag(const uint8_t image[AREA_BYTES]) {
    uint16_t status = 0;
    unsigned tags = 0;
    memcpy(&status, image + AT_STATUS, 2);
    for (unsigned i = 0; i < 8; i++) {
        unsigned stacked = (i - top_of(status)) & 7;
        unsigned tag = (image[AT_TAG] >> i & 1) == 0 ? TAG_EMPTY : tag_of(image + AT_X87 + (size_t)stacked * REGISTER_BYTES);
        tags |= tag << (2 * i);
    }
    return (uint16_t)tags;
}

void vectors_from_image(struct x86 *s, struct vectors *v, const uint8_t image[AREA_BYTES]) {
    memcpy(&s->x87_control, image + AT_CONTROL, 2);
    memcpy(&s->x87_status, image + AT_STATUS, 2);
    s->x87_tag = image_tag(image);
    for (unsigned i = 0; i < 8; i++) {
        word128 *number = &s->x87_register[(top_of(s->x87_status) + i) & 7];
        *number = 0;
        memcpy(number, image + AT_X87 + (size_t)i * REGISTER_BYTES, NUMBER_BYTES);
        memcpy(&v->xmm[i], image + AT_XMM + (size_t)i * REGISTER_BYTES, REGISTER_BYTES);
    }
    memcpy(&v->opcode, image + AT_OPCODE, 2);
    memcpy(&v->code_offset, image + AT_CODE, 4);
    memcpy(&v->code_selector, image + AT_CODE + 4, 2);
    memcpy(&v->data_offset, image + AT_DATA, 4);
    memcpy(&v->data_selector, image + AT_DATA + 4, 2);
    memcpy(&s->mxcsr, image + AT_MXCSR, 4);
}

void image_set_mxcsr(uint8_t image[AREA_BYTES], uint32_t mxcsr) { memcpy(image + AT_MXCSR, &mxcsr, sizeof mxcsr); }

void image_take_sse(uint8_t image[AREA_BYTES], const uint8_t from[AREA_BYTES]) {
    memcpy(image + AT_MXCSR, from + AT_MXCSR, 4);
    memcpy(image + AT_XMM, from + AT_XMM, AT_UNUSED - AT_XMM);
}

/* ---- images of guests -------------------------------------------------------------------------------------------------------------------------- */

#define MOST_AT_ONCE 64u /* that linear_read and linear_write move */

static uint32_t part_of(uint32_t size, uint32_t done) { return size - done < MOST_AT_ONCE ? size - done : MOST_AT_ONCE; }

bool fetch_area(struct processor *p, const struct location *place, bool user, uint32_t *linear, struct fault *fault) {
    uint8_t *operand = host_operand(p);
    bool written = (place->direction & 2) != 0;
    if (!place_linear(p, place, written ? ACCESS_WRITE : ACCESS_READ, linear, fault)) {
        return false;
    }
    for (uint32_t done = 0; done < place->area; done += MOST_AT_ONCE) {
        uint8_t part[MOST_AT_ONCE];
        uint32_t size = part_of(place->area, done);
        if (written ? !linear_writable(p, *linear + done, size, user, fault) : !linear_read(p, *linear + done, part, size, user, fault)) {
            return false;
        }
        if (!written && operand != NULL) {
            memcpy(operand + done, part, size);
        }
    }
    return true;
}

/* Of the image of FXSAVE, 32-bit code gets eight XMM registers, and none without CR4.OSFXSR: SDM vol. 2A, FXSAVE. */
bool store_area(struct processor *p, const struct location *place, bool user, uint32_t linear, struct fault *fault) {
    const uint8_t *operand = host_operand(p);
    uint32_t size = place->area < AREA_BYTES ? place->area : p->state.cr4_osfxsr != 0 ? AT_UNUSED : AT_XMM;
    for (uint32_t done = 0; operand != NULL && done < size; done += MOST_AT_ONCE) {
        if (!linear_write(p, linear + done, operand + done, part_of(size, done), user, fault)) {
            return false;
        }
    }
    return true;
}

bool area_has_reserved_mxcsr(struct processor *p) {
    const uint8_t *operand = host_operand(p);
    uint32_t mxcsr = 0;
    if (operand != NULL) {
        memcpy(&mxcsr, operand + AT_MXCSR, sizeof mxcsr);
    }
    return mxcsr >> 16 != 0;
}
