/* What the assembler makes of each statement. Internal to the scanner. */
#ifndef POPEK_SCANNER_ANNOTATE_PROBE_H
#define POPEK_SCANNER_ANNOTATE_PROBE_H

#include "assembler_run.h"
#include "assembler_text.h"

#define PROBE_NO_FORM UINT32_MAX

struct probed {
    bool site;      /* to be annotated */
    uint32_t form;  /* PROBE_NO_FORM: arguments of a macro choose among several */
    uint8_t memory; /* sensitive memory that it touches, see annotate_line */
    bool shadow;    /* the next instruction must follow at once: what is in between would end the interrupt shadow */
    uint8_t length; /* the shortest that it may be, in bytes */
    uint8_t joined; /* how many statements behind it belong to the instruction, this one being its prefix */
};

/* One for each statement; the caller frees *probed. */
enum annotate_status annotate_probe(const struct annotate_question *q, const char *text, const struct statements *s, struct probed **probed,
                                    char **message);

/* Whether the question is about the form. */
bool annotate_wants(const struct annotate_question *q, const struct scan_form *forms, uint32_t form);
/* The operating mode that code of so many bits is taken for. */
enum matcher_mode annotate_mode(unsigned bits);

#endif
