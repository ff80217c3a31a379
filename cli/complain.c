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

/* How many letters must be changed, put in or left out to make one name of the other (Levenshtein); case does not count. */
static unsigned distance(const char *a, const char *b) {
    size_t length = strlen(b);
    if (strlen(a) > LONGEST_NAME || length > LONGEST_NAME) {
        return LONGEST_NAME;
    }
    unsigned row[LONGEST_NAME + 1];
    for (unsigned k = 0; k <= length; k++) {
        row[k] = k;
    }
    for (unsigned i = 1; a[i - 1] != '\0'; i++) {
        unsigned corner = row[0];
        row[0] = i;
        for (unsigned k = 1; k <= length; k++) {
            unsigned best = corner + (tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[k - 1]) ? 0u : 1u);
            corner = row[k];
            best = row[k] + 1 < best ? row[k] + 1 : best;
            row[k] = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
        }
    }
    return row[length];
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
