/* Backward data flow over the instructions that can follow a site. Only what is reached is decoded, so data in code does no harm. */
#include "liveness.h"

#include "../x86-tables/footprint.h"
#include "../x86-tables/transfer.h"
#include "annotate_probe.h"
#include "image.h"
#include "plan.h"

#include <stdlib.h>

/* Number 0 is what follows where nothing is known. */
#define ANYTHING 0u
#define NO_NODE UINT32_MAX

struct node {
    size_t at;
    uint32_t reads, writes; /* sets of registers, see footprint.h */
    uint32_t live;          /* before it */
    uint32_t next[2];       /* behind it, and where it transfers to; NO_NODE */
};

struct flow {
    const struct scan_question *question;
    const struct form_footprint *forms;
    enum matcher_mode mode;
    const struct image_section *section;
    const uint8_t *relocated; /* by byte: a linker will write there */
    uint32_t *numbers;        /* by byte, of the node that starts there; 0: none */
    struct node *nodes;
    size_t count, capacity;
    bool exhausted;
};

static uint32_t node_at(struct flow *f, uint64_t at) {
    if (at >= f->section->size) {
        return ANYTHING;
    }
    if (f->numbers[at] != 0) {
        return f->numbers[at];
    }
    if (f->count == f->capacity) {
        size_t capacity = f->capacity * 2;
        struct node *larger = capacity > NO_NODE ? NULL : realloc(f->nodes, capacity * sizeof *larger);
        if (larger == NULL) {
            f->exhausted = true;
            return ANYTHING;
        }
        f->nodes = larger;
        f->capacity = capacity;
    }
    f->nodes[f->count] = (struct node){.at = (size_t)at, .next = {NO_NODE, NO_NODE}};
    f->numbers[at] = (uint32_t)f->count;
    return (uint32_t)f->count++;
}

/* An operand size that cuts the target cuts an address that only the linker knows; 16-bit code is taken to lie in one segment. */
static uint32_t target_of(struct flow *f, size_t at, const struct decoded *d) {
    uint64_t target = 0;
    bool sixteen = matcher_code_size(f->mode) == 16;
    bool known = sixteen ? f->section->size <= UINT16_MAX : (d->prefixes & PREFIX_66) == 0;
    for (size_t i = at; i < at + d->length; i++) {
        known = known && f->relocated[i] == 0;
    }
    return known && transfer_target(f->question->matcher, d, at, &target) ? node_at(f, target) : ANYTHING;
}

static void expand(struct flow *f, uint32_t number) {
    struct node n = f->nodes[number];
    struct decoded d;
    n.next[0] = ANYTHING;
    if (matcher_decode(f->question->matcher, f->mode, f->section->code + n.at, f->section->size - n.at, &d)) {
        const struct footprint found = footprint_of(f->forms, f->question->matcher, &d);
        unsigned places = f->forms[d.form].places;
        bool followed = f->forms[d.form].known && (places & TRANSFER_COMPUTED) == 0;
        n.reads = found.reads;
        n.writes = found.writes;
        if (followed) {
            n.next[0] = (places & TRANSFER_NEXT) != 0 ? node_at(f, n.at + d.length) : NO_NODE;
            n.next[1] = (places & TRANSFER_KNOWN) != 0 ? target_of(f, n.at, &d) : NO_NODE;
        }
    }
    f->nodes[number] = n;
}

static uint32_t live_behind(const struct flow *f, const struct node *n) {
    uint32_t live = 0;
    for (unsigned i = 0; i < 2; i++) {
        live |= n->next[i] == NO_NODE ? 0 : f->nodes[n->next[i]].live;
    }
    return live;
}

/* Nodes have larger numbers than those that they were reached from first, so that one round does for code without loops. */
static void solve(struct flow *f) {
    f->nodes[ANYTHING].live = FOOTPRINT_ALL;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = f->count; i-- > 1;) {
            struct node *n = &f->nodes[i];
            uint32_t live = n->reads | (live_behind(f, n) & ~n->writes);
            changed = changed || live != n->live;
            n->live = live;
        }
    }
}

static bool is_in(const struct site_record *r, const struct flow *f) {
    return r->section == f->section->index && annotate_mode(r->bits) == f->mode && r->address + r->before < f->section->size;
}

/* What the instruction itself reads counts, and what it leaves for those behind it. */
static uint32_t live_at(const struct flow *f, const struct site_record *r) {
    const struct node *n = &f->nodes[f->numbers[r->address + r->before]];
    uint32_t narrow = r->bits == 64 ? 0 : 0xFF00; /* R8 to R15 are not known of there */
    return n->live | live_behind(f, n) | narrow | ~FOOTPRINT_ALL;
}

/* The records of one section and one mode. */
static bool find_in(struct flow *f, struct site_records *records) {
    f->capacity = 256;
    f->count = 1;
    f->nodes = calloc(f->capacity, sizeof *f->nodes);
    f->numbers = calloc(f->section->size + 1, sizeof *f->numbers);
    bool good = f->nodes != NULL && f->numbers != NULL;
    for (size_t i = 0; good && i < records->count; i++) {
        if (is_in(&records->list[i], f)) {
            (void)node_at(f, records->list[i].address + records->list[i].before);
        }
    }
    for (uint32_t i = 1; good && i < f->count && !f->exhausted; i++) {
        expand(f, i);
    }
    good = good && !f->exhausted;
    if (good) {
        solve(f);
    }
    for (size_t i = 0; good && i < records->count; i++) {
        if (is_in(&records->list[i], f)) {
            records->list[i].live = live_at(f, &records->list[i]);
        }
    }
    free(f->nodes);
    free(f->numbers);
    return good;
}

static bool has_records(const struct site_records *records, const struct flow *f) {
    for (size_t i = 0; i < records->count; i++) {
        if (is_in(&records->list[i], f)) {
            return true;
        }
    }
    return false;
}

struct relocated {
    const struct image *image;
    uint8_t **marks; /* by section */
};
static void mark(void *context, uint32_t section, uint64_t offset) {
    const struct relocated *r = context;
    if (offset < r->image->sections[section].size) {
        r->marks[section][offset] = 1;
    }
}

static bool find_in_image(const struct scan_question *q, const struct image *image, uint8_t **marks, struct site_records *records) {
    static const unsigned sizes[] = {16, 32, 64};
    struct relocated relocated = {image, marks};
    bool good = true;
    for (size_t i = 0; i < image->section_count; i++) {
        marks[i] = calloc(image->sections[i].size + 1, 1);
        good = good && marks[i] != NULL;
    }
    good = good && image_relocations(image, mark, &relocated);
    for (size_t i = 0; good && i < image->section_count; i++) {
        for (unsigned k = 0; good && k < sizeof sizes / sizeof sizes[0]; k++) {
            struct flow f = {.question = q, .mode = annotate_mode(sizes[k]), .section = &image->sections[i], .relocated = marks[i]};
            if (has_records(records, &f)) {
                f.forms = q->footprints(q->context, f.mode);
                good = f.forms != NULL && find_in(&f, records);
            }
        }
    }
    return good;
}

bool liveness_find(const struct scan_question *q, const uint8_t *object, size_t size, struct site_records *records) {
    struct image image;
    bool good = image_open(&image, q, object, size) != SCAN_OUT_OF_MEMORY;
    uint8_t **marks = calloc(image.section_count + 1, sizeof *marks);
    good = good && marks != NULL && find_in_image(q, &image, marks, records);
    for (size_t i = 0; marks != NULL && i < image.section_count; i++) {
        free(marks[i]);
    }
    free(marks);
    image_close(&image);
    return good;
}
