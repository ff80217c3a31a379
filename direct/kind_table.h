/* What direct execution does with each form, decided when the program is built: the kinds of 32-bit and of 16-bit code, with the guest's gates of
 * x87, SSE and AVX as the host's, with all of them denied, and which gates each form looks at. */
#ifndef POPEK_DIRECT_KIND_TABLE_H
#define POPEK_DIRECT_KIND_TABLE_H

#include "direct.h"

#include <stdio.h>

enum direct_code { DIRECT_CODE_32, DIRECT_CODE_16, DIRECT_CODES };

struct direct_kind_table {
    size_t form_count;
    uint8_t *open[DIRECT_CODES], *gated[DIRECT_CODES]; /* enum direct_kind by form */
    uint8_t *gates[DIRECT_CODES];                      /* bits of enum direct_gate */
};

/* False: out of memory. The table is to be freed in either case. */
bool kind_table_make(struct direct_kind_table *t, size_t form_count);
void kind_table_free(struct direct_kind_table *t);

bool kind_table_write(FILE *out, const struct direct_kind_table *t);
/* What kind_table_write wrote, for an ISA with so many forms; the text is not kept. False: it is not that, or memory is exhausted. */
bool kind_table_read(struct direct_kind_table *t, const char *text, size_t size, size_t form_count);

/* The kinds of forms for a guest whose CR0, CR4 and XCR0 open `gates` to it as they are open on the host: one byte for each form. */
void kind_table_choose(const struct direct_kind_table *t, enum direct_code code, unsigned gates, uint8_t *kinds);

#endif
