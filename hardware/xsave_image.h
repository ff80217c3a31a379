/* x87, vector and mask registers in an image of XSAVE, standard format. Internal to the backends; nothing here allocates or calls the system. */
#ifndef POPEK_HARDWARE_XSAVE_IMAGE_H
#define POPEK_HARDWARE_XSAVE_IMAGE_H

#include "state.h"

/* Where this processor has the components, and which are enabled; once for each process, before the others. */
void xsave_find_layout(void);
void xsave_read(const uint8_t *image, struct machine_state *s);
void xsave_write(uint8_t *image, const struct machine_state *s);

#endif
