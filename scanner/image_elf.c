/* ELF through libelf: executable sections, or executable segments where there are no sections; function symbols. */
#include "image.h"

#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum scan_status refuse(struct image *image, const char *message) {
    free(image->message);
    image->message = strdup(message);
    return SCAN_BAD;
}

static void warn(struct image *image, const char *message) {
    if (image->message == NULL) {
        image->message = strdup(message);
    }
}

/* As much of [offset, offset + wanted) as the file has. */
static size_t in_file(struct image *image, size_t size, uint64_t offset, uint64_t wanted) {
    uint64_t left = offset >= size ? 0 : size - offset;
    if (wanted > left) {
        warn(image, "the file ends before its code does");
    }
    return (size_t)(wanted < left ? wanted : left);
}

static bool add_sections(struct image *image, Elf *elf, const uint8_t *bytes, size_t size) {
    size_t names = 0;
    bool named = elf_getshdrstrndx(elf, &names) == 0;
    for (Elf_Scn *s = elf_nextscn(elf, NULL); s != NULL; s = elf_nextscn(elf, s)) {
        GElf_Shdr h;
        if (gelf_getshdr(s, &h) == NULL) {
            warn(image, "a section header cannot be read");
            continue;
        }
        if (h.sh_type != SHT_PROGBITS || (h.sh_flags & SHF_EXECINSTR) == 0 || h.sh_size == 0) {
            continue;
        }
        if ((h.sh_flags & SHF_COMPRESSED) != 0) {
            warn(image, "a compressed section of code is left out");
            continue;
        }
        const char *name = named ? elf_strptr(elf, names, h.sh_name) : NULL;
        size_t there = in_file(image, size, h.sh_offset, h.sh_size);
        uint64_t address = image->relocatable ? 0 : h.sh_addr;
        if (there > 0 && !image_add_section(image, name == NULL ? "?" : name, (uint32_t)elf_ndxscn(s), address, bytes + h.sh_offset, there)) {
            return false;
        }
    }
    return true;
}

static bool add_segments(struct image *image, Elf *elf, const uint8_t *bytes, size_t size) {
    size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr h;
        char name[32];
        if (gelf_getphdr(elf, (int)i, &h) == NULL || h.p_type != PT_LOAD || (h.p_flags & PF_X) == 0) {
            continue;
        }
        size_t there = in_file(image, size, h.p_offset, h.p_filesz);
        (void)snprintf(name, sizeof name, "segment %zu", i);
        if (there > 0 && !image_add_section(image, name, UINT32_MAX, h.p_vaddr, bytes + h.p_offset, there)) {
            return false;
        }
    }
    return true;
}

static int section_at(const struct image *image, const GElf_Sym *symbol) {
    for (size_t i = 0; i < image->section_count; i++) {
        const struct image_section *s = &image->sections[i];
        bool inside = symbol->st_value >= s->address && symbol->st_value - s->address < s->size;
        if (inside && (s->index == symbol->st_shndx || (s->index == UINT32_MAX && symbol->st_shndx != SHN_UNDEF))) {
            return (int)i;
        }
    }
    return -1;
}

/* Functions, and labels without a type as assembler has them; those only of sections, and not the local ones of the assembler. */
static bool is_function(const GElf_Sym *symbol, const char *name) {
    unsigned type = GELF_ST_TYPE(symbol->st_info);
    bool labelled = type == STT_NOTYPE && symbol->st_shndx < SHN_LORESERVE && strncmp(name, ".L", 2) != 0;
    return name[0] != '\0' && (type == STT_FUNC || type == STT_GNU_IFUNC || labelled);
}

static bool add_symbols(struct image *image, Elf *elf, Elf_Scn *section, const GElf_Shdr *h) {
    Elf_Data *data = h->sh_entsize == 0 ? NULL : elf_getdata(section, NULL);
    size_t count = data == NULL ? 0 : data->d_size / h->sh_entsize;
    for (size_t i = 0; i < count && i <= INT32_MAX; i++) {
        GElf_Sym symbol;
        if (gelf_getsym(data, (int)i, &symbol) == NULL || symbol.st_shndx == SHN_UNDEF) {
            continue;
        }
        const char *name = elf_strptr(elf, h->sh_link, symbol.st_name);
        int at = name == NULL || !is_function(&symbol, name) ? -1 : section_at(image, &symbol);
        if (at >= 0 && !image_add_function(image, (uint32_t)at, symbol.st_value - image->sections[at].address, symbol.st_size, name)) {
            return false;
        }
    }
    return true;
}

/* .symtab has what .dynsym has; without it there is .dynsym. */
static bool add_functions(struct image *image, Elf *elf) {
    static const GElf_Word kinds[] = {SHT_SYMTAB, SHT_DYNSYM};
    for (unsigned k = 0; k < 2 && image->function_count == 0; k++) {
        for (Elf_Scn *s = elf_nextscn(elf, NULL); s != NULL; s = elf_nextscn(elf, s)) {
            GElf_Shdr h;
            if (gelf_getshdr(s, &h) != NULL && h.sh_type == kinds[k] && !add_symbols(image, elf, s, &h)) {
                return false;
            }
        }
    }
    return true;
}

static bool has_lines(Elf *elf) {
    size_t names = 0;
    bool named = elf_getshdrstrndx(elf, &names) == 0;
    for (Elf_Scn *s = elf_nextscn(elf, NULL); named && s != NULL; s = elf_nextscn(elf, s)) {
        GElf_Shdr h;
        const char *name = gelf_getshdr(s, &h) == NULL ? NULL : elf_strptr(elf, names, h.sh_name);
        if (name != NULL && strcmp(name, ".debug_line") == 0) {
            return true;
        }
    }
    return false;
}

static enum scan_status take_header(struct image *image, const GElf_Ehdr *h) {
    static const char *const formats[] = {"ELF file", "ELF object", "ELF executable", "ELF shared object", "ELF core"};
    if (h->e_machine != EM_386 && h->e_machine != EM_X86_64) {
        return refuse(image, "the ELF file is not for x86");
    }
    if (h->e_type == ET_CORE) {
        return refuse(image, "a core file is not a program");
    }
    image->mode = h->e_machine == EM_386 ? MATCHER_PROTECTED : MATCHER_LONG;
    image->format = formats[h->e_type < 4 ? h->e_type : 0];
    image->relocatable = h->e_type == ET_REL;
    return SCAN_FINE;
}

enum scan_status image_open_elf(struct image *image, const uint8_t *bytes, size_t size) {
    GElf_Ehdr h;
    image->format = "ELF file";
    /* libelf does not write to the image when it is only read; its type has no const. */
    Elf *elf = elf_version(EV_CURRENT) == EV_NONE ? NULL : elf_memory((char *)(uintptr_t)bytes, size);
    image->elf = elf;
    if (elf == NULL || elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &h) == NULL) {
        return refuse(image, "the ELF header is damaged");
    }
    enum scan_status status = take_header(image, &h);
    if (status != SCAN_FINE) {
        return status;
    }
    bool good = add_sections(image, elf, bytes, size);
    if (good && image->section_count == 0 && !image->relocatable) {
        good = add_segments(image, elf, bytes, size);
    }
    if (!good || !add_functions(image, elf)) {
        return SCAN_OUT_OF_MEMORY;
    }
    image->has_lines = has_lines(elf);
    if (image->section_count == 0 && image->message != NULL) {
        return SCAN_BAD;
    }
    return SCAN_FINE;
}
