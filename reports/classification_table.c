/* A classification as tables: CSV has a line for each form and mode, Markdown the verdict and what stands in the way. */
#include "closing.h"
#include "reports.h"
#include "table.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

bool report_classification_csv(FILE *out, const struct classification *c) {
    static const char *const headings[] = {"form",       "instruction", "encoding",     "extension",      "mode",           "class",
                                           "privileged", "control",     "location",     "mode_sensitive", "user_sensitive", "hole",
                                           "timing",     "identity",    "always_traps", "closed_by",      "source",         "why"};
    struct table_writer w;
    table_begin(&w, out, false, headings, sizeof headings / sizeof headings[0]);
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        const struct form *form = &c->isa->forms[v->form];
        const enum answer answers[] = {v->privileged,     v->answers[QUESTION_CONTROL], v->answers[QUESTION_LOCATION], v->answers[QUESTION_MODE],
                                       v->user_sensitive, v->answers[QUESTION_HOLE],    v->answers[QUESTION_TIMING],   v->answers[QUESTION_IDENTITY],
                                       v->always_traps};
        char closed[256] = "";
        if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
            closing_text(c, (unsigned)i, closed, sizeof closed);
        }
        table_text(&w, form->text);
        table_text(&w, form->instruction);
        table_text(&w, form->encoding);
        table_text(&w, form->extension);
        table_text(&w, c->isa->modes[v->mode].name);
        table_text(&w, verdict_class_name(v->class));
        for (size_t k = 0; k < sizeof answers / sizeof answers[0]; k++) {
            table_text(&w, answer_word(answers[k]));
        }
        table_text(&w, closed);
        table_text(&w, form->source);
        table_text(&w, why_sentence(c, v));
    }
    return true;
}

static bool write_question(FILE *out, const struct classification *c, const struct report_scope *scope) {
    const struct profile *profile = profile_in(c->isa, c->profile, 0);
    char *configuration = configuration_text(c, c->configuration);
    if (configuration == NULL) {
        return false;
    }
    (void)fputs("# ", out);
    markdown_text(out, c->isa->title);
    (void)fprintf(out, " (`%s`)\n\n- Profile: `%s`", c->isa->name, profile->name);
    (void)fputs(profile->title[0] == '\0' ? "" : ", ", out);
    markdown_text(out, profile->title);
    (void)fprintf(out, "\n- Mode: %s\n- Definition: %s\n- Configuration: `%s`\n", scope->mode < 0 ? "all" : c->isa->modes[scope->mode].name,
                  c->definition == DEFINITION_LITERAL ? "literal, the text of 1974" : "repaired", configuration);
    if (scope->instruction != NULL) {
        (void)fprintf(out, "- Only `%s`: the theorems speak of this instruction alone\n", scope->instruction);
    }
    free(configuration);
    return true;
}

static void write_verdict(FILE *out, const struct classification *c) {
    static const char *const headings[] = {"", "", "What it means", "In the way"};
    struct table_writer w;
    (void)fputs("\n## Verdict\n\n", out);
    table_begin(&w, out, true, headings, sizeof headings / sizeof headings[0]);
    for (unsigned i = 1; i <= 3; i++) {
        const struct theorem *t = &c->theorem[i - 1];
        table_format(&w, "Theorem %u", i);
        table_text(&w, answer_word(t->holds));
        table_text(&w, theorem_sentence(i, t->holds));
        table_format(&w, "%zu %s", t->violation_count, t->violation_count == 1 ? "form" : "forms");
    }
    table_text(&w, "Pointwise");
    table_text(&w, answer_word(c->virtualizable_pointwise));
    table_text(&w, pointwise_sentence(c->virtualizable_pointwise));
    table_text(&w, "");
    if (disagreement(c) != NULL) {
        (void)fputs("\n**Verdict:** ", out);
        markdown_text(out, disagreement(c));
        (void)fputs(".\n", out);
    }
}

static void write_counts(FILE *out, const struct classification *c) {
    static const enum verdict_class classes[] = {VERDICT_PRIVILEGED_SENSITIVE, VERDICT_SENSITIVE_UNPRIVILEGED, VERDICT_PRIVILEGED_ONLY,
                                                 VERDICT_INNOCUOUS, VERDICT_UNDECIDED};
    static const char *const headings[] = {"Class", "Forms and modes"};
    struct table_writer w;
    (void)fputs("\n## Classes\n\n", out);
    table_begin(&w, out, true, headings, 2);
    for (size_t k = 0; k < sizeof classes / sizeof classes[0]; k++) {
        size_t count = 0;
        for (size_t i = 0; i < c->verdict_count; i++) {
            count += c->verdicts[i].class == classes[k] ? 1u : 0u;
        }
        table_text(&w, verdict_class_name(classes[k]));
        table_format(&w, "%zu", count);
    }
}

static bool in_the_way(const struct form_verdict *v) {
    return v->class == VERDICT_SENSITIVE_UNPRIVILEGED || v->class == VERDICT_UNDECIDED || v->answers[QUESTION_HOLE] != ANSWER_NO;
}

static void write_violations(FILE *out, const struct classification *c) {
    static const char *const headings[] = {"Form", "Mode", "Class", "Hole", "Closed by", "Why"};
    struct table_writer w;
    (void)fputs("\n## What stands in the way\n\n", out);
    bool begun = false;
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        char closed[256] = "";
        if (!in_the_way(v)) {
            continue;
        }
        if (!begun) {
            table_begin(&w, out, true, headings, sizeof headings / sizeof headings[0]);
            begun = true;
        }
        if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
            closing_text(c, (unsigned)i, closed, sizeof closed);
        }
        table_text(&w, c->isa->forms[v->form].text);
        table_text(&w, c->isa->modes[v->mode].name);
        table_text(&w, verdict_class_name(v->class));
        table_text(&w, answer_word(v->answers[QUESTION_HOLE]));
        table_text(&w, closed);
        table_text(&w, why_sentence(c, v));
    }
    (void)fputs(begun ? "" : "Nothing.\n", out);
}

bool report_classification_markdown(FILE *out, const struct classification *c, const struct report_scope *scope) {
    if (!write_question(out, c, scope)) {
        return false;
    }
    write_verdict(out, c);
    write_counts(out, c);
    write_violations(out, c);
    (void)fputs("\n## Assumptions\n\n", out);
    for (size_t i = 0; i < c->assumption_count; i++) {
        (void)fputs("- ", out);
        markdown_text(out, c->assumptions[i]);
        (void)fputc('\n', out);
    }
    (void)fputs(c->assumption_count == 0 ? "None but the description itself.\n" : "", out);
    return true;
}
