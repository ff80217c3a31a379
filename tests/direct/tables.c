/* Decides the forms of 32-bit and 16-bit code under the profile direct_execution. */
#include "tables.h"

#include "../../classifier/classifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *decide(const struct isa *isa, const char *mode, char **message) {
    int number = isa_find_mode(isa, mode);
    int profile = isa_find_profile(isa, "direct_execution");
    struct classify_options o = {.mode = number, .profile = (unsigned)profile};
    bool internal = false;
    uint8_t *kinds = calloc(isa->form_count, 1);
    if (number < 0 || profile < 0 || kinds == NULL) {
        free(kinds);
        return NULL;
    }
    const struct profile *p = profile_in(isa, (size_t)profile, 0);
    for (size_t i = 0; i < p->free_bit_count; i++) {
        o.configuration |= p->free_bits[i].plain != 0 ? 1u << i : 0u;
    }
    struct classification *c = classify(isa, &o, message, &internal);
    if (c == NULL) {
        free(kinds);
        return NULL;
    }
    bool good = direct_kinds(c, (unsigned)number, kinds);
    classification_free(c);
    if (!good) {
        free(kinds);
        return NULL;
    }
    return kinds;
}

bool direct_tables_make(struct direct_tables *t, const char *tables) {
    const struct source_reader reader = source_reader_files();
    const struct isa_options all = {.only = NULL};
    char *message = NULL;
    *t = (struct direct_tables){.isa = isa_load(tables, &reader, &all, &message)};
    t->matcher = t->isa == NULL ? NULL : matcher_of_isa(t->isa, &message);
    t->kinds32 = t->matcher == NULL ? NULL : decide(t->isa, "protected", &message);
    t->kinds16 = t->kinds32 == NULL ? NULL : decide(t->isa, "protected16", &message);
    if (t->kinds16 == NULL) {
        (void)fprintf(stderr, "no tables: %s\n", message == NULL ? "out of memory" : message);
    }
    free(message);
    return t->kinds16 != NULL;
}

void direct_tables_free(struct direct_tables *t) {
    free(t->kinds32);
    free(t->kinds16);
    matcher_free(t->matcher);
    isa_free(t->isa);
}

void flat_state(struct direct_state *s, uint32_t memory) {
    memset(s, 0, sizeof *s);
    for (unsigned i = 0; i < DIRECT_SEGMENTS; i++) {
        s->segments[i] = (struct direct_segment){.base = 0, .limit = memory - 1, .type = i == DIRECT_CS ? 11 : 3, .wide = true, .usable = true};
    }
    s->eip = 0x1000;
    s->general[4] = 0x8000;
    s->eflags = 2;
}
