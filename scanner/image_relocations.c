/* What a linker will write to in the code of a relocatable object: targets there are not known yet. */
#include "plan.h"

#include <gelf.h>

static int section_of(const struct image *image, uint32_t index) {
    for (size_t i = 0; i < image->section_count; i++) {
        if (image->sections[i].index == index) {
            return (int)i;
        }
    }
    return -1;
}

static bool read_offset(Elf_Data *data, GElf_Word kind, int i, uint64_t *offset) {
    GElf_Rel plain;
    GElf_Rela with_addend;
    if (kind == SHT_RELA) {
        bool good = gelf_getrela(data, i, &with_addend) != NULL;
        *offset = good ? with_addend.r_offset : 0;
        return good;
    }
    bool good = gelf_getrel(data, i, &plain) != NULL;
    *offset = good ? plain.r_offset : 0;
    return good;
}

bool image_relocations(const struct image *image, void (*mark)(void *context, uint32_t section, uint64_t offset), void *context) {
    bool good = true;
    if (!image->relocatable || image->elf == NULL) {
        return true;
    }
    for (Elf_Scn *s = elf_nextscn(image->elf, NULL); s != NULL; s = elf_nextscn(image->elf, s)) {
        GElf_Shdr h;
        if (gelf_getshdr(s, &h) == NULL || (h.sh_type != SHT_REL && h.sh_type != SHT_RELA) || h.sh_entsize == 0) {
            continue;
        }
        int section = section_of(image, h.sh_info);
        Elf_Data *data = section < 0 ? NULL : elf_getdata(s, NULL);
        good = good && (section < 0 || data != NULL);
        uint64_t offset = 0;
        for (size_t i = 0; data != NULL && i < data->d_size / h.sh_entsize && i <= INT32_MAX && read_offset(data, h.sh_type, (int)i, &offset); i++) {
            mark(context, (uint32_t)section, offset);
        }
    }
    return good;
}
