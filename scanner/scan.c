/* Scans one file: maps it, goes through the members of an archive, and puts each binary's result together. */
#include "mapping.h"
#include "pieces.h"
#include "places.h"
#include "plan.h"

#include <ar.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void binary_free(struct scan_binary *b) {
    for (size_t i = 0; i < b->string_count; i++) {
        free(b->strings[i]);
    }
    free(b->strings);
    free(b->sections);
    free(b->sites);
    free(b->stops);
    free(b->warning);
    free(b->name);
}

void scan_result_free(struct scan_result *r) {
    for (size_t i = 0; i < r->binary_count; i++) {
        binary_free(&r->binaries[i]);
    }
    free(r->binaries);
    free(r->message);
    *r = (struct scan_result){.status = SCAN_FINE};
}

static bool describe_sections(struct scan_binary *b, const struct image *image, const struct scan_form *forms) {
    b->sections = calloc(image->section_count + 1, sizeof *b->sections);
    for (size_t i = 0; b->sections != NULL && i < image->section_count; i++) {
        const struct image_section *s = &image->sections[i];
        b->sections[i] = (struct scan_section){places_keep(b, s->name), s->address, s->size, forms};
        if (b->sections[i].name == NULL) {
            return false;
        }
        b->section_count++;
    }
    return b->sections != NULL;
}

/* From offsets in sections to what users know. */
static uint64_t give_address(struct scan_site *site, const struct image *image, const uint8_t *start) {
    const struct image_section *s = &image->sections[site->section];
    site->file_offset = (uint64_t)(s->code - start) + site->address;
    site->address += s->address;
    return s->address;
}

static void give_addresses(struct scan_binary *b, const struct image *image, const uint8_t *start) {
    for (size_t i = 0; i < b->site_count; i++) {
        (void)give_address(&b->sites[i], image, start);
    }
    for (size_t i = 0; i < b->stop_count; i++) {
        uint64_t base = give_address(&b->stops[i].site, image, start);
        b->stops[i].block_start += base;
        b->stops[i].block_end += base;
    }
}

static enum scan_status sweep_image(struct scan_binary *b, const struct image *image, const struct scan_question *q, const uint8_t *bytes,
                                    size_t size, const uint8_t *start) {
    const struct scan_form *forms = q->forms(q->context, image->mode);
    if (forms == NULL || (q->breakpoints && q->transfers(q->context, image->mode) == NULL)) {
        return SCAN_NO_TABLE;
    }
    uint8_t *marked = calloc(q->form_count + 1, 1);
    if (marked == NULL) {
        return SCAN_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < q->form_count; i++) {
        marked[i] = !forms[i].site ? SWEEP_NONE : forms[i].filling && !q->filling && !q->all_bytes ? SWEEP_FILLING : SWEEP_SITE;
    }
    struct plan *plan = q->breakpoints ? plan_new(image, q) : NULL;
    bool good = (!q->breakpoints || plan != NULL) && describe_sections(b, image, forms) && pieces_sweep(b, image, q, marked, plan);
    good = good && (plan == NULL || plan_finish(plan, b));
    plan_free(plan);
    good = good && (q->only_counts || places_find(b, image, bytes, size));
    free(marked);
    if (good) {
        give_addresses(b, image, start);
    }
    return good ? SCAN_FINE : SCAN_OUT_OF_MEMORY;
}

/* One binary; `start` is where the file starts, of which it may be a member. Takes over `name`. */
static enum scan_status scan_binary(struct scan_result *r, const struct scan_question *q, char *name, const uint8_t *bytes, size_t size,
                                    const uint8_t *start) {
    struct image image;
    struct scan_binary b = {.name = name};
    struct scan_binary *larger = name == NULL ? NULL : realloc(r->binaries, (r->binary_count + 1) * sizeof *larger);
    if (larger == NULL) {
        free(name);
        return SCAN_OUT_OF_MEMORY;
    }
    r->binaries = larger;
    enum scan_status status = image_open(&image, q, bytes, size);
    b.format = image.format;
    b.mode = image.mode;
    b.relocatable = image.relocatable;
    if (status == SCAN_FINE) {
        status = sweep_image(&b, &image, q, bytes, size, start);
    }
    if (status == SCAN_FINE) {
        b.warning = image.message;
        image.message = NULL;
        larger[r->binary_count++] = b;
    } else {
        if ((status == SCAN_BAD || status == SCAN_UNKNOWN) && r->message == NULL) {
            r->message = image.message;
            image.message = NULL;
        }
        binary_free(&b);
    }
    image_close(&image);
    return status;
}

static char *member_name(const char *path, const char *member) {
    char *name = NULL;
    return asprintf(&name, "%s(%s)", path, member) < 0 ? NULL : name;
}

/* A member that is no binary (the index of symbols, a text) is passed over; a damaged one is an error that does not stop the others. */
static enum scan_status scan_member(struct scan_result *r, const struct scan_question *q, const char *path, Elf *member, const uint8_t *start) {
    const Elf_Arhdr *header = elf_getarhdr(member);
    size_t size = 0;
    const char *bytes = elf_rawfile(member, &size);
    if (header == NULL || header->ar_name == NULL || bytes == NULL || size == 0) {
        return SCAN_FINE;
    }
    char *name = member_name(path, header->ar_name);
    char *before = r->message;
    enum scan_status status = scan_binary(r, q, name, (const uint8_t *)bytes, size, start);
    if (status == SCAN_UNKNOWN && before == NULL) {
        free(r->message);
        r->message = NULL;
    }
    return status == SCAN_UNKNOWN ? SCAN_FINE : status;
}

static enum scan_status scan_archive(struct scan_result *r, const struct scan_question *q, const char *path, const uint8_t *bytes, size_t size) {
    enum scan_status worst = SCAN_FINE;
    (void)elf_version(EV_CURRENT);
    Elf *archive = elf_memory((char *)(uintptr_t)bytes, size); /* only read */
    if (archive == NULL || elf_kind(archive) != ELF_K_AR) {
        (void)elf_end(archive);
        return SCAN_BAD;
    }
    Elf_Cmd command = ELF_C_READ_MMAP; /* what elf_memory opens with: members need the same */
    for (Elf *member = elf_begin(-1, command, archive); member != NULL; member = elf_begin(-1, command, archive)) {
        enum scan_status status = scan_member(r, q, path, member, bytes);
        worst = worst == SCAN_FINE || status == SCAN_OUT_OF_MEMORY ? status : worst;
        command = elf_next(member);
        (void)elf_end(member);
    }
    (void)elf_end(archive);
    return worst;
}

struct scan_result scan_bytes(const struct scan_question *q, const char *path, const uint8_t *bytes, size_t size) {
    struct scan_result r = {.status = SCAN_FINE};
    if (!q->raw && size >= 8 && memcmp(bytes, "!<thin>\n", 8) == 0) {
        r.status = SCAN_BAD;
        r.message = strdup("a thin archive has no code in it: scan the files that it names");
    } else if (!q->raw && size >= SARMAG && memcmp(bytes, ARMAG, SARMAG) == 0) {
        r.status = scan_archive(&r, q, path, bytes, size);
    } else {
        r.status = scan_binary(&r, q, strdup(path), bytes, size, bytes);
    }
    return r;
}

struct scan_result scan_file(const struct scan_question *q, const char *path) {
    struct scan_result r = {.status = SCAN_UNREADABLE};
    struct stat s;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe does not make it wait */
    if (file < 0) {
        r.message = strdup(strerror(errno));
        return r;
    }
    if (fstat(file, &s) != 0 || !S_ISREG(s.st_mode)) {
        (void)close(file);
        return r;
    }
    if (s.st_size == 0) {
        (void)close(file);
        r.status = SCAN_UNKNOWN;
        r.message = strdup("it is empty");
        return r;
    }
    size_t size = (size_t)s.st_size;
    struct mapping m;
    bool mapped = mapping_open(&m, file, size);
    (void)close(file);
    if (!mapped) {
        r.message = strdup("it cannot be mapped");
        return r;
    }
    r = scan_bytes(q, path, m.bytes, m.size);
    if (mapping_close(&m)) {
        free(r.message);
        r.message = strdup("the file became shorter while it was read");
        r.status = r.status == SCAN_OUT_OF_MEMORY || r.status == SCAN_NO_TABLE ? r.status : SCAN_BAD;
    }
    return r;
}
