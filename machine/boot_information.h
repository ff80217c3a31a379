/* The multiboot information structure: Multiboot Specification 0.6.96, section 3.3. Internal to machine/. */
#ifndef POPEK_MACHINE_BOOT_INFORMATION_H
#define POPEK_MACHINE_BOOT_INFORMATION_H

#include "computer.h"

#define INFORMATION_ADDRESS 0x9000u /* below 640 KiB, away from the start of memory */

/* Memory, memory map and command line. NULL when it is done; otherwise why not. */
const char *information_put(struct computer *c, const char *command_line);

#endif
