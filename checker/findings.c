/* Names what differs, what it starts from, and where in the description the check is. */
#include "findings.h"

#include <stdio.h>
#include <stdlib.h>

const char *check_property_rule(enum check_property p) {
    static const char *const rules[] = {"privilege-check-missing",
                                        "accepts-what-must-fault",
                                        "refuses-what-is-allowed",
                                        "wrong-fault",
                                        "wrong-state",
                                        "fault-changes-state",
                                        "wrote-outside",
                                        "crash",
                                        "hang",
                                        "leak"};
    return rules[p];
}

const char *check_property_title(enum check_property p) {
    static const char *const titles[] = {
        "a privilege check is missing: resource control fails", "it executes what must fault: resource control fails",
        "it faults where it must execute: equivalence fails",   "another fault: equivalence fails",
        "another state afterwards: equivalence fails",          "a fault changes the state: equivalence fails",
        "it wrote outside of what it was given: safety fails",  "it crashed: the virtual machine is lost",
        "it did not return: the virtual machine is lost",       "it keeps memory: the monitor runs out of it"};
    return titles[p];
}

void describe_outcome(const struct isa *isa, uint32_t code, uint64_t argument, char *text, size_t size) {
    const struct trap_kind *kind = NULL;
    if (code == 0 || code == 1 || code == RUN_UNHANDLED) {
        (void)snprintf(text, size, "%s", code == 0 ? "done" : code == 1 ? "memory trap" : "unhandled");
        return;
    }
    for (size_t i = 0; i < isa->trap_count; i++) {
        kind = isa->traps[i].vector == code - 2 ? &isa->traps[i] : kind;
    }
    if (kind == NULL) {
        (void)snprintf(text, size, "trap %u", code - 2);
    } else if (kind->argument_width > 0 || argument != 0) {
        (void)snprintf(text, size, argument < 10 ? "%s%s(%llu)" : "%s%s(0x%llx)", kind->vector < 32 ? "#" : "", kind->name,
                       (unsigned long long)argument);
    } else {
        (void)snprintf(text, size, "%s%s", kind->vector < 32 ? "#" : "", kind->name);
    }
}

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned count) { return valuation_get(context, s, arguments, count); }

/* The trap statement that is reached and taken in the state. */
static bool find_place(const struct subject *s, const struct sample *x, struct check_finding *f) {
    const struct semantics *m = s->semantics;
    struct valuation *v = sample_valuation(s, x);
    term *roots = malloc((m->point_count + 1) * sizeof *roots);
    word128 *values = malloc((m->point_count + 1) * sizeof *values);
    bool good = v != NULL && roots != NULL && values != NULL;
    for (size_t i = 0; good && i < m->point_count; i++) {
        roots[i] = m->points[i].condition;
    }
    good = good && term_evaluate(s->isa->pool, roots, m->point_count, look_up, v, values);
    for (size_t i = 0; good && i < m->point_count; i++) {
        if (values[i] != 0) {
            f->place = m->points[i].place;
        }
    }
    valuation_free(v);
    free(roots);
    free(values);
    return good;
}

static void add_input(struct check_finding *f, const char *prefix, const char *name, const char *index, word128 value) {
    if (f->input_count < CHECK_INPUTS) {
        struct check_value *i = &f->inputs[f->input_count++];
        (void)snprintf(i->name, sizeof i->name, "%s%s%s", prefix, name, index);
        i->value = value;
    }
}

static void list_inputs(const struct subject *s, const struct sample *x, struct check_finding *f) {
    for (size_t i = 0; i < s->table->component_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            word128 value = emitted_load(x->state + emitted_place(c, k), c->width);
            char index[24] = "";
            if (c->index_width > 0) {
                (void)snprintf(index, sizeof index, "[%zu]", k);
            }
            if (value != 0) {
                add_input(f, "", c->name, index, value);
            }
        }
    }
    for (size_t i = 0; i < s->step->operand_count; i++) {
        if (x->operands[i] != 0) {
            add_input(f, "operand ", s->step->operands[i].name, "", x->operands[i]);
        }
    }
    for (uint32_t i = 0; i < x->element_count; i++) {
        char index[40];
        (void)snprintf(index, sizeof index, "[0x%llx]", (unsigned long long)x->elements[i].index);
        add_input(f, "", s->table->components[x->elements[i].leaf].name, index, x->elements[i].value);
    }
}

/* Stable while form, mode, rule and what differs are: neither values nor lines. */
static void make_fingerprint(const struct isa *isa, struct check_finding *f) {
    char expected[64];
    char seen[64];
    (void)snprintf(expected, sizeof expected, "%s", f->expected);
    (void)snprintf(seen, sizeof seen, "%s", f->seen);
    bool codes_differ = strcmp(f->expected, f->seen) != 0;
    for (char *c = expected; *c != '\0'; c++) { /* error codes are values; "(0)" tells from "(selector)" */
        *c = *c == '(' && c[1] != '0' ? '\0' : *c;
        if (*c == '\0') {
            break;
        }
    }
    for (char *c = seen; *c != '\0'; c++) {
        *c = *c == '(' ? '\0' : *c;
        if (*c == '\0') {
            break;
        }
    }
    (void)snprintf(f->fingerprint, sizeof f->fingerprint, "%.60s/%s/%s/%.30s%s%.20s%s%.30s", isa->forms[f->form].text, isa->modes[f->mode].name,
                   check_property_rule(f->property), expected, codes_differ ? " not " : "", codes_differ ? seen : "",
                   f->difference_count > 0 ? " " : "", f->difference_count > 0 ? f->differences[0].name : "");
    for (char *c = f->fingerprint; *c != '\0'; c++) {
        *c = *c == '|' ? '/' : *c;
    }
}

bool finding_make(const struct plugin *p, const struct job *job, const struct raw_finding *raw, struct check_finding *f) {
    struct subject *s = malloc(sizeof *s);
    memset(f, 0, sizeof *f);
    bool good = s != NULL && subject_prepare(s, p->isa, p->table, job->entry);
    if (good) {
        bool process = raw->verdict.property >= CHECK_OUTSIDE;
        f->form = s->form->form;
        f->mode = s->form->mode_number;
        f->number = job->entry;
        f->property = raw->verdict.property;
        f->states = raw->states;
        f->first = raw->first;
        f->seconds = raw->seconds;
        f->difference_count = raw->difference_count;
        memcpy(f->differences, raw->differences, raw->difference_count * sizeof f->differences[0]);
        if (process) {
            (void)snprintf(f->expected, sizeof f->expected, "an outcome");
            (void)snprintf(f->seen, sizeof f->seen, "%s",
                           raw->detail[0] != '\0' ? raw->detail : "a write to memory or arrays that the form does not have");
        } else {
            describe_outcome(p->isa, raw->verdict.expected, raw->verdict.expected_argument, f->expected, sizeof f->expected);
            describe_outcome(p->isa, raw->verdict.seen, raw->verdict.seen_argument, f->seen, sizeof f->seen);
        }
        list_inputs(s, &raw->sample, f);
        good = find_place(s, &raw->sample, f);
        make_fingerprint(p->isa, f);
    }
    f->test = good ? finding_test(s, p, raw, f) : NULL;
    good = good && f->test != NULL;
    free(s);
    return good;
}

void form_count_targets(const struct targets *t, struct check_form *f) {
    f->targets = (unsigned)t->count;
    for (size_t i = 0; i < t->count; i++) {
        enum target_status s = t->items[i].status;
        f->covered += s == TARGET_COVERED ? 1 : 0;
        f->impossible += s == TARGET_IMPOSSIBLE ? 1 : 0;
        f->undecided += s == TARGET_UNDECIDED ? 1 : 0;
        if (t->items[i].kind == TARGET_TRAP && s != TARGET_IMPOSSIBLE) {
            f->traps++;
            f->traps_covered += s == TARGET_COVERED ? 1 : 0;
        }
    }
}
