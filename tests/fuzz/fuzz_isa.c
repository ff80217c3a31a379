/* Fuzz target: any text is checked, accepted or refused with a message, and all memory is given back. */
#include "../../isa-model/isa.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *data;
    size_t size;
};

/* Every include reads the same text under another name, so that includes are reached too. */
static char *read_input(void *context, const char *path, size_t *size) {
    const struct input *input = context;
    if (strlen(path) > 40) {
        return NULL;
    }
    char *text = malloc(input->size + 1);
    if (text != NULL) {
        memcpy(text, input->data, input->size);
        *size = input->size;
    }
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = {data, size};
    const struct source_reader reader = {read_input, &input};
    const struct isa_options options = {.only = NULL};
    char *messages = NULL;
    struct isa *isa = isa_load("fuzz.isa", &reader, &options, &messages);
    if (isa == NULL && (messages == NULL || messages[0] == '\0')) {
        abort(); /* refused without a reason */
    }
    free(messages);
    isa_free(isa);
    return 0;
}
