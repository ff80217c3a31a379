/* The style and the script of HTML reports. */
#include "page.h"

#include "cli.h"

#include <stdlib.h>

bool page_parts_read(struct page_parts *p) {
    *p = (struct page_parts){read_builtin("reports/html/report.css"), read_builtin("reports/html/report.js")};
    return p->style != NULL && p->script != NULL;
}

void page_parts_free(struct page_parts *p) {
    free(p->style);
    free(p->script);
}
