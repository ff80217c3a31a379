/* From the records of popek rewrite to what the machine knows of a guest. */
#include "guest_patches.h"

#include "cli.h"
#include "reached_code.h"

#include <stdlib.h>
#include <string.h>

#define HYPERCALL_VECTOR 0x82u

bool guest_is_rewritten(const uint8_t *bytes, size_t size) {
    struct rewrite_original *list = NULL;
    size_t count = 0;
    uint64_t original = 0;
    bool is = rewrite_originals(bytes, size, &list, &count, &original);
    free(list);
    return is;
}

static const uint8_t replaced_bytes[] = {[REWRITE_TRAP] = 1, [REWRITE_HYPERCALL] = 2, [REWRITE_CALL] = 5};
static const enum patch_kind patch_kinds[] = {[REWRITE_TRAP] = PATCH_TRAP, [REWRITE_HYPERCALL] = PATCH_HYPERCALL, [REWRITE_CALL] = PATCH_CALL};

/* False: the record is of no code that is loaded. */
static bool make_patch(const struct rewrite_original *o, const uint8_t *bytes, size_t size, struct patch *p) {
    *p = (struct patch){.total = o->total, .length = o->length};
    if (o->kind < REWRITE_TRAP || o->kind > REWRITE_CALL || o->before + (unsigned)o->length > o->total || o->total > PATCH_LONGEST ||
        o->file_offset + o->total > size || !computer_loads_at(bytes, size, o->file_offset, &p->physical)) {
        return false;
    }
    p->kind = (uint8_t)patch_kinds[o->kind];
    p->replaced = replaced_bytes[o->kind];
    memcpy(p->instruction, o->bytes + o->before, o->length);
    memcpy(p->replacement, bytes + o->file_offset, p->replaced);
    if (p->kind == PATCH_CALL) {
        uint32_t distance = 0;
        memcpy(&distance, p->replacement + 1, sizeof distance);
        p->entry = p->physical + p->replaced + distance;
    }
    return true;
}

bool guest_patches_load(struct computer *c, const char *path, const uint8_t *bytes, size_t size) {
    struct rewrite_original *list = NULL;
    size_t count = 0;
    uint64_t original = 0;
    if (!rewrite_originals(bytes, size, &list, &count, &original)) {
        return true;
    }
    struct patch *patches = malloc((count + 1) * sizeof *patches);
    size_t kept = 0;
    bool good = patches != NULL;
    for (size_t i = 0; good && i < count; i++) {
        if (list[i].kind != REWRITE_HEADER) {
            good = make_patch(&list[i], bytes, size, &patches[kept++]);
        }
    }
    if (!good) {
        complain("%s: the records of popek rewrite do not fit the program", path);
    } else if (!computer_set_patches(c, patches, kept)) {
        complain("out of memory");
        good = false;
    }
    free(patches);
    free(list);
    return good;
}

static bool was_reached(const void *context, uint64_t file_offset) { return ((const uint8_t *)context)[file_offset] != 0; }

struct rewrite_result guest_rewrite(struct site_question *sites, const struct guest_rewriting *g) {
    struct scan_question scan = {.mode = -1, .jobs = 1, .only_counts = true};
    struct rewrite_result result = {.status = REWRITE_NO_TABLE};
    if (site_question_open(sites, &scan) != EXIT_FINE) {
        return result;
    }
    uint8_t *code = reached_code(&scan, sites->isa, g->bytes, g->size, g->met);
    if (code == NULL) {
        result.status = REWRITE_OUT_OF_MEMORY;
        return result;
    }
    const char *const none[] = {NULL};
    const struct rewrite_question q = {.scan = &scan,
                                       .isa = sites->isa,
                                       .kind = g->kind,
                                       .vector = HYPERCALL_VECTOR,
                                       .all_sites = g->all,
                                       .except = none,
                                       .is_code = was_reached,
                                       .context = code};
    result = rewrite_file(&q, g->path, g->bytes, g->size);
    free(code);
    return result;
}
