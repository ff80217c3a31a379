/* Runs GNU as on texts. Internal to the scanner. */
#ifndef POPEK_SCANNER_ASSEMBLER_RUN_H
#define POPEK_SCANNER_ASSEMBLER_RUN_H

#include "annotate.h"

struct assembled {
    enum annotate_status status; /* ANNOTATE_FINE: there is an object */
    bool errors;                 /* some statements could not be assembled */
    char *messages;              /* of the assembler, at most some thousand bytes */
    uint8_t *bytes;
    size_t size;
};

/* Assembles the text. `tolerant`: statements with errors are left out of the object; else there is line information in it. */
struct assembled assembler_run(const struct annotate_question *q, const char *text, size_t size, bool tolerant);
void assembled_free(struct assembled *a);

#endif
