/* What scan, annotate and rewrite share: the options that say which instructions are sites, the tables, the matcher and the classes. */
#ifndef POPEK_SITE_QUESTION_H
#define POPEK_SITE_QUESTION_H

#include "scan_classes.h"

struct site_question {
    const char *isa_name, *profile, *configuration, *drop; /* from the options; site_question_argp fills them */
    struct isa *isa;                                       /* without semantics */
    struct matcher *matcher;
    struct scan_classes *classes;
};
#define SITE_QUESTION_DEFAULT                                                                                                                        \
    { .isa_name = "x86", .configuration = "plain" }

/* --profile, --configuration, --isa; the input is a struct site_question. */
extern const struct argp site_question_argp;

/* Loads what the options name, and completes the question with it. EXIT_FINE, or another exit code after a message. */
int site_question_open(struct site_question *s, struct scan_question *q);
void site_question_close(struct site_question *s);

#endif
