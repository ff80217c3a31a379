/* Texts of descriptions, which may hold anything, in HTML and in JSON inside of HTML. */
#include "html.h"

#include <string.h>

void html_character(FILE *out, char c) {
    switch (c) {
    case '&':
        (void)fputs("&amp;", out);
        break;
    case '<':
        (void)fputs("&lt;", out);
        break;
    case '>':
        (void)fputs("&gt;", out);
        break;
    case '"':
        (void)fputs("&quot;", out);
        break;
    case '\'':
        (void)fputs("&#39;", out);
        break;
    default:
        (void)fputc(c, out);
    }
}

void html_text(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        html_character(out, *text);
    }
}

void html_json_string(FILE *out, const char *text) {
    (void)fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || strchr("<>&\"'\\", c) != NULL) {
            (void)fprintf(out, "\\u%04x", c);
        } else {
            (void)fputc(c, out);
        }
    }
    (void)fputc('"', out);
}
