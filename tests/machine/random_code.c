/* Random programs of integer instructions: arithmetic, logic, shifts, multiplication, division, bits, strings, stack, flags. */
#include "random_code.h"

#include <string.h>

#define LOAD 0x100000u
#define DATA 0x200000u
#define DATA_MASK 0xFFFu
#define STACK 0x300000u

struct code {
    uint8_t *bytes;
    size_t size, room;
    uint64_t seed;
};

static unsigned below(struct code *c, unsigned bound) {
    c->seed ^= c->seed << 13;
    c->seed ^= c->seed >> 7;
    c->seed ^= c->seed << 17;
    return (unsigned)((c->seed * 0x2545F4914F6CDD1Du >> 33) % bound);
}

static void put(struct code *c, unsigned byte) {
    if (c->size < c->room) {
        c->bytes[c->size++] = (uint8_t)byte;
    }
}

static void put_word(struct code *c, uint32_t word) {
    for (unsigned i = 0; i < 4; i++) {
        put(c, word >> (8 * i) & 0xFF);
    }
}

/* Numbers near the ends of ranges, small ones, any ones. */
static uint32_t number(struct code *c) {
    static const uint32_t special[] = {0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    unsigned kind = below(c, 3);
    return kind == 0 ? special[below(c, 12)] : kind == 1 ? below(c, 64) : below(c, 0x7FFFFFFF) * 2u + below(c, 2);
}

/* Any general register but ESP. */
static unsigned any_register(struct code *c) {
    unsigned r = below(c, 7);
    return r >= 4 ? r + 1 : r;
}

/* ModRM with this reg field: a register, or data in memory. Bytes have eight registers. */
static void put_operand(struct code *c, unsigned reg, int bytes) {
    if (below(c, 3) == 0) {
        put(c, reg << 3 | 5);
        put_word(c, DATA + (below(c, DATA_MASK) & (DATA_MASK - 15)) + below(c, 4));
    } else {
        put(c, 0xC0 | reg << 3 | (bytes ? below(c, 8) : any_register(c)));
    }
}

static void put_prefix(struct code *c) {
    if (below(c, 4) == 0) {
        put(c, 0x66);
    }
}

static void put_immediate(struct code *c, int narrow) {
    uint32_t value = number(c);
    put(c, value & 0xFF);
    put(c, value >> 8 & 0xFF);
    if (!narrow) {
        put(c, value >> 16 & 0xFF);
        put(c, value >> 24);
    }
}

static void arithmetic(struct code *c) {
    unsigned opcode = below(c, 8) << 3 | below(c, 4);
    int bytes = (opcode & 1) == 0;
    put_prefix(c);
    put(c, opcode);
    put_operand(c, bytes ? below(c, 8) : any_register(c), bytes);
}

static void immediate(struct code *c) {
    unsigned kind = below(c, 3);
    int narrow = kind == 1 && below(c, 3) == 0;
    if (narrow) {
        put(c, 0x66);
    }
    put(c, kind == 0 ? 0x80 : kind == 1 ? 0x81 : 0x83);
    put_operand(c, below(c, 8), kind == 0);
    if (kind == 1) {
        put_immediate(c, narrow);
    } else {
        put(c, number(c) & 0xFF);
    }
}

static void shift(struct code *c) {
    static const uint8_t opcodes[] = {0xC0, 0xC1, 0xD0, 0xD1, 0xD2, 0xD3};
    unsigned opcode = opcodes[below(c, 6)];
    unsigned digit = below(c, 7);
    put_prefix(c);
    put(c, opcode);
    put_operand(c, digit == 6 ? 7 : digit, (opcode & 1) == 0);
    if (opcode < 0xD0) {
        put(c, below(c, 40));
    }
}

static void multiply(struct code *c) {
    static const uint8_t digits[] = {2, 3, 4, 5};
    unsigned kind = below(c, 4);
    put_prefix(c);
    if (kind < 2) {
        put(c, 0xF6 + kind);
        put_operand(c, digits[below(c, 4)], kind == 0);
    } else if (kind == 2) {
        put(c, 0x0F);
        put(c, 0xAF);
        put_operand(c, any_register(c), 0);
    } else {
        put(c, 0x6B);
        put_operand(c, any_register(c), 0);
        put(c, number(c) & 0xFF);
    }
}

/* The divisor is not 0 and the high half 0 or the sign, so that there is no #DE but for one case in 2^32. */
static void divide(struct code *c) {
    put(c, 0xB9); /* MOV ECX, a positive number above 1 */
    put_word(c, (number(c) & 0x7FFFFFFF) | 2);
    if (below(c, 2) == 0) {
        put(c, 0x31); /* XOR EDX, EDX; DIV ECX */
        put(c, 0xD2);
        put(c, 0xF7);
        put(c, 0xF1);
    } else {
        put(c, 0x99); /* CDQ; IDIV ECX */
        put(c, 0xF7);
        put(c, 0xF9);
    }
}

static void two_bytes(struct code *c) {
    static const uint8_t opcodes[] = {0xB6, 0xB7, 0xBE, 0xBF, 0xBC, 0xBD, 0xA5, 0xAD, 0xB1, 0xC1, 0x40, 0x45, 0x4A, 0x4F, 0xA3, 0xAB, 0xB3, 0xBB};
    unsigned opcode = opcodes[below(c, 18)];
    int bits = opcode == 0xA3 || opcode == 0xAB || opcode == 0xB3 || opcode == 0xBB;
    put(c, 0x0F);
    put(c, opcode);
    if (bits) { /* of registers: in memory the offset reaches anywhere */
        put(c, 0xC0 | any_register(c) << 3 | any_register(c));
    } else {
        put_operand(c, any_register(c), opcode == 0xB6 || opcode == 0xBE);
    }
}

static void bit_immediate(struct code *c) {
    put_prefix(c);
    put(c, 0x0F);
    put(c, 0xBA);
    put_operand(c, 4 + below(c, 4), 0);
    put(c, below(c, 256));
}

static void set_byte(struct code *c) {
    put(c, 0x0F);
    put(c, 0x90 + below(c, 16));
    put_operand(c, 0, 1);
}

static void simple(struct code *c) {
    static const uint8_t opcodes[] = {0x27, 0x2F, 0x37, 0x3F, 0x98, 0x99, 0x9E, 0x9F, 0xF5, 0xF8, 0xF9, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B};
    unsigned opcode = opcodes[below(c, 17)];
    put_prefix(c);
    put(c, opcode);
    if (opcode >= 0x86 && opcode <= 0x8B) {
        int bytes = (opcode & 1) == 0;
        put_operand(c, bytes ? below(c, 8) : any_register(c), bytes);
    }
}

static void decimal(struct code *c) {
    put(c, 0xD4 + below(c, 2));
    put(c, 1 + below(c, 255));
}

static void string(struct code *c) {
    static const uint8_t opcodes[] = {0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF};
    put(c, below(c, 4) == 0 ? 0xFD : 0xFC);
    put(c, 0xBE);
    put_word(c, DATA + 0x400 + below(c, 0x400));
    put(c, 0xBF);
    put_word(c, DATA + 0x400 + below(c, 0x400));
    put(c, 0xB9);
    put_word(c, below(c, 8));
    put_prefix(c);
    if (below(c, 2) == 0) {
        put(c, 0xF2 + below(c, 2));
    }
    put(c, opcodes[below(c, 10)]);
}

static void stack(struct code *c) {
    unsigned kind = below(c, 4);
    if (kind == 0) { /* PUSHA, POPA */
        put(c, 0x60);
        put(c, 0x61);
    } else if (kind == 1) { /* PUSHF, the flags of arithmetic changed, POPF */
        put(c, 0x9C);
        put(c, 0x81);
        put(c, 0x34);
        put(c, 0x24);
        put_word(c, number(c) & 0xCD5);
        put(c, 0x9D);
    } else if (kind == 2) { /* ENTER, LEAVE */
        put(c, 0xC8);
        put(c, below(c, 64));
        put(c, 0);
        put(c, 0);
        put(c, 0xC9);
    } else {
        put(c, 0x50 + any_register(c));
        put(c, 0x58 + any_register(c));
    }
}

static void jump(struct code *c) {
    put(c, 0x70 + below(c, 16));
    put(c, 1);
    put(c, 0x90);
}

size_t random_code(uint8_t *bytes, size_t room, unsigned count, uint64_t seed) {
    static void (*const kinds[])(struct code *) = {arithmetic, arithmetic,    immediate, shift,  shift,   multiply, divide, two_bytes,
                                                   two_bytes,  bit_immediate, set_byte,  simple, decimal, string,   stack,  jump};
    const uint32_t header[] = {0x1BADB002, 0x10000, 0u - 0x1BADB002 - 0x10000, LOAD, LOAD, 0, 0, LOAD + 32};
    struct code c = {bytes, 0, room - 16, seed};
    for (unsigned i = 0; i < sizeof header / sizeof header[0]; i++) {
        put_word(&c, header[i]);
    }
    put(&c, 0xBC); /* MOV ESP */
    put_word(&c, STACK);
    for (unsigned r = 0; r < 8; r++) {
        if (r != 4) {
            put(&c, 0xB8 + r);
            put_word(&c, number(&c));
        }
    }
    for (unsigned i = 0; i < count; i++) {
        kinds[below(&c, sizeof kinds / sizeof kinds[0])](&c);
    }
    c.room = room;
    put(&c, 0x31); /* XOR EAX, EAX; OUT F4h, AL */
    put(&c, 0xC0);
    put(&c, 0xE6);
    put(&c, 0xF4);
    return c.size;
}
