/* What HTML reports are made with: parts of the program, read as text. */
#ifndef POPEK_CLI_PAGE_H
#define POPEK_CLI_PAGE_H

#include <stdbool.h>

struct page_parts {
    char *style, *script;
};
/* False: out of memory. Free it in any case. */
bool page_parts_read(struct page_parts *p);
void page_parts_free(struct page_parts *p);

#endif
