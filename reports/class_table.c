/* Class tables as text. A header; a line for each different entry, which starts with its letter; a line for each form, with a letter for each mode.
 */
#include "class_table.h"

#include "closing.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_LETTER = '0', NOT_VALID = '-', MOST_ENTRIES = 80, CLOSING_SIZE = 96, LINE_SIZE = 256 };

struct class_table {
    struct class_entry entries[MOST_ENTRIES];
    char closings[MOST_ENTRIES][CLOSING_SIZE];
    size_t entry_count;
    size_t mode_count;
    char *letters; /* by form and mode */
};

/* The number of an equal entry, which is added when there is none; negative when there is no room. */
static int entry_number(struct class_table *t, const struct class_entry *e) {
    size_t i = 0;
    for (; i < t->entry_count; i++) {
        const struct class_entry *known = &t->entries[i];
        if (known->class == e->class && known->hole == e->hole && strcmp(known->closed_by, e->closed_by) == 0) {
            return (int)i;
        }
    }
    if (i == MOST_ENTRIES || strlen(e->closed_by) >= CLOSING_SIZE) {
        return -1;
    }
    memcpy(t->closings[i], e->closed_by, strlen(e->closed_by) + 1);
    t->entries[i] = (struct class_entry){e->class, e->hole, t->closings[i]};
    t->entry_count++;
    return (int)i;
}

static struct class_table *table_new(const struct isa *isa) {
    struct class_table *t = calloc(1, sizeof *t);
    char *letters = malloc(isa->form_count * isa->mode_count + 1);
    if (t == NULL || letters == NULL) {
        free(letters);
        free(t);
        return NULL;
    }
    t->mode_count = isa->mode_count;
    t->letters = letters;
    memset(letters, NOT_VALID, isa->form_count * isa->mode_count);
    return t;
}

void class_table_free(struct class_table *t) {
    if (t != NULL) {
        free(t->letters);
        free(t);
    }
}

static bool take_verdicts(struct class_table *t, const struct classification *c) {
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        char closing[CLOSING_SIZE] = "";
        if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
            closing_text(c, (unsigned)i, closing, sizeof closing);
        }
        int number = entry_number(t, &(struct class_entry){v->class, v->answers[QUESTION_HOLE], closing});
        if (number < 0) {
            return false;
        }
        t->letters[v->form * t->mode_count + v->mode] = (char)(FIRST_LETTER + number);
    }
    return true;
}

static void write_header(char line[LINE_SIZE], const struct isa *isa, const char *profile, const char *configuration) {
    (void)snprintf(line, LINE_SIZE, "classes of %s under %s, %s: %zu forms, %zu modes\n", isa->name, profile, configuration, isa->form_count,
                   isa->mode_count);
}

bool class_table_write(FILE *out, const struct classification *c, const char *configuration) {
    struct class_table *t = table_new(c->isa);
    char header[LINE_SIZE];
    bool good = t != NULL && take_verdicts(t, c);
    if (good) {
        write_header(header, c->isa, profile_in(c->isa, c->profile, 0)->name, configuration);
        (void)fputs(header, out);
        for (size_t i = 0; i < t->entry_count; i++) {
            (void)fprintf(out, "%c %u %u %s\n", (char)(FIRST_LETTER + i), (unsigned)t->entries[i].class, (unsigned)t->entries[i].hole,
                          t->closings[i]);
        }
        (void)fputc('\n', out);
        for (size_t i = 0; i < c->isa->form_count; i++) {
            (void)fprintf(out, "%.*s\n", (int)t->mode_count, t->letters + i * t->mode_count);
        }
    }
    class_table_free(t);
    return good && ferror(out) == 0;
}

/* What is left of the text. */
struct cursor {
    const char *at, *end;
};

/* The next line without its end; false when there is no whole line. */
static bool next_line(struct cursor *c, char line[LINE_SIZE]) {
    const char *end = c->at == c->end ? NULL : memchr(c->at, '\n', (size_t)(c->end - c->at));
    if (end == NULL || end - c->at >= LINE_SIZE) {
        return false;
    }
    memcpy(line, c->at, (size_t)(end - c->at));
    line[end - c->at] = '\0';
    c->at = end + 1;
    return true;
}

static bool read_entries(struct class_table *t, struct cursor *c) {
    char line[LINE_SIZE];
    while (next_line(c, line) && line[0] != '\0') {
        size_t size = strlen(line);
        bool good = size >= 6 && line[0] == (char)(FIRST_LETTER + t->entry_count) && line[2] >= '0' && line[2] <= '0' + (int)VERDICT_UNDECIDED &&
                    line[4] >= '0' && line[4] <= '0' + (int)ANSWER_UNDECIDED;
        struct class_entry e = {VERDICT_UNDECIDED, ANSWER_UNDECIDED, line + 6};
        if (good) {
            e.class = (enum verdict_class)(line[2] - '0');
            e.hole = (enum answer)(line[4] - '0');
        }
        if (!good || entry_number(t, &e) + 1 != (int)t->entry_count) {
            return false;
        }
    }
    return t->entry_count > 0;
}

static bool read_letters(struct class_table *t, struct cursor *c, size_t form_count) {
    char line[LINE_SIZE];
    for (size_t i = 0; i < form_count; i++) {
        if (!next_line(c, line) || strlen(line) != t->mode_count) {
            return false;
        }
        for (size_t k = 0; k < t->mode_count; k++) {
            if (line[k] != NOT_VALID && (line[k] < FIRST_LETTER || (size_t)(line[k] - FIRST_LETTER) >= t->entry_count)) {
                return false;
            }
        }
        memcpy(t->letters + i * t->mode_count, line, t->mode_count);
    }
    return true;
}

struct class_table *class_table_read(const char *text, size_t size, const struct isa *isa, const char *profile, const char *configuration) {
    char header[LINE_SIZE];
    write_header(header, isa, profile, configuration);
    const char *start = memmem(text, size, header, strlen(header));
    struct class_table *t = start == NULL ? NULL : table_new(isa);
    if (t == NULL) {
        return NULL;
    }
    struct cursor c = {start + strlen(header), text + size};
    if (!read_entries(t, &c) || !read_letters(t, &c, isa->form_count)) {
        class_table_free(t);
        return NULL;
    }
    return t;
}

const struct class_entry *class_table_at(const struct class_table *t, size_t form, size_t mode) {
    char letter = t->letters[form * t->mode_count + mode];
    return letter == NOT_VALID ? NULL : &t->entries[letter - FIRST_LETTER];
}
