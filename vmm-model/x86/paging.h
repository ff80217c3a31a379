/* What handlers of MOV to CR0, CR3 and CR4 share: directory pointers of PAE paging, and translations that are kept. SDM vol. 3A, 5.4.1 and 5.10. */
#ifndef POPEK_X86_PAGING_H
#define POPEK_X86_PAGING_H

#include "x86/support.h"

#define DIRECTORY_POINTER_TABLES 0x8000000u /* of 32 bytes, that bits 31:5 of CR3 number */

#define flushed x86_virtual_opaque_translations_left_after_32_32_64
#define has_reserved_bit x86_virtual_opaque_a_PDPTE_has_a_reserved_bit_set_1_128

#endif
