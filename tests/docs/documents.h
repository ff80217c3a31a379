/* The commands of a document and what it says that they print. */
#ifndef POPEK_TESTS_DOCUMENTS_H
#define POPEK_TESTS_DOCUMENTS_H

#include <stdbool.h>
#include <stddef.h>

/* What a comment before a block says of its commands: <!-- not run: REASON -->, <!-- output not compared: REASON -->, <!-- slow: REASON -->. */
enum mark { MARK_NONE, MARK_NOT_RUN, MARK_NOT_COMPARED, MARK_SLOW };

struct document_command {
    const char *text; /* for sh */
    enum mark mark;
    bool shown;         /* after "$ ", with its output below; else by itself */
    size_t first, last; /* the lines of the output, the last not included */
};

struct document {
    char *text;
    char **lines; /* without their ends; lines of blocks with their four blanks */
    size_t line_count;
    struct document_command *commands;
    size_t command_count;
    const char *wrong; /* NULL, or what is wrong with a comment or a command */
    size_t wrong_line;
};

/* False: it cannot be read. Free it in any case. */
bool document_read(struct document *d, const char *path);
void document_free(struct document *d);

/* Whether lines of a document are this output. A line "..." stands for any lines, also none; blanks at the end of a line do not count, nor do
 * empty lines at the end. */
bool output_is(char **lines, size_t count, const char *output);

#endif
