/* A classification as JSON; docs/classification.schema.json describes it. */
#include "reports.h"
#include "json_write.h"
#include "states.h"
#include "wording.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *json_answer(enum answer a) { return a == ANSWER_YES ? json_true() : a == ANSWER_NO ? json_false() : json_null(); }

static json_t *json_value(const struct component *c, word128 value) {
    char text[128];
    value_text(c->leaf, c->width, value, text, sizeof text);
    return json_string(text);
}

static json_t *json_state(const struct isa *isa, const struct witness_state *state, const struct component_list *list) {
    json_t *before = json_object();
    json_t *after = json_object();
    int failed = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct component *c = &list->items[i];
        word128 was = component_before(c, state);
        word128 is = component_after(c, state);
        if (was != 0 || is != was || c->is_difference) {
            failed |= json_object_set_new(before, c->name, json_value(c, was));
        }
        if (c->is_state && (is != was || c->is_difference)) {
            failed |= json_object_set_new(after, c->name, json_value(c, is));
        }
    }
    char outcome[256];
    outcome_text(isa, &state->result, outcome, sizeof outcome);
    if (failed != 0) {
        json_decref(before);
        json_decref(after);
        return NULL;
    }
    return json_pack("{s:s, s:s, s:o, s:o}", "role", state->role, "outcome", outcome, "before", before, "after", after);
}

static json_t *json_differences(const struct component_list *list, const struct witness *witness) {
    json_t *names = json_array();
    int failed = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct component *c = &list->items[i];
        word128 first = component_after(c, &witness->states[0]);
        word128 second = witness->state_count == 2 ? component_after(c, &witness->states[1]) : component_before(c, &witness->states[0]);
        if (c->is_difference && first != second) {
            failed |= json_array_append_new(names, json_string(c->name));
        }
    }
    if (failed != 0) {
        json_decref(names);
        return NULL;
    }
    return names;
}

static json_t *json_witness(const struct isa *isa, const struct semantics *semantics, const struct witness *witness) {
    if (witness == NULL) {
        return json_null();
    }
    struct component_list list;
    if (!components_of(isa, semantics, witness, &list)) {
        return NULL;
    }
    json_t *states = json_array();
    int failed = 0;
    for (unsigned i = 0; i < witness->state_count; i++) {
        failed |= json_array_append_new(states, json_state(isa, &witness->states[i], &list));
    }
    json_t *differences = json_differences(&list, witness);
    components_free(&list);
    if (failed != 0 || differences == NULL) {
        json_decref(states);
        json_decref(differences);
        return NULL;
    }
    return json_pack("{s:s, s:o, s:o}", "question", question_name(witness->question), "differences", differences, "states", states);
}

static json_t *json_form(const struct classification *c, const struct form_verdict *v) {
    const struct form *f = &c->isa->forms[v->form];
    json_t *witness = json_witness(c->isa, f->semantics[v->mode], v->witness);
    if (witness == NULL) {
        return NULL;
    }
    bool undecided = false;
    json_t *questions = json_array();
    for (unsigned q = 0; q < QUESTION_COUNT; q++) {
        if (v->answers[q] == ANSWER_UNDECIDED) {
            undecided = true;
            (void)json_array_append_new(questions, json_string(question_name((enum question)q)));
        }
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:s}", "name", f->instruction, "form",
                     f->text, "encoding", f->encoding, "mode", c->isa->modes[v->mode].name, "class", verdict_class_name(v->class), "privileged",
                     json_answer(v->privileged), "always_traps", json_answer(v->always_traps), "control_sensitive",
                     json_answer(v->answers[QUESTION_CONTROL]), "location_sensitive", json_answer(v->answers[QUESTION_LOCATION]), "mode_sensitive",
                     json_answer(v->answers[QUESTION_MODE]), "user_sensitive", json_answer(v->user_sensitive), "timing",
                     json_answer(v->answers[QUESTION_TIMING]), "identity", json_answer(v->answers[QUESTION_IDENTITY]), "hole",
                     json_answer(v->answers[QUESTION_HOLE]), "undecided", undecided ? 1 : 0, "undecided_questions", questions, "witness", witness,
                     "source", f->source);
}

static bool has_string(const json_t *array, const char *text) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (strcmp(json_string_value(json_array_get(array, i)), text) == 0) {
            return true;
        }
    }
    return false;
}

/* The names (of instructions, or of forms) of verdicts, each once. */
static json_t *json_names(const struct classification *c, const unsigned *verdicts, size_t count, bool forms) {
    json_t *names = json_array();
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        const struct form *f = &c->isa->forms[c->verdicts[verdicts[i]].form];
        const char *name = forms ? f->text : f->instruction;
        if (!has_string(names, name)) {
            failed |= json_array_append_new(names, json_string(name));
        }
    }
    if (failed != 0) {
        json_decref(names);
        return NULL;
    }
    return names;
}

static json_t *json_theorem(const struct classification *c, const struct theorem *t) {
    return json_pack("{s:o, s:o, s:o}", "holds", json_answer(t->holds), "violations", json_names(c, t->violations, t->violation_count, false),
                     "forms", json_names(c, t->violations, t->violation_count, true));
}

static json_t *json_configuration(const struct classification *c, unsigned bits) {
    const struct profile *profile = profile_in(c->isa, c->profile, 0);
    json_t *object = json_object();
    int failed = 0;
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        failed |= json_object_set_new(object, c->isa->leaves[profile->free_bits[i].leaf].name, json_integer((json_int_t)(bits >> i & 1u)));
    }
    if (failed != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *json_result(const struct classification *c, const struct configuration_result *r) {
    return json_pack("{s:o, s:i, s:i}", "configuration", json_configuration(c, r->bits), "holes", (int)r->holes, "undecided", (int)r->undecided);
}

static json_t *json_search(const struct classification *c) {
    if (!c->searched) {
        return json_null();
    }
    return json_pack("{s:o, s:o, s:o}", "plain", json_result(c, &c->plain), "best", json_result(c, &c->best), "never_closed",
                     json_names(c, c->never_closed, c->never_closed_count, true));
}

static json_t *json_queries(const struct classification *c) {
    int counts[3] = {0, 0, 0};
    for (size_t i = 0; i < c->query_count; i++) {
        counts[c->queries[i].answer]++;
    }
    return json_pack("{s:i, s:i, s:i, s:i}", "total", (int)c->query_count, "satisfiable", counts[ANSWER_YES], "unsatisfiable", counts[ANSWER_NO],
                     "undecided", counts[ANSWER_UNDECIDED]);
}

static json_t *json_texts(const char *const *texts, size_t count) {
    json_t *array = json_array();
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        failed |= json_array_append_new(array, json_string(texts[i]));
    }
    if (failed != 0) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static json_t *json_forms(const struct classification *c) {
    json_t *array = json_array();
    for (size_t i = 0; i < c->verdict_count; i++) {
        if (json_array_append_new(array, json_form(c, &c->verdicts[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

bool report_classification_json(FILE *out, const struct classification *c, const struct report_scope *scope) {
    json_t *root =
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "isa", c->isa->name, "mode",
                  scope->mode < 0 ? "all" : c->isa->modes[scope->mode].name, "profile", profile_in(c->isa, c->profile, 0)->name, "definition",
                  c->definition == DEFINITION_LITERAL ? "literal" : "repaired", "configuration", json_configuration(c, c->configuration), "theorem1",
                  json_theorem(c, &c->theorem[0]), "theorem2", json_theorem(c, &c->theorem[1]), "theorem3", json_theorem(c, &c->theorem[2]),
                  "virtualizable_pointwise", json_answer(c->virtualizable_pointwise), "verdict",
                  disagreement(c) != NULL             ? disagreement(c)
                  : c->theorem[0].holds == ANSWER_YES ? "virtualizable"
                  : c->theorem[0].holds == ANSWER_NO  ? "not virtualizable by the test"
                                                      : "undecided",
                  "assumptions", json_texts(c->assumptions, c->assumption_count), "configuration_search", json_search(c), "queries", json_queries(c),
                  "instructions", json_forms(c));
    return json_write(out, root, 2);
}
