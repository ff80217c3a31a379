/* The child of the Unicorn backend. Internal to the plug-in. */
#ifndef POPEK_UNICORN_EMULATOR_H
#define POPEK_UNICORN_EMULATOR_H

#include "../guest.h"
#include "../worker.h"

/* The life of the child, see worker_main; the context is the struct guest. */
void emulator_main(void *context, struct channel *channel, int commands, int answers);

#endif
