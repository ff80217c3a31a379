/* The mutation score of the checker: every mutant of every system form, each as the handler that is checked. Survivors are put to the solver: one
 * that no state tells from the form is no fault. */
#include "../../checker/drive.h"
#include "../../checker/path_groups.h"
#include "../../classifier/solver.h"
#include "../../hardware/system_forms.h"
#include "../../isa-model/term_cone.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOBS_MOST 4096u
#define RANDOM_STATES 500u
#define RESOURCES 1000000u

extern const struct emitted_isa x86_emitted;

enum kind { DROPS, SWAPS, SKIPS, KINDS };
static const char *const kind_names[KINDS] = {"a check left out", "another exception", "a change left out"};
struct score {
    size_t all, caught, equivalent, open, undecided, survived;
};
struct work {
    struct isa *isa, *mutated;
    struct plugin *plugin;
    struct driver *driver;
    struct path_store *paths;
    struct solver *solver;
    unsigned *variable;
    struct score scores[KINDS];
    double *times;
    size_t time_count, time_capacity;
    struct job jobs[JOBS_MOST];
    struct job_result results[JOBS_MOST];
};

static size_t count_changes(const struct isa *isa, const struct semantics *m) {
    size_t count = 0;
    for (size_t i = 0; i < isa->leaf_count; i++) {
        count += isa->leaves[i].index_width == 0 && m->next[i] != term_apply(isa->pool, isa->leaves[i].symbol, NULL, 0) ? 1 : 0;
    }
    return count;
}

static term differs(struct term_pool *p, struct substitution *a, struct substitution *b, term t) {
    return term_not(p, term_equal(p, substitute(a, t), substitute(b, t)));
}

/* Whether some state of the mode tells the mutant from the form. */
static enum answer is_visible(struct work *w, const struct emitted_form *f, unsigned number) {
    struct isa *isa = w->mutated;
    struct term_pool *p = isa->pool;
    const struct semantics *m = isa->forms[f->form].semantics[f->mode_number];
    symbol mutant = term_symbol(p, "mutant", ISA_MUTANT_WIDTH, NULL, 0);
    struct substitution *plain = substitution_new(p);
    struct substitution *other = substitution_new(p);
    enum answer answer = ANSWER_UNDECIDED;
    struct valuation *model = NULL;
    if (plain != NULL && other != NULL) {
        substitution_replace(plain, mutant, term_constant(p, ISA_MUTANT_WIDTH, 0));
        substitution_replace(other, mutant, term_constant(p, ISA_MUTANT_WIDTH, number));
        term trap = substitute(plain, m->trap);
        term said = term_or(p, differs(p, plain, other, m->trap_vector), differs(p, plain, other, m->trap_argument));
        term left = term_false(p);
        for (size_t i = 0; i < isa->leaf_count; i++) {
            left = isa->leaves[i].index_width == 0 ? term_or(p, left, differs(p, plain, other, m->next[i])) : left;
        }
        for (size_t i = 0; i < m->operand_count; i++) {
            bool written = (m->operands[i].direction & OPERAND_OUT) != 0;
            left = written ? term_or(p, left, differs(p, plain, other, m->operands[i].next)) : left;
        }
        for (size_t i = 0; i < m->write_count; i++) {
            left = term_or(p, left, differs(p, plain, other, m->writes[i].guard));
            left = term_or(p, left, term_or(p, differs(p, plain, other, m->writes[i].index), differs(p, plain, other, m->writes[i].value)));
        }
        term query = term_or(p, differs(p, plain, other, m->trap), term_if(p, trap, said, left));
        int assumed = isa_find_leaf(isa, "v386"); /* as the checker */
        query = term_and(p, query, term_and(p, isa->well_formed, isa->modes[f->mode_number].condition));
        if (assumed >= 0) {
            query = term_and(p, query, term_not(p, term_apply(p, isa->leaves[assumed].symbol, NULL, 0)));
        }
        if (!solver_ask(w->solver, query, 1, &answer, &model)) {
            answer = ANSWER_UNDECIDED;
        }
    }
    valuation_free(model);
    substitution_free(plain);
    substitution_free(other);
    return answer;
}

static bool is_open_symbol(const struct isa *isa, symbol x) {
    bool open = false;
    for (size_t i = 0; i < isa->undefined_count; i++) {
        open = open || isa->undefined_symbols[i] == x;
    }
    for (size_t i = 0; i < isa->opaque_count; i++) {
        open = open || isa->opaque_symbols[i] == x;
    }
    return open;
}

static bool depends_on_open(const struct isa *isa, struct cone *cone, term t) {
    bool open = false;
    if (cone_collect(cone, &t, 1)) {
        for (size_t k = 0; k < cone_size(cone); k++) {
            struct term_view v = term_look(isa->pool, cone_terms(cone)[k]);
            open = open || (v.operation == TERM_APPLY && is_open_symbol(isa, v.symbol));
        }
    }
    return open;
}

/* The tables leave open what the mutant changes: a value that is undefined or of an opaque function, or a check of such a value. */
static bool is_left_open(const struct work *w, const struct semantics *m, unsigned number) {
    const struct isa *isa = w->isa;
    struct cone *cone = cone_new(isa->pool);
    size_t change = number - 2 * m->point_count - 1;
    bool open = false;
    if (cone != NULL && number <= 2 * m->point_count) {
        open = depends_on_open(isa, cone, m->points[(number - 1) / 2].condition);
    }
    for (size_t i = 0; cone != NULL && number > 2 * m->point_count && i < isa->leaf_count; i++) {
        bool changes = isa->leaves[i].index_width == 0 && m->next[i] != term_apply(isa->pool, isa->leaves[i].symbol, NULL, 0);
        open = changes && change-- == 0 ? depends_on_open(isa, cone, m->next[i]) : open;
    }
    cone_free(cone);
    return open;
}

static void count_mutant(struct work *w, const struct emitted_form *f, size_t points, unsigned number, double seconds) {
    enum kind kind = number > 2 * points ? SKIPS : number % 2 == 1 ? DROPS : SWAPS;
    struct score *s = &w->scores[kind];
    s->all++;
    if (seconds >= 0) {
        s->caught++;
        if (w->time_count < w->time_capacity) {
            w->times[w->time_count++] = seconds;
        }
        return;
    }
    enum answer visible = is_visible(w, f, number);
    s->equivalent += visible == ANSWER_NO ? 1 : 0;
    s->undecided += visible == ANSWER_UNDECIDED ? 1 : 0;
    const struct semantics *m = w->isa->forms[f->form].semantics[f->mode_number];
    bool open = visible == ANSWER_YES && is_left_open(w, m, number);
    s->open += open ? 1 : 0;
    if (visible == ANSWER_YES && !open) {
        s->survived++;
        (void)printf("  survives: %s [%s], %s, number %u\n", w->isa->forms[f->form].text, f->mode, kind_names[kind],
                     kind == SKIPS ? number - 2 * (unsigned)points - 1 : (number - 1) / 2);
    }
}

/* The states of a form run for all of its mutants; a mutant's time is what its states took until the first finding. */
static bool check_form(struct work *w, const bool *wanted, size_t entry) {
    const struct emitted_form *f = &x86_emitted.forms[entry];
    const struct semantics *m = w->isa->forms[f->form].semantics[f->mode_number];
    struct targets t;
    const struct path_item item = path_item_of(w->isa, &x86_emitted, entry);
    size_t mutants = 2 * m->point_count + count_changes(w->isa, m);
    popek_handle *handle = plugin_handler(w->plugin, &w->isa->forms[f->form], f->mode);
    if (!path_group_explore(w->paths, w->isa, &x86_emitted, wanted, entry) || !path_store_get(w->paths, &item, &t)) {
        return false;
    }
    bool good = true;
    for (size_t first = 0; good && first < mutants; first += JOBS_MOST) {
        size_t count = mutants - first < JOBS_MOST ? mutants - first : JOBS_MOST;
        for (size_t i = 0; i < count; i++) {
            w->jobs[i] = (struct job){entry, handle, &t, RANDOM_STATES, w->variable, (unsigned)(first + i + 1)};
        }
        good = drive(w->driver, w->jobs, count, w->results);
        size_t found = 0;
        size_t left_out = 0;
        const struct raw_finding *raw = driver_findings(w->driver, &found, &left_out);
        for (size_t i = 0; good && i < count; i++) {
            double seconds = -1;
            for (size_t k = 0; k < found; k++) {
                seconds = raw[k].job == i ? raw[k].elapsed : seconds;
            }
            count_mutant(w, f, m->point_count, (unsigned)(first + i + 1), seconds);
        }
    }
    targets_free(&t);
    return good;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y ? 1 : 0;
}

static int report(struct work *w) {
    size_t caught = 0;
    size_t real = 0;
    for (unsigned i = 0; i < KINDS; i++) {
        const struct score *s = &w->scores[i];
        (void)printf("%-20s %6zu mutants, %6zu caught, %5zu proven to be no fault, %4zu of open values, %4zu undecided, %4zu survive\n",
                     kind_names[i], s->all, s->caught, s->equivalent, s->open, s->undecided, s->survived);
        caught += s->caught;
        real += s->all - s->equivalent - s->open;
    }
    qsort(w->times, w->time_count, sizeof *w->times, ascending);
    (void)printf("score: %zu of %zu faults caught (%.2f %%); median time to catch %.6f s, longest %.3f s\n", caught, real,
                 real == 0 ? 0.0 : 100.0 * (double)caught / (double)real, w->time_count == 0 ? 0.0 : w->times[w->time_count / 2],
                 w->time_count == 0 ? 0.0 : w->times[w->time_count - 1]);
    return real > 0 && caught * 100 >= real * 98 ? 0 : 1;
}

static bool check_all(struct work *w, char *const *names, int name_count) {
    struct system_forms *system = system_forms_new(w->isa);
    bool *seen = calloc(x86_emitted.form_count + 1, sizeof *seen);
    bool *wanted = calloc(x86_emitted.form_count + 1, sizeof *wanted);
    bool good = system != NULL && seen != NULL && wanted != NULL;
    for (size_t i = 0; good && i < x86_emitted.form_count; i++) {
        const struct emitted_form *f = &x86_emitted.forms[i];
        const struct form *form = &w->isa->forms[f->form];
        wanted[i] = name_count == 0 && is_system_form(system, form->semantics[f->mode_number]);
        for (int k = 0; k < name_count; k++) {
            wanted[i] = wanted[i] || strcmp(names[k], form->instruction) == 0 || strcmp(names[k], form->text) == 0;
        }
    }
    for (size_t i = 0; good && i < x86_emitted.form_count; i++) {
        unsigned number = wanted[i] ? path_item_of(w->isa, &x86_emitted, i).number : 0;
        if (wanted[i] && !seen[number]) {
            seen[number] = true;
            good = check_form(w, wanted, i);
        }
    }
    free(seen);
    free(wanted);
    system_forms_free(system);
    return good;
}

static struct isa *load_tables(const char *path, bool mutants) {
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.mutants = mutants};
    char *messages = NULL;
    struct isa *isa = isa_load(path, &reader, &options, &messages);
    (void)fputs(isa == NULL && messages != NULL ? messages : "", stderr);
    free(messages);
    return isa;
}

int main(int argc, char **argv) {
    static struct work w;
    char *message = NULL;
    if (argc < 4) {
        (void)fputs("usage: mutants ISA PLUGIN PATHS [NAME...]\n", stderr);
        return 2;
    }
    w.isa = load_tables(argv[1], false);
    w.mutated = load_tables(argv[1], true);
    w.plugin = w.isa == NULL ? NULL : plugin_open(argv[2], w.isa, &x86_emitted, &message);
    if (w.mutated == NULL || w.plugin == NULL) {
        (void)fprintf(stderr, "%s\n", message == NULL ? "cannot start" : message);
        return 3;
    }
    const struct drive_options options = {.seed = 1, .stop_early = true, .hang_milliseconds = 10000, .started = check_now()};
    w.time_capacity = 1000000;
    w.times = malloc(w.time_capacity * sizeof *w.times);
    w.driver = driver_new(w.plugin, NULL, &options);
    w.paths = path_store_open(w.isa, argv[3], RESOURCES);
    w.solver = solver_new(w.mutated->pool, RESOURCES);
    w.variable = dlsym(w.plugin->object, "popek_mutant");
    bool good = w.times != NULL && w.driver != NULL && w.paths != NULL && w.solver != NULL && w.variable != NULL;
    good = good && check_all(&w, argv + 4, argc - 4) && path_store_save(w.paths, &message);
    int code = good ? report(&w) : 70;
    solver_free(w.solver);
    path_store_close(w.paths);
    driver_free(w.driver);
    free(w.times);
    plugin_close(w.plugin);
    isa_free(w.mutated);
    isa_free(w.isa);
    return code;
}
