/* Writes and reads .popek.original by hand: libelf would lay the whole file out anew, and undoing has to give back every byte. */
#include "rewrite_section.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* The section: this text with its zero bytes, the size of the original file and the number of records (8 bytes each), then the records: file offset
 * and address (8 bytes each), total, before, length, bits, kind (1 byte each), 3 zero bytes, 16 bytes of the file. Little-endian. */
#define MAGIC "popek original 1"
enum { MAGIC_SIZE = 16, HEAD_SIZE = MAGIC_SIZE + 16, RECORD_SIZE = 40, RECORD_BYTES = 24, MOST_SECTIONS = 0xFEFE };

/* Where the fields of the ELF header and of section headers are (System V ABI, chapter 4); the sizes of addresses differ. */
struct layout {
    unsigned word;      /* bytes of addresses and offsets */
    unsigned table_at;  /* e_shoff */
    unsigned shape_at;  /* e_shentsize, e_shnum, e_shstrndx: 2 bytes each */
    unsigned entry;     /* size of a section header */
    unsigned offset_at; /* sh_offset, with sh_size behind it */
    unsigned align_at;  /* sh_addralign */
};
static const struct layout layouts[2] = {{4, 0x20, 0x2E, 40, 0x10, 0x20}, {8, 0x28, 0x3A, 64, 0x18, 0x30}};

static uint64_t get(const uint8_t *p, unsigned size) {
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++) {
        value |= (uint64_t)p[i] << (8 * i);
    }
    return value;
}

static void put(uint8_t *p, unsigned size, uint64_t value) {
    for (unsigned i = 0; i < size; i++) {
        p[i] = (uint8_t)(value >> (8 * i));
    }
}

static const struct layout *layout_of(const uint8_t *bytes, size_t size) {
    if (size < sizeof(Elf32_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0 || bytes[EI_DATA] != ELFDATA2LSB) {
        return NULL;
    }
    return bytes[EI_CLASS] == ELFCLASS32 ? &layouts[0] : bytes[EI_CLASS] == ELFCLASS64 && size >= sizeof(Elf64_Ehdr) ? &layouts[1] : NULL;
}

/* The section table as the header has it. */
struct table {
    uint64_t at;
    unsigned count, names;
};
static bool read_table(const uint8_t *bytes, size_t size, const struct layout *l, struct table *t) {
    t->at = get(bytes + l->table_at, l->word);
    t->count = (unsigned)get(bytes + l->shape_at + 2, 2);
    t->names = (unsigned)get(bytes + l->shape_at + 4, 2);
    return t->at <= size && t->count * (uint64_t)l->entry <= size - t->at && (t->count == 0 || t->names < t->count) &&
           (t->count == 0 || get(bytes + l->shape_at, 2) == l->entry);
}

/* The bytes of a section; false when they are not in the file. */
static bool section_bytes(const uint8_t *bytes, size_t size, const struct layout *l, const uint8_t *header, const uint8_t **start, size_t *length) {
    uint64_t offset = get(header + l->offset_at, l->word);
    uint64_t wanted = get(header + l->offset_at + l->word, l->word);
    if (offset > size || wanted > size - offset) {
        return false;
    }
    *start = bytes + offset;
    *length = (size_t)wanted;
    return true;
}

static void write_record(uint8_t *p, const struct rewrite_original *o) {
    put(p, 8, o->file_offset);
    put(p + 8, 8, o->address);
    p[16] = o->total;
    p[17] = o->before;
    p[18] = o->length;
    p[19] = o->bits;
    p[20] = o->kind;
    memcpy(p + RECORD_BYTES, o->bytes, sizeof o->bytes);
}

static struct rewrite_original header_record(const uint8_t *bytes, unsigned at, unsigned size) {
    struct rewrite_original o = {.file_offset = at, .total = (uint8_t)size, .kind = REWRITE_HEADER};
    memcpy(o.bytes, bytes + at, size);
    return o;
}

static void write_header(uint8_t *p, const struct layout *l, size_t name, unsigned type, size_t offset, size_t length) {
    put(p, 4, name);
    put(p + 4, 4, type);
    put(p + l->offset_at, l->word, offset);
    put(p + l->offset_at + l->word, l->word, length);
    put(p + l->align_at, l->word, 1);
}

static size_t aligned(size_t size) { return (size + 15) & ~(size_t)15; }

/* What the new file consists of, behind the old one. */
struct plan {
    struct table old;
    const uint8_t *names; /* the old ones */
    size_t name_size;
    size_t blob, blob_size, strings, string_size, table, total;
    unsigned count, name_index;
};

static bool make_plan(struct plan *p, const uint8_t *bytes, size_t size, const struct layout *l, size_t records) {
    static const uint8_t no_names[] = "\0.shstrtab"; /* of a file without sections */
    if (!read_table(bytes, size, l, &p->old) || p->old.count > MOST_SECTIONS) {
        return false;
    }
    p->names = no_names;
    p->name_size = sizeof no_names;
    p->name_index = p->old.count == 0 ? 1 : p->old.names;
    if (p->old.count > 0 && !section_bytes(bytes, size, l, bytes + p->old.at + (size_t)p->old.names * l->entry, &p->names, &p->name_size)) {
        return false;
    }
    p->count = (p->old.count == 0 ? 2 : p->old.count) + 1;
    p->blob = aligned(size);
    p->blob_size = HEAD_SIZE + (records + 2) * RECORD_SIZE;
    p->strings = p->blob + p->blob_size;
    p->string_size = p->name_size + sizeof REWRITE_SECTION;
    p->table = aligned(p->strings + p->string_size);
    p->total = p->table + (size_t)p->count * l->entry;
    return l->word == 8 || p->total <= UINT32_MAX;
}

static void write_sections(uint8_t *out, const struct plan *p, const struct layout *l) {
    uint8_t *table = out + p->table;
    memcpy(out + p->strings, p->names, p->name_size);
    memcpy(out + p->strings + p->name_size, REWRITE_SECTION, sizeof REWRITE_SECTION);
    if (p->old.count > 0) {
        memcpy(table, out + p->old.at, (size_t)p->old.count * l->entry);
        put(table + (size_t)p->name_index * l->entry + l->offset_at, l->word, p->strings);
        put(table + (size_t)p->name_index * l->entry + l->offset_at + l->word, l->word, p->string_size);
    } else {
        write_header(table + l->entry, l, 1, SHT_STRTAB, p->strings, p->string_size);
    }
    write_header(table + (size_t)(p->count - 1) * l->entry, l, p->name_size, SHT_PROGBITS, p->blob, p->blob_size);
    put(out + l->table_at, l->word, p->table);
    put(out + l->shape_at, 2, l->entry);
    put(out + l->shape_at + 2, 2, p->count);
    put(out + l->shape_at + 4, 2, p->name_index);
}

bool rewrite_append(const uint8_t *patched, size_t size, const struct rewrite_original *originals, size_t count, uint8_t **result,
                    size_t *result_size, const char **message) {
    const struct layout *l = layout_of(patched, size);
    struct plan p;
    *message = "the section table of the file is damaged, or full";
    if (l == NULL || !make_plan(&p, patched, size, l, count)) {
        return false;
    }
    uint8_t *out = calloc(p.total, 1);
    *message = NULL;
    if (out == NULL) {
        return false;
    }
    memcpy(out, patched, size);
    uint8_t *blob = out + p.blob;
    memcpy(blob, MAGIC, MAGIC_SIZE);
    put(blob + MAGIC_SIZE, 8, size);
    put(blob + MAGIC_SIZE + 8, 8, count + 2);
    for (size_t i = 0; i < count; i++) {
        write_record(blob + HEAD_SIZE + i * RECORD_SIZE, &originals[i]);
    }
    const struct rewrite_original table = header_record(patched, l->table_at, l->word);
    const struct rewrite_original shape = header_record(patched, l->shape_at, 6);
    write_record(blob + HEAD_SIZE + count * RECORD_SIZE, &table);
    write_record(blob + HEAD_SIZE + (count + 1) * RECORD_SIZE, &shape);
    write_sections(out, &p, l);
    *result = out;
    *result_size = p.total;
    return true;
}

/* The section by its name and magic. */
static bool find_originals(const uint8_t *bytes, size_t size, const uint8_t **blob, size_t *blob_size) {
    const struct layout *l = layout_of(bytes, size);
    struct table t;
    const uint8_t *names = NULL;
    size_t name_size = 0;
    if (l == NULL || !read_table(bytes, size, l, &t) || t.count == 0 ||
        !section_bytes(bytes, size, l, bytes + t.at + (size_t)t.names * l->entry, &names, &name_size)) {
        return false;
    }
    for (unsigned i = 0; i < t.count; i++) {
        const uint8_t *header = bytes + t.at + (size_t)i * l->entry;
        uint64_t name = get(header, 4);
        if (name < name_size && name_size - name >= sizeof REWRITE_SECTION && memcmp(names + name, REWRITE_SECTION, sizeof REWRITE_SECTION) == 0 &&
            section_bytes(bytes, size, l, header, blob, blob_size)) {
            return *blob_size >= HEAD_SIZE && memcmp(*blob, MAGIC, MAGIC_SIZE) == 0;
        }
    }
    return false;
}

bool rewrite_originals(const uint8_t *bytes, size_t size, struct rewrite_original **list, size_t *count, uint64_t *original_size) {
    const uint8_t *blob = NULL;
    size_t blob_size = 0;
    if (!find_originals(bytes, size, &blob, &blob_size)) {
        return false;
    }
    uint64_t wanted = get(blob + MAGIC_SIZE + 8, 8);
    *original_size = get(blob + MAGIC_SIZE, 8);
    if (wanted > (blob_size - HEAD_SIZE) / RECORD_SIZE || *original_size > size) {
        return false;
    }
    struct rewrite_original *all = calloc((size_t)wanted + 1, sizeof *all);
    bool good = all != NULL;
    for (size_t i = 0; good && i < wanted; i++) {
        const uint8_t *p = blob + HEAD_SIZE + i * RECORD_SIZE;
        all[i] = (struct rewrite_original){get(p, 8), get(p + 8, 8), p[16], p[17], p[18], p[19], p[20], {0}};
        memcpy(all[i].bytes, p + RECORD_BYTES, sizeof all[i].bytes);
        good = all[i].total <= sizeof all[i].bytes && all[i].file_offset <= *original_size && all[i].total <= *original_size - all[i].file_offset &&
               all[i].before <= all[i].total && all[i].length <= all[i].total - all[i].before && all[i].kind <= REWRITE_CALL;
    }
    if (!good) {
        free(all);
        return false;
    }
    *list = all;
    *count = (size_t)wanted;
    return true;
}
