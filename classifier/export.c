/* Queries as SMT-LIB files for another solver, with an index of what was asked. */
#include "classification.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* A name that says what the query was first asked about. */
static void file_name(const struct query_record *record, size_t number, char *name, size_t size) {
    char form[80];
    size_t length = 0;
    for (const char *t = record->form_text; *t != '\0' && length + 1 < sizeof form; t++) {
        bool plain = (*t >= 'a' && *t <= 'z') || (*t >= 'A' && *t <= 'Z') || (*t >= '0' && *t <= '9');
        if (plain || (length > 0 && form[length - 1] != '_')) {
            form[length++] = plain ? *t : '_';
        }
    }
    form[length] = '\0';
    (void)snprintf(name, size, "%05zu-%s-%s-%s-%u.smt2", number, form, record->mode, question_name(record->question), record->configuration);
}

/* Equal queries share one file; the index has a line for each question. */
bool export_query(struct classifier *c, term query, struct answered *known, const struct query_record *record) {
    char name[300];
    char path[4096];
    bool first = known->file == 0;
    known->file = first ? ++c->exported : known->file;
    file_name(record, known->file, name, sizeof name);
    (void)fprintf(c->index, "%s\t%s\t%s\t%u\t%s\t%05zu\n", record->form_text, record->mode, question_name(record->question), record->configuration,
                  record->answer == ANSWER_YES  ? "sat"
                  : record->answer == ANSWER_NO ? "unsat"
                                                : "unknown",
                  known->file);
    if (!first) {
        return true;
    }
    int written = snprintf(path, sizeof path, "%s/%s", c->options->smt2_directory, name);
    FILE *out = written < 0 || (size_t)written >= sizeof path ? NULL : fopen(path, "w");
    if (out == NULL) {
        return fail(c, false, "cannot write %s: %s", path, strerror(errno));
    }
    (void)fprintf(out, "; popek %s: %s, %s, %s, configuration %u\n", c->context.isa->name, record->form_text, record->mode,
                  question_name(record->question), record->configuration);
    bool good = smtlib_write(out, c->context.isa->pool, query, record->answer);
    return fclose(out) == 0 && good ? true : fail(c, false, "cannot write %s%s", path, "");
}

bool export_open(struct classifier *c) {
    const char *path = c->options->smt2_directory;
    if (path != NULL && mkdir(path, 0777) != 0 && errno != EEXIST) {
        return fail(c, false, "cannot make the directory %s: %s", path, strerror(errno));
    }
    char index[4096];
    if (path != NULL) {
        int written = snprintf(index, sizeof index, "%s/index.tsv", path);
        c->index = written < 0 || (size_t)written >= sizeof index ? NULL : fopen(index, "w");
        if (c->index == NULL) {
            return fail(c, false, "cannot write %s: %s", index, strerror(errno));
        }
        (void)fputs("form\tmode\tquestion\tconfiguration\tanswer\tfile\n", c->index);
    }
    return true;
}
