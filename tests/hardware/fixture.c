/* What the suites about machines under test share. */
#include "fixture.h"

#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>

bool hardware_set_up(struct hardware_fixture *f, const char *only) {
    char *message = NULL;
    f->isa = load_dropped("x86-tables/x86.isa", only, NULL, 0);
    f->m = f->isa == NULL ? NULL : matcher_of_isa(f->isa, &message);
    f->records = read_text("x86-tables/hardware_differences.txt", NULL);
    bool good = CHECK(f->m != NULL && f->records != NULL, "the tables do not compile: %s", message == NULL ? "?" : message);
    free(message);
    return good;
}

void hardware_tear_down(struct hardware_fixture *f) {
    matcher_free(f->m);
    isa_free(f->isa);
    free(f->records);
}

struct backend *hardware_open_or_skip(const char *name, struct backend *(*open)(const char **reason)) {
    const char *reason = NULL;
    struct backend *b = open(&reason);
    if (b == NULL) {
        (void)printf("skipped: %s: %s\n", name, reason);
    }
    return b;
}
