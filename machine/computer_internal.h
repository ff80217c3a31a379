/* The parts of a machine. Internal to machine/. */
#ifndef POPEK_MACHINE_COMPUTER_INTERNAL_H
#define POPEK_MACHINE_COMPUTER_INTERNAL_H

#include "computer.h"
#include "decode.h"
#include "devices/devices.h"
#include "opaque_functions.h"
#include "ports.h"

struct computer {
    struct processor processor;
    struct memory memory;
    struct ports ports;
    struct opaque_table *opaques;
    struct opaque_context opaque_context;
    struct devices devices;
    struct computer_statistics statistics;
    uint64_t next_event; /* of the devices, in instructions executed */
};

#endif
