/* The formats of a matrix; the style and the script of HTML reports. */
#include "page.h"

#include "arguments.h"
#include "cli.h"

#include <stdlib.h>

enum page_format page_format(struct argp_state *state, const char *argument) {
    static const char *const names[FORMAT_COUNT] = {"text", "json", "html", "markdown", "csv", "sarif", "junit", "tap"};
    return (enum page_format)argument_choice(state, "format", argument, names, FORMAT_COUNT);
}

bool page_parts_read(struct page_parts *p) {
    *p = (struct page_parts){read_builtin("reports/html/report.css"), read_builtin("reports/html/report.js")};
    return p->style != NULL && p->script != NULL;
}

void page_parts_free(struct page_parts *p) {
    free(p->style);
    free(p->script);
}
