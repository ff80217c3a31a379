/* How a word is taken apart: operation in bits 15:8, operands in bits 6:4 and 2:0. */
#ifndef POPEK_DECODE_H
#define POPEK_DECODE_H

#include "monitor.h"

#define OPERATION_LD 1u
#define OPERATION_ST 2u
#define OPERATION_ADD 3u
#define OPERATION_JMP 4u
#define OPERATION_BZ 5u
#define OPERATION_LPSW 6u
#define OPERATION_LRB 7u
#define OPERATION_SVC 8u
#define OPERATION_HALT 9u
#define NO_SUCH_OPERATION third_generation_TRAP /* vector 0: every other word traps in either mode */

#define PRIVILEGED(number) ((number) == OPERATION_LPSW || (number) == OPERATION_LRB || (number) == OPERATION_HALT)

/*@ logic integer decoded_operation(integer instruction) = instruction / 256;
  @ logic integer decoded_first(integer instruction) = (instruction / 16) % 8;
  @ logic integer decoded_second(integer instruction) = instruction % 8;
  @*/

/*@ assigns \nothing;
  @ ensures decoded: \result == decoded_operation(instruction);
  @ ensures range: \result < 256;
  @*/
uint16_t operation(uint16_t instruction);

/*@ assigns \nothing;
  @ ensures decoded: \result == decoded_first(instruction);
  @ ensures range: \result < 8;
  @*/
uint8_t first_operand(uint16_t instruction);

/*@ assigns \nothing;
  @ ensures decoded: \result == decoded_second(instruction);
  @ ensures range: \result < 8;
  @*/
uint8_t second_operand(uint16_t instruction);

#endif
