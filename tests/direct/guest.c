/* What the tests of direct execution share. */
#include "guest.h"

#include <stdio.h>
#include <stdlib.h>

static struct direct_tables tables;
static bool ready, failed;

const struct direct_tables *guest_tables(void) {
    if (!ready && !failed) {
        ready = direct_tables_make(&tables, "x86-tables/x86.isa");
        failed = !ready;
        CHECK(ready, "tables for direct execution");
    }
    return ready ? &tables : NULL;
}

struct direct *open_guest(enum direct_policy policy) {
    static bool said;
    struct direct *d = NULL;
    const char *reason = NULL;
    (void)guest_tables();
    const struct direct_options o = {
        .frames = FRAMES, .policy = policy, .matcher = tables.matcher, .kinds32 = tables.kinds32, .kinds16 = tables.kinds16};
    if (ready && !direct_open(&o, &d, &reason)) {
        if (!said) {
            (void)printf("skipped: direct execution cannot run here: %s\n", reason);
            said = true;
        }
        return NULL;
    }
    return d;
}

void put(struct direct *d, uint32_t at, const char *hexadecimal) {
    unsigned count = 0;
    for (const char *s = hexadecimal; *s != '\0';) {
        char *end = NULL;
        direct_memory(d)[at + count++] = (uint8_t)strtoul(s, &end, 16);
        s = *end == ' ' ? end + 1 : end;
    }
}

void check_audit(struct direct *d, const char *what) {
    char found[256];
    bool good = direct_audit(d, found, sizeof found);
    CHECK(good, "%s: the child has more than it should: %s", what, found);
}

struct direct_event run_from(struct direct *d, struct direct_state *s) {
    struct direct_event event;
    direct_set_state(d, s);
    direct_run(d, 0, &event);
    direct_get_state(d, s);
    return event;
}
