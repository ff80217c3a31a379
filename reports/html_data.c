/* The matrix as data for the script of the page: instructions, forms and verdicts as arrays of numbers, texts and witnesses once each. What only the
 * panel of a form shows comes in an element of its own, which the script reads when the first panel is opened. */
#include "closing.h"
#include "html.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

struct writer {
    FILE *out;
    const struct classification *c;
    const struct evidence *evidence; /* NULL: none */
    const struct source_reader *reader;
    struct text_table *strings;          /* of the matrix */
    struct text_table *late, *witnesses; /* of the panel */
    struct text_table *states, *cells;   /* of evidence: a digit for each cell, and the numbers of their texts */
    char *file;                          /* the description that was read last, and its path */
    const char *path;
};

static bool same_instruction(const struct form *a, const struct form *b) {
    return a->place.line == b->place.line && strcmp(a->place.file, b->place.file) == 0 && strcmp(a->instruction, b->instruction) == 0;
}

static const char *file_text(struct writer *w, const char *path) {
    if (w->path == NULL || strcmp(w->path, path) != 0) {
        size_t size = 0;
        free(w->file);
        w->file = w->reader->read(w->reader->context, path, &size);
        char *ended = w->file == NULL ? NULL : realloc(w->file, size + 1);
        if (ended == NULL) {
            free(w->file);
            w->file = NULL;
            w->path = NULL;
            return "";
        }
        ended[size] = '\0';
        w->file = ended;
        w->path = path;
    }
    return w->file;
}

/* The number of the lines of the instruction as one text. */
static size_t semantics_number(struct writer *w, const struct form *form) {
    const char *text = file_text(w, form->place.file);
    for (unsigned line = 1; line < form->place.line && *text != '\0'; line++) {
        text += strcspn(text, "\n");
        text += *text == '\n' ? 1 : 0;
    }
    const char *end = text;
    for (unsigned line = form->place.line; line <= form->end.line && *end != '\0'; line++) {
        end += strcspn(end, "\n");
        end += *end == '\n' && line < form->end.line ? 1 : 0;
    }
    char *copy = strndup(text, (size_t)(end - text));
    size_t number = text_table_number(w->late, copy == NULL ? "" : copy);
    free(copy);
    return number;
}

/* [name, title, semantics, file and line, [notes]]; the last three of the panel. */
static void write_instruction(struct writer *w, const struct form *form) {
    char place[512];
    (void)snprintf(place, sizeof place, "%s:%u", form->place.file, form->place.line);
    (void)fprintf(w->out, "[%zu,%zu,%zu,%zu,[", text_table_number(w->strings, form->instruction), text_table_number(w->strings, form->title),
                  semantics_number(w, form), text_table_number(w->late, place));
    for (size_t i = 0; i < form->note_count; i++) {
        (void)fprintf(w->out, "%s%zu", i == 0 ? "" : ",", text_table_number(w->late, form->notes[i]));
    }
    (void)fputs("]]", w->out);
}

/* Forms of one instruction follow one another. */
static void write_instructions(struct writer *w) {
    const struct isa *isa = w->c->isa;
    (void)fputs("\"instructions\":[", w->out);
    for (size_t i = 0; i < isa->form_count; i++) {
        if (i == 0 || !same_instruction(&isa->forms[i - 1], &isa->forms[i])) {
            (void)fputs(i == 0 ? "\n" : ",\n", w->out);
            write_instruction(w, &isa->forms[i]);
        }
    }
    (void)fputs("],\n", w->out);
}

/* [instruction, text, encoding, extension, source]; the last of the panel. */
static void write_forms(struct writer *w) {
    const struct isa *isa = w->c->isa;
    size_t instruction = 0;
    (void)fputs("\"forms\":[", w->out);
    for (size_t i = 0; i < isa->form_count; i++) {
        const struct form *f = &isa->forms[i];
        instruction += i > 0 && !same_instruction(&isa->forms[i - 1], f) ? 1u : 0u;
        (void)fprintf(w->out, "%s[%zu,%zu,%zu,%zu,%zu]", i == 0 ? "\n" : ",\n", instruction, text_table_number(w->strings, f->text),
                      text_table_number(w->strings, f->encoding), text_table_number(w->strings, f->extension), text_table_number(w->late, f->source));
    }
    (void)fputs("],\n", w->out);
}

/* The number of the witness, -1: none, -2: out of memory. */
static long witness_number(struct writer *w, const struct form_verdict *v) {
    if (v->witness == NULL) {
        return -1;
    }
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (memory == NULL) {
        return -2;
    }
    bool complete = html_witness(memory, w->c, v, w->late);
    complete = fclose(memory) == 0 && complete;
    long number = complete ? (long)text_table_number(w->witnesses, text) : -2;
    free(text);
    return number;
}

/* Two bits for each answer, in the order of the script's list of questions. */
static unsigned answer_bits(const struct form_verdict *v) {
    const enum answer answers[] = {v->privileged,     v->answers[QUESTION_CONTROL], v->answers[QUESTION_LOCATION], v->answers[QUESTION_MODE],
                                   v->user_sensitive, v->answers[QUESTION_HOLE],    v->answers[QUESTION_TIMING],   v->answers[QUESTION_IDENTITY],
                                   v->always_traps};
    unsigned bits = 0;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        bits |= (unsigned)answers[i] << 2 * i;
    }
    return bits;
}

/* [form, mode, class, answers, why, witness, closed by]; why and witness of the panel. */
static bool write_verdicts(struct writer *w) {
    (void)fputs("\"verdicts\":[", w->out);
    for (size_t i = 0; i < w->c->verdict_count; i++) {
        const struct form_verdict *v = &w->c->verdicts[i];
        char closed[256] = "";
        long witness = witness_number(w, v);
        if (witness == -2) {
            return false;
        }
        if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
            closing_text(w->c, (unsigned)i, closed, sizeof closed);
        }
        (void)fprintf(w->out, "%s[%u,%u,%d,%u,%zu,%ld,%zu]", i == 0 ? "\n" : ",\n", v->form, v->mode, (int)v->class, answer_bits(v),
                      text_table_number(w->late, why_sentence(w->c, v)), witness, text_table_number(w->strings, closed));
    }
    (void)fputs("],\n", w->out);
    return true;
}

static void write_names(FILE *out, const struct isa *isa) {
    static const enum verdict_class classes[] = {VERDICT_PRIVILEGED_SENSITIVE, VERDICT_SENSITIVE_UNPRIVILEGED, VERDICT_PRIVILEGED_ONLY,
                                                 VERDICT_INNOCUOUS, VERDICT_UNDECIDED};
    (void)fputs("\"modes\":[", out);
    for (size_t i = 0; i < isa->mode_count; i++) {
        (void)fputs(i == 0 ? "" : ",", out);
        html_json_string(out, isa->modes[i].name);
    }
    (void)fputs("],\n\"classes\":[", out);
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        (void)fputs(i == 0 ? "" : ",", out);
        html_json_string(out, verdict_class_name(classes[i]));
    }
    (void)fputs("],\n", out);
}

/* The states and the texts of a row; numbers in `states` and `cells`. */
static bool write_row(struct writer *w, const struct evidence_row *row) {
    char states[EVIDENCE_COLUMN_COUNT + 1] = "";
    char *texts = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&texts, &size);
    for (unsigned c = 0; memory != NULL && c < EVIDENCE_COLUMN_COUNT; c++) {
        states[c] = (char)('0' + row->cells[c].state);
        (void)fprintf(memory, "%s%zu", c == 0 ? "[" : ",", text_table_number(w->late, row->cells[c].text));
    }
    if (memory == NULL || fputc(']', memory) == EOF || fclose(memory) != 0) {
        free(texts);
        return false;
    }
    (void)fprintf(w->out, "[%zu,%zu]", text_table_number(w->states, states), text_table_number(w->cells, texts));
    free(texts);
    return true;
}

/* Rows of evidence by verdict as [states, texts]; the rows are in the order of the verdicts. */
static bool write_evidence(struct writer *w) {
    (void)fputs("\"columns\":[", w->out);
    for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
        (void)fputs(c == 0 ? "" : ",", w->out);
        html_json_string(w->out, evidence_column_title((enum evidence_column)c));
    }
    (void)fputs("],\n\"evidence\":[", w->out);
    bool complete = true;
    for (size_t i = 0; complete && i < w->evidence->row_count; i++) {
        (void)fputs(i == 0 ? "\n" : ",\n", w->out);
        complete = write_row(w, &w->evidence->rows[i]);
    }
    (void)fputs("],\n", w->out);
    return complete;
}

static void write_texts(FILE *out, const char *name, const struct text_table *t) {
    (void)fprintf(out, "\"%s\":[", name);
    for (size_t i = 0; i < text_table_count(t); i++) {
        (void)fputs(i == 0 ? "\n" : ",\n", out);
        html_json_string(out, text_table_at(t, i));
    }
    (void)fputc(']', out);
}

/* Texts that are JSON. */
static void write_arrays(FILE *out, const char *name, const struct text_table *t) {
    (void)fprintf(out, "\"%s\":[", name);
    for (size_t i = 0; i < text_table_count(t); i++) {
        (void)fprintf(out, "%s%s", i == 0 ? "\n" : ",\n", text_table_at(t, i));
    }
    (void)fputs("],\n", out);
}

static bool write_all(struct writer *w) {
    (void)fputs("<script type=\"application/json\" id=\"data\">{", w->out);
    write_names(w->out, w->c->isa);
    write_instructions(w);
    write_forms(w);
    if (!write_verdicts(w) || (w->evidence != NULL && !write_evidence(w))) {
        return false;
    }
    write_texts(w->out, "states", w->states);
    (void)fputs(",\n", w->out);
    write_texts(w->out, "strings", w->strings);
    (void)fputs("}</script>\n<script type=\"application/json\" id=\"panel-data\">{", w->out);
    write_arrays(w->out, "witnesses", w->witnesses);
    write_arrays(w->out, "cells", w->cells);
    write_texts(w->out, "strings", w->late);
    (void)fputs("}</script>\n", w->out);
    return true;
}

bool html_data(FILE *out, const struct classification *c, const struct evidence *evidence, const struct source_reader *reader) {
    struct text_table *tables[5];
    bool complete = true;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        tables[i] = text_table_new();
        complete = complete && tables[i] != NULL;
    }
    struct writer w = {out, c, evidence, reader, tables[0], tables[1], tables[2], tables[3], tables[4], NULL, NULL};
    complete = complete && write_all(&w);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        complete = complete && !text_table_failed(tables[i]);
        text_table_free(tables[i]);
    }
    free(w.file);
    return complete;
}
