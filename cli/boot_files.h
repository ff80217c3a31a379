/* What a boot loader would be told: the command line, and the modules of a multiboot kernel. */
#ifndef POPEK_CLI_BOOT_FILES_H
#define POPEK_CLI_BOOT_FILES_H

#include "boot_guest.h"

struct boot_files {
    const char *names[BOOT_MODULES_MOST]; /* FILE[,ARGUMENTS] */
    struct boot_module modules[BOOT_MODULES_MOST];
    unsigned count, read;
    char *texts[BOOT_MODULES_MOST];
    char *command_line;
};
/* `name`, as the user gave it, stays where it is. False: there are too many. */
bool boot_files_add(struct boot_files *f, const char *name);
/* Reads the modules, and makes the command line: `guest`, a blank and `arguments`, as boot loaders do it; with `arguments` NULL there is none. False
 * after a message. What is read is freed by boot_files_free in both cases. */
bool boot_files_read(struct boot_files *f, const char *guest, const char *arguments);
void boot_files_free(struct boot_files *f);

#endif
