/* A classification as text for people: the verdict first, then what it rests on. */
#include "closing.h"
#include "reports.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

#define FORM_COLUMN 34u
#define INSTRUCTION_COLUMN 26u

struct writer {
    FILE *out;
    const struct classification *c;
    const struct report_scope *scope;
    struct paint paint;
};

static const char *colour_of(const struct writer *w, enum answer a) {
    return a == ANSWER_YES ? w->paint.good : a == ANSWER_NO ? w->paint.bad : w->paint.unsure;
}

static void write_theorem(const struct writer *w, unsigned number) {
    const struct theorem *t = &w->c->theorem[number - 1];
    (void)fprintf(w->out, "Theorem %u  %s%-9s%s  %s", number, colour_of(w, t->holds), answer_word(t->holds), w->paint.plain,
                  theorem_sentence(number, t->holds));
    if (t->violation_count > 0) {
        (void)fprintf(w->out, " (%zu %s)", t->violation_count, t->violation_count == 1 ? "form" : "forms");
    }
    (void)fputc('\n', w->out);
}

static bool write_heading(const struct writer *w) {
    const struct classification *c = w->c;
    const struct profile *profile = profile_in(c->isa, c->profile, 0);
    (void)fprintf(w->out, "%s%s%s  ", w->paint.bold, c->isa->name, w->paint.plain);
    write_wrapped(w->out, 2 + (unsigned)strlen(c->isa->name), 2 + (unsigned)strlen(c->isa->name), c->isa->title);
    (void)fprintf(w->out, "profile    %s%s", profile->name, profile->title[0] == '\0' ? "" : ": ");
    write_wrapped(w->out, 13 + (unsigned)strlen(profile->name), 11, profile->title);
    (void)fprintf(w->out, "mode       %s\n", w->scope->mode < 0 ? "all" : c->isa->modes[w->scope->mode].name);
    (void)fprintf(w->out, "definition %s\n", c->definition == DEFINITION_LITERAL ? "literal, the text of 1974" : "repaired");
    if (w->scope->instruction != NULL) {
        (void)fprintf(w->out, "only       %s: the theorems speak of this instruction alone\n", w->scope->instruction);
    }
    char *configuration = configuration_text(c, c->configuration);
    if (configuration == NULL) {
        return false;
    }
    (void)fputs("with       ", w->out);
    write_wrapped(w->out, 11, 11, configuration);
    free(configuration);
    return true;
}

static void write_verdict(const struct writer *w) {
    const struct classification *c = w->c;
    (void)fputc('\n', w->out);
    write_theorem(w, 1);
    write_theorem(w, 2);
    write_theorem(w, 3);
    enum answer a = c->virtualizable_pointwise;
    (void)fprintf(w->out, "Pointwise  %s%-9s%s  %s\n\n", colour_of(w, a), answer_word(a), w->paint.plain, pointwise_sentence(a));
    if (disagreement(c) != NULL) {
        (void)fprintf(w->out, "%sVerdict    ", w->paint.unsure);
        write_wrapped(w->out, 11, 11, disagreement(c));
        (void)fprintf(w->out, "%s\n", w->paint.plain);
    }
}

/* Letters of what makes a form sensitive; ? for what is undecided. */
static void letters(const struct form_verdict *v, char text[7]) {
    static const struct {
        enum question question;
        char letter;
    } letter_of[] = {{QUESTION_CONTROL, 'C'}, {QUESTION_LOCATION, 'L'}, {QUESTION_MODE, 'M'}};
    for (size_t i = 0; i < 3; i++) {
        enum answer a = v->answers[letter_of[i].question];
        text[i] = a == ANSWER_YES ? letter_of[i].letter : a == ANSWER_NO ? '-' : '?';
    }
    text[3] = v->user_sensitive == ANSWER_YES ? 'U' : v->user_sensitive == ANSWER_NO ? '-' : '?';
    text[4] = '\0';
}

static void what_closes(const struct classification *c, unsigned verdict, char *text, size_t size) {
    if (c->verdicts[verdict].answers[QUESTION_HOLE] == ANSWER_NO) {
        (void)snprintf(text, size, "nothing to close");
    } else {
        closing_text(c, verdict, text, size);
    }
}

static const char legend[] = "  C control, L location, M mode sensitive; U also in user states (Theorem 3).\n"
                             "  hole: run natively under the monitor it can do something else than on the\n"
                             "  bare machine. `popek explain ISA FORM` shows a witness.\n\n";

static void write_one_violation(const struct writer *w, unsigned verdict, const char *name, const char *modes) {
    const struct form_verdict *v = &w->c->verdicts[verdict];
    enum answer hole = v->answers[QUESTION_HOLE];
    char why[7];
    char closed[256];
    letters(v, why);
    what_closes(w->c, verdict, closed, sizeof closed);
    (void)fprintf(w->out, "  %-*s  %s%s%-4s%s  %s%s%s", (int)(modes == NULL ? FORM_COLUMN : INSTRUCTION_COLUMN), name, modes == NULL ? "" : modes,
                  w->paint.bold, why, w->paint.plain, hole == ANSWER_YES ? w->paint.bad : "", answer_word(hole),
                  hole == ANSWER_YES ? w->paint.plain : "");
    if (closed[0] != '\0') {
        (void)fprintf(w->out, "%*s  %s", (int)(9 - strlen(answer_word(hole))), "", closed);
    }
    (void)fputc('\n', w->out);
}

/* Of one instruction, verdicts that read alike share a line. */
static bool reads_alike(const struct classification *c, unsigned a, unsigned b) {
    const struct form_verdict *x = &c->verdicts[a];
    const struct form_verdict *y = &c->verdicts[b];
    char why[2][7];
    char closed[2][256];
    letters(x, why[0]);
    letters(y, why[1]);
    what_closes(c, a, closed[0], sizeof closed[0]);
    what_closes(c, b, closed[1], sizeof closed[1]);
    return strcmp(c->isa->forms[x->form].instruction, c->isa->forms[y->form].instruction) == 0 &&
           x->answers[QUESTION_HOLE] == y->answers[QUESTION_HOLE] && strcmp(why[0], why[1]) == 0 && strcmp(closed[0], closed[1]) == 0;
}

/* One digit for each operating mode: "12-4- ". */
static void mark_modes(const struct classification *c, uint64_t modes, char *text, size_t size) {
    size_t used = 0;
    for (size_t m = 0; m < c->isa->mode_count && used + 3 < size; m++) {
        text[used++] = (modes >> m & 1) != 0 ? (char)('1' + (m < 9 ? m : 8)) : '-';
    }
    text[used++] = ' ';
    text[used++] = ' ';
    text[used] = '\0';
}

static void write_mode_numbers(const struct writer *w) {
    (void)fputs("  modes:", w->out);
    for (size_t m = 0; m < w->c->isa->mode_count; m++) {
        (void)fprintf(w->out, " %zu %s", m + 1, w->c->isa->modes[m].name);
    }
    (void)fputc('\n', w->out);
}

/* Violations of one instruction stand together in the order of the forms; each group is written at its first member. */
static void write_grouped(const struct writer *w) {
    const struct classification *c = w->c;
    const struct theorem *t = &c->theorem[0];
    for (size_t i = 0; i < t->violation_count; i++) {
        uint64_t modes = 0;
        bool first = true;
        const char *instruction = c->isa->forms[c->verdicts[t->violations[i]].form].instruction;
        for (size_t k = i; k-- > 0 && first;) {
            if (strcmp(c->isa->forms[c->verdicts[t->violations[k]].form].instruction, instruction) != 0) {
                break;
            }
            first = !reads_alike(c, t->violations[k], t->violations[i]);
        }
        for (size_t k = i; first && k < t->violation_count; k++) {
            if (strcmp(c->isa->forms[c->verdicts[t->violations[k]].form].instruction, instruction) != 0) {
                break;
            }
            modes |= reads_alike(c, t->violations[i], t->violations[k]) ? (uint64_t)1 << c->verdicts[t->violations[k]].mode : 0;
        }
        if (first) {
            char marks[80];
            mark_modes(c, modes, marks, sizeof marks);
            write_one_violation(w, t->violations[i], instruction, marks);
        }
    }
}

static void write_violations(const struct writer *w) {
    const struct classification *c = w->c;
    const struct theorem *t = &c->theorem[0];
    const char *last = c->searched ? "hole       closed by" : "hole";
    if (t->violation_count == 0) {
        return;
    }
    (void)fprintf(w->out, "%sSensitive and not privileged%s\n", w->paint.bold, w->paint.plain);
    if (c->isa->mode_count > 1 && w->scope->mode < 0) {
        write_mode_numbers(w);
        (void)fprintf(w->out, "  %-*s  %-*s  %-4s  %s\n", (int)INSTRUCTION_COLUMN, "instruction", (int)c->isa->mode_count, "modes", "why", last);
        write_grouped(w);
    } else {
        (void)fprintf(w->out, "  %-*s  %-4s  %s\n", (int)FORM_COLUMN, "form", "why", last);
        for (size_t i = 0; i < t->violation_count; i++) {
            write_one_violation(w, t->violations[i], c->isa->forms[c->verdicts[t->violations[i]].form].text, NULL);
        }
    }
    (void)fputs(legend, w->out);
}

static bool write_one_configuration(const struct writer *w, const char *name, const struct configuration_result *r) {
    char *text = configuration_text(w->c, r->bits);
    if (text == NULL) {
        return false;
    }
    (void)fprintf(w->out, "  %-6s %3u holes", name, r->holes);
    if (r->undecided > 0) {
        (void)fprintf(w->out, ", %u undecided", r->undecided);
    }
    (void)fputs("\n         ", w->out);
    write_wrapped(w->out, 9, 9, text);
    free(text);
    return true;
}

/* Names of forms, separated and wrapped; of instructions when there are several modes, where the forms would be too many to read. */
static bool write_forms(const struct writer *w, const unsigned *verdicts, size_t count) {
    char *text = NULL;
    size_t size = 0;
    FILE *list = open_memstream(&text, &size);
    if (list == NULL) {
        return false;
    }
    bool many_modes = w->c->isa->mode_count > 1 && w->scope->mode < 0;
    const char *before = "";
    for (size_t i = 0; i < count; i++) {
        const struct form *form = &w->c->isa->forms[w->c->verdicts[verdicts[i]].form];
        const char *name = many_modes ? form->instruction : form->text;
        if (strcmp(name, before) != 0) {
            (void)fprintf(list, "%s%s", before[0] == '\0' ? "" : "; ", name);
            before = name;
        }
    }
    bool complete = fclose(list) == 0;
    if (complete) {
        (void)fputs("    ", w->out);
        write_wrapped(w->out, 4, 4, text);
    }
    free(text);
    return complete;
}

static bool write_search(const struct writer *w) {
    const struct classification *c = w->c;
    const struct profile *profile = profile_in(c->isa, c->profile, 0);
    if (!c->searched || profile->free_bit_count == 0) {
        return true;
    }
    (void)fprintf(w->out, "%sConfigurations%s  %zu free bits, %llu settings\n", w->paint.bold, w->paint.plain, profile->free_bit_count,
                  1ull << profile->free_bit_count);
    if (!write_one_configuration(w, "plain", &c->plain) || !write_one_configuration(w, "best", &c->best)) {
        return false;
    }
    if (c->never_closed_count == 0) {
        (void)fputs("  Every hole is closed by some configuration.\n\n", w->out);
        return true;
    }
    (void)fprintf(w->out, "  No configuration closes the holes of %zu forms:\n", c->never_closed_count);
    bool complete = write_forms(w, c->never_closed, c->never_closed_count);
    (void)fputc('\n', w->out);
    return complete;
}

static void write_counts(const struct writer *w) {
    static const enum verdict_class order[] = {VERDICT_PRIVILEGED_SENSITIVE, VERDICT_SENSITIVE_UNPRIVILEGED, VERDICT_PRIVILEGED_ONLY,
                                               VERDICT_INNOCUOUS, VERDICT_UNDECIDED};
    const struct classification *c = w->c;
    (void)fprintf(w->out, "%sForms by class%s\n", w->paint.bold, w->paint.plain);
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++) {
        size_t count = 0;
        for (size_t i = 0; i < c->verdict_count; i++) {
            count += c->verdicts[i].class == order[k] ? 1u : 0u;
        }
        (void)fprintf(w->out, "  %5zu  %s\n", count, verdict_class_name(order[k]));
    }
    size_t timing = 0;
    size_t identity = 0;
    for (size_t i = 0; i < c->verdict_count; i++) {
        timing += c->verdicts[i].answers[QUESTION_TIMING] == ANSWER_YES ? 1u : 0u;
        identity += c->verdicts[i].answers[QUESTION_IDENTITY] == ANSWER_YES ? 1u : 0u;
    }
    (void)fprintf(w->out, "  %5zu  tagged timing, %zu tagged identity\n\n", timing, identity);
}

static bool is_undecided(const struct form_verdict *v) { return v->class == VERDICT_UNDECIDED; }

/* The hole question is finer than the classes: it looks at one monitor and at traps too. */
static bool is_hole_beside(const struct form_verdict *v) {
    return v->answers[QUESTION_HOLE] == ANSWER_YES && v->class != VERDICT_SENSITIVE_UNPRIVILEGED;
}

static bool write_chosen(const struct writer *w, bool (*chosen)(const struct form_verdict *), const char *title, const char *text) {
    const struct classification *c = w->c;
    unsigned *found = calloc(c->verdict_count + 1, sizeof *found);
    size_t count = 0;
    if (found == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->verdict_count; i++) {
        if (chosen(&c->verdicts[i])) {
            found[count++] = (unsigned)i;
        }
    }
    bool complete = true;
    if (count > 0) {
        (void)fprintf(w->out, "%s%s%s  %s\n", w->paint.unsure, title, w->paint.plain, text);
        complete = write_forms(w, found, count);
        (void)fputc('\n', w->out);
    }
    free(found);
    return complete;
}

static void write_assumptions(const struct writer *w) {
    (void)fprintf(w->out, "%sAssumptions%s\n", w->paint.bold, w->paint.plain);
    for (size_t i = 0; i < w->c->assumption_count; i++) {
        (void)fputs("  - ", w->out);
        write_wrapped(w->out, 4, 4, w->c->assumptions[i]);
    }
    if (w->c->assumption_count == 0) {
        (void)fputs("  none but the description itself\n", w->out);
    }
}

bool report_classification_text(FILE *out, const struct classification *c, const struct report_scope *scope, bool coloured) {
    const struct writer w = {out, c, scope, paint_for(coloured)};
    if (!write_heading(&w)) {
        return false;
    }
    write_verdict(&w);
    write_violations(&w);
    if (!write_chosen(&w, is_hole_beside, "Holes beside these", "not violations of the test, but not the same natively:") || !write_search(&w)) {
        return false;
    }
    write_counts(&w);
    if (!write_chosen(&w, is_undecided, "Undecided", "a higher --resource-limit may help:")) {
        return false;
    }
    write_assumptions(&w);
    return true;
}
