/* Writes the annotated text, and checks it: assembled, every site of it must have a label. */
#include "annotate.h"

#include "annotate_probe.h"
#include "liveness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Local labels around an annotated instruction, of numbers that no program uses. */
#define FIRST_BYTE "9074001"
#define INSTRUCTION "9074002"
#define INSTRUCTION_END "9074003"
#define LAST_BYTE_END "9074004"

static void write_room(FILE *out, unsigned room, const struct probed *p, char direction, const char *end, const char *start) {
    if (p->length < room) { /* a comparison that holds is -1 */
        (void)fprintf(out, ".skip -((%s%c-%s%c)<%u)*(%u-(%s%c-%s%c)),0x90; ", end, direction, start, direction, room, room, end, direction, start,
                      direction);
    }
}

/* What comes before the instruction. The room is behind it, unless that would end an interrupt shadow: then it is before it. */
static void write_head(FILE *out, const struct annotate_question *q, const struct probed *p) {
    (void)fputs(FIRST_BYTE ": ", out);
    if (p->shadow) {
        write_room(out, q->room, p, 'f', INSTRUCTION_END, INSTRUCTION);
    }
    (void)fputs(INSTRUCTION ": ", out);
}

static void write_tail(FILE *out, const struct annotate_question *q, const struct probed *p, unsigned code_bits, uint32_t live) {
    const char *form = p->form == PROBE_NO_FORM ? "" : q->isa->forms[p->form].text;
    bool wide = q->bits == 64;
    (void)fputs("; " INSTRUCTION_END ": ", out);
    if (!p->shadow) {
        write_room(out, q->room, p, 'b', INSTRUCTION_END, INSTRUCTION);
    }
    (void)fprintf(out, LAST_BYTE_END ": .pushsection " ANNOTATE_SECTION ",\"\"; .%s " FIRST_BYTE "b%s; ", wide ? "quad" : "long", wide ? "" : ",0");
    (void)fprintf(out,
                  ".byte " LAST_BYTE_END "b-" FIRST_BYTE "b," INSTRUCTION "b-" FIRST_BYTE "b," INSTRUCTION_END "b-" INSTRUCTION
                  "b,%u,%u,%u; .long %#" PRIx32 "; .asciz \"%s\"; .popsection",
                  (unsigned)p->memory, (unsigned)ANNOTATE_VERSION, code_bits, live, form);
}

/* `live` is by statement. */
static void write_text(FILE *out, const struct annotate_question *q, const char *text, size_t size, const struct statements *s,
                       const struct probed *probed, const uint32_t *live) {
    size_t at = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct statement *first = &s->list[i];
        if (!probed[i].site) {
            continue;
        }
        const struct statement *last = &s->list[i + probed[i].joined];
        (void)fwrite(text + at, 1, first->start - at, out);
        write_head(out, q, &probed[i]);
        (void)fwrite(text + first->start, 1, last->end - first->start, out);
        write_tail(out, q, &probed[i], first->bits, live[i]);
        at = last->end;
        i += probed[i].joined;
    }
    (void)fwrite(text + at, 1, size - at, out);
}

static bool add_gap(struct annotate_result *r, const struct annotate_gap *gap) {
    struct annotate_gap *larger = realloc(r->gaps, (r->gap_count + 1) * sizeof *larger);
    if (larger != NULL) {
        r->gaps = larger;
        larger[r->gap_count++] = *gap;
    }
    return larger != NULL;
}

/* What is a site for the memory that it touches the scan does not know of. Code for another mode than the object's is decoded in that of the object
 * by the scan, which says nothing about it. */
static bool add_no_site(struct annotate_result *r, const struct annotate_question *q, const struct site_record *record) {
    return record->bits != q->bits || record->memory != 0 || add_gap(r, &(struct annotate_gap){.offset = record->address});
}

/* Both lists are in the order of the file. */
static bool compare_sites(struct annotate_result *r, const struct annotate_question *q, const struct scan_binary *b,
                          const struct site_records *records) {
    size_t k = 0;
    bool good = true;
    for (size_t i = 0; good && i < b->site_count; i++) {
        const struct scan_site *s = &b->sites[i];
        if (!annotate_wants(q, b->sections[s->section].forms, s->form)) {
            continue;
        }
        while (good && k < records->count && records->list[k].file_offset + records->list[k].before < s->file_offset) {
            good = add_no_site(r, q, &records->list[k++]);
        }
        if (k < records->count && records->list[k].file_offset + records->list[k].before == s->file_offset) {
            k++;
        } else {
            good = good && add_gap(r, &(struct annotate_gap){s->line, true, s->form, s->address});
        }
    }
    for (; good && k < records->count; k++) {
        good = add_no_site(r, q, &records->list[k]);
    }
    return good;
}

static int by_offset(const void *a, const void *b) {
    const struct scan_site *x = a;
    const struct scan_site *y = b;
    return x->file_offset < y->file_offset ? -1 : x->file_offset > y->file_offset ? 1 : 0;
}

static enum annotate_status check(struct annotate_result *r, const struct annotate_question *q) {
    struct assembled a = assembler_run(q, r->text, r->size, false);
    enum annotate_status status = a.status;
    if (status == ANNOTATE_FINE) {
        struct site_records records;
        struct scan_result found = scan_bytes(q->scan, "the annotated program", a.bytes, a.size);
        bool good = sites_read(&records, a.bytes, a.size);
        r->labels = records.count;
        for (size_t i = 0; good && i < found.binary_count; i++) {
            if (found.binaries[i].site_count > 0) {
                qsort(found.binaries[i].sites, found.binaries[i].site_count, sizeof *found.binaries[i].sites, by_offset);
            }
            good = compare_sites(r, q, &found.binaries[i], &records);
        }
        status = found.status == SCAN_NO_TABLE ? ANNOTATE_NO_TABLE : !good || found.status != SCAN_FINE ? ANNOTATE_OUT_OF_MEMORY : ANNOTATE_FINE;
        sites_free(&records);
        scan_result_free(&found);
    } else {
        r->message = a.messages;
        a.messages = NULL;
    }
    assembled_free(&a);
    return status;
}

static enum annotate_status make_text(struct annotate_result *r, const struct annotate_question *q, const char *text, size_t size,
                                      const struct statements *s, const struct probed *probed, const uint32_t *live) {
    free(r->text);
    r->text = NULL;
    FILE *out = open_memstream(&r->text, &r->size);
    if (out != NULL) {
        write_text(out, q, text, size, s, probed, live);
    }
    return out != NULL && fclose(out) == 0 ? ANNOTATE_FINE : ANNOTATE_OUT_OF_MEMORY;
}

/* A statement may have become several instructions, or none that was found: what is live at any of them is. */
static bool join_live(const struct annotate_question *q, const struct assembled *a, uint32_t *live, size_t count) {
    struct site_records records;
    bool good = sites_read(&records, a->bytes, a->size);
    uint32_t *numbers = calloc(records.count + 1, sizeof *numbers);
    good = good && numbers != NULL;
    for (size_t i = 0; good && i < records.count; i++) {
        numbers[i] = records.list[i].live;
        records.list[i].live = SITE_LIVE_UNKNOWN;
    }
    good = good && liveness_find(q->scan, a->bytes, a->size, &records);
    memset(live, 0, count * sizeof *live);
    for (size_t i = 0; good && i < records.count; i++) {
        if (numbers[i] < count) {
            live[numbers[i]] |= records.list[i].live;
        }
    }
    for (size_t i = 0; good && i < count; i++) {
        live[i] = live[i] == 0 || records.damaged ? SITE_LIVE_UNKNOWN : live[i];
    }
    free(numbers);
    sites_free(&records);
    return good;
}

/* Assembles the text with the numbers of statements where the registers are to be, and finds the registers. */
static enum annotate_status find_live(struct annotate_result *r, const struct annotate_question *q, uint32_t *live, size_t count) {
    struct assembled a = assembler_run(q, r->text, r->size, false);
    enum annotate_status status = a.status;
    if (status == ANNOTATE_FINE) {
        status = join_live(q, &a, live, count) ? ANNOTATE_FINE : ANNOTATE_OUT_OF_MEMORY;
    } else {
        r->message = a.messages;
        a.messages = NULL;
    }
    assembled_free(&a);
    return status;
}

static enum annotate_status annotate_statements(struct annotate_result *r, const struct annotate_question *q, const char *text, size_t size,
                                                const struct statements *s, const struct probed *probed) {
    uint32_t *live = calloc(s->count + 1, sizeof *live);
    enum annotate_status status = live == NULL ? ANNOTATE_OUT_OF_MEMORY : ANNOTATE_FINE;
    for (size_t i = 0; live != NULL && i < s->count; i++) {
        r->statements += probed[i].site ? 1 : 0;
        live[i] = (uint32_t)i;
    }
    status = status == ANNOTATE_FINE ? make_text(r, q, text, size, s, probed, live) : status;
    if (status == ANNOTATE_FINE && r->statements > 0) {
        status = find_live(r, q, live, s->count);
        status = status == ANNOTATE_FINE ? make_text(r, q, text, size, s, probed, live) : status;
    }
    free(live);
    return status == ANNOTATE_FINE ? check(r, q) : status;
}

struct annotate_result annotate_text(const struct annotate_question *q, const char *text, size_t size) {
    struct annotate_result r = {.status = ANNOTATE_OUT_OF_MEMORY};
    struct statements s;
    struct probed *probed = NULL;
    if (assembler_text_read(&s, text, size, q->bits)) {
        r.status = annotate_probe(q, text, &s, &probed, &r.message);
    }
    if (r.status == ANNOTATE_FINE) {
        r.status = annotate_statements(&r, q, text, size, &s, probed);
    }
    free(probed);
    assembler_text_free(&s);
    return r;
}

void annotate_result_free(struct annotate_result *r) {
    free(r->message);
    free(r->text);
    free(r->gaps);
    *r = (struct annotate_result){.status = ANNOTATE_FINE};
}
