/* Exercise 2: states written down by hand, judged as a witness of the solver would be.
 *
 *     witness MACHINE INSTRUCTION QUESTION
 *     first NAME = VALUE        the first state; `second`, or `both`
 *
 * NAME is a component, an element (`reg[2]`), an operand, or a parameter of the profile; VALUE a number, or the name of a value. What is not named is
 * 0. */
#include "exercise.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the task asks for, in this order. */
static const struct { const char *machine, *instruction, *question; } asked[] = {{"mc68000", "MOVE_FROM_SR", "mode"}, {"lra", "LRA", "hole"}};
#define ASKED (sizeof asked / sizeof asked[0])

struct attempt {
    const struct isa *isa;
    int form;
    enum question question;
    struct valuation *states[2];
};

struct reader {
    exercise_machine load;
    void *context;
    struct exercise_result *result;
    struct attempt current;
    bool reading, memory;
    bool found[ASKED];
};

static void drop(struct attempt *a) {
    valuation_free(a->states[0]);
    valuation_free(a->states[1]);
    memset(a, 0, sizeof *a);
}

/* Whether what was written down is what it says, by the evaluator and the definition. */
static void finish(struct reader *r) {
    if (!r->reading) {
        return;
    }
    struct attempt *a = &r->current;
    const struct classify_options options = {.mode = -1};
    const struct form_verdict verdict = {.form = (unsigned)a->form};
    const struct witness w = {.question = a->question,
                              .state_count = 2,
                              .states = {{"first", a->states[0], {STEP_DONE, 0, 0, NULL}}, {"second", a->states[1], {STEP_DONE, 0, 0, NULL}}}};
    bool good = witness_replays(a->isa, &options, 0, &verdict, &w);
    const char *name = a->isa->forms[a->form].instruction;
    exercise_point(r->result, good, "the states show that %s of %s %s", name, a->isa->name,
                   a->question == QUESTION_HOLE ? "has a hole" : "is mode sensitive");
    for (size_t i = 0; i < ASKED; i++) {
        r->found[i] = r->found[i] || (strcmp(asked[i].machine, a->isa->name) == 0 && strcmp(asked[i].instruction, name) == 0 &&
                                      strcmp(asked[i].question, question_name(a->question)) == 0);
    }
    drop(a);
    r->reading = false;
}

static void begin(struct reader *r, const char *machine, const char *instruction, const char *question, unsigned line) {
    const struct isa *isa = r->load(r->context, machine);
    int form = -1;
    for (size_t i = 0; isa != NULL && i < isa->form_count && form < 0; i++) {
        form = strcmp(isa->forms[i].instruction, instruction) == 0 ? (int)i : -1;
    }
    enum question q = strcmp(question, "hole") == 0 ? QUESTION_HOLE : QUESTION_MODE;
    if (isa == NULL || form < 0 || strcmp(question, question_name(q)) != 0) {
        exercise_point(r->result, false, "line %u: no such machine, instruction or question: %s %s %s", line, machine, instruction, question);
        return;
    }
    r->current = (struct attempt){isa, form, q, {valuation_new(), valuation_new()}};
    r->memory = r->memory && r->current.states[0] != NULL && r->current.states[1] != NULL;
    r->reading = r->memory;
}

/* The symbol of a name, and whether it has an index; `leaf` is NULL for operands and parameters. */
static bool find_symbol(const struct attempt *a, const char *name, symbol *s, const struct leaf **leaf) {
    *leaf = NULL;
    int index = isa_find_leaf(a->isa, name);
    if (index >= 0) {
        *leaf = &a->isa->leaves[index];
        *s = (*leaf)->symbol;
        return true;
    }
    const struct semantics *semantics = a->isa->forms[a->form].semantics[0];
    for (size_t i = 0; i < semantics->operand_count; i++) {
        if (strcmp(semantics->operands[i].name, name) == 0) {
            *s = semantics->operands[i].symbol;
            return true;
        }
    }
    const struct profile *p = profile_in(a->isa, 0, 0);
    for (size_t i = 0; i < p->parameter_count; i++) {
        const char *whole = term_symbol_name(a->isa->pool, p->parameters[i]); /* behind the name of the profile */
        const char *point = strrchr(whole, '.');
        if (strcmp(point == NULL ? whole : point + 1, name) == 0) {
            *s = p->parameters[i];
            return true;
        }
    }
    return false;
}

static bool read_value(const struct leaf *leaf, const char *text, word128 *value) {
    for (unsigned i = 0; leaf != NULL && i < leaf->value_count; i++) {
        if (leaf->value_names[i] != NULL && strcmp(leaf->value_names[i], text) == 0) {
            *value = i;
            return true;
        }
    }
    char *end = NULL;
    *value = isdigit((unsigned char)text[0]) != 0 ? strtoull(text, &end, 0) : 0;
    return end != NULL && *end == '\0' && (leaf == NULL || leaf->width >= 64 || *value >> leaf->width == 0);
}

static void assign(struct reader *r, const char *state, char *name, const char *text, unsigned line) {
    word128 index = 0;
    word128 value = 0;
    char *bracket = strchr(name, '[');
    if (bracket != NULL) {
        *bracket = '\0';
        index = strtoul(bracket + 1, NULL, 0);
    }
    symbol s = 0;
    const struct leaf *leaf = NULL;
    bool known = find_symbol(&r->current, name, &s, &leaf);
    bool is_array = leaf != NULL && leaf->index_width > 0;
    if (!known || is_array != (bracket != NULL) || !read_value(leaf, text, &value)) {
        exercise_point(r->result, false, "line %u: %s %s = %s", line, known ? "no such element or value:" : "there is no", name, text);
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (strcmp(state, "both") == 0 || strcmp(state, i == 0 ? "first" : "second") == 0) {
            r->memory = valuation_set(r->current.states[i], s, is_array ? &index : NULL, is_array ? 1 : 0, value) && r->memory;
        }
    }
}

static void read_line(struct reader *r, const char *line, unsigned number) {
    char word[4][64] = {"", "", "", ""};
    int count = sscanf(line, " %63[^ \t=#] %63[^ \t=#] = %63s", word[0], word[1], word[2]);
    if (count <= 0) {
        return;
    }
    bool is_state = strcmp(word[0], "first") == 0 || strcmp(word[0], "second") == 0 || strcmp(word[0], "both") == 0;
    if (is_state && r->reading && count == 3) {
        assign(r, word[0], word[1], word[2], number);
    } else if (sscanf(line, " witness %63s %63s %63s", word[1], word[2], word[3]) == 3) {
        finish(r);
        begin(r, word[1], word[2], word[3], number);
    } else {
        exercise_point(r->result, false, "line %u: neither 'witness MACHINE INSTRUCTION QUESTION' nor 'first NAME = VALUE'", number);
    }
}

bool judge_witnesses(const char *text, exercise_machine load, void *context, struct exercise_result *result) {
    struct reader r = {.load = load, .context = context, .result = result, .memory = true};
    unsigned number = 1;
    while (r.memory && *text != '\0') {
        char line[256];
        size_t length = strcspn(text, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)(length < sizeof line ? length : sizeof line - 1), text);
        read_line(&r, line, number++);
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    if (r.memory) {
        finish(&r);
    }
    drop(&r.current);
    for (size_t i = 0; i < ASKED; i++) {
        exercise_point(result, r.found[i], "there is a witness for %s of %s", asked[i].instruction, asked[i].machine);
    }
    return r.memory;
}
