/* Breakpoints of the debug registers: SDM vol. 3B, 20.2 and 20.3. Internal to machine/. */
#ifndef POPEK_MACHINE_BREAKPOINTS_H
#define POPEK_MACHINE_BREAKPOINTS_H

#include "processor.h"

#define DEBUG_ENABLES 0xFFu  /* DR7: L0 to G3 */
#define DEBUG_DETECT 0x2000u /* DR7: GD; DR6: BD */
#define DEBUG_STEP 0x4000u   /* DR6: BS */

static inline bool breakpoints_enabled(const struct x86 *s) { return (s->dr7 & DEBUG_ENABLES) != 0; }

/* Each returns the bits B0 to B3 of DR6 of the breakpoints that are met. */
uint8_t breakpoints_at(const struct x86 *s, uint32_t linear); /* an instruction that begins there */
uint8_t breakpoints_on_port(const struct x86 *s, uint16_t port, unsigned bytes);
/* Notes in p->met what an access to data meets, ACCESS_READ or ACCESS_WRITE. */
void breakpoints_access(struct processor *p, uint32_t linear, uint32_t bytes, enum access access);

#endif
