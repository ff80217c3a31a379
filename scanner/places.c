/* Functions from symbols, source lines from DWARF; asked for sites only. */
#include "places.h"

#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

/* How far back an equal text is looked for: sites of a function come together, and so do those of a source file. */
#define RECENT 8u

const char *places_keep(struct scan_binary *binary, const char *text) {
    for (size_t back = 1; back <= RECENT && back <= binary->string_count; back++) {
        if (strcmp(binary->strings[binary->string_count - back], text) == 0) {
            return binary->strings[binary->string_count - back];
        }
    }
    if ((binary->string_count & (binary->string_count + 1)) == 0) {
        char **larger = realloc(binary->strings, (binary->string_count + 1) * 2 * sizeof *larger);
        if (larger == NULL) {
            return NULL;
        }
        binary->strings = larger;
    }
    char *copy = strdup(text);
    if (copy != NULL) {
        binary->strings[binary->string_count++] = copy;
    }
    return copy;
}

/* The last function at or before the offset; one that has a size must reach it. */
static const struct image_function *function_at(const struct image *image, uint32_t section, uint64_t offset) {
    size_t low = 0;
    size_t high = image->function_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct image_function *f = &image->functions[middle];
        if (f->section < section || (f->section == section && f->offset <= offset)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct image_function *f = low == 0 ? NULL : &image->functions[low - 1];
    bool covers = f != NULL && f->section == section && (f->size == 0 || offset - f->offset < f->size);
    return covers ? f : NULL;
}

struct lines {
    Dwfl *session;
    Dwfl_Module *module;
    char *copy; /* of the bytes: relocating debug sections writes to them */
    Elf *main;  /* where libdwfl has put the sections of a relocatable object */
    GElf_Addr bias;
};

/* No separate debug files: what a file names is not opened on its behalf. */
static int no_debug_file(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *file, const char *link, GElf_Word crc,
                         char **found) {
    (void)module, (void)user, (void)name, (void)base, (void)file, (void)link, (void)crc, (void)found;
    return -1;
}

static void lines_open(struct lines *l, const struct image *image, const char *name, const uint8_t *bytes, size_t size) {
    static const Dwfl_Callbacks callbacks = {.find_debuginfo = no_debug_file, .section_address = dwfl_offline_section_address};
    char *memory = (char *)(uintptr_t)bytes; /* only relocation writes to it */
    if (!image->has_lines) {
        return;
    }
    if (image->relocatable) {
        memory = l->copy = malloc(size);
        if (memory == NULL) {
            return;
        }
        memcpy(memory, bytes, size);
    }
    l->session = dwfl_begin(&callbacks);
    if (l->session != NULL) {
        l->module = dwfl_report_offline_memory(l->session, name, name, memory, size);
        (void)dwfl_report_end(l->session, NULL, NULL);
    }
    l->main = l->module == NULL ? NULL : dwfl_module_getelf(l->module, &l->bias);
}

static void lines_close(struct lines *l) {
    dwfl_end(l->session);
    free(l->copy);
}

/* The address that libdwfl gives the place; false when it has none. */
static bool line_address(const struct lines *l, const struct image *image, const struct scan_site *site, GElf_Addr *address) {
    const struct image_section *s = &image->sections[site->section];
    GElf_Shdr h;
    if (!image->relocatable) {
        *address = s->address + site->address + l->bias;
        return true;
    }
    Elf_Scn *section = elf_getscn(l->main, s->index);
    if (section == NULL || gelf_getshdr(section, &h) == NULL) {
        return false;
    }
    *address = h.sh_addr + site->address + l->bias;
    return true;
}

static bool find_line(const struct lines *l, struct scan_binary *binary, const struct image *image, struct scan_site *site) {
    GElf_Addr address = 0;
    int line = 0;
    if (l->main == NULL || !line_address(l, image, site, &address)) {
        return true;
    }
    Dwfl_Line *found = dwfl_module_getsrc(l->module, address);
    const char *source = found == NULL ? NULL : dwfl_lineinfo(found, NULL, &line, NULL, NULL, NULL);
    if (source == NULL || line <= 0) {
        return true;
    }
    site->line = (uint32_t)line;
    site->source = places_keep(binary, source);
    return site->source != NULL;
}

static bool find_place(const struct lines *l, struct scan_binary *binary, const struct image *image, struct scan_site *site) {
    const struct image_function *f = function_at(image, site->section, site->address);
    if (f != NULL) {
        site->function = places_keep(binary, f->name);
        site->function_offset = site->address - f->offset;
    }
    return (f == NULL || site->function != NULL) && find_line(l, binary, image, site);
}

bool places_find(struct scan_binary *binary, const struct image *image, const uint8_t *bytes, size_t size) {
    struct lines l = {NULL, NULL, NULL, NULL, 0};
    bool good = true;
    if (binary->site_count > 0 || binary->stop_count > 0) {
        lines_open(&l, image, binary->name, bytes, size);
    }
    for (size_t i = 0; good && i < binary->site_count; i++) {
        good = find_place(&l, binary, image, &binary->sites[i]);
    }
    for (size_t i = 0; good && i < binary->stop_count; i++) {
        good = find_place(&l, binary, image, &binary->stops[i].site);
    }
    lines_close(&l);
    return good;
}
