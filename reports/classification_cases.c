/* A classification as cases: a form in a mode fails where it stands in the way of Theorem 1 or has a hole, and is open where the solver gave up. */
#include "cases.h"
#include "closing.h"
#include "reports.h"
#include "wording.h"

#include <stdlib.h>

struct writer {
    const struct classification *c;
    struct case_list *list;
};

static void add_finding(const struct writer *w, unsigned verdict, enum finding_kind kind, const char *rule, const char *title) {
    const struct classification *c = w->c;
    const struct form_verdict *v = &c->verdicts[verdict];
    const struct form *form = &c->isa->forms[v->form];
    char closed[256] = "";
    char detail[320] = "";
    char fingerprint[400];
    if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
        closing_text(c, verdict, closed, sizeof closed);
    }
    if (closed[0] != '\0') {
        (void)snprintf(detail, sizeof detail, "closed by: %s", closed);
    }
    (void)snprintf(fingerprint, sizeof fingerprint, "%s/%s/%s/%s/%s", c->isa->name, profile_in(c->isa, c->profile, 0)->name,
                   c->isa->modes[v->mode].name, form->text, rule);
    const struct finding finding = {.kind = kind,
                                    .rule = rule,
                                    .rule_title = title,
                                    .message = why_sentence(c, v),
                                    .source = form->source,
                                    .detail = detail,
                                    .fingerprint = fingerprint,
                                    .place = &form->place};
    cases_finding(w->list, &finding);
}

static void add_verdict(const struct writer *w, unsigned verdict) {
    const struct form_verdict *v = &w->c->verdicts[verdict];
    cases_add(w->list, w->c->isa->modes[v->mode].name, w->c->isa->forms[v->form].text, NULL);
    if (v->class == VERDICT_SENSITIVE_UNPRIVILEGED) {
        add_finding(w, verdict, FINDING_REFUTED, "sensitive-unprivileged", "sensitive and not privileged, in the way of Theorem 1");
    }
    if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
        add_finding(w, verdict, FINDING_REFUTED, "hole", "run natively under the monitor it can do something else than on the bare machine");
    }
    if (v->class == VERDICT_UNDECIDED || v->answers[QUESTION_HOLE] == ANSWER_UNDECIDED) {
        add_finding(w, verdict, FINDING_OPEN, "undecided", "the solver gave up on a question about it");
    }
}

static bool fill(const struct writer *w) {
    const struct classification *c = w->c;
    char name[256];
    char *configuration = configuration_text(c, c->configuration);
    (void)snprintf(name, sizeof name, "%s, profile %s", c->isa->name, profile_in(c->isa, c->profile, 0)->name);
    cases_suite(w->list, name, 0);
    cases_property(w->list, "definition", c->definition == DEFINITION_LITERAL ? "literal" : "repaired");
    cases_property(w->list, "configuration", configuration);
    for (unsigned i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof name, "theorem %u", i + 1);
        cases_property(w->list, name, answer_word(c->theorem[i].holds));
    }
    for (size_t i = 0; i < c->assumption_count; i++) {
        cases_property(w->list, "assumption", c->assumptions[i]);
    }
    for (size_t i = 0; i < c->verdict_count; i++) {
        add_verdict(w, (unsigned)i);
    }
    free(configuration);
    return configuration != NULL;
}

static bool write_cases(FILE *out, const struct classification *c, cases_writer *write) {
    const struct writer w = {c, cases_new()};
    bool complete = w.list != NULL && fill(&w) && write(out, w.list);
    cases_free(w.list);
    return complete;
}

bool report_classification_junit(FILE *out, const struct classification *c) { return write_cases(out, c, cases_junit); }
bool report_classification_tap(FILE *out, const struct classification *c) { return write_cases(out, c, cases_tap); }
bool report_classification_sarif(FILE *out, const struct classification *c) { return write_cases(out, c, cases_sarif); }
