/* Collects the sites of a file, from its annotations and a scan, and replaces those that are long enough. */
#include "rewrite.h"

#include "../isa-model/grow.h"
#include "rewrite_section.h"
#include "sites.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

enum { INT3 = 0xCC, INT_N = 0xCD, CALL_NEAR = 0xE8, NO_OP = 0x90, CALL_SIZE = 5 };

struct work {
    const struct rewrite_question *q;
    struct rewrite_result *out;
    size_t capacity;
    const uint8_t *bytes; /* the file */
    size_t size;
    uint64_t entry; /* address, of REWRITE_CALL */
    struct {
        uint64_t start, size;
    } tables[3]; /* file header, program headers, section headers: without section headers a scan sees them as code, too */
};

static enum rewrite_status fail(struct work *w, enum rewrite_status status, const char *message) {
    w->out->message = strdup(message);
    return status;
}

static bool wants(const struct rewrite_question *q, const struct scan_form *forms, uint32_t form) {
    for (size_t i = 0; q->except != NULL && q->except[i] != NULL; i++) {
        if (strcmp(q->isa->forms[form].instruction, q->except[i]) == 0) {
            return false;
        }
    }
    return q->all_sites ? forms[form].site : forms[form].hole || forms[form].undecided;
}

static bool add_place(struct work *w, const struct rewrite_place *place) {
    struct rewrite_result *r = w->out;
    struct rewrite_place *larger = array_grow(r->places, r->place_count, &w->capacity, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    r->places = larger;
    r->places[r->place_count++] = *place;
    return true;
}

/* A record counts if its instruction is what it says. */
static enum rewrite_status add_record(struct work *w, const struct site_record *s) {
    enum matcher_mode mode = s->bits == 64 ? MATCHER_LONG : s->bits == 32 ? MATCHER_PROTECTED : MATCHER_REAL;
    const struct scan_form *forms = w->q->scan->forms(w->q->scan->context, mode);
    struct decoded d;
    if (forms == NULL) {
        return REWRITE_NO_TABLE;
    }
    if (!matcher_decode(w->q->scan->matcher, mode, w->bytes + s->file_offset + s->before, s->length, &d) || d.length != s->length ||
        !(wants(w->q, forms, d.form) || (w->q->memory && s->memory != 0))) {
        w->out->stale++;
        return REWRITE_FINE;
    }
    const struct rewrite_place place = {.address = s->address,
                                        .file_offset = s->file_offset,
                                        .form = d.form,
                                        .total = s->total,
                                        .before = s->before,
                                        .length = s->length,
                                        .bits = s->bits,
                                        .annotated = true,
                                        .live = s->live};
    return add_place(w, &place) ? REWRITE_FINE : REWRITE_OUT_OF_MEMORY;
}

static enum rewrite_status add_annotated(struct work *w) {
    struct site_records records;
    enum rewrite_status status = sites_read(&records, w->bytes, w->size) ? REWRITE_FINE : REWRITE_OUT_OF_MEMORY;
    if (status == REWRITE_FINE && records.unknown) {
        status = fail(w, REWRITE_BAD, "the section " ANNOTATE_SECTION " has records of another version than this program knows: annotate it anew");
    } else if (status == REWRITE_FINE && records.damaged) {
        status = fail(w, REWRITE_BAD, "the section " ANNOTATE_SECTION " is damaged");
    } else if (status == REWRITE_FINE && !records.present && w->q->only_annotated) {
        status = fail(w, REWRITE_BAD, "the file has no section " ANNOTATE_SECTION ": it was not made of annotated source");
    }
    for (size_t i = 0; status == REWRITE_FINE && i < records.count; i++) {
        status = add_record(w, &records.list[i]);
    }
    sites_free(&records);
    return status;
}

static enum rewrite_status add_scanned(struct work *w, const char *path) {
    struct scan_result r = scan_bytes(w->q->scan, path, w->bytes, w->size);
    enum rewrite_status status = r.status == SCAN_FINE       ? REWRITE_FINE
                                 : r.status == SCAN_NO_TABLE ? REWRITE_NO_TABLE
                                 : r.status == SCAN_BAD      ? fail(w, REWRITE_BAD, r.message == NULL ? "the file is damaged" : r.message)
                                                             : REWRITE_OUT_OF_MEMORY;
    bool sure = w->q->is_code == NULL || w->out->place_count > 0;
    for (size_t i = 0; status == REWRITE_FINE && i < r.binary_count; i++) {
        const struct scan_binary *b = &r.binaries[i];
        for (size_t k = 0; status == REWRITE_FINE && k < b->site_count; k++) {
            const struct scan_site *s = &b->sites[k];
            const struct rewrite_place place = {.address = s->address,
                                                .file_offset = s->file_offset,
                                                .form = s->form,
                                                .total = s->length,
                                                .length = s->length,
                                                .live = SITE_LIVE_UNKNOWN,
                                                .bits = b->mode == MATCHER_LONG        ? 64
                                                        : b->mode >= MATCHER_PROTECTED ? 32
                                                                                       : 16};
            bool wanted = wants(w->q, b->sections[s->section].forms, s->form) && (sure || w->q->is_code(w->q->context, s->file_offset));
            if (wanted && !add_place(w, &place)) {
                status = REWRITE_OUT_OF_MEMORY;
            }
        }
    }
    scan_result_free(&r);
    return status;
}

/* Of those at one place the annotated one first: the scan finds it too. */
static int by_place(const void *a, const void *b) {
    const struct rewrite_place *x = a;
    const struct rewrite_place *y = b;
    uint64_t at = x->file_offset + x->before;
    uint64_t other = y->file_offset + y->before;
    return at < other ? -1 : at > other ? 1 : (int)y->annotated - (int)x->annotated;
}

static void sort_places(struct rewrite_result *r) {
    size_t kept = 0;
    if (r->place_count > 0) {
        qsort(r->places, r->place_count, sizeof *r->places, by_place);
    }
    for (size_t i = 0; i < r->place_count; i++) {
        const struct rewrite_place *last = kept == 0 ? NULL : &r->places[kept - 1];
        if (last == NULL || last->file_offset + last->before != r->places[i].file_offset + r->places[i].before) {
            r->places[kept++] = r->places[i];
        }
    }
    r->place_count = kept;
}

static bool is_in_tables(const struct work *w, const struct rewrite_place *p) {
    for (unsigned i = 0; i < sizeof w->tables / sizeof w->tables[0]; i++) {
        if (p->file_offset + p->total > w->tables[i].start && p->file_offset < w->tables[i].start + w->tables[i].size) {
            return true;
        }
    }
    return false;
}

static enum rewrite_outcome judge(const struct work *w, const struct rewrite_place *p, uint64_t end) {
    static const unsigned sizes[] = {[REWRITE_TRAP] = 1, [REWRITE_HYPERCALL] = 2, [REWRITE_CALL] = CALL_SIZE};
    if (is_in_tables(w, p)) {
        return REWRITE_IN_TABLES;
    }
    if (p->file_offset < end) {
        return REWRITE_OVERLAPS;
    }
    if (p->total < sizes[w->q->kind]) {
        return REWRITE_TOO_SHORT;
    }
    int64_t distance = (int64_t)(w->entry - (p->address + CALL_SIZE));
    bool near = p->bits == 32 || (p->bits == 64 && distance >= INT32_MIN && distance <= INT32_MAX);
    return w->q->kind == REWRITE_CALL && !near ? REWRITE_OUT_OF_REACH : REWRITE_PLACED;
}

static void write_replacement(const struct work *w, const struct rewrite_place *p, uint8_t *at) {
    memset(at, NO_OP, p->total);
    if (w->q->kind == REWRITE_TRAP) {
        at[0] = INT3;
    } else if (w->q->kind == REWRITE_HYPERCALL) {
        at[0] = INT_N;
        at[1] = w->q->vector;
    } else {
        uint64_t distance = w->entry - (p->address + CALL_SIZE);
        at[0] = CALL_NEAR;
        for (unsigned i = 0; i < 4; i++) {
            at[1 + i] = (uint8_t)(distance >> (8 * i));
        }
    }
}

/* In a damaged file anything may lie in the place of anything. */
static bool can_be_undone(const struct work *w) {
    struct rewrite_result undone = rewrite_undo(w->out->bytes, w->out->size);
    bool same = undone.status == REWRITE_FINE && undone.size == w->size && memcmp(undone.bytes, w->bytes, w->size) == 0;
    rewrite_result_free(&undone);
    return same;
}

static enum rewrite_status replace(struct work *w) {
    struct rewrite_result *r = w->out;
    uint8_t *patched = malloc(w->size);
    struct rewrite_original *originals = calloc(r->place_count + 1, sizeof *originals);
    size_t count = 0;
    uint64_t end = 0;
    if (patched == NULL || originals == NULL) {
        free(patched);
        free(originals);
        return REWRITE_OUT_OF_MEMORY;
    }
    memcpy(patched, w->bytes, w->size);
    for (size_t i = 0; i < r->place_count; i++) {
        struct rewrite_place *p = &r->places[i];
        p->outcome = judge(w, p, end);
        if (p->outcome == REWRITE_PLACED) {
            end = p->file_offset + p->total;
            originals[count] =
                (struct rewrite_original){p->file_offset, p->address, p->total, p->before, p->length, p->bits, (uint8_t)w->q->kind, {0}};
            memcpy(originals[count++].bytes, w->bytes + p->file_offset, p->total);
            write_replacement(w, p, patched + p->file_offset);
        }
    }
    const char *message = NULL;
    bool good = rewrite_append(patched, w->size, originals, count, &r->bytes, &r->size, &message);
    if (good && !can_be_undone(w)) {
        message = "its tables overlap its code or each other: the change could not be undone";
        good = false;
    }
    free(patched);
    free(originals);
    return good ? REWRITE_FINE : message == NULL ? REWRITE_OUT_OF_MEMORY : fail(w, REWRITE_BAD, message);
}

static bool find_entry(struct work *w, Elf *elf) {
    for (Elf_Scn *s = elf_nextscn(elf, NULL); s != NULL; s = elf_nextscn(elf, s)) {
        GElf_Shdr h;
        if (gelf_getshdr(s, &h) == NULL || (h.sh_type != SHT_SYMTAB && h.sh_type != SHT_DYNSYM) || h.sh_entsize == 0) {
            continue;
        }
        Elf_Data *data = elf_getdata(s, NULL);
        for (size_t i = 0; data != NULL && i < data->d_size / h.sh_entsize; i++) {
            GElf_Sym label;
            const char *name = gelf_getsym(data, (int)i, &label) == NULL ? NULL : elf_strptr(elf, h.sh_link, label.st_name);
            if (name != NULL && label.st_shndx != SHN_UNDEF && strcmp(name, w->q->entry) == 0) {
                w->entry = label.st_value;
                return true;
            }
        }
    }
    return false;
}

/* Only what is linked: in a relocatable object relocations would write into the replacements. */
static enum rewrite_status check_file(struct work *w) {
    GElf_Ehdr h;
    (void)elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)(uintptr_t)w->bytes, w->size); /* only read */
    enum rewrite_status status = REWRITE_FINE;
    if (elf == NULL || elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &h) == NULL || (h.e_machine != EM_386 && h.e_machine != EM_X86_64)) {
        status = fail(w, REWRITE_BAD, "it is no ELF file for x86");
    } else if (h.e_type != ET_EXEC && h.e_type != ET_DYN) {
        status = fail(w, REWRITE_BAD, "only linked programs are rewritten: relocations would write into the replacements of an object");
    } else {
        w->tables[0].size = h.e_ehsize;
        w->tables[1].start = h.e_phoff;
        w->tables[1].size = (uint64_t)h.e_phnum * h.e_phentsize;
        w->tables[2].start = h.e_shoff;
        w->tables[2].size = (uint64_t)h.e_shnum * h.e_shentsize;
    }
    if (status == REWRITE_FINE && w->q->kind == REWRITE_CALL && !find_entry(w, elf)) {
        status = REWRITE_NO_ENTRY;
    }
    (void)elf_end(elf);
    return status;
}

struct rewrite_result rewrite_file(const struct rewrite_question *q, const char *path, const uint8_t *bytes, size_t size) {
    struct rewrite_result r = {.status = REWRITE_FINE};
    struct work w = {.q = q, .out = &r, .bytes = bytes, .size = size};
    struct rewrite_original *originals = NULL;
    size_t count = 0;
    uint64_t original_size = 0;
    if (rewrite_originals(bytes, size, &originals, &count, &original_size)) {
        free(originals);
        r.status = fail(&w, REWRITE_BAD, "it has been rewritten already: undo that first");
        return r;
    }
    r.status = check_file(&w);
    r.status = r.status == REWRITE_FINE ? add_annotated(&w) : r.status;
    r.status = r.status == REWRITE_FINE && !q->only_annotated ? add_scanned(&w, path) : r.status;
    if (r.status == REWRITE_FINE) {
        sort_places(&r);
        r.status = replace(&w);
    }
    return r;
}

struct rewrite_result rewrite_undo(const uint8_t *bytes, size_t size) {
    struct rewrite_result r = {.status = REWRITE_BAD};
    struct rewrite_original *originals = NULL;
    size_t count = 0;
    uint64_t original_size = 0;
    if (!rewrite_originals(bytes, size, &originals, &count, &original_size)) {
        r.message = strdup("it has no section " REWRITE_SECTION ", or a damaged one: nothing to undo");
        return r;
    }
    r.bytes = malloc((size_t)original_size + 1);
    r.status = r.bytes == NULL ? REWRITE_OUT_OF_MEMORY : REWRITE_FINE;
    if (r.bytes != NULL) {
        memcpy(r.bytes, bytes, (size_t)original_size);
        r.size = (size_t)original_size;
        for (size_t i = 0; i < count; i++) {
            memcpy(r.bytes + originals[i].file_offset, originals[i].bytes, originals[i].total);
        }
    }
    free(originals);
    return r;
}

void rewrite_result_free(struct rewrite_result *r) {
    free(r->message);
    free(r->bytes);
    free(r->places);
    *r = (struct rewrite_result){.status = REWRITE_FINE};
}
