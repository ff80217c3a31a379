/* Values of options that several subcommands have. */
#include "arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint64_t argument_number(struct argp_state *state, const char *option, const char *text, uint64_t least, uint64_t most) {
    char *end = NULL;
    errno = 0;
    unsigned long long value = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 0) : 0;
    if (end == NULL || *end != '\0' || errno != 0 || value < least || value > most) {
        argp_error(state, "%s needs a number from %llu to %llu, not '%s'", option, (unsigned long long)least, (unsigned long long)most, text);
    }
    return value;
}

unsigned argument_choice(struct argp_state *state, const char *option, const char *text, const char *const *names, size_t count) {
    char all[256] = "";
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            return i;
        }
        size_t length = strlen(all);
        (void)snprintf(all + length, sizeof all - length, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    argp_error(state, "unknown %s '%s'; there is: %s", option, text, all);
    return 0;
}

void argument_shard(struct argp_state *state, const char *text, unsigned *shard, unsigned *count) {
    char *end = NULL;
    unsigned long part = strtoul(text, &end, 10);
    unsigned long parts = *end == '/' ? strtoul(end + 1, &end, 10) : 0;
    if (*end != '\0' || part < 1 || part > parts || parts > 1000000) {
        argp_error(state, "--shard needs K/N, K from 1 to N");
        return;
    }
    *shard = (unsigned)part - 1;
    *count = (unsigned)parts;
}

error_t argument_rest(int key, char *argument, struct argp_state *state, const struct rest *rest) {
    static const char *const formats[] = {"text", "json"};
    if (key == 'o' && rest->output != NULL) {
        *rest->output = argument;
        return 0;
    }
    if (key == 'f' && rest->json != NULL) {
        *rest->json = argument_choice(state, "format", argument, formats, 2) == 1;
        return 0;
    }
    if (key == ARGP_KEY_ARG && rest->argument != NULL) {
        if (state->arg_num > 0) {
            argp_error(state, "one %s at a time; what is '%s'?", rest->what, argument);
        }
        *rest->argument = argument;
        return 0;
    }
    if (key == ARGP_KEY_NO_ARGS && rest->argument != NULL) {
        argp_error(state, "which %s? for example: %s", rest->what, rest->example);
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}
