/* The formats of a matrix, and what its HTML is made with: parts of the program, read as text. */
#ifndef POPEK_CLI_PAGE_H
#define POPEK_CLI_PAGE_H

#include <argp.h>
#include <stdbool.h>

/* The formats of what people and programs read of a whole matrix. */
enum page_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_HTML, FORMAT_MARKDOWN, FORMAT_CSV, FORMAT_SARIF, FORMAT_JUNIT, FORMAT_TAP, FORMAT_COUNT };
#define PAGE_FORMAT_OPTION                                                                                                                           \
    { "format", 'f', "text|json|html|markdown|csv|sarif|junit|tap", 0, "what to write (text); html is one page for a browser", 0 }
/* What --format names. */
enum page_format page_format(struct argp_state *state, const char *argument);

struct page_parts {
    char *style, *script;
};
/* False: out of memory. Free it in any case. */
bool page_parts_read(struct page_parts *p);
void page_parts_free(struct page_parts *p);

#endif
