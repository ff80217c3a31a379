/* A correct plug-in: every form is the emitted step itself. It shows what a check without findings looks like; it says nothing about a monitor that
 * somebody wrote. Built with opaque.c and the files of `popek emit x86 --table`; with those of the mutants (`make mutants`) it is each of them in
 * turn. */
#include <popek/handler.h>

#include "emitted.h"

#include <string.h>

#define OPERANDS 16u
#define CHOICES 32u

extern const struct emitted_isa x86_emitted;

/* Which mutant; 0: none. */
__attribute__((visibility("default"))) unsigned popek_mutant;

/* The table has its entries in the order of forms; a form's text may stand for several forms, which then differ in nothing that can be seen here. */
static const struct emitted_form *find(const char *form, const char *mode) {
    static const struct emitted_form *last;
    if (last != NULL && strcmp(last->text, form) == 0 && strcmp(last->mode, mode) == 0) {
        return last;
    }
    for (size_t i = 0; i < x86_emitted.form_count; i++) {
        if (strcmp(x86_emitted.forms[i].text, form) == 0 && strcmp(x86_emitted.forms[i].mode, mode) == 0) {
            last = &x86_emitted.forms[i];
            return last;
        }
    }
    return NULL;
}

/* `arrays` of the call are those that emitted steps take. */
static struct popek_outcome handle(struct popek_call *call) {
    const struct emitted_form *f = find(call->form, call->mode);
    if (f == NULL) {
        return (struct popek_outcome){POPEK_UNHANDLED, 0, 0};
    }
    const struct emitted_step *step = &x86_emitted.steps[f->step];
    word128 operands[OPERANDS];
    word128 choices[CHOICES];
    uint64_t argument = 0;
    for (size_t i = 0; i < call->operand_count && i < OPERANDS; i++) {
        operands[i] = call->operands[i].value;
    }
    for (size_t i = 0; i < step->choice_count && i < CHOICES; i++) {
        choices[i] = strcmp(step->choices[i], "length") == 0 ? call->length : strcmp(step->choices[i], "mutant") == 0 ? popek_mutant : 0;
    }
    uint32_t code = step->call(call->state, call->arrays, operands, choices, &argument);
    for (size_t i = 0; i < call->operand_count && i < OPERANDS; i++) {
        call->operands[i].value = operands[i];
    }
    if (code == 0) {
        return (struct popek_outcome){POPEK_DONE, 0, 0};
    }
    return (struct popek_outcome){POPEK_FAULT, code - 2, argument};
}

static const struct popek_handler handlers[] = {{"*", NULL, handle}};
static const struct popek_plugin plugin = {POPEK_HANDLER_VERSION, sizeof(struct x86), "the emitted reference", handlers, 1, NULL, NULL, 0};

const struct popek_plugin *popek_plugin(void) { return &plugin; }
