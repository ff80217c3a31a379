/* Decides every form of 64-bit mode under the first profile, as popek scan does. */
#include "class_table.h"

#include "../../classifier/classifier.h"

#include <stdio.h>
#include <stdlib.h>

static const struct scan_form *give_forms(void *context, enum matcher_mode mode) {
    const struct class_table *t = context;
    return mode == MATCHER_LONG ? t->forms : NULL;
}

static bool fill(struct class_table *t, char **message) {
    struct classify_options o = {.mode = isa_find_mode(t->isa, "long")};
    const struct profile *profile = profile_in(t->isa, 0, 0);
    bool internal = false;
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        o.configuration |= profile->free_bits[i].plain != 0 ? 1u << i : 0u;
    }
    struct classification *c = classify(t->isa, &o, message, &internal);
    t->forms = calloc(t->isa->form_count, sizeof *t->forms);
    for (size_t i = 0; c != NULL && t->forms != NULL && i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        bool hole = v->answers[QUESTION_HOLE] == ANSWER_YES;
        t->forms[v->form] = (struct scan_form){
            .site = hole || v->class != VERDICT_INNOCUOUS, .hole = hole, .class_name = verdict_class_name(v->class), .closed_by = ""};
    }
    bool good = c != NULL && t->forms != NULL;
    classification_free(c);
    return good;
}

bool class_table_make(struct class_table *t, const char *tables) {
    struct source_reader reader = source_reader_files();
    const struct isa_options all = {.only = NULL};
    char *message = NULL;
    *t = (struct class_table){.isa = isa_load(tables, &reader, &all, &message)};
    t->matcher = t->isa == NULL ? NULL : matcher_of_isa(t->isa, &message);
    bool good = t->matcher != NULL && fill(t, &message);
    if (good) {
        t->question =
            (struct scan_question){.matcher = t->matcher, .form_count = t->isa->form_count, .forms = give_forms, .context = t, .mode = -1, .jobs = 1};
    } else {
        (void)fprintf(stderr, "no class table: %s\n", message == NULL ? "out of memory" : message);
    }
    free(message);
    return good;
}

void class_table_free(struct class_table *t) {
    free(t->forms);
    matcher_free(t->matcher);
    isa_free(t->isa);
}
