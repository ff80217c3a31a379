/* What the suites about machines under test share. */
#ifndef POPEK_TESTS_HARDWARE_FIXTURE_H
#define POPEK_TESTS_HARDWARE_FIXTURE_H

#include "../../hardware/hardware.h"
#include "../../isa-model/isa.h"

struct hardware_fixture {
    struct isa *isa;
    struct matcher *m;
    char *records;
};

/* The tables with the semantics of one instruction; NULL: of all, "": of none. A failure is a failed case, and false. */
bool hardware_set_up(struct hardware_fixture *f, const char *only);
void hardware_tear_down(struct hardware_fixture *f);

/* NULL, and a line that says so, where the backend cannot run. */
struct backend *hardware_open_or_skip(const char *name, struct backend *(*open)(const char **reason));

#endif
