/* What `popek check` is asked for. */
#ifndef POPEK_CLI_CHECK_REQUEST_H
#define POPEK_CLI_CHECK_REQUEST_H

#include "../reports/check.h"

#include <argp.h>

#define PLUGINS_MOST 64u

struct check_request {
    const char *plugins[PLUGINS_MOST];
    size_t count;
    const char *mode, *output, *baseline, *target, *prove;
    check_writer *write;
    unsigned prover_steps;
    bool statistics, chosen;
    struct check_options options;
};

extern const struct argp_option check_request_options[];
/* The parser of argp; its input is a struct check_request. */
error_t check_request_parse(int key, char *argument, struct argp_state *state);

/* `popek check --prove`: an exit code. */
struct isa;
int check_prove(const struct check_request *r, struct isa *isa, const struct matcher *m);

#endif
