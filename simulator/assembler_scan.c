/* Reads the lines of an assembler program. */
#include "assembler_scan.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

void skip_blanks(struct scanner *s) {
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r')) {
        s->at++;
    }
}

bool at_end(struct scanner *s) {
    skip_blanks(s);
    return s->at == s->end;
}

bool take_character(struct scanner *s, char c) {
    skip_blanks(s);
    if (s->at < s->end && *s->at == c) {
        s->at++;
        return true;
    }
    return false;
}

static bool in_name(char c) { return isalnum((unsigned char)c) != 0 || c == '_' || c == '.'; }

size_t take_name(struct scanner *s, const char **from) {
    skip_blanks(s);
    *from = s->at;
    if (s->at == s->end || isdigit((unsigned char)*s->at)) {
        return 0;
    }
    while (s->at < s->end && in_name(*s->at)) {
        s->at++;
    }
    return (size_t)(s->at - *from);
}

const struct name *find_name(const struct names *names, const char *text, size_t length) {
    for (size_t i = 0; i < names->count; i++) {
        if (strlen(names->list[i].text) == length && memcmp(names->list[i].text, text, length) == 0) {
            return &names->list[i];
        }
    }
    return NULL;
}

const char *shown(const char *text, size_t length, char buffer[48]) {
    size_t n = length < 40 ? length : 40;
    for (size_t i = 0; i < n; i++) {
        buffer[i] = isprint((unsigned char)text[i]) != 0 ? text[i] : '?';
    }
    memcpy(buffer + n, length > n ? "..." : "", length > n ? 4 : 1);
    return buffer;
}

/* The line as it is, but for what a terminal would act on. A line that is too long is not shown. */
static void show_line(const struct scanner *s, const char *where) {
    if (s->line == NULL || s->line_end - s->line > 200) {
        return;
    }
    (void)fputs("    ", s->messages);
    for (const char *c = s->line; c < s->line_end; c++) {
        (void)fputc(*c == '\t' || isprint((unsigned char)*c) != 0 ? *c : '?', s->messages);
    }
    (void)fputs("\n    ", s->messages);
    for (const char *c = s->line; c < where; c++) {
        (void)fputc(*c == '\t' ? '\t' : ' ', s->messages);
    }
    (void)fputs("^\n", s->messages);
}

bool scan_error(struct scanner *s, const char *where, const char *format, ...) {
    if (s->errors++ < MOST_ERRORS) {
        va_list arguments;
        va_start(arguments, format);
        (void)fprintf(s->messages, "%s:%u:%zu: error: ", s->path, s->number, (size_t)(where - s->line) + 1);
        (void)vfprintf(s->messages, format, arguments);
        (void)fputc('\n', s->messages);
        va_end(arguments);
        show_line(s, where);
    }
    return false;
}

static bool take_number(struct scanner *s, int64_t *value) {
    const char *from = s->at;
    unsigned base = s->end - s->at > 2 && s->at[0] == '0' && (s->at[1] == 'x' || s->at[1] == 'X') ? 16 : 10;
    bool too_large = false;
    char buffer[48];
    s->at += base == 16 ? 2 : 0;
    *value = 0;
    for (; s->at < s->end && in_name(*s->at); s->at++) {
        unsigned digit = isdigit((unsigned char)*s->at) ? (unsigned)(*s->at - '0') : (unsigned)(tolower((unsigned char)*s->at) - 'a' + 10);
        if (digit >= base || *s->at == '.' || *s->at == '_') {
            while (s->at < s->end && in_name(*s->at)) {
                s->at++;
            }
            return scan_error(s, from, "'%s' is no number", shown(from, (size_t)(s->at - from), buffer));
        }
        *value = too_large ? 0 : *value * base + digit;
        too_large = too_large || *value > 0xffffff;
    }
    return too_large ? scan_error(s, from, "'%s' is too large", shown(from, (size_t)(s->at - from), buffer)) : true;
}

static bool take_term(struct scanner *s, int64_t *value) {
    const char *from = NULL;
    size_t length = take_name(s, &from);
    char buffer[48];
    if (length == 1 && *from == '.') {
        *value = s->here;
        return true;
    }
    if (length > 0) {
        const struct name *name = find_name(s->names, from, length);
        *value = name == NULL ? 0 : name->value;
        return name != NULL || scan_error(s, from, "nothing is called '%s'", shown(from, length, buffer));
    }
    if (s->at == s->end || !isdigit((unsigned char)*s->at)) {
        return scan_error(s, s->at, s->at == s->end ? "a number or a name is missing" : "a number or a name is expected");
    }
    return take_number(s, value);
}

bool take_value(struct scanner *s, int64_t *value) {
    bool minus = take_character(s, '-');
    int64_t term = 0;
    *value = 0;
    for (;;) {
        if (!take_term(s, &term)) {
            return false;
        }
        *value += minus ? -term : term;
        if (*value > 0xffffff || *value < -0xffffff) {
            return scan_error(s, s->at, "the sum is too large");
        }
        minus = take_character(s, '-');
        if (!minus && !take_character(s, '+')) {
            return true;
        }
    }
}
