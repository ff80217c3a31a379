/* Walks both sweeps side by side; where only one has a site, the last bytes that the two read differently must be explained. */
#include "compare_sweeps.h"

#include "../../scanner/image.h"
#include "difference.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 15u

bool comparison_open(struct sweep_comparison *c, const struct class_table *table, const char *names, const char *explanations) {
    memset(c, 0, sizeof *c);
    c->names = explanations_read_text(names);
    c->filter.table = table;
    c->filter.names = c->names;
    if (!explanations_read(&c->explanations, explanations) || c->names == NULL || cs_open(CS_ARCH_X86, CS_MODE_64, &c->handle) != CS_ERR_OK) {
        return false;
    }
    c->insn = cs_malloc(c->handle);
    return c->insn != NULL;
}

void comparison_close(struct sweep_comparison *c) {
    if (c->insn != NULL) {
        cs_free(c->insn, 1);
    }
    if (c->handle != 0) {
        (void)cs_close(&c->handle);
    }
    free(c->names);
    explanations_free(&c->explanations);
}

/* Where the two are, in one function. */
struct walk {
    struct sweep_comparison *c;
    const char *path;
    const struct image_section *section;
    size_t stop;     /* offset: the next function or the end */
    size_t at[2];    /* ours, theirs */
    size_t differed; /* where both were when they last read differently; SIZE_MAX: never */
};

struct reading {
    struct decoded ours;
    bool decoded[2], site[2];
    unsigned length[2];
};

static void read_at(const struct walk *w, size_t at, struct reading *r) {
    const uint8_t *code = w->section->code + at;
    size_t left = w->stop - at;
    uint64_t address = w->section->address + at;
    const struct class_table *t = w->c->filter.table;
    r->decoded[0] = matcher_decode(t->matcher, MATCHER_LONG, code, left, &r->ours);
    r->site[0] = r->decoded[0] && t->forms[r->ours.form].site;
    r->length[0] = r->decoded[0] ? r->ours.length : 1;
    r->decoded[1] = cs_disasm_iter(w->c->handle, &code, &left, &address, w->c->insn);
    r->site[1] = r->decoded[1] && capstone_is_site(&w->c->filter, w->c->insn);
    r->length[1] = r->decoded[1] ? w->c->insn->size : 1;
}

static void judge(struct walk *w, size_t at, unsigned who) {
    size_t *alone = who == 0 ? &w->c->ours_alone : &w->c->theirs_alone;
    (*alone)++;
    char key[KEY_SIZE] = "never read differently";
    if (w->differed != SIZE_MAX) {
        const struct two_decoders both = {w->c->filter.table, w->c->names, w->c->handle, w->c->insn};
        struct explanation *row = difference_explain(&both, &w->c->explanations, w->section->code + w->differed, w->stop - w->differed, key);
        if (row != NULL) {
            row->used++;
            return;
        }
    }
    w->c->unexplained++;
    (void)fprintf(stderr, "%s: %s %#" PRIx64 ": only %s has a site:", w->path, w->section->name, w->section->address + at,
                  who == 0 ? "the scanner" : "Capstone");
    for (size_t i = at; i < w->stop && i < at + LONGEST; i++) {
        (void)fprintf(stderr, " %02x", w->section->code[i]);
    }
    (void)fprintf(stderr, "; no row for '%s'\n", key);
}

static void walk_function(struct walk *w, size_t first, size_t stop) {
    struct reading r;
    w->at[0] = w->at[1] = first;
    w->stop = stop;
    w->differed = SIZE_MAX;
    while (w->at[0] < stop || w->at[1] < stop) {
        size_t at = w->at[0] < w->at[1] ? w->at[0] : w->at[1];
        bool here[2] = {w->at[0] == at, w->at[1] == at};
        read_at(w, at, &r);
        if (here[0] && here[1] && (r.decoded[0] != r.decoded[1] || r.length[0] != r.length[1] || r.site[0] != r.site[1])) {
            w->differed = at;
        }
        bool site[2] = {here[0] && r.site[0], here[1] && r.site[1]};
        w->c->sites += site[0] && site[1] ? 1 : 0;
        if (site[0] != site[1]) {
            judge(w, at, site[0] ? 0 : 1);
        }
        w->at[0] += here[0] ? r.length[0] : 0;
        w->at[1] += here[1] ? r.length[1] : 0;
    }
}

bool comparison_run(struct sweep_comparison *c, const char *path, const uint8_t *bytes, size_t size) {
    struct image image;
    bool good = image_open(&image, &c->filter.table->question, bytes, size) == SCAN_FINE && image.mode == MATCHER_LONG;
    size_t function = 0;
    for (size_t i = 0; good && i < image.section_count; i++) {
        struct walk w = {.c = c, .path = path, .section = &image.sections[i]};
        size_t first = 0;
        for (; function < image.function_count && image.functions[function].section == i; function++) {
            walk_function(&w, first, (size_t)image.functions[function].offset);
            first = (size_t)image.functions[function].offset;
        }
        walk_function(&w, first, w.section->size);
    }
    image_close(&image);
    return good;
}
