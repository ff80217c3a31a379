/* Whether Capstone and the tables name the same instruction. */
#include "compare_names.h"

#include <string.h>
#include <strings.h>

/* The word of the text that names the instruction: the second one when the first is a repeat or lock prefix. */
static size_t name_of(const char *text, const char **name) {
    size_t size = strcspn(text, " ");
    bool is_prefix = strncasecmp(text, "rep", 3) == 0 || strncasecmp(text, "lock", 4) == 0 || strncasecmp(text, "bnd ", 4) == 0 ||
                     strncasecmp(text, "xacquire", 8) == 0 || strncasecmp(text, "xrelease", 8) == 0;
    *name = is_prefix && text[size] != '\0' ? text + size + 1 : text;
    return strcspn(*name, " ");
}

bool same_name(const char *names, const struct form *form, const char *mnemonic) {
    const char *ours = NULL;
    const char *theirs = NULL;
    size_t our_size = name_of(form->text, &ours);
    size_t size = name_of(mnemonic, &theirs);
    if ((our_size == size && strncasecmp(ours, theirs, size) == 0) ||
        (strlen(form->instruction) == size && strncasecmp(form->instruction, theirs, size) == 0)) {
        return true;
    }
    for (const char *line = names; line != NULL; line = strchr(line, '\n')) {
        line += line[0] == '\n' ? 1 : 0;
        if (strncmp(line, theirs, size) == 0 && strncmp(line + size, " = ", 3) == 0) {
            const char *target = line + size + 3;
            size_t target_size = strcspn(target, " \n");
            return strlen(form->instruction) == target_size && strncmp(form->instruction, target, target_size) == 0;
        }
    }
    return false;
}
