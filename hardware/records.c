/* Reads and looks up recorded differences. */
#include "records.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cause {
    const char *name, *blame, *reason;
};
struct records {
    char *text;
    struct record *items;
    struct cause *causes;
    size_t count, cause_count;
    const char *backend, *machine; /* of the section that is read */
};

static char *trim(char *field) {
    field += strspn(field, " \t");
    size_t length = strlen(field);
    while (length > 0 && strchr(" \t\r", field[length - 1]) != NULL) {
        field[--length] = '\0';
    }
    return field;
}

/* `count` fields between bars, none of them empty. */
static bool split(char *line, const char **fields, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *bar = i + 1 < count ? strstr(line, " | ") : NULL;
        if (i + 1 < count && bar == NULL) {
            return false;
        }
        if (bar != NULL) {
            *bar = '\0';
        }
        fields[i] = trim(line);
        line = bar == NULL ? line : bar + 3;
        if (fields[i][0] == '\0') {
            return false;
        }
    }
    return true;
}

static const struct cause *find_cause(const struct records *r, const char *name) {
    for (size_t i = 0; i < r->cause_count; i++) {
        if (strcmp(r->causes[i].name, name) == 0) {
            return &r->causes[i];
        }
    }
    return NULL;
}

static const char *read_cause(struct records *r, char *line) {
    static const char *const blames[] = {"processor", "kernel", "hypervisor", "emulator", "backend", "tables"};
    const char *fields[3];
    if (!split(line, fields, 3)) {
        return "a cause needs NAME | BLAME | REASON";
    }
    if (find_cause(r, fields[0]) != NULL) {
        return "there is a cause of that name";
    }
    for (size_t i = 0; i < sizeof blames / sizeof blames[0]; i++) {
        if (strcmp(blames[i], fields[1]) == 0) {
            r->causes[r->cause_count++] = (struct cause){fields[0], fields[1], fields[2]};
            return NULL;
        }
    }
    return "the blame is processor, kernel, hypervisor, emulator, backend or tables";
}

static const char *read_section(struct records *r, char *line) {
    char *colon = strchr(line, ':');
    r->machine = colon == NULL ? NULL : trim(colon + 1);
    if (colon != NULL) {
        *colon = '\0';
    }
    r->backend = trim(line);
    return r->backend[0] == '\0' ? "`on` needs a backend" : NULL;
}

static const char *read_row(struct records *r, char *line, unsigned number) {
    const char *fields[4];
    if (!split(line, fields, 4)) {
        return "a row needs FORM | WHERE | WHAT | NAME";
    }
    const struct cause *cause = find_cause(r, fields[3]);
    if (cause == NULL || r->backend == NULL) {
        return cause == NULL ? "no cause of that name stands above" : "no `on BACKEND` stands above";
    }
    r->items[r->count++] = (struct record){.backend = r->backend,
                                           .machine = r->machine,
                                           .form = fields[0],
                                           .where = fields[1],
                                           .what = fields[2],
                                           .name = cause->name,
                                           .blame = cause->blame,
                                           .reason = cause->reason,
                                           .line = number};
    return NULL;
}

static const char *read_line(struct records *r, char *line, unsigned number) {
    if (line[0] == '\0' || line[0] == '#') {
        return NULL;
    }
    if (strncmp(line, "because ", 8) == 0) {
        return read_cause(r, line + 8);
    }
    return strncmp(line, "on ", 3) == 0 ? read_section(r, line + 3) : read_row(r, line, number);
}

struct records *records_read(const char *text, char **message) {
    struct records *r = calloc(1, sizeof *r);
    size_t lines = 1;
    *message = NULL;
    for (const char *c = text; c != NULL && *c != '\0'; c++) {
        lines += *c == '\n' ? 1u : 0u;
    }
    if (r != NULL) {
        r->text = strdup(text == NULL ? "" : text);
        r->items = calloc(lines, sizeof *r->items);
        r->causes = calloc(lines, sizeof *r->causes);
    }
    if (r == NULL || r->text == NULL || r->items == NULL || r->causes == NULL) {
        records_free(r);
        return NULL;
    }
    unsigned number = 0;
    for (char *line = r->text; line != NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        const char *wrong = read_line(r, trim(line), ++number);
        if (wrong != NULL) {
            if (asprintf(message, "recorded differences, line %u: %s", number, wrong) < 0) {
                *message = NULL;
            }
            records_free(r);
            return NULL;
        }
        line = end == NULL ? NULL : end + 1;
    }
    return r;
}

void records_free(struct records *r) {
    if (r != NULL) {
        free(r->text);
        free(r->items);
        free(r->causes);
        free(r);
    }
}

const struct record *records_bind(struct records *r, const struct isa *isa) {
    const struct record *stranger = NULL;
    for (size_t i = 0; i < r->count; i++) {
        struct record *row = &r->items[i];
        bool found = false;
        for (size_t k = 0; k < isa->form_count && !row->exact; k++) {
            row->exact = strcmp(row->form, isa->forms[k].text) == 0;
            found = found || row->exact || strcmp(row->form, isa->forms[k].instruction) == 0;
        }
        stranger = found || stranger != NULL ? stranger : row;
    }
    return stranger;
}

size_t records_count(const struct records *r) { return r->count; }
const struct record *records_at(const struct records *r, size_t i) { return &r->items[i]; }

/* ---- what a row is about ----------------------------------------------------------------------------------------------------------------------- */

bool record_is_on(const struct record *r, const char *backend, const char *description) {
    return (strcmp(r->backend, "any") == 0 || strcmp(r->backend, backend) == 0) && (r->machine == NULL || strstr(description, r->machine) != NULL);
}

bool record_is_about(const struct record *r, const struct form *form, const struct world *world) {
    if (strcmp(r->form, r->exact ? form->text : form->instruction) != 0) {
        return false;
    }
    char here[40];
    (void)snprintf(here, sizeof here, "%s/%u", matcher_mode_name(world->mode), world->cpl);
    for (const char *place = r->where; *place != '\0';) {
        char pattern[40];
        size_t length = strcspn(place, " ");
        (void)snprintf(pattern, sizeof pattern, "%.*s", (int)length, place);
        if (fnmatch(pattern, here, FNM_NOESCAPE) == 0) {
            return true;
        }
        place += length;
        place += strspn(place, " ");
    }
    return false;
}

bool record_excludes(const struct record *r) { return strcmp(r->what, "excluded") == 0; }

static bool names_part(const char *parts, const char *name) {
    while (*parts != '\0') {
        size_t length = strcspn(parts, ",");
        size_t used = length;
        while (used > 0 && parts[used - 1] == ' ') {
            used--;
        }
        bool prefix = used > 0 && parts[used - 1] == '*';
        if (prefix ? strncmp(parts, name, used - 1) == 0 : strlen(name) == used && strncmp(parts, name, used) == 0) {
            return true;
        }
        parts += length;
        parts += strspn(parts, ", ");
    }
    return false;
}

bool record_explains(const struct record *r, const struct observation *o) {
    const char *arrow = strstr(r->what, " -> ");
    bool outcome = o->count > 0 && strcmp(o->differences[0].name, "outcome") == 0;
    if (record_excludes(r) || o->count > DIFFERENCES_MOST) {
        return false;
    }
    if (arrow != NULL) {
        char expected[96];
        (void)snprintf(expected, sizeof expected, "%.*s", (int)(arrow - r->what), r->what);
        return outcome && fnmatch(expected, o->expected, FNM_NOESCAPE) == 0 && fnmatch(arrow + 4, o->seen, FNM_NOESCAPE) == 0;
    }
    for (size_t i = 0; i < o->count; i++) {
        if (!names_part(r->what, o->differences[i].name)) {
            return false;
        }
    }
    return o->count > 0;
}
