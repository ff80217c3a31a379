/* Replacements in a guest: found by physical address, taken out for one instruction, and put back. */
#include "computer_internal.h"
#include "patches_internal.h"

#include <elf.h>
#include <stdlib.h>

#define PADDING 0x3Eu /* the override of DS, for instructions without an operand in memory */
#define CONTEXT 32u   /* bytes on each side of a place by which a copy of it is known ... */
#define ENOUGH 4u     /* ... so many at least */

bool computer_loads_at(const uint8_t *bytes, size_t size, uint64_t file_offset, uint32_t *physical) {
    Elf32_Ehdr header;
    if (size < sizeof header) {
        return false;
    }
    memcpy(&header, bytes, sizeof header);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf32_Phdr p;
        uint64_t at = (uint64_t)header.e_phoff + (uint64_t)i * header.e_phentsize;
        if (header.e_phentsize < sizeof p || at + sizeof p > size) {
            return false;
        }
        memcpy(&p, bytes + at, sizeof p);
        if (p.p_type == PT_LOAD && file_offset >= p.p_offset && file_offset - p.p_offset < p.p_filesz) {
            *physical = (uint32_t)(p.p_paddr + (file_offset - p.p_offset));
            return true;
        }
    }
    return false;
}

static int compare_patches(const void *a, const void *b) {
    uint32_t x = ((const struct patch *)a)->physical;
    uint32_t y = ((const struct patch *)b)->physical;
    return x < y ? -1 : x > y ? 1 : 0;
}

bool computer_set_patches(struct computer *c, const struct patch *patches, size_t count) {
    struct patches *s = calloc(1, sizeof *s);
    struct patch *list = malloc((count + 1) * sizeof *list);
    if (s == NULL || list == NULL) {
        free(s);
        free(list);
        return false;
    }
    memcpy(list, patches, count * sizeof *list);
    qsort(list, count, sizeof *list, compare_patches);
    *s = (struct patches){.list = list, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (list[i].kind == PATCH_CALL) {
            s->calls = true;
            s->entry = list[i].entry;
        }
    }
    patches_drop(c->patches);
    c->patches = s;
    return true;
}

void patches_drop(struct patches *s) {
    if (s != NULL) {
        free(s->list);
        free(s);
    }
}

/* Where the byte at a linear address is; false: the guest has none there, or would fault. */
static bool find_physical(struct processor *p, uint32_t linear, bool user, uint32_t *physical) {
    struct fault fault;
    const struct translation *t = translate(p, linear, ACCESS_FETCH, user, &fault);
    if (t == NULL || t->host == NULL) {
        return false;
    }
    *physical = (uint32_t)(t->host - p->memory->bytes) + linear % PAGE_SIZE_4K;
    return true;
}

static const struct patch *patch_at(const struct patches *s, const struct processor *p, uint32_t physical) {
    const struct patch key = {.physical = physical};
    const struct patch *found = bsearch(&key, s->list, s->count, sizeof key, compare_patches);
    bool there = found != NULL && (uint64_t)physical + found->total <= p->memory->size &&
                 memcmp(p->memory->bytes + physical, found->replacement, found->replaced) == 0;
    return there ? found : NULL;
}

/* How many bytes around two places are the same, counted from them on both sides; 0: the places are not. */
static uint32_t likeness(const struct memory *m, uint32_t a, uint32_t b, uint32_t total) {
    uint32_t first = a % PAGE_SIZE_4K < b % PAGE_SIZE_4K ? a % PAGE_SIZE_4K : b % PAGE_SIZE_4K;
    uint32_t room = PAGE_SIZE_4K - (a % PAGE_SIZE_4K > b % PAGE_SIZE_4K ? a : b) % PAGE_SIZE_4K;
    uint32_t before = 0;
    uint32_t after = total;
    if (room < total || memcmp(m->bytes + a, m->bytes + b, total) != 0) {
        return 0;
    }
    while (before < first && before < CONTEXT && m->bytes[a - before - 1] == m->bytes[b - before - 1]) {
        before++;
    }
    while (after < room && after < total + CONTEXT && m->bytes[a + after] == m->bytes[b + after]) {
        after++;
    }
    return before + after;
}

static bool same_instruction(const struct patch *a, const struct patch *b) {
    return a->total == b->total && a->length == b->length && memcmp(a->instruction, b->instruction, a->length) == 0;
}

/* The guest may have copied its code: the place that looks most like it, if that is one instruction's alone. */
static const struct patch *copy_at(struct patches *s, const struct processor *p, uint32_t physical) {
    const struct memory *m = p->memory;
    const struct patch *found = NULL;
    uint32_t best = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct patch *patch = &s->list[i];
        bool possible = (uint64_t)physical + patch->total <= m->size && patch->kind != PATCH_CALL &&
                        memcmp(m->bytes + physical, patch->replacement, patch->replaced) == 0 && patch_at(s, p, patch->physical) != NULL;
        uint32_t like = possible ? likeness(m, physical, patch->physical, patch->total) : 0;
        if (like >= patch->total + ENOUGH && like > best) {
            best = like;
            found = patch;
        } else if (found != NULL && like == best && !same_instruction(found, patch)) {
            found = NULL;
        }
    }
    if (found != NULL) {
        s->copy = *found;
        s->copy.physical = physical;
    }
    return found == NULL ? NULL : &s->copy;
}

static uint32_t code_address(const struct processor *p, uint32_t offset) { return (uint32_t)p->state.cs_base + offset; }

/* The monitor was called: which place does the return address belong to? It is taken off the stack. */
static const struct patch *patch_of_call(const struct patches *s, struct processor *p) {
    struct fault fault;
    uint32_t back = 0;
    uint32_t physical = 0;
    uint32_t stack = (uint32_t)p->state.ss_base + ((uint32_t)p->state.rsp & stack_mask(&p->state));
    const uint32_t call = sizeof s->list->replacement;
    if (!linear_read(p, stack, &back, sizeof back, p->state.cpl == 3, &fault) ||
        !find_physical(p, code_address(p, back - call), p->state.cpl == 3, &physical)) {
        return NULL;
    }
    const struct patch *patch = patch_at(s, p, physical);
    if (patch == NULL || patch->kind != PATCH_CALL) {
        return NULL;
    }
    p->state.rsp = (p->state.rsp & ~(uint64_t)stack_mask(&p->state)) | (((uint32_t)p->state.rsp + 4) & stack_mask(&p->state));
    p->state.rip = back - call;
    return patch;
}

/* Puts bytes of the monitor's into memory: nobody's writes, but what was decoded there is void. */
static void put(struct processor *p, uint32_t physical, const uint8_t *bytes, uint32_t size) {
    struct write_log *log = p->memory->log;
    p->memory->log = NULL;
    memory_write(p->memory, physical, bytes, size);
    p->memory->log = log;
}

/* The override that says what holds anyway, so that the instruction is longer and no other. */
static uint8_t padding_of(const struct processor *p, const struct patch *patch) {
    static const uint8_t overrides[SEGMENT_COUNT] = {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65};
    struct decoded d;
    struct matcher_operand operands[MATCHER_OPERANDS];
    size_t count = 0;
    if (matcher_decode(p->decoder->matcher, (enum matcher_mode)processor_mode(&p->state), patch->instruction, patch->length, &d)) {
        count = matcher_operands(p->decoder->matcher, &d, operands);
    }
    for (size_t i = 0; i < count; i++) {
        if (operands[i].kind == OPERAND_MEMORY && operands[i].segment < SEGMENT_COUNT) {
            return overrides[operands[i].segment];
        }
    }
    return PADDING;
}

const struct patch *patches_enter(struct patches *s, struct processor *p) {
    uint32_t physical = 0;
    uint8_t bytes[PATCH_LONGEST];
    /* A program at CPL 3 calls the monitor, too, although the page with the entry is the kernel's. */
    uint32_t linear = code_address(p, (uint32_t)p->state.rip);
    if (!find_physical(p, linear, p->state.cpl == 3, &physical) &&
        !(s->calls && find_physical(p, linear, false, &physical) && physical == s->entry)) {
        return NULL;
    }
    bool called = s->calls && physical == s->entry;
    const struct patch *patch = called ? patch_of_call(s, p) : patch_at(s, p, physical);
    if (patch == NULL && !called) {
        patch = copy_at(s, p, physical);
    }
    if (patch != NULL) {
        unsigned padding = patch->total - (unsigned)patch->length;
        memset(bytes, padding_of(p, patch), padding);
        memcpy(bytes + padding, patch->instruction, patch->length);
        put(p, patch->physical, bytes, patch->total);
        s->emulated++;
    }
    return patch;
}

void patches_leave(struct processor *p, const struct patch *patch) {
    uint8_t bytes[PATCH_LONGEST];
    memset(bytes, 0x90, sizeof bytes);
    memcpy(bytes, patch->replacement, patch->replaced);
    put(p, patch->physical, bytes, patch->total);
}
