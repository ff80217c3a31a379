/* Decides the forms of a mode for the scanner, when the first binary of that mode is met. */
#include "scan_classes.h"

#include "../reports/closing.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CLOSING_SIZE 96u

struct mode_classes {
    struct scan_form *forms;
    char (*closings)[CLOSING_SIZE]; /* by form */
    bool tried;
};

struct scan_classes {
    const struct isa *isa;
    const char *profile, *drop;
    pthread_mutex_t lock;
    struct mode_classes modes[MATCHER_MODE_COUNT];
};

struct scan_classes *scan_classes_new(const struct isa *isa, const char *profile, const char *drop) {
    struct scan_classes *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->isa = isa;
        c->profile = profile;
        c->drop = drop;
        (void)pthread_mutex_init(&c->lock, NULL);
    }
    return c;
}

void scan_classes_free(struct scan_classes *c) {
    if (c == NULL) {
        return;
    }
    for (unsigned i = 0; i < MATCHER_MODE_COUNT; i++) {
        free(c->modes[i].forms);
        free(c->modes[i].closings);
    }
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}

static void fill(const struct scan_classes *c, struct mode_classes *m, const struct classification *result) {
    for (size_t i = 0; i < result->verdict_count; i++) {
        const struct form_verdict *v = &result->verdicts[i];
        struct scan_form *form = &m->forms[v->form];
        if (c->drop != NULL && strcmp(c->isa->forms[v->form].text, c->drop) == 0) {
            continue;
        }
        form->hole = v->answers[QUESTION_HOLE] == ANSWER_YES;
        form->undecided = v->answers[QUESTION_HOLE] == ANSWER_UNDECIDED;
        form->class_name = verdict_class_name(v->class);
        form->site = form->hole || form->undecided || v->class != VERDICT_INNOCUOUS;
        form->closed_by = m->closings[v->form];
        if (form->hole) {
            closing_text(result, (unsigned)i, m->closings[v->form], CLOSING_SIZE);
        }
    }
}

static void decide_mode(struct scan_classes *c, struct mode_classes *m, const char *mode) {
    const struct selection s = {.mode = mode, .profile = c->profile, .definition = DEFINITION_REPAIRED};
    struct classify_options o;
    int code = EXIT_FINE;
    if (!resolve_selection(&s, c->isa, NULL, &o)) {
        return;
    }
    o.search = true;
    struct classification *result = decide_or_complain(c->isa, &o, &code);
    m->forms = calloc(c->isa->form_count + 1, sizeof *m->forms);
    m->closings = calloc(c->isa->form_count + 1, sizeof *m->closings);
    if (result != NULL && m->forms != NULL && m->closings != NULL) {
        fill(c, m, result);
    } else {
        free(m->forms);
        m->forms = NULL;
    }
    classification_free(result);
}

const struct scan_form *scan_classes_forms(void *context, enum matcher_mode mode) {
    struct scan_classes *c = context;
    struct mode_classes *m = &c->modes[mode];
    (void)pthread_mutex_lock(&c->lock);
    if (!m->tried) {
        m->tried = true;
        decide_mode(c, m, matcher_mode_name(mode));
    }
    (void)pthread_mutex_unlock(&c->lock);
    return m->forms;
}
