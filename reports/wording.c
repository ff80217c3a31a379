/* Words that the text reports share. */
#include "wording.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct paint paint_for(bool coloured) {
    if (coloured) {
        return (struct paint){"\033[1m", "\033[31m", "\033[32m", "\033[33m", "\033[0m"};
    }
    return (struct paint){"", "", "", "", ""};
}

void write_wrapped(FILE *out, unsigned column, unsigned indent, const char *text) {
    bool start = true;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (!start && column + 1 + length > REPORT_WIDTH) {
            (void)fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            start = true;
        }
        if (length > 0) {
            (void)fprintf(out, "%s%.*s", start ? "" : " ", (int)length, text);
            column += (unsigned)length + (start ? 0u : 1u);
            start = false;
        }
        text += length;
        text += strspn(text, " ");
    }
    (void)fputc('\n', out);
}

void write_wrapped_format(FILE *out, unsigned indent, const char *format, ...) {
    char text[2001];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)fprintf(out, "%*s", (int)indent, "");
    write_wrapped(out, indent, indent, text);
}

const char *answer_word(enum answer a) { return a == ANSWER_YES ? "yes" : a == ANSWER_NO ? "no" : "undecided"; }

const char *theorem_sentence(unsigned number, enum answer holds) {
    static const char *const sentences[3][2] = {
        {"not virtualizable by this test.", "a virtual machine monitor can be built."},
        {"not recursively virtualizable by this test.", "recursively virtualizable."},
        {"no hybrid monitor by this test.", "a hybrid monitor can be built."},
    };
    if (holds == ANSWER_UNDECIDED) {
        return "undecided: the solver gave up on a form that matters.";
    }
    return sentences[number - 1][holds == ANSWER_YES ? 1 : 0];
}

const char *pointwise_sentence(enum answer a) {
    return a == ANSWER_YES  ? "no form has a hole."
           : a == ANSWER_NO ? "some form runs natively and does something else."
                            : "the solver gave up on the hole of some form.";
}

static const char *sensitivity_sentence(const struct form_verdict *v) {
    if (v->answers[QUESTION_CONTROL] == ANSWER_YES) {
        if (v->witness != NULL && v->witness->states[0].result.outcome == STEP_TRAP && v->witness->question != QUESTION_HOLE) {
            return "By the text of 1974 its trap changes the mode and the resources; and it does not trap in user states alone, so it is not "
                   "privileged.";
        }
        return "It changes the mode or a resource without a trap in some state, and some user states do not trap: the monitor never learns of it.";
    }
    if (v->answers[QUESTION_LOCATION] == ANSWER_YES && v->answers[QUESTION_MODE] == ANSWER_YES) {
        return "What it does depends on resources that the monitor has changed and on the mode, and some user states do not trap.";
    }
    if (v->answers[QUESTION_LOCATION] == ANSWER_YES) {
        return "What it does depends on where the program lies or on resources that the monitor has changed, and some user states do not trap.";
    }
    return "What it does depends on the mode, and some user states do not trap.";
}

const char *why_sentence(const struct classification *c, const struct form_verdict *v) {
    (void)c;
    switch (v->class) {
    case VERDICT_PRIVILEGED_SENSITIVE:
        return "It is sensitive, and it traps in every user state: the monitor gets control each time and does what is right.";
    case VERDICT_PRIVILEGED_ONLY:
        return "It traps in every user state although it neither changes nor depends on the mode or a resource.";
    case VERDICT_INNOCUOUS:
        if (v->always_traps == ANSWER_YES) {
            return "It traps in every state of this profile, the supervisor's too: it never does anything that could matter.";
        }
        if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
            return "By the definitions it neither changes nor depends on the mode or a resource; run natively it does something else all the same, "
                   "which "
                   "is a hole.";
        }
        return "It neither changes nor depends on the mode or a resource: it may run on the hardware without intervention.";
    case VERDICT_UNDECIDED:
        return "The solver gave up on a question that decides the class; a higher --resource-limit may help.";
    case VERDICT_SENSITIVE_UNPRIVILEGED:
        break;
    }
    return sensitivity_sentence(v);
}

char *configuration_text(const struct classification *c, unsigned bits) {
    const struct profile *profile = profile_in(c->isa, c->profile, 0);
    if (profile->free_bit_count == 0) {
        return strdup("no free bits");
    }
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        (void)fprintf(out, "%s%s=%u", i == 0 ? "" : " ", c->isa->leaves[profile->free_bits[i].leaf].name, bits >> i & 1u);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

void value_text(const struct leaf *leaf, unsigned width, word128 value, char *text, size_t size) {
    if (leaf != NULL && value < leaf->value_count && leaf->value_names[(size_t)value] != NULL) {
        (void)snprintf(text, size, "%s", leaf->value_names[(size_t)value]);
        return;
    }
    if (width == 1) {
        (void)snprintf(text, size, "%u", (unsigned)value);
        return;
    }
    unsigned long long high = (unsigned long long)(value >> 64);
    unsigned long long low = (unsigned long long)value;
    if (high != 0) {
        (void)snprintf(text, size, "0x%llx%016llx", high, low);
    } else {
        (void)snprintf(text, size, "0x%llx", low);
    }
}

const char *disagreement(const struct classification *c) {
    if (c->theorem[0].holds == ANSWER_NO && c->virtualizable_pointwise == ANSWER_YES) {
        return "inconclusive by the test, virtualizable by the pointwise question";
    }
    if (c->theorem[0].holds == ANSWER_YES && c->virtualizable_pointwise == ANSWER_NO) {
        return "virtualizable by the test, which does not look at states that trap, and yet a form has a hole";
    }
    return NULL;
}
