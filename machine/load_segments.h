/* Segment registers, LDTR and CR3 loaded by the steps of the tables for whoever has a selector and no instruction. Internal to machine/. All of them
 * leave EAX and EIP changed; false after a fault. */
#ifndef POPEK_MACHINE_LOAD_SEGMENTS_H
#define POPEK_MACHINE_LOAD_SEGMENTS_H

#include "processor.h"

bool load_data_segment(struct processor *p, unsigned segment, uint16_t selector, struct fault *fault); /* MOV Sreg, AX */
/* JMP ptr16:32, at the level that the machine has. */
bool load_code_segment(struct processor *p, uint16_t selector, uint32_t offset, struct fault *fault);
bool load_local_table(struct processor *p, uint16_t selector, struct fault *fault); /* LLDT AX */
bool load_page_root(struct processor *p, uint32_t root, struct fault *fault);       /* MOV CR3, EAX */

#endif
