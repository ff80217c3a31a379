/* The table of kinds as text: three lines for each kind of code, with one character for each form. */
#include "kind_table.h"

#include <stdlib.h>
#include <string.h>

#define ZERO '0'

/* The columns of the table in the order of the text. */
#define COLUMNS (3u * DIRECT_CODES)
static uint8_t **column(struct direct_kind_table *t, unsigned number) {
    uint8_t **columns[3] = {t->open, t->gated, t->gates};
    return &columns[number % 3][number / 3];
}

bool kind_table_make(struct direct_kind_table *t, size_t form_count) {
    bool good = true;
    *t = (struct direct_kind_table){.form_count = form_count};
    for (unsigned i = 0; i < COLUMNS; i++) {
        *column(t, i) = calloc(form_count + 1, 1);
        good = good && *column(t, i) != NULL;
    }
    return good;
}

void kind_table_free(struct direct_kind_table *t) {
    for (unsigned i = 0; i < COLUMNS; i++) {
        free(*column(t, i));
        *column(t, i) = NULL;
    }
}

bool kind_table_write(FILE *out, const struct direct_kind_table *t) {
    struct direct_kind_table copy = *t;
    for (unsigned i = 0; i < COLUMNS; i++) {
        const uint8_t *values = *column(&copy, i);
        for (size_t form = 0; form < t->form_count; form++) {
            if (fputc(ZERO + values[form], out) == EOF) {
                return false;
            }
        }
        if (fputc('\n', out) == EOF) {
            return false;
        }
    }
    return true;
}

bool kind_table_read(struct direct_kind_table *t, const char *text, size_t size, size_t form_count) {
    if (!kind_table_make(t, form_count) || size < (size_t)COLUMNS * (form_count + 1)) {
        return false;
    }
    for (unsigned i = 0; i < COLUMNS; i++, text += form_count + 1) {
        for (size_t form = 0; form < form_count; form++) {
            unsigned value = (unsigned)(text[form] - ZERO);
            if (value > (i % 3 == 2 ? (unsigned)DIRECT_GATES : (unsigned)DIRECT_SENSITIVE)) {
                return false;
            }
            (*column(t, i))[form] = (uint8_t)value;
        }
        if (text[form_count] != '\n') {
            return false;
        }
    }
    return true;
}

void kind_table_choose(const struct direct_kind_table *t, enum direct_code code, unsigned gates, uint8_t *kinds) {
    for (size_t form = 0; form < t->form_count; form++) {
        bool open = (t->gates[code][form] & ~gates) == 0;
        kinds[form] = open ? t->open[code][form] : t->gated[code][form];
    }
}
