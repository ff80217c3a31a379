/* The assembler's reading of one line: blanks, names, numbers, sums; and its messages. */
#ifndef POPEK_ASSEMBLER_SCAN_H
#define POPEK_ASSEMBLER_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define MOST_NAME 63u
#define MOST_ERRORS 20u
#define MOST_NAMES 8192u

struct name {
    char text[MOST_NAME + 1];
    int64_t value;
};

/* A name's value is known from the line that defines it; labels are all known in the second pass. */
struct names {
    struct name *list;
    size_t count, capacity;
};

struct scanner {
    const char *path;
    FILE *messages;
    unsigned errors;
    const char *line, *at, *end; /* the line, without its end and comment; where the reading is */
    const char *line_end;        /* with the comment */
    unsigned number;             /* of the line */
    const struct names *names;
    int64_t here; /* what `.` is */
};

void skip_blanks(struct scanner *s);
bool at_end(struct scanner *s);
/* Reads the character if it is the next one after blanks. */
bool take_character(struct scanner *s, char c);
/* Reads letters, digits, `_` and `.`, none of them a digit at first. Returns the length, 0: there is none; `*from` is where it begins. */
size_t take_name(struct scanner *s, const char **from);
/* A sum. False after a message. */
bool take_value(struct scanner *s, int64_t *value);
const struct name *find_name(const struct names *names, const char *text, size_t length);
/* A message about the line, with a caret at `where`. Always false. */
bool scan_error(struct scanner *s, const char *where, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* For messages: a piece of text without control characters, at most 40 bytes of it. */
const char *shown(const char *text, size_t length, char buffer[48]);

#endif
