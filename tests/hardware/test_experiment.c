/* Popek and Goldberg's experiment on guests: forms whose answer is known, and tables that are wrong on purpose. */
#include "../../hardware/experiment.h"
#include "../tests.h"
#include "fixture.h"

#include <stdlib.h>

static struct experiment *experiment_or_fail(const struct hardware_fixture *f, struct backend *b, const char *instruction) {
    char *message = NULL;
    const struct probe_options o = {.instruction = instruction, .cpl = -1, .seed = 7, .states = 4, .shard_count = 1, .records = f->records};
    struct experiment *e = experiment_make(f->isa, f->m, b, &o, &message);
    CHECK(e != NULL, "experiment: %s", message == NULL ? "out of memory" : message);
    free(message);
    return e;
}

/* What every machine has: SMSW does the same at both levels, HLT traps at CPL 3 alone, MOV from CS shows the level, SIDT the place. */
static const struct {
    const char *instruction;
    enum experiment_kind kind;
    enum pair_outcome says;
} experiments[] = {{"SMSW", EXPERIMENT_MODES, PAIR_SAME},           {"HLT", EXPERIMENT_MODES, PAIR_TRAPS_IN_FIRST},
                   {"MOV r16, CS", EXPERIMENT_MODES, PAIR_DIFFERS}, {"SIDT", EXPERIMENT_MODES, PAIR_SAME},
                   {"SIDT", EXPERIMENT_RELOCATIONS, PAIR_DIFFERS},  {"SMSW", EXPERIMENT_RELOCATIONS, PAIR_SAME}};

static void check_experiment(const struct hardware_fixture *f, struct backend *b, size_t i) {
    struct experiment *e = experiment_or_fail(f, b, experiments[i].instruction);
    size_t rows = 0;
    for (size_t k = 0; e != NULL && k < e->row_count; k++) {
        const struct experiment_row *r = &e->rows[k];
        const struct world *w = &e->worlds[r->world];
        rows += r->kind == experiments[i].kind ? 1u : 0u;
        CHECK(r->kind != experiments[i].kind || experiment_says(r) == experiments[i].says, "%s: %s in %s mode at CPL %u %s; %s: 0x%llx, 0x%llx",
              e->backend, f->isa->forms[r->form].text, matcher_mode_name(w->mode), w->cpl, pair_outcome_name(experiment_says(r)), r->shown.name,
              (unsigned long long)r->shown.expected, (unsigned long long)r->shown.seen);
        CHECK(r->runs[PROBE_DIFFERS] == 0, "%s: %s in %s mode differs from the tables", e->backend, f->isa->forms[r->form].text,
              matcher_mode_name(w->mode));
    }
    CHECK(rows > 0, "%s: %s has no pairs", b->operations->name, experiments[i].instruction);
    experiment_free(e);
}

static void test_experiment(void) {
    static const struct {
        const char *name;
        struct backend *(*open)(const char **reason);
    } guests[] = {{"kvm", kvm_open}, {"unicorn", unicorn_open}};
    struct hardware_fixture f = {NULL, NULL, NULL};
    bool good = hardware_set_up(&f, NULL);
    for (size_t i = 0; good && i < sizeof guests / sizeof guests[0]; i++) {
        struct backend *b = hardware_open_or_skip(guests[i].name, guests[i].open);
        for (size_t k = 0; b != NULL && k < sizeof experiments / sizeof experiments[0]; k++) {
            check_experiment(&f, b, k);
        }
        if (b != NULL) {
            b->operations->close(b);
        }
    }
    hardware_tear_down(&f);
}

/* Tables in which HLT does not trap at CPL 3: the machine says otherwise. */
static void test_wrong_tables(void) {
    struct hardware_fixture f = {NULL, NULL, NULL};
    struct backend *b = hardware_open_or_skip("unicorn", unicorn_open);
    if (b != NULL && hardware_set_up(&f, "HLT")) {
        isa_free(f.isa);
        f.isa = load_dropped("x86-tables/x86.isa", "HLT", "HLT", 1);
        struct experiment *e = f.isa == NULL ? NULL : experiment_or_fail(&f, b, "HLT");
        size_t against = 0;
        for (size_t k = 0; e != NULL && k < e->row_count; k++) {
            against += e->rows[k].runs[PROBE_DIFFERS];
            CHECK(e->rows[k].kind != EXPERIMENT_MODES || experiment_says(&e->rows[k]) == PAIR_TRAPS_IN_FIRST, "what the machine says is its own");
        }
        CHECK(against > 0, "runs against tables that are wrong differ");
        experiment_free(e);
    }
    hardware_tear_down(&f);
    if (b != NULL) {
        b->operations->close(b);
    }
}

static const struct test tests[] = {{"known answers", test_experiment}, {"wrong tables", test_wrong_tables}};
const struct suite experiment_suite = SUITE("experiment", tests);
