/* Known divergences, with a reason and a day on which they are no longer accepted. */
#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    char *fingerprint, *expiry, *reason;
    bool seen;
};
struct baseline {
    char *text;
    struct entry *entries;
    size_t count;
};

static char *trim(char *text) {
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL) {
        text[--length] = '\0';
    }
    return text;
}

static bool is_date(const char *text) {
    static const char pattern[] = "dddd-dd-dd";
    for (size_t i = 0; i < sizeof pattern; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == 'd' ? !digit : text[i] != pattern[i]) {
            return false;
        }
        if (text[i] == '\0') {
            break;
        }
    }
    int month = (text[5] - '0') * 10 + text[6] - '0';
    int day = (text[8] - '0') * 10 + text[9] - '0';
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

void baseline_free(struct baseline *b) {
    if (b != NULL) {
        free(b->text);
        free(b->entries);
        free(b);
    }
}

static bool read_line(struct baseline *b, char *line) {
    char *first = strchr(line, '|');
    char *second = first == NULL ? NULL : strchr(first + 1, '|');
    if (second == NULL) {
        return false;
    }
    *first = *second = '\0';
    struct entry *e = &b->entries[b->count];
    *e = (struct entry){trim(line), trim(first + 1), trim(second + 1), false};
    b->count++;
    return e->fingerprint[0] != '\0' && is_date(e->expiry) && e->reason[0] != '\0';
}

struct baseline *baseline_read(const char *text, char **message) {
    struct baseline *b = calloc(1, sizeof *b);
    size_t lines = 1;
    *message = NULL;
    for (const char *c = text; *c != '\0'; c++) {
        lines += *c == '\n' ? 1 : 0;
    }
    if (b != NULL) {
        b->text = strdup(text);
        b->entries = calloc(lines + 1, sizeof *b->entries);
    }
    if (b == NULL || b->text == NULL || b->entries == NULL) {
        baseline_free(b);
        return NULL;
    }
    unsigned number = 0;
    for (char *line = b->text; line != NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        number++;
        char *content = trim(line);
        if (content[0] != '\0' && content[0] != '#' && !read_line(b, content)) {
            *message = malloc(100);
            if (*message != NULL) {
                (void)snprintf(*message, 100, "line %u is not FINGERPRINT | YYYY-MM-DD | REASON", number);
            }
            baseline_free(b);
            return NULL;
        }
        line = end == NULL ? NULL : end + 1;
    }
    return b;
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* The entry is of a form and mode that was checked now; what was not looked at cannot be fixed. */
static bool was_checked(const struct check_report *r, const char *fingerprint) {
    for (size_t i = 0; i < r->form_count; i++) {
        const struct check_form *f = &r->forms[i];
        char start[160];
        int length = snprintf(start, sizeof start, "%.60s/%s/", r->isa->forms[f->form].text, r->isa->modes[f->mode].name);
        if (f->states > 0 && length > 0 && strncmp(start, fingerprint, (size_t)length) == 0) {
            return true;
        }
    }
    return false;
}

bool baseline_apply(struct baseline *b, struct check_report *r, const char *today) {
    const char **fixed = calloc(b->count + 1, sizeof *fixed);
    if (fixed == NULL) {
        return false;
    }
    for (size_t i = 0; i < r->finding_count; i++) {
        for (size_t k = 0; k < b->count; k++) {
            if (strcmp(r->findings[i].fingerprint, b->entries[k].fingerprint) == 0) {
                b->entries[k].seen = true;
                r->findings[i].standing = strcmp(today, b->entries[k].expiry) > 0 ? CHECK_EXPIRED : CHECK_ACCEPTED;
                r->findings[i].reason = b->entries[k].reason;
            }
        }
    }
    r->fixed_count = 0;
    for (size_t k = 0; k < b->count; k++) {
        if (!b->entries[k].seen && was_checked(r, b->entries[k].fingerprint)) {
            fixed[r->fixed_count++] = b->entries[k].fingerprint;
        }
    }
    qsort((void *)fixed, r->fixed_count, sizeof *fixed, by_text); /* parts of the work can be joined then */
    free((void *)(uintptr_t)r->fixed);
    r->fixed = fixed;
    return true;
}
