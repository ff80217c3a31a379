/* The ports of the machine for an engine. Internal to machine/. */
#ifndef POPEK_MACHINE_ENGINE_PORTS_H
#define POPEK_MACHINE_ENGINE_PORTS_H

#include "../hardware/engine.h"
#include "computer.h"

struct engine_ports computer_engine_ports(struct computer *c);

#endif
