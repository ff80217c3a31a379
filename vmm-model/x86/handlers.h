/* The handlers of the x86 monitor: what an instruction that traps does to the virtual processor.
 *
 * The virtual processor, the gate to its arrays, and a prototype and a contract for each handler are generated from the description of x86
 * (`popek emit x86 --language acsl --for handlers`; profile virtual_processor says which instructions and which features). The handlers themselves are
 * written from the manual. A handler is named after the form and the mode of operation that it is for. It returns X86_DONE, or a fault that is to be
 * delivered to the guest; then the virtual processor is as it was. Operands come by value, results go through pointers; where the manual leaves a result
 * undefined, the flags are kept, and other bits are parameters. Sources: SDM vol. 2, the instruction of that name. */
#ifndef POPEK_X86_HANDLERS_H
#define POPEK_X86_HANDLERS_H

#include "x86_virtual.h"

#define X86_DONE x86_virtual_DONE
#define X86_DEBUG (x86_virtual_TRAP + 1u)
#define X86_INVALID_OPCODE (x86_virtual_TRAP + 6u)
#define X86_GENERAL_PROTECTION (x86_virtual_TRAP + 13u) /* with error code 0 unless the handler has `argument` */

#endif
