/* Decoding, for the bare machine and for a virtual one. */
#include "decode.h"

uint16_t operation(uint16_t instruction) { return (uint16_t)(instruction / 256); }

uint8_t first_operand(uint16_t instruction) { return (uint8_t)(instruction / 16 % 8); }

uint8_t second_operand(uint16_t instruction) { return (uint8_t)(instruction % 8); }
