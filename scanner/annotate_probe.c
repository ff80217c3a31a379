/* Assembles every statement by itself, behind a label, and decodes what came out. Of a statement with arguments of a macro several variants are made,
 * with operands in their place. The assembler leaves out what it does not understand: calls of macros, and variants that make no sense. */
#include "annotate_probe.h"

#include "../isa-model/grow.h"
#include "../x86-tables/prefix.h"

#include <ctype.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an argument may stand for. None of them is a special register: one that is makes another instruction of MOV. */
static const char *const att_variants[] = {"%rax", "%eax", "%ax", "$1", "(%rax)", "(%eax)", "(%bx)", "rax", "eax", "1", "", "q", "l", "w"};
static const char *const intel_variants[] = {"rax", "eax", "ax", "1", "[rax]", "[eax]", "[bx]", "", "q", "d"};
#define ATT_COUNT (sizeof att_variants / sizeof att_variants[0])
#define INTEL_COUNT (sizeof intel_variants / sizeof intel_variants[0])
/* Local labels that statements may refer to, backwards and forwards. */
enum { LOCAL_LABELS = 100 };

struct item {
    size_t statement;
    size_t offset, end; /* in the section of the object; offset SIZE_MAX: it has no label there */
};

struct probe {
    const struct annotate_question *q;
    const char *text;
    const struct statements *s;
    struct item *items;
    size_t count, capacity;
    FILE *out;
    char *source;
    size_t size;
    struct assembled object;
    const uint8_t *code; /* of the object */
    size_t code_size;
};

enum matcher_mode annotate_mode(unsigned bits) { return bits == 64 ? MATCHER_LONG : bits == 32 ? MATCHER_PROTECTED : MATCHER_REAL; }

bool annotate_wants(const struct annotate_question *q, const struct scan_form *forms, uint32_t form) {
    for (size_t i = 0; q->except != NULL && q->except[i] != NULL; i++) {
        if (strcmp(q->isa->forms[form].instruction, q->except[i]) == 0) {
            return false;
        }
    }
    return q->only_holes ? forms[form].hole || forms[form].undecided : forms[form].site;
}

static void write_local_labels(FILE *out) {
    for (unsigned i = 0; i < LOCAL_LABELS; i++) {
        (void)fprintf(out, "%u:", i);
    }
    (void)fputc('\n', out);
}

/* The text without line ends, each argument (\name, \(), \@) replaced. */
static void write_variant(FILE *out, const char *text, size_t size, const char *argument) {
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\\' && argument != NULL) {
            size_t end = i + 1;
            bool empty = end + 1 < size && text[end] == '(';
            end += empty ? 2 : end < size && text[end] == '@' ? 1 : 0;
            while (!empty && end < size && (text[end] == '_' || isalnum((unsigned char)text[end]) != 0)) {
                end++;
            }
            (void)fputs(empty ? "" : argument, out);
            i = end - 1;
        } else {
            (void)fputc(text[i] == '\n' ? ' ' : text[i], out);
        }
    }
}

static bool add_item(struct probe *p, size_t statement) {
    struct item *larger = array_grow(p->items, p->count, &p->capacity, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    p->items = larger;
    p->items[p->count++] = (struct item){statement, SIZE_MAX, SIZE_MAX};
    return true;
}

static bool write_item(struct probe *p, size_t statement, const char *argument) {
    const struct statement *t = &p->s->list[statement];
    (void)fprintf(p->out, ".code%u\n.%s_syntax %sprefix\npopek_probe_%zu:\n", (unsigned)t->bits, t->intel ? "intel" : "att", t->bare ? "no" : "",
                  p->count);
    write_variant(p->out, p->text + t->start, t->end - t->start, argument);
    (void)fputc('\n', p->out);
    return add_item(p, statement);
}

static bool write_source(struct probe *p) {
    bool good = true;
    p->out = open_memstream(&p->source, &p->size);
    if (p->out == NULL) {
        return false;
    }
    (void)fputs(".text\n", p->out);
    write_local_labels(p->out);
    for (size_t i = 0; good && i < p->s->count; i++) {
        const struct statement *t = &p->s->list[i];
        size_t count = !t->arguments ? 1 : t->intel ? INTEL_COUNT : ATT_COUNT;
        for (size_t k = 0; good && k < count; k++) {
            good = write_item(p, i, !t->arguments ? NULL : t->intel ? intel_variants[k] : att_variants[k]);
        }
    }
    (void)fprintf(p->out, "popek_probe_%zu:\n", p->count);
    write_local_labels(p->out);
    return fclose(p->out) == 0 && good;
}

static void take_symbols(struct probe *p, Elf *elf, Elf_Scn *section, const GElf_Shdr *h) {
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data == NULL || h->sh_entsize == 0 ? 0 : data->d_size / h->sh_entsize;
    for (size_t i = 0; i < count; i++) {
        GElf_Sym label;
        const char *name = gelf_getsym(data, (int)i, &label) == NULL ? NULL : elf_strptr(elf, h->sh_link, label.st_name);
        if (name == NULL || strncmp(name, "popek_probe_", 12) != 0) {
            continue;
        }
        size_t number = strtoul(name + 12, NULL, 10);
        if (number < p->count) {
            p->items[number].offset = label.st_value;
        }
        if (number > 0 && number <= p->count) {
            p->items[number - 1].end = label.st_value;
        }
    }
}

/* Finds .text and the labels. */
static bool read_object(struct probe *p) {
    (void)elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)p->object.bytes, p->object.size);
    size_t names = 0;
    bool good = elf != NULL && elf_getshdrstrndx(elf, &names) == 0;
    for (Elf_Scn *s = good ? elf_nextscn(elf, NULL) : NULL; s != NULL; s = elf_nextscn(elf, s)) {
        GElf_Shdr h;
        const char *name = gelf_getshdr(s, &h) == NULL ? NULL : elf_strptr(elf, names, h.sh_name);
        if (name != NULL && strcmp(name, ".text") == 0 && h.sh_offset <= p->object.size && h.sh_size <= p->object.size - h.sh_offset) {
            p->code = p->object.bytes + h.sh_offset;
            p->code_size = h.sh_size;
        } else if (name != NULL && h.sh_type == SHT_SYMTAB) {
            take_symbols(p, elf, s, &h);
        }
    }
    (void)elf_end(elf);
    return p->code != NULL;
}

static bool is_prefix(uint8_t byte, unsigned bits) { return is_legacy_prefix(byte) || (bits == 64 && byte >= 0x40 && byte <= 0x4F); }

static bool has_bytes(const struct probe *p, const struct item *i) { return i->offset < i->end && i->end != SIZE_MAX && i->end <= p->code_size; }

/* "lock; cmpxchg ...": the prefix is a statement of its own. */
static bool is_prefix_alone(const struct probe *p, const struct item *i) {
    for (size_t at = i->offset; at < i->end; at++) {
        if (!is_prefix(p->code[at], p->s->list[i->statement].bits)) {
            return false;
        }
    }
    return has_bytes(p, i);
}

/* The interrupt shadow of STI, and of loads of SS (SDM vol. 2B, MOV and POP; vol. 2B, STI): named, not described in the tables, see CAVEATS.md. */
static bool has_shadow(const char *form) { return strcmp(form, "STI") == 0 || strncmp(form, "MOV SS,", 7) == 0 || strncmp(form, "POP SS", 6) == 0; }

/* What a run has seen the statement's line touch, if the instruction has an operand in memory. */
static uint8_t touched_memory(const struct annotate_question *q, const struct statement *t, const struct decoded *d) {
    struct matcher_operand operands[MATCHER_OPERANDS];
    size_t count = matcher_operands(q->scan->matcher, d, operands);
    bool in_memory = false;
    for (size_t i = 0; i < count; i++) {
        in_memory = in_memory || operands[i].kind == OPERAND_MEMORY;
    }
    uint8_t memory = 0;
    for (size_t i = 0; in_memory && i < q->line_count; i++) {
        memory |= q->lines[i].line == t->line ? q->lines[i].memory : 0;
    }
    return memory;
}

static void take_item(const struct probe *p, size_t number, const struct scan_form *forms, struct probed *probed) {
    const struct item *i = &p->items[number];
    size_t last = number;
    while (last + 1 < p->count && is_prefix_alone(p, &p->items[last]) && p->s->list[p->items[last + 1].statement].follows &&
           !p->s->list[i->statement].arguments && !p->s->list[p->items[last + 1].statement].arguments) {
        last++;
    }
    struct decoded d;
    size_t end = p->items[last].end;
    if (!has_bytes(p, i) || end > p->code_size ||
        !matcher_decode(p->q->scan->matcher, annotate_mode(p->s->list[i->statement].bits), p->code + i->offset, end - i->offset, &d)) {
        return;
    }
    uint8_t memory = touched_memory(p->q, &p->s->list[i->statement], &d);
    if (!annotate_wants(p->q, forms, d.form) && memory == 0) {
        return;
    }
    probed->memory |= memory;
    probed->form = probed->site && probed->form != d.form ? PROBE_NO_FORM : d.form;
    probed->length = probed->site && probed->length < d.length ? probed->length : d.length;
    probed->shadow = probed->shadow || has_shadow(p->q->isa->forms[d.form].text);
    probed->site = true;
    probed->joined = (uint8_t)(last - number);
}

static enum annotate_status judge(const struct probe *p, struct probed *probed) {
    for (size_t i = 0; i < p->count; i++) {
        size_t statement = p->items[i].statement;
        const struct scan_form *forms = p->q->scan->forms(p->q->scan->context, annotate_mode(p->s->list[statement].bits));
        if (forms == NULL) {
            return ANNOTATE_NO_TABLE;
        }
        take_item(p, i, forms, &probed[statement]);
        if (probed[statement].joined > 0) { /* the instruction behind its prefix is not annotated a second time */
            i += probed[statement].joined;
        }
    }
    return ANNOTATE_FINE;
}

enum annotate_status annotate_probe(const struct annotate_question *q, const char *text, const struct statements *s, struct probed **probed,
                                    char **message) {
    struct probe p = {.q = q, .text = text, .s = s};
    enum annotate_status status = ANNOTATE_OUT_OF_MEMORY;
    *probed = calloc(s->count + 1, sizeof **probed);
    if (*probed != NULL && write_source(&p)) {
        p.object = assembler_run(q, p.source, p.size, true);
        status = p.object.status;
        if (status == ANNOTATE_FINE) {
            status = read_object(&p) ? judge(&p, *probed) : ANNOTATE_BAD;
        }
        if (status == ANNOTATE_NO_ASSEMBLER || status == ANNOTATE_BAD) {
            *message = p.object.messages;
            p.object.messages = NULL;
        }
        assembled_free(&p.object);
    }
    free(p.items);
    free(p.source);
    return status;
}
