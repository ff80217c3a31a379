/* Which components of a witness a report shows, and what the witness claims. */
#include "witness_rows.h"

const char *witness_claim(const struct witness *w) {
    switch (w->question) {
    case QUESTION_HOLE:
        return "The same step in the virtual machine and on the hardware under the monitor: afterwards the two no longer correspond.";
    case QUESTION_CONTROL:
    case QUESTION_USER_CONTROL:
        if (w->states[0].result.outcome == STEP_TRAP) { /* the literal definition */
            return "A state in which it traps. By the text of 1974 the trap itself changes the mode and the resources: it loads a new PSW, which may "
                   "differ from the old one in every part.";
        }
        return "A state in which it changes the mode or a resource and does not trap.";
    case QUESTION_LOCATION:
    case QUESTION_USER_LOCATION:
        return "Two states that look the same to the program and differ in where it lies or in what the monitor has changed; the results differ.";
    case QUESTION_MODE:
        return "Two states that look the same to the program and differ in the mode; the results differ.";
    case QUESTION_USER_ESCAPES:
        return "A user state in which it does not trap.";
    case QUESTION_TIMING:
        return "Two states that differ in time alone; the results differ.";
    case QUESTION_IDENTITY:
        return "Two states that differ in which machine this is alone; the results differ.";
    case QUESTION_SUPERVISOR_RUNS:
    case QUESTION_COUNT:
        break;
    }
    return "A state in which it completes.";
}

bool witness_shows(const struct witness *w, const struct component *c) {
    word128 before = component_before(c, &w->states[0]);
    return before != component_after(c, &w->states[0]) || c->is_difference || (c->is_read && before != 0);
}

/* Of what differs before, only what the instruction reads can matter; the mode is always told. */
bool witness_shows_before(const struct witness *w, const struct component *c) {
    word128 a = component_before(c, &w->states[0]);
    word128 b = component_before(c, &w->states[1]);
    bool is_mode = c->leaf != NULL && c->leaf->class == CLASS_MODE;
    return c->is_difference || (c->is_read && (a != 0 || b != 0)) || (is_mode && a != b);
}

bool witness_shows_after(const struct witness *w, const struct component *c) {
    word128 a = component_after(c, &w->states[0]);
    word128 b = component_after(c, &w->states[1]);
    return c->is_state && (c->is_difference || a != component_before(c, &w->states[0]) || b != component_before(c, &w->states[1]));
}

bool witness_marks_before(const struct witness *w, const struct component *c) {
    return w->question != QUESTION_HOLE && component_before(c, &w->states[0]) != component_before(c, &w->states[1]);
}

bool witness_marks_after(const struct witness *w, const struct component *c) {
    return w->question == QUESTION_HOLE ? c->is_difference : component_after(c, &w->states[0]) != component_after(c, &w->states[1]);
}

bool witness_unnoticed(const struct witness *w, const struct component *c) {
    bool kept = c->leaf != NULL && (c->leaf->class == CLASS_MODE || c->leaf->class == CLASS_RESOURCE);
    const struct witness_state *machine = &w->states[0];
    return w->question == QUESTION_HOLE && kept && c->is_difference && component_before(c, machine) != component_after(c, machine);
}
