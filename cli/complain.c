/* Messages for people on standard error. */
#include "cli.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

void complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("popek: error: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
}

/* A short list is printed whole; of a long one what starts like the name that was asked for. */
#define WHOLE_LIST 32u

static bool resembles(const char *name, const char *candidate) { return strncasecmp(name, candidate, 1) == 0; }

static bool said_before(const char *(*at)(const void *, size_t), const void *context, size_t i) {
    for (size_t k = 0; k < i; k++) {
        if (strcmp(at(context, k), at(context, i)) == 0) {
            return true;
        }
    }
    return false;
}

void complain_unknown(const char *kind, const char *name, const char *(*at)(const void *context, size_t i), const void *context, size_t count) {
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        different += said_before(at, context, i) ? 0u : 1u;
    }
    bool whole = different <= WHOLE_LIST;
    (void)fprintf(stderr, "popek: error: unknown %s '%s'; ", kind, name);
    const char *separator = whole ? "there is: " : "of this letter there is: ";
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!said_before(at, context, i) && (whole || resembles(name, at(context, i)))) {
            (void)fprintf(stderr, "%s%s", separator, at(context, i));
            separator = ", ";
            any = true;
        }
    }
    if (!any) {
        (void)fputs(count == 0 ? "there is none" : "none starts with this letter; `popek list ISA` names all", stderr);
    }
    (void)fputc('\n', stderr);
}
