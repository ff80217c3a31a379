/* Walks both sweeps side by side; where only one has a site, the last bytes that the two read differently must be explained. */
#include "compare_sweeps.h"

#include "../../scanner/image.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 15u

static char *read_whole(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0;
    if (file != NULL) {
        if (getdelim(&text, &size, '\0', file) < 0) {
            free(text);
            text = NULL;
        }
        (void)fclose(file);
    }
    return text;
}

bool comparison_open(struct sweep_comparison *c, const struct class_table *table, const char *names, const char *explanations) {
    memset(c, 0, sizeof *c);
    c->names = read_whole(names);
    c->explanations = read_whole(explanations);
    c->filter.table = table;
    c->filter.names = c->names;
    if (c->names == NULL || c->explanations == NULL || cs_open(CS_ARCH_X86, CS_MODE_64, &c->handle) != CS_ERR_OK) {
        return false;
    }
    c->insn = cs_malloc(c->handle);
    char *rest = NULL;
    for (char *line = strtok_r(c->explanations, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *end = strstr(line, " | ");
        if (line[0] != '#' && end != NULL && c->pattern_count < MOST_EXPLANATIONS) {
            *end = '\0';
            c->patterns[c->pattern_count++] = line;
        }
    }
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
    free(c->explanations);
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

/* The keys that disagreements.txt has for this instruction, see there. */
static bool is_explained(const struct walk *w, size_t at) {
    static const char *const maps[] = {"", "0F", "0F38", "0F3A"};
    static const char *const kinds[] = {"ours", "theirs", "ignored", "length", "name"};
    struct reading r;
    read_at(w, at, &r);
    const struct decoded *d = &r.ours;
    if (d->scheme != SCHEME_LEGACY) {
        return true; /* the table covers the legacy maps, see docs/scan.md */
    }
    const char *prefix = d->repeat == 0xF2                ? "F2"
                         : d->repeat == 0xF3              ? "F3"
                         : (d->prefixes & PREFIX_66) != 0 ? "66"
                         : (d->rex & 7) != 0              ? "REX"
                         : d->w != 0                      ? "W"
                                                          : "NP";
    char operands[4][16] = {"any", "", "", ""};
    (void)snprintf(operands[1], sizeof operands[1], "%s", d->modrm >= 0xC0 ? "reg" : "mem");
    (void)snprintf(operands[2], sizeof operands[2], "/%u %s", d->modrm >> 3 & 7u, d->modrm >= 0xC0 ? "reg" : "mem");
    (void)snprintf(operands[3], sizeof operands[3], "%02X", d->modrm);
    for (unsigned o = 0; o < 4; o++) {
        for (unsigned k = 0; k < 5; k++) {
            char key[96];
            (void)snprintf(key, sizeof key, "64 %s %s%02X %s %s", prefix, maps[d->map & 3u], d->opcode, operands[o], kinds[k]);
            for (size_t i = 0; i < w->c->pattern_count; i++) {
                if (fnmatch(w->c->patterns[i], key, 0) == 0) {
                    return true;
                }
            }
        }
    }
    return false;
}

static void judge(struct walk *w, size_t at, unsigned who) {
    size_t *alone = who == 0 ? &w->c->ours_alone : &w->c->theirs_alone;
    (*alone)++;
    if (w->differed != SIZE_MAX && is_explained(w, w->differed)) {
        return;
    }
    w->c->unexplained++;
    (void)fprintf(stderr, "%s: %s %#" PRIx64 ": only %s has a site:", w->path, w->section->name, w->section->address + at,
                  who == 0 ? "the scanner" : "Capstone");
    for (size_t i = at; i < w->stop && i < at + LONGEST; i++) {
        (void)fprintf(stderr, " %02x", w->section->code[i]);
    }
    (void)fputc('\n', stderr);
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
