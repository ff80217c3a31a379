/* The syntax tree of the language, the files it came from, and the messages about it. */
#ifndef POPEK_SYNTAX_H
#define POPEK_SYNTAX_H

#include "arena.h"
#include "isa.h"

enum syntax_kind {
    /* lists and names */
    SYNTAX_NAME,
    SYNTAX_STRING,
    SYNTAX_NUMBER,
    SYNTAX_RANGE,
    /* types: child 0 is the width, or the list of items */
    SYNTAX_TYPE_BITS,
    SYNTAX_TYPE_NAME,
    SYNTAX_TYPE_ITEMS,
    SYNTAX_ITEM,
    SYNTAX_PIECE,
    /* declarations */
    SYNTAX_ISA,
    SYNTAX_INCLUDE,
    SYNTAX_CONSTANT,
    SYNTAX_TYPE,
    SYNTAX_RECORD,
    SYNTAX_TRAP_KIND,
    SYNTAX_STATE,
    SYNTAX_FUNCTION,
    SYNTAX_PROCEDURE,
    SYNTAX_TEMPLATE,
    SYNTAX_INSTRUCTION,
    SYNTAX_EVENT,
    SYNTAX_OPERATING_MODE,
    SYNTAX_PROFILE,
    SYNTAX_PARAMETER,
    SYNTAX_ALIAS,
    SYNTAX_SIZES,
    SYNTAX_OPERAND_KIND,
    SYNTAX_FAMILY,
    SYNTAX_PROLOGUE,
    /* parts of an instruction */
    SYNTAX_FORM,
    SYNTAX_NOTE,
    SYNTAX_OPERAND,
    SYNTAX_SETTING,
    SYNTAX_SOURCE,
    SYNTAX_USES,
    SYNTAX_ENCODING,
    SYNTAX_MODES,
    SYNTAX_OPERANDS,
    SYNTAX_WITH,
    SYNTAX_EXTENSION,
    SYNTAX_FOR,
    /* parts of a profile */
    SYNTAX_USER,
    SYNTAX_SUPERVISOR,
    SYNTAX_ASSUME,
    SYNTAX_ASSUME_EACH,
    SYNTAX_SHADOWED,
    SYNTAX_MAPPED,
    SYNTAX_RELOCATED,
    SYNTAX_WHERE,
    SYNTAX_FREE,
    SYNTAX_EXTENDS,
    SYNTAX_EMULATES,
    SYNTAX_REFUSES,
    /* statements */
    SYNTAX_BLOCK,
    SYNTAX_LET,
    SYNTAX_ASSIGN,
    SYNTAX_CALL_STATEMENT,
    SYNTAX_IF,
    SYNTAX_MATCH,
    SYNTAX_CASE,
    SYNTAX_TRAP,
    SYNTAX_COMPUTE,
    /* expressions */
    SYNTAX_UNDEFINED,
    SYNTAX_FIELD,
    SYNTAX_INDEX,
    SYNTAX_SLICE,
    SYNTAX_CALL,
    SYNTAX_AS,
    SYNTAX_UNARY,
    SYNTAX_BINARY,
    SYNTAX_IF_EXPRESSION,
    SYNTAX_LET_EXPRESSION,
    SYNTAX_MATCH_EXPRESSION,
    SYNTAX_RECORD_VALUE
};

struct syntax {
    enum syntax_kind kind;
    int operation; /* the token of a unary or binary operator, or of a state class or direction */
    unsigned depth;
    unsigned file, line, column, length; /* length of the first token, for the caret */
    unsigned end_line;
    const char *text;
    word128 number;
    unsigned number_width; /* of a number written with a width; else 0. Ranges: the low bound */
    struct syntax *child[4];
    struct syntax *next; /* in a list */
};

struct source_file {
    const char *path;
    const char *text; /* ends with a zero byte */
    size_t size;
    struct source_file *includer;
    unsigned number;
};

struct message {
    unsigned file, line, column, length;
    const char *text;
};

/* Everything that reading one ISA needs; owned by isa_load. */
struct reading {
    struct arena arena;
    jmp_buf exhausted;
    const struct source_reader *reader;
    struct source_file **files;
    size_t file_count, file_capacity;
    struct message *messages;
    size_t message_count, message_capacity;
    bool too_many; /* messages */
    struct syntax *declarations, **last_declaration;
    struct source_file *current; /* being parsed */
    bool gave_up;                /* the current file is not worth parsing on */
};

struct syntax *syntax_new(struct reading *r, enum syntax_kind kind, unsigned line, unsigned column, unsigned length);
/* Sets a child and the depth; too deep a tree is reported once and gives up on the file. */
void syntax_set(struct reading *r, struct syntax *s, unsigned child, struct syntax *value);
struct syntax *syntax_append(struct syntax *list, struct syntax *more);

/* Reports an error; the same text at the same place is reported once. */
void report(struct reading *r, const struct syntax *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void report_at(struct reading *r, unsigned file, unsigned line, unsigned column, unsigned length, const char *text);
/* All messages as text that the caller frees; NULL when memory is exhausted. */
char *messages_text(struct reading *r);

/* Parses the file and what it includes into r->declarations. */
void parse_all(struct reading *r, const char *path);
/* Parses r->current (in the generated parser). */
void parse_file(struct reading *r);

#endif
