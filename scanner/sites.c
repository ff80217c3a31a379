/* Reads .popek.sites: of linked files the addresses are there, of relocatable ones they are relocations. */
#include "sites.h"

#include "../isa-model/grow.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct site_records *out;
    Elf *elf;
    bool relocatable;
    size_t size;      /* of the file */
    Elf_Scn *section; /* .popek.sites */
    const uint8_t *data;
    size_t data_size;
};

static Elf_Scn *find_section(Elf *elf, const char *wanted) {
    size_t names = 0;
    bool named = elf_getshdrstrndx(elf, &names) == 0;
    for (Elf_Scn *s = named ? elf_nextscn(elf, NULL) : NULL; s != NULL; s = elf_nextscn(elf, s)) {
        GElf_Shdr h;
        const char *name = gelf_getshdr(s, &h) == NULL ? NULL : elf_strptr(elf, names, h.sh_name);
        if (name != NULL && strcmp(name, wanted) == 0 && h.sh_type == SHT_PROGBITS) {
            return s;
        }
    }
    return NULL;
}

/* The place that a symbol of a relocatable file and an addend stand for. */
static void place_by_symbol(const struct reader *r, const GElf_Shdr *relocations, size_t number, uint64_t addend, struct site_record *site) {
    GElf_Shdr h;
    GElf_Sym label;
    Elf_Scn *symbols = elf_getscn(r->elf, relocations->sh_link);
    Elf_Data *data = symbols == NULL ? NULL : elf_getdata(symbols, NULL);
    if (data == NULL || gelf_getsym(data, (int)number, &label) == NULL) {
        return;
    }
    Elf_Scn *code = elf_getscn(r->elf, label.st_shndx);
    if (label.st_shndx == SHN_UNDEF || code == NULL || gelf_getshdr(code, &h) == NULL) {
        return;
    }
    uint64_t offset = label.st_value + addend;
    if (offset < h.sh_size && h.sh_type == SHT_PROGBITS) {
        site->section = label.st_shndx;
        site->address = offset;
        site->file_offset = h.sh_offset + offset;
    }
}

/* The relocation at the offset of a record's address. */
static void place_by_relocation(const struct reader *r, uint64_t at, uint64_t in_place, struct site_record *site) {
    for (Elf_Scn *s = elf_nextscn(r->elf, NULL); s != NULL; s = elf_nextscn(r->elf, s)) {
        GElf_Shdr h;
        if (gelf_getshdr(s, &h) == NULL || h.sh_info != elf_ndxscn(r->section) || h.sh_entsize == 0 ||
            (h.sh_type != SHT_RELA && h.sh_type != SHT_REL)) {
            continue;
        }
        Elf_Data *data = elf_getdata(s, NULL);
        size_t count = data == NULL ? 0 : data->d_size / h.sh_entsize;
        for (size_t low = 0, high = count; low < high;) { /* the assembler writes them in order */
            size_t middle = low + (high - low) / 2;
            GElf_Rela a = {0};
            GElf_Rel p = {0};
            bool explicit = h.sh_type == SHT_RELA;
            if (explicit ? gelf_getrela(data, (int)middle, &a) == NULL : gelf_getrel(data, (int)middle, &p) == NULL) {
                break;
            }
            uint64_t offset = explicit ? a.r_offset : p.r_offset;
            if (offset == at) {
                place_by_symbol(r, &h, explicit ? GELF_R_SYM(a.r_info) : GELF_R_SYM(p.r_info), explicit ? (uint64_t)a.r_addend : in_place, site);
                break;
            }
            low = offset < at ? middle + 1 : low;
            high = offset < at ? high : middle;
        }
    }
}

static void place_by_address(const struct reader *r, uint64_t address, struct site_record *site) {
    for (Elf_Scn *s = elf_nextscn(r->elf, NULL); s != NULL; s = elf_nextscn(r->elf, s)) {
        GElf_Shdr h;
        if (gelf_getshdr(s, &h) != NULL && h.sh_type == SHT_PROGBITS && (h.sh_flags & SHF_ALLOC) != 0 && address >= h.sh_addr &&
            address - h.sh_addr < h.sh_size) {
            site->section = (uint32_t)elf_ndxscn(s);
            site->address = address;
            site->file_offset = h.sh_offset + (address - h.sh_addr);
        }
    }
}

static int by_place(const void *a, const void *b) {
    const struct site_record *x = a;
    const struct site_record *y = b;
    return x->file_offset < y->file_offset ? -1 : x->file_offset > y->file_offset ? 1 : 0;
}

static uint64_t number(const uint8_t *p, unsigned size) {
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++) {
        value |= (uint64_t)p[i] << (8 * i);
    }
    return value;
}

static bool is_bits(uint8_t byte) { return byte == 16 || byte == 32 || byte == 64; }

/* One record at `at`; its size, 0 when there is none. */
static size_t read_record(const struct reader *r, size_t at, struct site_record *site) {
    enum { VERSION = 12, FIXED_FIRST = 13, BITS = 13, LIVE = 14, FIXED = 18 };
    size_t left = r->data_size - at;
    const uint8_t *p = r->data + at;
    bool first = left > VERSION && is_bits(p[VERSION]);
    size_t fixed = first ? FIXED_FIRST : FIXED;
    const uint8_t *end = left <= fixed ? NULL : memchr(p + fixed, 0, left - fixed);
    r->out->unknown = left > VERSION && !first && p[VERSION] != ANNOTATE_VERSION;
    if (end == NULL || r->out->unknown || (!first && !is_bits(p[BITS]))) {
        return 0;
    }
    uint64_t address = number(p, 8);
    *site = (struct site_record){.section = UINT32_MAX,
                                 .total = p[8],
                                 .before = p[9],
                                 .length = p[10],
                                 .memory = p[11],
                                 .bits = first ? p[VERSION] : p[BITS],
                                 .live = first ? SITE_LIVE_UNKNOWN : (uint32_t)number(p + LIVE, 4),
                                 .form = (const char *)p + fixed};
    if (r->relocatable) {
        place_by_relocation(r, at, address, site);
    } else {
        place_by_address(r, address, site);
    }
    bool good = site->section != UINT32_MAX && site->length > 0 && site->length <= SCAN_LONGEST && site->before <= site->total &&
                site->length <= site->total - site->before && site->file_offset <= r->size && site->total <= r->size - site->file_offset;
    return good ? (size_t)(end + 1 - p) : 0;
}

static bool read_records(struct reader *r) {
    struct site_records *out = r->out;
    size_t capacity = 0;
    for (size_t at = 0; at < r->data_size;) {
        struct site_record site;
        size_t size = read_record(r, at, &site);
        out->damaged = size == 0;
        if (size == 0) {
            break;
        }
        struct site_record *larger = array_grow(out->list, out->count, &capacity, sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        out->list = larger;
        out->list[out->count++] = site;
        at += size;
    }
    if (out->count > 0) {
        qsort(out->list, out->count, sizeof *out->list, by_place);
    }
    return true;
}

bool sites_read(struct site_records *r, const uint8_t *bytes, size_t size) {
    *r = (struct site_records){.list = NULL};
    bool good = true;
    GElf_Ehdr e;
    GElf_Shdr h;
    (void)elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)(uintptr_t)bytes, size); /* only read */
    struct reader reader = {.out = r, .elf = elf, .size = size};
    if (elf != NULL && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &e) != NULL) {
        reader.relocatable = e.e_type == ET_REL;
        reader.section = find_section(elf, ANNOTATE_SECTION);
        r->present = reader.section != NULL && gelf_getshdr(reader.section, &h) != NULL;
        r->damaged = r->present && (h.sh_offset > size || h.sh_size > size - h.sh_offset);
        if (r->present && !r->damaged) {
            reader.data = bytes + h.sh_offset;
            reader.data_size = h.sh_size;
            good = read_records(&reader);
        }
    }
    (void)elf_end(elf);
    return good;
}

void sites_free(struct site_records *r) {
    free(r->list);
    *r = (struct site_records){.list = NULL};
}
