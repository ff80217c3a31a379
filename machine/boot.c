/* Puts guests into memory: flat binaries, ELF files, multiboot kernels (Multiboot Specification 0.6.96). */
#include "boot_information.h"
#include "computer_internal.h"

#include "../x86-tables/linux_boot.h"

#include <elf.h>

#define FLAT_ADDRESS 0x7C00u
#define MULTIBOOT_HEADER 0x1BADB002u
#define MULTIBOOT_MAGIC 0x2BADB002u
#define MULTIBOOT_SEARCH 8192u

struct multiboot_header {
    uint32_t magic, flags, checksum, header, load, load_end, bss_end, entry;
};

static bool find_header(const uint8_t *bytes, size_t size, struct multiboot_header *h, size_t *at) {
    for (size_t i = 0; i + 12 <= size && i < MULTIBOOT_SEARCH; i += 4) {
        memset(h, 0, sizeof *h);
        memcpy(h, bytes + i, size - i < sizeof *h ? size - i : sizeof *h);
        if (h->magic == MULTIBOOT_HEADER && h->magic + h->flags + h->checksum == 0) {
            *at = i;
            return true;
        }
    }
    return false;
}

/* What was loaded ends at *end. */
static const char *load_segments(struct computer *c, const uint8_t *bytes, size_t size, uint32_t *entry, uint32_t *end) {
    Elf32_Ehdr header;
    if (size < sizeof header) {
        return "the ELF file is cut off";
    }
    memcpy(&header, bytes, sizeof header);
    if (header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_machine != EM_386 || header.e_type != ET_EXEC) {
        return "not an executable ELF file for 32-bit x86";
    }
    *entry = header.e_entry;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf32_Phdr p;
        uint64_t at = (uint64_t)header.e_phoff + (uint64_t)i * header.e_phentsize;
        if (header.e_phentsize < sizeof p || at + sizeof p > size) {
            return "the program headers of the ELF file are cut off";
        }
        memcpy(&p, bytes + at, sizeof p);
        if (p.p_type != PT_LOAD) {
            continue;
        }
        if ((uint64_t)p.p_offset + p.p_filesz > size || p.p_filesz > p.p_memsz) {
            return "a segment of the ELF file is cut off";
        }
        if ((uint64_t)p.p_paddr + p.p_memsz > c->memory.size) {
            return "a segment of the guest lies beyond the memory; give it more with --memory";
        }
        *end = p.p_paddr + p.p_memsz > *end ? p.p_paddr + p.p_memsz : *end;
        memcpy(c->memory.bytes + p.p_paddr, bytes + p.p_offset, p.p_filesz);
        memset(c->memory.bytes + p.p_paddr + p.p_filesz, 0, p.p_memsz - p.p_filesz);
        if (header.e_entry - p.p_vaddr < p.p_memsz) { /* a kernel that is linked to where paging will put it; loaders start it where it is */
            *entry = header.e_entry - p.p_vaddr + p.p_paddr;
        }
    }
    return NULL;
}

/* Kernels that give addresses in the header instead: section 3.1.3. */
static const char *load_by_header(struct computer *c, const uint8_t *bytes, size_t size, const struct multiboot_header *h, size_t at, uint32_t *entry,
                                  uint32_t *last) {
    uint64_t offset = at - (uint64_t)(h->header - h->load);
    uint64_t length = h->load_end == 0 ? size - offset : h->load_end - h->load;
    uint64_t end = h->bss_end > h->load + length ? h->bss_end : h->load + length;
    if (h->header < h->load || h->header - h->load > at || offset + length > size) {
        return "the addresses in the multiboot header do not fit the file";
    }
    if (end > c->memory.size) {
        return "the guest lies beyond the memory; give it more with --memory";
    }
    memcpy(c->memory.bytes + h->load, bytes + offset, length);
    *entry = h->entry;
    *last = (uint32_t)end;
    return NULL;
}

/* After a reset: SDM vol. 3A, table 11-1. CR4 can have what the processor of arrays.c has. */
static void reset(struct computer *c) {
    struct x86 *s = &c->processor.state;
    memset(s, 0, sizeof *s);
    s->rdx = 0x611;
    s->cr0_et = s->cr0_nw = s->cr0_cd = 1;
    s->cr4_supported = 0x6BF; /* VME, PVI, TSD, DE, PSE, PAE, PGE, OSFXSR, OSXMMEXCPT */
    s->idtr_limit = s->gdtr_limit = 0xFFFF;
    s->dr6 = 0xFFFF0FF0;
    s->dr7 = 0x400;
    s->x87_control = 0x40;
    s->x87_tag = 0x5555;
    s->mxcsr = 0x1F80;
    s->tr_wide = 1;
    s->tr_limit = s->ldtr_limit = 0xFFFF;
}

static void set_data_segments(struct x86 *s, uint16_t selector, uint32_t limit, uint8_t db, uint8_t dpl) {
    s->ds_selector = s->es_selector = s->fs_selector = s->gs_selector = selector;
    s->ds_base = s->es_base = s->fs_base = s->gs_base = 0;
    s->ds_limit = s->es_limit = s->fs_limit = s->gs_limit = limit;
    s->ds_type = s->es_type = s->fs_type = s->gs_type = 3;
    s->ds_dpl = s->es_dpl = s->fs_dpl = s->gs_dpl = dpl;
    s->ds_db = s->es_db = s->fs_db = s->gs_db = db;
    s->ds_usable = s->es_usable = s->fs_usable = s->gs_usable = 1;
    s->ss_index = (uint16_t)(selector >> 2);
    s->ss_base = 0;
    s->ss_limit = limit;
    s->ss_type = 3;
    s->ss_db = db;
    s->ss_usable = 1;
}

static void start_flat(struct computer *c) {
    struct x86 *s = &c->processor.state;
    set_data_segments(s, 0, 0xFFFF, 0, 0);
    s->cs_limit = 0xFFFF;
    s->cs_type = 11;
    s->rip = FLAT_ADDRESS;
    s->rsp = FLAT_ADDRESS;
}

/* Section 3.2: flat segments, paging off, interrupts off. The selectors are those that a loader would have; no table is behind them. */
static void start_protected(struct computer *c, uint32_t entry, bool multiboot) {
    struct x86 *s = &c->processor.state;
    s->pe = 1;
    s->cr0_nw = s->cr0_cd = 0;
    set_data_segments(s, 0x10, UINT32_MAX, 1, 0);
    s->cs_index = 0x08 >> 2;
    s->cs_limit = UINT32_MAX;
    s->cs_type = 11;
    s->cs_db = 1;
    s->rip = entry;
    s->rsp = FLAT_ADDRESS;
    s->rax = multiboot ? MULTIBOOT_MAGIC : 0;
    s->rbx = multiboot ? INFORMATION_ADDRESS : 0;
}

const char *computer_boot(struct computer *c, const uint8_t *bytes, size_t size, const char *command_line, enum boot_kind *kind) {
    struct multiboot_header header;
    size_t at = 0;
    uint32_t entry = 0;
    uint32_t end = 0;
    bool multiboot = find_header(bytes, size, &header, &at);
    bool elf = size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
    const char *message = NULL;
    reset(c);
    if (multiboot && (header.flags & 0x10000) != 0) {
        message = load_by_header(c, bytes, size, &header, at, &entry, &end);
    } else if (elf) {
        message = load_segments(c, bytes, size, &entry, &end);
    } else if (size == 0) {
        message = "the guest is empty";
    } else if (is_linux_boot_image(bytes, size)) {
        message = "a kernel for the boot protocol of Linux, which this machine does not have; it boots multiboot kernels, ELF files and boot sectors";
    } else if (size > c->memory.size - FLAT_ADDRESS) {
        message = "the guest is larger than the memory; give it more with --memory";
    } else {
        memcpy(c->memory.bytes + FLAT_ADDRESS, bytes, size);
    }
    if (message == NULL && multiboot) {
        c->kernel_end = end;
        message = information_put(c, command_line);
    }
    if (message != NULL) {
        return message;
    }
    *kind = multiboot ? BOOT_MULTIBOOT : elf ? BOOT_ELF : BOOT_FLAT;
    if (multiboot || elf) {
        start_protected(c, entry, multiboot);
    } else {
        start_flat(c);
    }
    computer_memory_changed(c);
    return NULL;
}
