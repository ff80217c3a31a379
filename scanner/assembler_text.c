/* Finds the statements: strings, character constants and comments hide separators; directives are followed as far as they change how statements read.
 */
#include "assembler_text.h"

#include "../isa-model/grow.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct name {
    const char *start;
    size_t size;
};

struct reader {
    const char *text;
    size_t size, at;
    uint32_t line;
    struct statement now; /* the settings */
    bool follows;
    struct name *macros; /* that the text defines */
    size_t macro_count;
    struct statements *out;
};

static char peek(const struct reader *r, size_t ahead) { return r->at + ahead < r->size ? r->text[r->at + ahead] : '\0'; }

static bool is_name(char c) { return isalnum((unsigned char)c) != 0 || c == '_' || c == '.' || c == '$' || c == '\\' || c == '@'; }

static void skip_to_end_of_line(struct reader *r) {
    while (r->at < r->size && r->text[r->at] != '\n') {
        r->at++;
    }
}

static void skip_block_comment(struct reader *r) {
    for (r->at += 2; r->at < r->size; r->at++) {
        r->line += r->text[r->at] == '\n' ? 1 : 0;
        if (r->text[r->at] == '*' && peek(r, 1) == '/') {
            r->at += 2;
            return;
        }
    }
}

/* A string; it may go on in the next line. */
static void skip_string(struct reader *r) {
    for (r->at++; r->at < r->size; r->at++) {
        char c = r->text[r->at];
        r->line += c == '\n' ? 1 : 0;
        if (c == '"') {
            r->at++;
            return;
        }
        if (c == '\\' && r->at + 1 < r->size) {
            r->at++;
            r->line += r->text[r->at] == '\n' ? 1 : 0;
        }
    }
}

/* 'c or '\c, with or without a quote behind it. */
static void skip_character(struct reader *r) {
    r->at += peek(r, 1) == '\\' ? 3 : 2;
    r->at += peek(r, 0) == '\'' ? 1 : 0;
    r->at = r->at > r->size ? r->size : r->at;
}

/* To the separator or comment behind the statement, which is not taken. */
static size_t skip_statement(struct reader *r) {
    size_t end = r->at; /* behind the last character that is no white space */
    while (r->at < r->size) {
        char c = r->text[r->at];
        if (c == '\n' || c == ';' || c == '#') {
            break;
        }
        if (c == '/' && peek(r, 1) == '*') {
            skip_block_comment(r);
            continue;
        }
        if (c == '"') {
            skip_string(r);
        } else if (c == '\'') {
            skip_character(r);
        } else {
            r->at++;
        }
        end = isspace((unsigned char)c) == 0 ? r->at : end;
    }
    return end;
}

/* The length of a label with its colon at the reader, 0: none. */
static size_t label_size(const struct reader *r) {
    size_t size = 0;
    if (peek(r, 0) == '"') {
        struct reader ahead = *r;
        skip_string(&ahead);
        size = ahead.at - r->at;
    } else {
        while (is_name(peek(r, size)) || (size > 1 && peek(r, size - 1) == '\\' && (peek(r, size) == '(' || peek(r, size) == ')')) ||
               (size > 2 && peek(r, size - 2) == '\\' && peek(r, size - 1) == '(' && peek(r, size) == ')')) {
            size++;
        }
    }
    size_t space = size;
    while (peek(r, space) == ' ' || peek(r, space) == '\t') {
        space++;
    }
    return size > 0 && peek(r, space) == ':' ? space + 1 : 0;
}

/* Symbol = expression. */
static bool is_assignment(const char *text, size_t size) {
    size_t at = 0;
    while (at < size && is_name(text[at])) {
        at++;
    }
    while (at < size && (text[at] == ' ' || text[at] == '\t')) {
        at++;
    }
    return at > 0 && at < size && text[at] == '=';
}

static struct name word_at(const char *text, size_t size) {
    size_t first = 0;
    while (first < size && isspace((unsigned char)text[first]) != 0) {
        first++;
    }
    size_t end = first;
    while (end < size && isspace((unsigned char)text[end]) == 0 && text[end] != ',') {
        end++;
    }
    return (struct name){text + first, end - first};
}

static bool is_word(struct name w, const char *text) { return strlen(text) == w.size && strncasecmp(w.start, text, w.size) == 0; }

static bool add_macro(struct reader *r, struct name name) {
    struct name *larger = realloc(r->macros, (r->macro_count + 1) * sizeof *larger);
    if (larger != NULL) {
        r->macros = larger;
        larger[r->macro_count++] = name;
    }
    return larger != NULL;
}

static bool take_directive(struct reader *r, const char *text, size_t size) {
    struct name directive = word_at(text, size);
    struct name argument = word_at(directive.start + directive.size, size - (size_t)(directive.start + directive.size - text));
    if (is_word(directive, ".code16") || is_word(directive, ".code16gcc")) {
        r->now.bits = 16;
    } else if (is_word(directive, ".code32")) {
        r->now.bits = 32;
    } else if (is_word(directive, ".code64")) {
        r->now.bits = 64;
    } else if (is_word(directive, ".intel_syntax")) {
        r->now.intel = true;
        r->now.bare = !is_word(argument, "prefix");
    } else if (is_word(directive, ".att_syntax")) {
        r->now.intel = false;
        r->now.bare = is_word(argument, "noprefix");
    } else if (is_word(directive, ".macro")) {
        return add_macro(r, argument);
    }
    return true;
}

static bool is_macro(const struct reader *r, const char *text, size_t size) {
    struct name first = word_at(text, size);
    for (size_t i = 0; i < r->macro_count; i++) {
        if (r->macros[i].size == first.size && strncasecmp(r->macros[i].start, first.start, first.size) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_statement(struct reader *r, size_t start, size_t end, uint32_t line) {
    struct statements *s = r->out;
    struct statement *larger = array_grow(s->list, s->count, &s->capacity, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    s->list = larger;
    struct statement *added = &s->list[s->count++];
    *added = r->now;
    added->start = start;
    added->end = end;
    added->line = line;
    added->arguments = memchr(r->text + start, '\\', end - start) != NULL;
    added->follows = r->follows;
    r->follows = true;
    return true;
}

/* Labels, then the statement, if there is one. */
static bool take_statement(struct reader *r) {
    for (size_t label = label_size(r); label > 0; label = label_size(r)) {
        r->at += label;
        r->follows = false;
        while (r->at < r->size && (r->text[r->at] == ' ' || r->text[r->at] == '\t')) {
            r->at++;
        }
    }
    size_t start = r->at;
    uint32_t line = r->line;
    size_t end = skip_statement(r);
    const char *text = r->text + start;
    if (end == start) {
        return true;
    }
    if (text[0] == '.' || is_assignment(text, end - start)) {
        r->follows = false;
        return take_directive(r, text, end - start);
    }
    if (is_macro(r, text, end - start)) {
        r->follows = false;
        return true;
    }
    return add_statement(r, start, end, line);
}

bool assembler_text_read(struct statements *s, const char *text, size_t size, unsigned bits) {
    struct reader r = {.text = text, .size = size, .line = 1, .now = {.bits = (uint8_t)bits}, .out = s};
    bool good = true;
    bool line_start = true;
    *s = (struct statements){NULL, 0, 0};
    while (good && r.at < size) {
        char c = text[r.at];
        if (c == '#' || (line_start && c == '/' && peek(&r, 1) != '*')) {
            skip_to_end_of_line(&r);
        } else if (c == '/' && peek(&r, 1) == '*') {
            skip_block_comment(&r);
        } else if (c == '\n') {
            r.line++;
            r.at++;
            line_start = true;
        } else if (c == ';' || isspace((unsigned char)c) != 0 || c == '\0') {
            r.at++;
        } else {
            line_start = false;
            good = take_statement(&r);
        }
    }
    free(r.macros);
    return good;
}

void assembler_text_free(struct statements *s) {
    free(s->list);
    *s = (struct statements){NULL, 0, 0};
}
