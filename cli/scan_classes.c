/* The forms of a mode for the scanner: from the tables in the program, or decided when the first binary of that mode is met. */
#include "scan_classes.h"

#include "../reports/closing.h"
#include "../x86-tables/footprint.h"
#include "../x86-tables/transfer.h"
#include "known_classes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CLOSING_SIZE 96u

struct mode_classes {
    struct scan_form *forms;
    char (*closings)[CLOSING_SIZE]; /* by form, of those that were decided here */
    bool tried;
    uint8_t *transfers; /* by form, sets of enum transfer_place */
    struct form_footprint *footprints;
};

struct scan_classes {
    struct scan_subject subject;
    struct class_table *known; /* NULL: the classes are decided here */
    struct isa *whole;         /* with semantics, once it is needed */
    pthread_mutex_t lock;
    struct mode_classes modes[MATCHER_MODE_COUNT];
};

struct scan_classes *scan_classes_new(const struct scan_subject *s) {
    struct scan_classes *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->subject = *s;
        c->known = known_classes(s->isa_name, s->isa, s->profile, s->configuration);
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
        free(c->modes[i].transfers);
        free(c->modes[i].footprints);
    }
    class_table_free(c->known);
    isa_free(c->whole);
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}

static void set_form(const struct scan_classes *c, struct mode_classes *m, size_t form, const struct class_entry *e) {
    if (c->subject.drop != NULL && strcmp(c->subject.isa->forms[form].text, c->subject.drop) == 0) {
        return;
    }
    const bool hole = e->hole == ANSWER_YES;
    const bool undecided = e->hole == ANSWER_UNDECIDED;
    m->forms[form] = (struct scan_form){.site = hole || undecided || e->class != VERDICT_INNOCUOUS,
                                        .hole = hole,
                                        .undecided = undecided,
                                        .filling = strcmp(c->subject.isa->forms[form].instruction, "INT3") == 0,
                                        .class_name = verdict_class_name(e->class),
                                        .closed_by = e->closed_by};
}

static void take_known(const struct scan_classes *c, struct mode_classes *m, size_t mode) {
    for (size_t i = 0; i < c->subject.isa->form_count; i++) {
        const struct class_entry *e = class_table_at(c->known, i, mode);
        if (e != NULL) {
            set_form(c, m, i, e);
        }
    }
}

static void take_verdicts(const struct scan_classes *c, struct mode_classes *m, const struct classification *result) {
    for (size_t i = 0; i < result->verdict_count; i++) {
        const struct form_verdict *v = &result->verdicts[i];
        char *closing = m->closings[v->form];
        if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
            closing_text(result, (unsigned)i, closing, CLOSING_SIZE);
        }
        set_form(c, m, v->form, &(struct class_entry){v->class, v->answers[QUESTION_HOLE], closing});
    }
}

/* NULL after a message. */
static struct isa *load_whole(struct scan_classes *c, int *code) {
    const struct isa_options all = {.only = NULL};
    struct source_reader reader;
    c->whole = c->whole != NULL ? c->whole : load_isa(c->subject.isa_name, &all, &reader, code);
    return c->whole;
}

/* False after a message. */
static bool decide_mode(struct scan_classes *c, struct mode_classes *m, const char *mode) {
    const struct selection s = {
        .mode = mode, .profile = c->subject.profile, .definition = DEFINITION_REPAIRED, .configuration = c->subject.configuration};
    struct classify_options o;
    int code = EXIT_FINE;
    if (load_whole(c, &code) == NULL || !resolve_selection(&s, c->whole, NULL, &o)) {
        return false;
    }
    o.search = true;
    struct classification *result = decide_or_complain(c->whole, &o, &code);
    m->closings = calloc(c->whole->form_count + 1, sizeof *m->closings);
    bool good = result != NULL && m->closings != NULL;
    if (good) {
        take_verdicts(c, m, result);
    }
    classification_free(result);
    return good;
}

static void fill(struct scan_classes *c, struct mode_classes *m, const char *mode) {
    m->forms = calloc(c->subject.isa->form_count + 1, sizeof *m->forms);
    bool good = m->forms != NULL;
    if (good && c->known != NULL) {
        take_known(c, m, (size_t)isa_find_mode(c->subject.isa, mode));
    } else if (good) {
        good = decide_mode(c, m, mode);
    }
    if (!good) {
        free(m->forms);
        m->forms = NULL;
    }
}

const struct scan_form *scan_classes_forms(void *context, enum matcher_mode mode) {
    struct scan_classes *c = context;
    struct mode_classes *m = &c->modes[mode];
    (void)pthread_mutex_lock(&c->lock);
    if (!m->tried) {
        m->tried = true;
        fill(c, m, matcher_mode_name(mode));
    }
    (void)pthread_mutex_unlock(&c->lock);
    return m->forms;
}

static void read_transfers(struct scan_classes *c, struct mode_classes *m, enum matcher_mode mode) {
    int code = EXIT_FINE;
    const struct isa *isa = load_whole(c, &code);
    int at = isa == NULL ? -1 : isa_find_mode(isa, matcher_mode_name(mode));
    m->transfers = at < 0 ? NULL : calloc(isa->form_count + 1, 1);
    for (size_t i = 0; m->transfers != NULL && i < isa->form_count; i++) {
        const struct semantics *s = isa->forms[i].semantics[at];
        m->transfers[i] = (uint8_t)(s == NULL ? TRANSFER_COMPUTED : transfer_places(isa, s));
    }
}

const uint8_t *scan_classes_transfers(void *context, enum matcher_mode mode) {
    struct scan_classes *c = context;
    struct mode_classes *m = &c->modes[mode];
    (void)pthread_mutex_lock(&c->lock);
    if (m->transfers == NULL) {
        read_transfers(c, m, mode);
    }
    (void)pthread_mutex_unlock(&c->lock);
    return m->transfers;
}

const struct form_footprint *scan_classes_footprints(void *context, enum matcher_mode mode) {
    struct scan_classes *c = context;
    struct mode_classes *m = &c->modes[mode];
    int code = EXIT_FINE;
    (void)pthread_mutex_lock(&c->lock);
    const struct isa *isa = m->footprints == NULL ? load_whole(c, &code) : NULL;
    int at = isa == NULL ? -1 : isa_find_mode(isa, matcher_mode_name(mode));
    m->footprints = at < 0 ? m->footprints : footprints_of_isa(isa, (unsigned)at);
    (void)pthread_mutex_unlock(&c->lock);
    return m->footprints;
}
