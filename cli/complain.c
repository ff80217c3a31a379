/* Messages for people on standard error. */
#include "cli.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

void complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("popek: error: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
}

/* A short list is printed whole; of a long one what is spelt nearly like the name that was asked for. */
#define WHOLE_LIST 32u
#define LONGEST_NAME 64u
#define SUGGESTIONS 5u

static bool same_letter(char a, char b) { return tolower((unsigned char)a) == tolower((unsigned char)b); }

/* How many letters must be changed, put in, left out or exchanged with their neighbour to make one name of the other; case does not count. */
static unsigned distance(const char *a, const char *b) {
    size_t length = strlen(b);
    if (strlen(a) > LONGEST_NAME || length > LONGEST_NAME) {
        return LONGEST_NAME;
    }
    unsigned rows[3][LONGEST_NAME + 1];
    for (unsigned k = 0; k <= length; k++) {
        rows[0][k] = k;
    }
    unsigned i = 1;
    for (; a[i - 1] != '\0'; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        row[0] = i;
        for (unsigned k = 1; k <= length; k++) {
            row[k] = above[k - 1] + (same_letter(a[i - 1], b[k - 1]) ? 0u : 1u);
            row[k] = above[k] + 1 < row[k] ? above[k] + 1 : row[k];
            row[k] = row[k - 1] + 1 < row[k] ? row[k - 1] + 1 : row[k];
            if (i > 1 && k > 1 && same_letter(a[i - 1], b[k - 2]) && same_letter(a[i - 2], b[k - 1])) {
                unsigned exchanged = rows[(i + 1) % 3][k - 2] + 1;
                row[k] = exchanged < row[k] ? exchanged : row[k];
            }
        }
    }
    return rows[(i - 1) % 3][length];
}

static bool said_before(const char *(*at)(const void *, size_t), const void *context, size_t i) {
    for (size_t k = 0; k < i; k++) {
        if (strcmp(at(context, k), at(context, i)) == 0) {
            return true;
        }
    }
    return false;
}

static bool suggest(const char *name, const char *(*at)(const void *context, size_t i), const void *context, size_t count) {
    unsigned limit = (unsigned)strlen(name) / 3 + 1;
    unsigned said = 0;
    for (unsigned far = 0; far <= limit; far++) {
        for (size_t i = 0; i < count && said < SUGGESTIONS; i++) {
            if (distance(name, at(context, i)) == far && !said_before(at, context, i)) {
                (void)fprintf(stderr, "%s%s", said == 0 ? "did you mean " : " or ", at(context, i));
                said++;
            }
        }
    }
    if (said > 0) {
        (void)fputs("?\n", stderr);
    }
    return said > 0;
}

void complain_unknown(const char *kind, const char *name, const char *(*at)(const void *context, size_t i), const void *context, size_t count) {
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        different += said_before(at, context, i) ? 0u : 1u;
    }
    (void)fprintf(stderr, "popek: error: unknown %s '%s'; ", kind, name);
    if (different > WHOLE_LIST) {
        if (!suggest(name, at, context, count)) {
            (void)fputs("`popek list ISA` names all\n", stderr);
        }
        return;
    }
    const char *separator = "there is: ";
    for (size_t i = 0; i < count; i++) {
        if (!said_before(at, context, i)) {
            (void)fprintf(stderr, "%s%s", separator, at(context, i));
            separator = ", ";
        }
    }
    (void)fputs(count == 0 ? "there is none\n" : "\n", stderr);
}
