/* What each cell of a row holds: from the verdict, the measurements and the ledgers. */
#include "matrix.h"

#include <stdio.h>
#include <string.h>

static struct evidence_cell cell(enum evidence_state state, const char *text) { return (struct evidence_cell){state, text}; }

/* ---- what the solver decided ------------------------------------------------------------------------------------------------------------------- */

static const char *fingerprint_of(const struct matrix *m, const struct form_verdict *v, enum question q) {
    const struct classification *c = m->inputs->classification;
    return v->fingerprints[q] == 0 ? "" : c->fingerprints[v->fingerprints[q] - 1];
}

/* The question whose answer makes the class: what is sensitive about it, or that nothing is. */
static enum question telling_question(const struct form_verdict *v) {
    static const enum question order[] = {QUESTION_HOLE, QUESTION_CONTROL, QUESTION_LOCATION, QUESTION_MODE};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (v->answers[order[i]] == ANSWER_YES) {
            return order[i];
        }
    }
    return QUESTION_HOLE;
}

static struct evidence_cell class_cell(struct matrix *m, const struct form_verdict *v) {
    enum question q = telling_question(v);
    if (v->class == VERDICT_UNDECIDED || v->answers[q] == ANSWER_UNDECIDED) {
        return cell(EVIDENCE_EMPTY, "the solver gave up");
    }
    return cell(EVIDENCE_GIVEN, matrix_keep(m, "%s; %s: %s, query %.12s", verdict_class_name(v->class), question_name(q),
                                            v->answers[q] == ANSWER_YES ? "sat" : "unsat", fingerprint_of(m, v, q)));
}

/* The classifier plays every witness before it gives a verdict; one that does not replay is an error of the program, and there is no matrix. */
static struct evidence_cell replayed_cell(struct matrix *m, const struct form_verdict *v) {
    return v->witness == NULL ? cell(EVIDENCE_EXCLUDED, "no witness: nothing is sensitive")
                              : cell(EVIDENCE_GIVEN, matrix_keep(m, "witness of %s replayed", question_name(v->witness->question)));
}

static struct evidence_cell direct_cell(struct matrix *m, const struct form_verdict *v) {
    if (v->answers[QUESTION_HOLE] == ANSWER_UNDECIDED || v->privileged == ANSWER_UNDECIDED) {
        return cell(EVIDENCE_EMPTY, "the solver gave up");
    }
    if (v->privileged == ANSWER_YES) {
        return cell(EVIDENCE_EXCLUDED, "it traps and does not run directly");
    }
    if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
        return cell(EVIDENCE_EXCLUDED, "it has a hole and must not run directly");
    }
    return cell(EVIDENCE_GIVEN, matrix_keep(m, "no hole: unsat, query %.12s", fingerprint_of(m, v, QUESTION_HOLE)));
}

static struct evidence_cell closed_cell(struct matrix *m, const struct form_verdict *v) {
    const struct classification *c = m->inputs->classification;
    const struct profile *p = profile_in(c->isa, c->profile, 0);
    char settings[200] = "";
    if (v->answers[QUESTION_HOLE] != ANSWER_YES) {
        return v->answers[QUESTION_HOLE] == ANSWER_NO ? cell(EVIDENCE_EXCLUDED, "no hole") : cell(EVIDENCE_EMPTY, "the solver gave up");
    }
    if (v->closable != ANSWER_YES) {
        return cell(EVIDENCE_EMPTY, "no setting closes it: it must be found before it runs, and replaced or interpreted");
    }
    for (size_t i = 0; i < p->free_bit_count; i++) {
        if ((v->closing_mask >> i & 1) != 0) {
            size_t length = strlen(settings);
            (void)snprintf(settings + length, sizeof settings - length, "%s%s=%u", length == 0 ? "" : ", ", c->isa->leaves[p->free_bits[i].leaf].name,
                           v->closing_bits >> i & 1);
        }
    }
    return cell(EVIDENCE_GIVEN, matrix_keep(m, "closed by %s", settings));
}

static struct evidence_cell handler_cell(struct matrix *m, const struct form_verdict *v) {
    unsigned goals = 0;
    unsigned proven = 0;
    if (v->privileged == ANSWER_NO) {
        return cell(EVIDENCE_EXCLUDED, "there is a user state in which it does not trap");
    }
    const char *function = handlers_find(m->handlers, m->inputs->classification->isa, v->form, v->mode, &goals, &proven);
    if (function == NULL) {
        return cell(EVIDENCE_EMPTY, "no proven handler");
    }
    return cell(goals > 0 && goals == proven ? EVIDENCE_GIVEN : EVIDENCE_EMPTY, matrix_keep(m, "%s: %u/%u goals", function, proven, goals));
}

/* ---- what machines showed ---------------------------------------------------------------------------------------------------------------------- */

/* The backends are x86 machines. */
static bool runs_on_processors(const struct matrix *m) { return strncmp(m->inputs->classification->isa->name, "x86", 3) == 0; }

static struct evidence_cell unmeasured(const struct matrix *m, enum machine machine, const char *mode) {
    if (!runs_on_processors(m)) {
        return cell(EVIDENCE_EXCLUDED, "no processor runs this ISA");
    }
    if (!measurements_has(m->measurements, machine)) {
        return cell(EVIDENCE_EMPTY, "no results of this machine");
    }
    if (!measurements_has_mode(m->measurements, machine, mode)) {
        return cell(EVIDENCE_EXCLUDED, "the backend has no such operating mode");
    }
    if (measurements_is_system_only(m->measurements, machine)) {
        return cell(EVIDENCE_EXCLUDED, "only system forms were run there");
    }
    return cell(EVIDENCE_EMPTY, "not in the results");
}

static struct evidence_cell machine_cell(struct matrix *m, const struct form_verdict *v, enum machine machine) {
    const struct isa *isa = m->inputs->classification->isa;
    const struct measured_runs *r = measured_runs(m->measurements, machine, v->form, v->mode);
    unsigned all = r->agree + r->known + r->differ;
    const char *reason = r->reason == NULL ? "" : r->reason;
    if (r->differ > 0) {
        return cell(EVIDENCE_AGAINST, matrix_keep(m, "%u of %u runs differ from the tables", r->differ, all));
    }
    if (r->agree > 0) {
        return cell(EVIDENCE_GIVEN, r->known == 0 ? matrix_keep(m, "%u runs as predicted", r->agree)
                                                  : matrix_keep(m, "%u runs as predicted; %u not: %s", r->agree, r->known, reason));
    }
    if (r->known > 0) {
        return cell(EVIDENCE_EXCLUDED, matrix_keep(m, "recorded: %s", reason));
    }
    if (r->absent + r->elsewhere > 0) {
        const char *extension = isa->forms[v->form].extension;
        return cell(
            EVIDENCE_EXCLUDED,
            matrix_keep(m, r->elsewhere == 0 ? "the processor does not have %s: #UD" : "the processor does not say that it has %s", extension));
    }
    return r->not_run > 0 ? cell(EVIDENCE_EXCLUDED, matrix_keep(m, "not run: %s", reason)) : unmeasured(m, machine, isa->modes[v->mode].name);
}

static struct evidence_cell witness_cell(struct matrix *m, const struct form_verdict *v, enum machine machine) {
    const struct measured_witness *w = measured_witness(m->measurements, machine, v->form, v->mode);
    if (v->witness == NULL) {
        return cell(EVIDENCE_EXCLUDED, "no witness: nothing is sensitive");
    }
    switch (w->verdict) {
    case WITNESS_CONFIRMED:
        return cell(EVIDENCE_GIVEN, matrix_keep(m, "witness of %s confirmed", w->question));
    case WITNESS_EXPLAINED:
        return cell(EVIDENCE_EXCLUDED, matrix_keep(m, "recorded: %s", w->reason));
    case WITNESS_REFUTED:
        return cell(EVIDENCE_AGAINST, matrix_keep(m, "witness of %s refuted: %s", w->question, w->reason));
    case WITNESS_NOT_REACHABLE:
        return cell(EVIDENCE_EXCLUDED, matrix_keep(m, "the machine cannot be put into that state: %s", w->reason));
    default:
        if (!runs_on_processors(m)) {
            return cell(EVIDENCE_EXCLUDED, "no processor runs this ISA");
        }
        return cell(EVIDENCE_EMPTY, measurements_has_witnesses(m->measurements, machine) ? "not in the results" : "no results of this machine");
    }
}

void matrix_fill_row(struct matrix *m, struct evidence_row *row) {
    const struct form_verdict *v = row->verdict;
    row->cells[EVIDENCE_CLASS] = class_cell(m, v);
    row->cells[EVIDENCE_REPLAYED] = replayed_cell(m, v);
    for (unsigned machine = 0; machine < MACHINE_COUNT; machine++) {
        row->cells[EVIDENCE_NATIVE + machine] = machine_cell(m, v, machine);
        row->cells[EVIDENCE_WITNESS_NATIVE + machine] = witness_cell(m, v, machine);
    }
    row->cells[EVIDENCE_DIRECT] = direct_cell(m, v);
    row->cells[EVIDENCE_HANDLER] = handler_cell(m, v);
    row->cells[EVIDENCE_CLOSED] = closed_cell(m, v);
}
