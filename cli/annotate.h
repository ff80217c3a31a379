/* The options of annotate, and what it does with one text; annotate-cc uses it for each file that the compiler writes. */
#ifndef POPEK_CLI_ANNOTATE_H
#define POPEK_CLI_ANNOTATE_H

#include "../scanner/annotate.h"
#include "except_list.h"
#include "site_question.h"

enum { MOST_AS_FLAGS = 256 };

struct annotate_request {
    struct site_question sites;
    struct scan_question scan;
    struct annotate_question question; /* scan, isa, flags and except are filled by annotate_open */
    const char *flags[MOST_AS_FLAGS + 1];
    size_t flag_count;
    struct except_list except;
    const char *profile; /* of popek run --profile-memory; NULL: none */
};

/* --profile, --configuration, --isa, --holes, --except, --from, --room, --as, --32; the input is a struct annotate_request. */
extern const struct argp annotate_argp;
void annotate_defaults(struct annotate_request *r);
/* EXIT_FINE, or another exit code after a message. */
int annotate_open(struct annotate_request *r);
void annotate_close(struct annotate_request *r);
/* Reads and annotates a file ("-": standard input); messages about what has no label, with `path` and line. The result is to be freed whatever the
 * exit code: EXIT_FINE, EXIT_FINDINGS when a site has no label or a label no site, or another after a message. */
int annotate_file(const struct annotate_request *r, const char *path, struct annotate_result *result);

#endif
