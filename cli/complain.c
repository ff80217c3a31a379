/* Messages for people on standard error. */
#include "cli.h"

#include "../reports/wording.h"
#include "progress.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void complain(const char *format, ...) {
    va_list arguments;
    progress_end();
    va_start(arguments, format);
    (void)fputs("popek: error: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
}

int complain_message(const char *message) {
    complain("%s", message == NULL ? "out of memory" : message);
    return message == NULL ? EXIT_INTERNAL : EXIT_INPUT;
}

/* What is spelt nearly like the name that was asked for; else, if it is short, the whole list. */
#define WHOLE_LIST 32u
#define LONGEST_NAME 64u
#define SUGGESTIONS 5u
#define MOST_CHANGES 3u /* more is another word */

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

/* "did you mean SGDT or SIDT?"; false: nothing is near. */
static bool suggest(FILE *out, const char *name, const char *(*at)(const void *context, size_t i), const void *context, size_t count) {
    unsigned limit = (unsigned)strlen(name) / 3 + 1;
    limit = limit > MOST_CHANGES ? MOST_CHANGES : limit;
    unsigned said = 0;
    for (unsigned far = 0; far <= limit; far++) {
        for (size_t i = 0; i < count && said < SUGGESTIONS; i++) {
            if (distance(name, at(context, i)) == far && !said_before(at, context, i)) {
                (void)fprintf(out, "%s%s", said == 0 ? "did you mean " : " or ", at(context, i));
                said++;
            }
        }
    }
    (void)fputs(said > 0 ? "?" : "", out);
    return said > 0;
}

static void list_all(FILE *out, const char *(*at)(const void *context, size_t i), const void *context, size_t count) {
    const char *separator = "there is: ";
    for (size_t i = 0; i < count; i++) {
        if (!said_before(at, context, i)) {
            (void)fprintf(out, "%s%s", separator, at(context, i));
            separator = ", ";
        }
    }
    (void)fputs(count == 0 ? "there is none" : "", out);
}

void complain_name(const char *problem, const char *name, const char *(*at)(const void *context, size_t i), const void *context, size_t count) {
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        different += said_before(at, context, i) ? 0u : 1u;
    }
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    progress_end();
    if (out == NULL) {
        complain("%s '%s'", problem, name);
        return;
    }
    (void)fprintf(out, "%s '%s'; ", problem, name);
    if (!suggest(out, name, at, context, count)) {
        if (different > WHOLE_LIST) {
            (void)fputs("`popek list ISA` names all", out);
        } else {
            list_all(out, at, context, count);
        }
    }
    (void)fclose(out);
    if (text != NULL && isatty(STDERR_FILENO) == 1) {
        (void)fputs("popek: error: ", stderr);
        write_wrapped(stderr, 14, 2, text);
    } else if (text != NULL) {
        complain("%s", text);
    }
    free(text);
}

void complain_unknown(const char *kind, const char *name, const char *(*at)(const void *context, size_t i), const void *context, size_t count) {
    char problem[80];
    (void)snprintf(problem, sizeof problem, "unknown %s", kind);
    complain_name(problem, name, at, context, count);
}

static const char *profile_name(const void *context, size_t i) { return profile_in(context, i, 0)->name; }
static const char *mode_name(const void *context, size_t i) { return ((const struct isa *)context)->modes[i].name; }
static const char *instruction_name(const void *context, size_t i) { return ((const struct isa *)context)->forms[i].instruction; }

void complain_unknown_profile(const struct isa *isa, const char *name) { complain_unknown("profile", name, profile_name, isa, isa->profile_count); }
void complain_unknown_mode(const struct isa *isa, const char *name) { complain_unknown("mode", name, mode_name, isa, isa->mode_count); }

void complain_unknown_instruction(const struct isa *isa, const char *name) {
    complain_unknown("instruction", name, instruction_name, isa, isa->form_count);
}
