/* Basic blocks: first what starts where is marked while the sweep goes by, then the blocks between the marks are walked. */
#include "plan.h"

#include "../isa-model/grow.h"
#include "../x86-tables/transfer.h"

#include <stdlib.h>
#include <string.h>

enum mark { MARK_INSTRUCTION = 1, MARK_LEADER = 2, MARK_RELOCATED = 4, MARKS = 4 };

struct plan {
    const struct image *image;
    const struct scan_question *question;
    const uint8_t *transfers; /* by form, sets of enum transfer_place */
    const struct scan_form *forms;
    uint8_t **marks; /* by section: half a byte for each byte of code */
    struct scan_stop *stops;
    size_t stop_count, stop_capacity;
    bool exhausted;
};

/* The block that is being walked. */
struct block {
    bool open;
    size_t start;
    uint32_t instructions;
    size_t first_stop; /* of plan.stops */
};

static unsigned marks_at(const struct plan *p, uint32_t section, size_t at) { return (unsigned)p->marks[section][at / 2] >> at % 2 * MARKS & 0xFu; }

static void set_mark(struct plan *p, uint32_t section, uint64_t at, enum mark mark) {
    if (at < p->image->sections[section].size) {
        p->marks[section][at / 2] |= (uint8_t)(mark << at % 2 * MARKS);
    }
}

static void mark_relocation(void *context, uint32_t section, uint64_t offset) { set_mark(context, section, offset, MARK_RELOCATED); }

struct plan *plan_new(const struct image *image, const struct scan_question *q) {
    struct plan *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    p->image = image;
    p->question = q;
    p->forms = q->forms(q->context, image->mode);
    p->transfers = q->transfers(q->context, image->mode);
    p->marks = calloc(image->section_count + 1, sizeof *p->marks);
    bool good = p->forms != NULL && p->transfers != NULL && p->marks != NULL;
    for (size_t i = 0; good && i < image->section_count; i++) {
        p->marks[i] = calloc(image->sections[i].size / 2 + 1, 1);
        good = p->marks[i] != NULL;
    }
    for (size_t i = 0; good && i < image->function_count; i++) {
        set_mark(p, image->functions[i].section, image->functions[i].offset, MARK_LEADER);
    }
    if (!good || !image_relocations(image, mark_relocation, p)) {
        plan_free(p);
        return NULL;
    }
    return p;
}

void plan_free(struct plan *p) {
    for (size_t i = 0; p != NULL && p->marks != NULL && i < p->image->section_count; i++) {
        free(p->marks[i]);
    }
    if (p != NULL) {
        free(p->marks);
        free(p->stops);
    }
    free(p);
}

/* Which section an address is in; false: none of this file. A relocatable object has no addresses yet: its transfers stay in their section. */
static bool find_target(const struct plan *p, uint32_t from, uint64_t address, uint32_t *section, size_t *at) {
    for (uint32_t i = 0; i < p->image->section_count; i++) {
        const struct image_section *s = &p->image->sections[i];
        if (address - s->address < s->size && (!p->image->relocatable || i == from)) {
            *section = i;
            *at = (size_t)(address - s->address);
            return true;
        }
    }
    return false;
}

/* Where a transfer goes, unless a linker still has to say it. */
static bool target_of(const struct plan *p, uint32_t section, size_t at, const struct decoded *d, uint64_t *target) {
    for (size_t i = at; i < at + d->length; i++) {
        if ((marks_at(p, section, i) & MARK_RELOCATED) != 0) {
            return false;
        }
    }
    return transfer_target(p->question->matcher, d, p->image->sections[section].address + at, target);
}

void plan_visit(struct plan *p, uint32_t section, size_t at, size_t length, const struct decoded *d) {
    uint64_t target = 0;
    uint32_t other = 0;
    size_t there = 0;
    if (d == NULL) {
        return;
    }
    set_mark(p, section, at, MARK_INSTRUCTION);
    if ((p->transfers[d->form] & ~(unsigned)TRANSFER_NEXT) == 0) {
        return;
    }
    set_mark(p, section, at + length, MARK_LEADER);
    if (target_of(p, section, at, d, &target) && find_target(p, section, target, &other, &there)) {
        set_mark(p, other, there, MARK_LEADER);
    }
}

static void add_stop(struct plan *p, uint32_t section, size_t at, const struct decoded *d, enum scan_reason reason, uint64_t target) {
    struct scan_stop *larger = array_grow(p->stops, p->stop_count, &p->stop_capacity, sizeof *larger);
    if (larger == NULL) {
        p->exhausted = true;
        return;
    }
    p->stops = larger;
    struct scan_stop *s = &p->stops[p->stop_count++];
    *s = (struct scan_stop){.site = {.address = at, .section = section, .form = d->form, .mode = (uint8_t)p->image->mode, .length = d->length},
                            .reason = (uint8_t)reason,
                            .target = target};
    memcpy(s->site.bytes, p->image->sections[section].code + at, d->length);
}

/* The last instruction of a block, if it transfers: is it known where to, and is there what the plan has looked at? */
static void judge_transfer(struct plan *p, uint32_t section, size_t at, const struct decoded *d, unsigned places) {
    uint64_t target = 0;
    uint32_t other = 0;
    size_t there = 0;
    if ((places & TRANSFER_COMPUTED) != 0) {
        add_stop(p, section, at, d, SCAN_STOP_COMPUTED, 0);
    } else if ((places & TRANSFER_KNOWN) != 0) {
        bool known = target_of(p, section, at, d, &target);
        if (!known || !find_target(p, section, target, &other, &there)) {
            add_stop(p, section, at, d, SCAN_STOP_OUTSIDE, known ? target : 0);
        } else if ((marks_at(p, other, there) & MARK_INSTRUCTION) == 0) {
            add_stop(p, section, at, d, SCAN_STOP_MIDDLE, target);
        }
    }
}

static void close_block(struct plan *p, struct scan_binary *b, struct block *k, size_t end) {
    for (size_t i = k->first_stop; i < p->stop_count; i++) {
        p->stops[i].block_start = k->start;
        p->stops[i].block_end = end;
        p->stops[i].block_instructions = k->instructions;
    }
    b->block_count += k->open ? 1 : 0;
    b->free_blocks += k->open && k->first_stop == p->stop_count ? 1 : 0;
    *k = (struct block){.open = false, .first_stop = p->stop_count};
}

static void walk_instruction(struct plan *p, struct scan_binary *b, struct block *k, uint32_t section, size_t at, const struct decoded *d) {
    const struct image_section *s = &p->image->sections[section];
    const struct scan_form *form = &p->forms[d->form];
    unsigned places = p->transfers[d->form];
    size_t next = at + d->length;
    size_t before = p->stop_count;
    if (!k->open) {
        *k = (struct block){true, at, 0, p->stop_count};
    }
    k->instructions++;
    if (form->site) {
        bool must = form->hole || form->undecided || strncmp(form->class_name, "privileged", 10) != 0;
        add_stop(p, section, at, d, must ? SCAN_STOP_REPLACE : SCAN_STOP_TRAPS, 0);
    } else {
        judge_transfer(p, section, at, d, places);
    }
    bool ends = next >= s->size || (marks_at(p, section, next) & MARK_INSTRUCTION) == 0;
    if (ends && (places & TRANSFER_NEXT) != 0 && p->stop_count == before) {
        add_stop(p, section, at, d, SCAN_STOP_GAP, s->address + next);
    }
    if (ends || (places & ~(unsigned)TRANSFER_NEXT) != 0 || (marks_at(p, section, next) & MARK_LEADER) != 0) {
        close_block(p, b, k, next);
    }
}

bool plan_finish(struct plan *p, struct scan_binary *b) {
    for (uint32_t i = 0; i < p->image->section_count; i++) {
        const struct image_section *s = &p->image->sections[i];
        struct block k = {.open = false, .first_stop = p->stop_count};
        struct decoded d;
        for (size_t at = 0; at < s->size && !p->exhausted;) {
            bool is =
                (marks_at(p, i, at) & MARK_INSTRUCTION) != 0 && matcher_decode(p->question->matcher, p->image->mode, s->code + at, s->size - at, &d);
            if (is) {
                walk_instruction(p, b, &k, i, at, &d);
            }
            at += is ? d.length : 1;
        }
    }
    b->stops = p->stops;
    b->stop_count = p->stop_count;
    p->stops = NULL;
    p->stop_count = p->stop_capacity = 0;
    return !p->exhausted;
}
