/* One instruction for people: what it does, its class, why, and a witness that can be followed by hand. */
#include "reports.h"
#include "witness_text.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

/* Lines first to last of the file, as they stand there. */
static void write_lines(FILE *out, const char *text, unsigned first, unsigned last) {
    unsigned line = 1;
    while (*text != '\0' && line <= last) {
        size_t length = strcspn(text, "\n");
        if (line >= first) {
            (void)fprintf(out, "  %.*s\n", (int)length, text);
        }
        text += length;
        text += *text == '\n' ? 1 : 0;
        line++;
    }
}

static bool write_semantics(FILE *out, const struct form *form, const struct source_reader *reader) {
    (void)fprintf(out, "%s:%u\n", form->place.file, form->place.line);
    size_t size = 0;
    char *text = reader->read(reader->context, form->place.file, &size);
    if (text == NULL) {
        (void)fputs("  (the source can no longer be read)\n", out);
        return true;
    }
    char *ended = realloc(text, size + 1);
    if (ended == NULL) {
        free(text);
        return false;
    }
    ended[size] = '\0';
    write_lines(out, ended, form->place.line, form->end.line);
    free(ended);
    return true;
}

static void write_answers(FILE *out, const struct form_verdict *v) {
    const struct {
        const char *text;
        enum answer answer;
    } rows[] = {
        {"privileged", v->privileged},
        {"control sensitive", v->answers[QUESTION_CONTROL]},
        {"location sensitive", v->answers[QUESTION_LOCATION]},
        {"mode sensitive", v->answers[QUESTION_MODE]},
        {"user sensitive", v->user_sensitive},
        {"hole", v->answers[QUESTION_HOLE]},
        {"timing", v->answers[QUESTION_TIMING]},
        {"identity", v->answers[QUESTION_IDENTITY]},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i += 2) {
        (void)fprintf(out, "  %-20s %-12s %-20s %s\n", rows[i].text, answer_word(rows[i].answer), rows[i + 1].text, answer_word(rows[i + 1].answer));
    }
}

static bool write_verdict(FILE *out, const struct classification *c, const struct form_verdict *v, const struct paint *paint) {
    const struct form *form = &c->isa->forms[v->form];
    (void)fprintf(out, "\n%s%s%s  mode %s", paint->bold, form->text, paint->plain, c->isa->modes[v->mode].name);
    (void)fprintf(out, "%s%s\n", form->encoding[0] == '\0' ? "" : "  encoding ", form->encoding);
    (void)fprintf(out, "%sclass%s    %s\n", paint->bold, paint->plain, verdict_class_name(v->class));
    (void)fprintf(out, "%swhy%s      ", paint->bold, paint->plain);
    write_wrapped(out, 9, 9, why_sentence(c, v));
    write_answers(out, v);
    return v->witness == NULL || write_witness(out, c, v, paint);
}

static void write_head(FILE *out, const struct classification *c, const struct form *form, const struct paint *paint) {
    (void)fprintf(out, "%s%s%s  %s\n", paint->bold, form->instruction, paint->plain, form->title);
    if (form->source[0] != '\0') {
        (void)fprintf(out, "source   %s\n", form->source);
    }
    (void)fprintf(out, "profile  %s, definition %s\n", profile_in(c->isa, c->profile, 0)->name,
                  c->definition == DEFINITION_LITERAL ? "literal" : "repaired");
    for (size_t i = 0; i < form->note_count; i++) {
        (void)fputs("note     ", out);
        write_wrapped(out, 9, 9, form->notes[i]);
    }
}

/* Forms of one instruction follow one another and share their text. */
static bool same_text(const struct form *a, const struct form *b) {
    return strcmp(a->place.file, b->place.file) == 0 && a->place.line == b->place.line && strcmp(a->instruction, b->instruction) == 0;
}

bool report_explain_text(FILE *out, const struct classification *c, const struct source_reader *reader, bool coloured) {
    const struct paint paint = paint_for(coloured);
    const struct form *last = NULL;
    char *configuration = configuration_text(c, c->configuration);
    if (configuration == NULL) {
        return false;
    }
    bool complete = true;
    for (size_t i = 0; i < c->verdict_count && complete; i++) {
        const struct form *form = &c->isa->forms[c->verdicts[i].form];
        if (last == NULL || !same_text(last, form)) {
            write_head(out, c, form, &paint);
            (void)fputs("with     ", out);
            write_wrapped(out, 9, 9, configuration);
            complete = write_semantics(out, form, reader);
        }
        last = form;
        complete = complete && write_verdict(out, c, &c->verdicts[i], &paint);
    }
    free(configuration);
    return complete;
}
