/* Values of options that several subcommands have. What is wrong ends the program with a message, as argp does. */
#ifndef POPEK_ARGUMENTS_H
#define POPEK_ARGUMENTS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `option` as the message names it, for example "--seed". Decimal, or hexadecimal after 0x. */
uint64_t argument_number(struct argp_state *state, const char *option, const char *text, uint64_t least, uint64_t most);
/* Which of the names the text is; `option` as the message names it, for example "format". */
unsigned argument_choice(struct argp_state *state, const char *option, const char *text, const char *const *names, size_t count);
/* "K/N", K from 1 to N: `*shard` counts from 0. */
void argument_shard(struct argp_state *state, const char *text, unsigned *shard, unsigned *count);

/* What many subcommands have: -o FILE, -f text|json, and one argument. A member that is NULL: the subcommand has no such thing. */
struct rest {
    const char *what, *example; /* the argument, as messages name it, for example "guest"; a whole command with one */
    const char **argument;
    const char **output;
    bool *json;
};
/* ARGP_ERR_UNKNOWN: it is none of these. */
error_t argument_rest(int key, char *argument, struct argp_state *state, const struct rest *rest);

#endif
