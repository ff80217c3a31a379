/* popek run --profile-memory: who touches page tables, descriptor tables and devices, with source lines where the guest has them. */
#include "profile_memory.h"

#include "../reports/memory_profile.h"
#include "../scanner/addresses.h"
#include "boot_guest.h"
#include "cli.h"

#include <stdlib.h>

struct memory_profile *profile_memory_begin(const struct decoder *decoder, const struct guest_program *program, uint64_t instructions) {
    int code = EXIT_FINE;
    struct memory_profile *m = memory_profile_new(program->memory);
    if (m == NULL) {
        complain("%s: out of memory", program->name);
        return NULL;
    }
    struct computer *c = boot_guest(decoder, program, NULL, &code);
    if (c == NULL) {
        memory_profile_free(m);
        return NULL;
    }
    (void)memory_profile_collect(m, c, instructions);
    computer_free(c);
    return m;
}

int profile_memory_end(struct memory_profile *m, const char *guest, const uint8_t *bytes, size_t size, const char *file) {
    size_t count = 0;
    bool complete = false;
    const struct memory_site *sites = memory_profile_sites(m, &count, &complete);
    struct scan_site *places = calloc(count + 1, sizeof *places);
    struct scan_binary names = {.name = NULL};
    struct output out;
    int code = EXIT_INTERNAL;
    if (places == NULL || !complete) {
        complain("out of memory");
    } else {
        for (size_t i = 0; i < count; i++) {
            places[i].address = sites[i].address;
        }
        (void)addresses_find(bytes, size, places, count, &names); /* without lines the profile is one of addresses */
        if (output_open(&out, file)) {
            code = output_close(&out, report_memory_profile(out.stream, guest, sites, places, count));
        }
        addresses_free(&names);
    }
    free(places);
    return code;
}
