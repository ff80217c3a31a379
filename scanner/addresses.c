/* Functions and source lines of addresses: as those of sites. */
#include "addresses.h"

#include "places.h"

#include <stdlib.h>
#include <string.h>

static bool find_section(const struct image *image, struct scan_site *site) {
    for (uint32_t i = 0; i < image->section_count; i++) {
        if (site->address - image->sections[i].address < image->sections[i].size) {
            site->section = i;
            site->address -= image->sections[i].address;
            return true;
        }
    }
    return false;
}

bool addresses_find(const uint8_t *bytes, size_t size, struct scan_site *sites, size_t count, struct scan_binary *names) {
    struct image image = {.format = NULL};
    struct scan_site *inside = malloc((count + 1) * sizeof *inside);
    size_t *origin = calloc(count + 1, sizeof *origin);
    *names = (struct scan_binary){.name = strdup("the guest"), .sites = inside};
    bool good = inside != NULL && origin != NULL && names->name != NULL && image_open_elf(&image, bytes, size) == SCAN_FINE && !image.relocatable;
    for (size_t i = 0; good && i < count; i++) {
        inside[names->site_count] = sites[i];
        origin[names->site_count] = i;
        names->site_count += find_section(&image, &inside[names->site_count]) ? 1 : 0;
    }
    good = good && places_find(names, &image, bytes, size);
    for (size_t i = 0; good && i < names->site_count; i++) {
        struct scan_site *site = &sites[origin[i]];
        site->function = inside[i].function;
        site->function_offset = inside[i].function_offset;
        site->source = inside[i].source;
        site->line = inside[i].line;
    }
    image_close(&image);
    free(origin);
    return good;
}

void addresses_free(struct scan_binary *names) {
    for (size_t i = 0; i < names->string_count; i++) {
        free(names->strings[i]);
    }
    free(names->strings);
    free(names->sites);
    free(names->name);
}
