/* The command line and the modules of a multiboot kernel, from the options of popek run. */
#include "boot_files.h"

#include "cli.h"

#include <stdlib.h>
#include <string.h>

bool boot_files_add(struct boot_files *f, const char *name) {
    if (f->count == BOOT_MODULES_MOST) {
        return false;
    }
    f->names[f->count++] = name;
    return true;
}

/* "a", "b": "a b". */
static char *joined(const char *first, const char *second) {
    size_t size = strlen(first) + strlen(second) + 2;
    char *text = malloc(size);
    if (text != NULL) {
        (void)snprintf(text, size, "%s %s", first, second);
    }
    return text;
}

/* FILE,ARGUMENTS becomes "FILE ARGUMENTS", and FILE stays what it is. */
static bool read_module(struct boot_files *f, unsigned i) {
    struct boot_module *m = &f->modules[i];
    const char *comma = strchr(f->names[i], ',');
    char *path = comma == NULL ? strdup(f->names[i]) : strndup(f->names[i], (size_t)(comma - f->names[i]));
    m->bytes = path == NULL ? NULL : boot_file_read(path, &m->size);
    f->texts[i] = path == NULL || comma == NULL ? path : joined(path, comma + 1);
    if (comma != NULL) {
        free(path);
    }
    m->text = f->texts[i];
    return m->bytes != NULL && m->text != NULL;
}

bool boot_files_read(struct boot_files *f, const char *guest, const char *arguments) {
    f->command_line = arguments == NULL ? NULL : joined(guest, arguments);
    bool good = arguments == NULL || f->command_line != NULL;
    while (good && f->read < f->count) {
        good = read_module(f, f->read++);
    }
    return good;
}

void boot_files_free(struct boot_files *f) {
    for (unsigned i = 0; i < f->read; i++) {
        free((uint8_t *)f->modules[i].bytes);
        free(f->texts[i]);
    }
    free(f->command_line);
}
