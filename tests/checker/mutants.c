/* The mutation score of the checker: every mutant of every system form, each as the handler that is checked. Survivors are put to the solver
 * (mutant_judge.c). Instructions are scored one after the other, those with the fewest mutants first, each in a process of its own; a line for each,
 * and one for each survivor, is added to the file of results, and instructions that it has already are passed over. */
#include "../../checker/drive.h"
#include "../../checker/path_groups.h"
#include "../../hardware/system_forms.h"
#include "mutant_judge.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MOST 500u /* a driver has room for the findings of so many */
#define RANDOM_STATES 500u
#define RESOURCES 1000000u

extern const struct emitted_isa x86_emitted;

struct work {
    struct isa *isa, *mutated;
    struct plugin *plugin;
    struct path_store *paths;
    unsigned *variable;
    const char *results;
    bool *wanted; /* by entry */
    /* in the process of an instruction */
    struct driver *driver;
    struct mutant_judge *judge;
    FILE *lines;
    size_t all, caught, standing[MUTANT_MISSED + 1];
    double *times;
    struct job jobs[JOBS_MOST];
    struct job_result ran[JOBS_MOST];
};

/* Entries of an instruction that stand beside each other. */
struct group {
    size_t first, end, mutants;
};

static const struct semantics *semantics_of(const struct work *w, size_t entry) {
    return w->isa->forms[x86_emitted.forms[entry].form].semantics[x86_emitted.forms[entry].mode_number];
}
static const char *instruction_of(const struct work *w, size_t entry) { return w->isa->forms[x86_emitted.forms[entry].form].instruction; }

/* Forms with the same meaning share a step, and are scored once. */
static bool is_chosen(const struct work *w, size_t entry) {
    unsigned number = w->wanted[entry] ? path_item_of(w->isa, &x86_emitted, entry).number : 0;
    bool chosen = w->wanted[entry];
    for (size_t i = entry; chosen && i-- > number;) {
        chosen = !w->wanted[i] || path_item_of(w->isa, &x86_emitted, i).number != number;
    }
    return chosen;
}

static size_t mutants_of(const struct work *w, size_t entry) {
    const struct semantics *m = semantics_of(w, entry);
    return 2 * m->point_count + mutant_changes(w->isa, m);
}

/* ---- one instruction --------------------------------------------------------------------------------------------------------------------------- */

static void write_survivor(const struct work *w, size_t entry, unsigned number, enum mutant_standing standing, const char *witness) {
    const struct emitted_form *f = &x86_emitted.forms[entry];
    const struct semantics *m = semantics_of(w, entry);
    static const char *const names[] = {"", "open", "undecided", "survivor"};
    (void)fprintf(w->lines, "%s\t%s\t%s\t", names[standing], w->isa->forms[f->form].text, f->mode);
    if (number <= 2 * m->point_count) {
        const struct trap_point *p = &m->points[(number - 1) / 2];
        (void)fprintf(w->lines, "%s\t%s:%u", number % 2 == 1 ? "check left out" : "another exception", p->place.file, p->place.line);
    } else {
        (void)fprintf(w->lines, "change left out\t%s", mutant_component(w->isa, m, number - 2 * m->point_count - 1));
    }
    (void)fprintf(w->lines, "\t%s\n", witness);
}

static bool judge(struct work *w, size_t entry, unsigned number) {
    const struct emitted_form *f = &x86_emitted.forms[entry];
    char *witness = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&witness, &size);
    if (out == NULL) {
        return false;
    }
    enum mutant_standing standing = mutant_judge_ask(w->judge, f->form, f->mode_number, number, out);
    bool good = fclose(out) == 0;
    w->standing[standing]++;
    if (good && standing != MUTANT_NO_FAULT) {
        write_survivor(w, entry, number, standing, witness);
    }
    free(witness);
    return good;
}

/* The form itself as the handler: a finding would be a false alarm, and no mutant of it could be said to be caught. */
static bool is_quiet(struct work *w, size_t entry, popek_handle *handle, const struct targets *t) {
    const struct job plain = {entry, handle, t, RANDOM_STATES, w->variable, 0};
    size_t found = 0;
    size_t left_out = 0;
    bool good = drive(w->driver, &plain, 1, w->ran);
    (void)driver_findings(w->driver, &found, &left_out);
    if (good && found > 0) {
        (void)fprintf(w->lines, "false alarm\t%s\t%s\t\t\t\n", w->isa->forms[x86_emitted.forms[entry].form].text, x86_emitted.forms[entry].mode);
    }
    return good;
}

/* The states of a form run for all of its mutants; a mutant's time is what its states took until the first finding. */
static bool score_form(struct work *w, size_t entry) {
    const struct emitted_form *f = &x86_emitted.forms[entry];
    const struct path_item item = path_item_of(w->isa, &x86_emitted, entry);
    struct targets t;
    size_t mutants = mutants_of(w, entry);
    popek_handle *handle = plugin_handler(w->plugin, &w->isa->forms[f->form], f->mode);
    if (!path_store_get(w->paths, &item, &t)) {
        return false;
    }
    bool good = is_quiet(w, entry, handle, &t);
    for (size_t first = 0; good && first < mutants; first += JOBS_MOST) {
        size_t count = mutants - first < JOBS_MOST ? mutants - first : JOBS_MOST;
        for (size_t i = 0; i < count; i++) {
            w->jobs[i] = (struct job){entry, handle, &t, RANDOM_STATES, w->variable, (unsigned)(first + i + 1)};
        }
        good = drive(w->driver, w->jobs, count, w->ran);
        size_t found = 0;
        size_t left_out = 0;
        const struct raw_finding *raw = driver_findings(w->driver, &found, &left_out);
        good = good && left_out == 0;
        for (size_t i = 0, k = 0; good && i < count; i++) {
            bool caught = k < found && raw[k].job == i;
            w->all++;
            if (caught) {
                w->times[w->caught++] = raw[k++].elapsed;
            } else {
                good = judge(w, entry, (unsigned)(first + i + 1));
            }
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

static bool score_group(struct work *w, const struct group *g) {
    const struct drive_options options = {.seed = 1, .stop_early = true, .hang_milliseconds = 10000, .started = check_now()};
    char *lines = NULL;
    size_t size = 0;
    w->lines = open_memstream(&lines, &size);
    w->driver = driver_new(w->plugin, NULL, &options);
    w->judge = mutant_judge_new(w->isa, w->mutated, RESOURCES);
    w->times = malloc((g->mutants + 1) * sizeof *w->times);
    bool good = w->lines != NULL && w->driver != NULL && w->judge != NULL && w->times != NULL;
    for (size_t i = g->first; good && i < g->end; i++) {
        good = !is_chosen(w, i) || score_form(w, i);
    }
    if (good) {
        qsort(w->times, w->caught, sizeof *w->times, ascending);
        (void)fprintf(w->lines, "score\t%s\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%.1f\t%.1f\n", instruction_of(w, g->first), w->all, w->caught,
                      w->standing[MUTANT_NO_FAULT], w->standing[MUTANT_OPEN], w->standing[MUTANT_UNDECIDED], w->standing[MUTANT_MISSED],
                      w->caught == 0 ? 0 : w->times[w->caught / 2] * 1e6, w->caught == 0 ? 0 : w->times[w->caught - 1] * 1e6);
    }
    good = w->lines != NULL && fclose(w->lines) == 0 && good;
    FILE *results = good ? fopen(w->results, "a") : NULL;
    good = results != NULL && fputs(lines, results) != EOF;
    return results != NULL && fclose(results) == 0 && good;
}

static bool score_apart(struct work *w, const struct group *g) {
    pid_t pid = fork();
    int status = 0;
    if (pid == 0) {
        _exit(score_group(w, g) ? 0 : 1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- all of them ------------------------------------------------------------------------------------------------------------------------------- */

static bool is_scored(const struct work *w, const char *instruction) {
    FILE *in = fopen(w->results, "r");
    char line[4096];
    bool found = false;
    size_t length = strlen(instruction);
    while (in != NULL && !found && fgets(line, sizeof line, in) != NULL) {
        found = strncmp(line, "score\t", 6) == 0 && strncmp(line + 6, instruction, length) == 0 && line[6 + length] == '\t';
    }
    if (in != NULL) {
        (void)fclose(in);
    }
    return found;
}

static bool choose(struct work *w, char *const *names, int name_count) {
    struct system_forms *system = system_forms_new(w->isa);
    w->wanted = calloc(x86_emitted.form_count + 1, sizeof *w->wanted);
    bool good = system != NULL && w->wanted != NULL;
    for (size_t i = 0; good && i < x86_emitted.form_count; i++) {
        const struct form *form = &w->isa->forms[x86_emitted.forms[i].form];
        w->wanted[i] = name_count == 0 && is_system_form(system, semantics_of(w, i));
        for (int k = 0; k < name_count; k++) {
            w->wanted[i] = w->wanted[i] || strcmp(names[k], form->instruction) == 0 || strcmp(names[k], form->text) == 0;
        }
    }
    system_forms_free(system);
    return good;
}

static int fewest_first(const void *a, const void *b) {
    const struct group *x = a;
    const struct group *y = b;
    return x->mutants != y->mutants ? (x->mutants < y->mutants ? -1 : 1) : x->first < y->first ? -1 : 1;
}

static size_t list_groups(const struct work *w, struct group *groups) {
    size_t count = 0;
    for (size_t i = 0; i < x86_emitted.form_count; i++) {
        if (i == 0 || strcmp(instruction_of(w, i), instruction_of(w, i - 1)) != 0) {
            groups[count++] = (struct group){i, i, 0};
        }
        groups[count - 1].end = i + 1;
        groups[count - 1].mutants += is_chosen(w, i) ? mutants_of(w, i) : 0;
    }
    qsort(groups, count, sizeof *groups, fewest_first);
    return count;
}

static bool score_all(struct work *w, char **message) {
    struct group *groups = calloc(x86_emitted.form_count + 1, sizeof *groups);
    size_t count = groups == NULL ? 0 : list_groups(w, groups);
    bool good = groups != NULL;
    for (size_t i = 0; good && i < count; i++) {
        size_t entry = groups[i].first;
        while (entry < groups[i].end && !w->wanted[entry]) {
            entry++;
        }
        if (entry == groups[i].end || is_scored(w, instruction_of(w, entry))) {
            continue;
        }
        good = path_group_explore(w->paths, w->isa, &x86_emitted, w->wanted, entry) && score_apart(w, &groups[i]);
        good = good && (i % 16 != 0 || path_store_save(w->paths, message));
    }
    free(groups);
    return good && path_store_save(w->paths, message);
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
    if (argc < 5) {
        (void)fputs("usage: mutants ISA PLUGIN PATHS RESULTS [NAME...]\n", stderr);
        return 2;
    }
    w.isa = load_tables(argv[1], false);
    w.mutated = load_tables(argv[1], true);
    w.plugin = w.isa == NULL ? NULL : plugin_open(argv[2], w.isa, &x86_emitted, &message);
    w.variable = w.plugin == NULL ? NULL : dlsym(w.plugin->object, "popek_mutant");
    w.results = argv[4];
    w.paths = w.isa == NULL ? NULL : path_store_open(w.isa, argv[3], RESOURCES);
    bool good = w.mutated != NULL && w.variable != NULL && w.paths != NULL && choose(&w, argv + 5, argc - 5) && score_all(&w, &message);
    if (!good) {
        (void)fprintf(stderr, "mutants: %s\n", message == NULL ? "it cannot be done" : message);
    }
    free(message);
    free(w.wanted);
    path_store_close(w.paths);
    plugin_close(w.plugin);
    isa_free(w.mutated);
    isa_free(w.isa);
    return good ? 0 : 70;
}
