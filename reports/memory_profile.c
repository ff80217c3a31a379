/* The profile of sensitive memory: written by popek run, read by popek annotate. */
#include "memory_profile.h"
#include "json_write.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const enum memory_kind all_kinds[] = {MEMORY_PAGE_TABLE, MEMORY_DESCRIPTOR_TABLE, MEMORY_DEVICE};
#define KIND_COUNT (sizeof all_kinds / sizeof all_kinds[0])

static json_t *json_kinds(unsigned kinds) {
    json_t *list = json_array();
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if ((kinds & all_kinds[i]) != 0) {
            (void)json_array_append_new(list, json_string(memory_kind_name(all_kinds[i])));
        }
    }
    return list;
}

static json_t *json_site(const struct memory_site *s, const struct scan_site *place) {
    char address[24];
    (void)snprintf(address, sizeof address, "0x%" PRIx32, s->address);
    json_t *o = json_pack("{s:s, s:o, s:I, s:I}", "address", address, "memory", json_kinds(s->kinds), "reads", (json_int_t)s->reads, "writes",
                          (json_int_t)s->writes);
    if (o != NULL && place->function != NULL) {
        (void)json_object_set_new(o, "function", json_string(place->function));
    }
    if (o != NULL && place->source != NULL) {
        (void)json_object_set_new(o, "source", json_string(place->source));
        (void)json_object_set_new(o, "line", json_integer(place->line));
    }
    return o;
}

bool report_memory_profile(FILE *out, const char *guest, const struct memory_site *sites, const struct scan_site *places, size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_site(&sites[i], &places[i]));
    }
    json_t *root = json_pack("{s:s, s:o}", "guest", guest, "sites", list);
    return json_write(out, root, 1);
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static unsigned read_kinds(const json_t *list) {
    unsigned kinds = 0;
    size_t i = 0;
    json_t *name = NULL;
    json_array_foreach(list, i, name) {
        for (size_t k = 0; k < KIND_COUNT && json_is_string(name); k++) {
            kinds |= strcmp(json_string_value(name), memory_kind_name(all_kinds[k])) == 0 ? (unsigned)all_kinds[k] : 0;
        }
    }
    return kinds;
}

const char *memory_profile_read(const char *text, size_t size, const char *source, struct profile_line **lines, size_t *count) {
    json_t *root = json_loadb(text, size, 0, NULL);
    const json_t *list = json_object_get(root, "sites");
    const char *message = json_is_array(list) ? NULL : "it is no profile of popek run --profile-memory";
    struct profile_line *found = message != NULL ? NULL : calloc(json_array_size(list) + 1, sizeof *found);
    size_t i = 0;
    json_t *site = NULL;
    *count = 0;
    json_array_foreach(list, i, site) {
        const char *name = json_string_value(json_object_get(site, "source"));
        json_int_t line = json_integer_value(json_object_get(site, "line"));
        if (found != NULL && name != NULL && line > 0 && line <= UINT32_MAX && strcmp(base_name(name), base_name(source)) == 0) {
            found[(*count)++] = (struct profile_line){(uint32_t)line, (uint8_t)read_kinds(json_object_get(site, "memory"))};
        }
    }
    json_decref(root);
    if (found == NULL) {
        return message != NULL ? message : "out of memory";
    }
    *lines = found;
    return NULL;
}
