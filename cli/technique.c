/* popek run --technique: boots the guest anew for each technique, rewritten where that belongs to it, and shows the table. */
#include "technique.h"

#include "../reports/technique.h"
#include "guest_patches.h"
#include "native_kinds.h"

#include <stdlib.h>
#include <string.h>

#define WITNESS_INSTRUCTIONS 20000000u
#define SITES_PROFILE "direct_execution_gated" /* as tools/kinds.c, where a gate is closed */

unsigned technique_set(const char *name) {
    unsigned set = strcmp(name, "all") == 0 ? (1u << TECHNIQUES) - 1 : 0;
    for (unsigned i = 0; i < TECHNIQUES; i++) {
        set |= strcmp(name, technique_name((enum technique)i)) == 0 ? 1u << i : 0;
    }
    return set;
}

static struct computer *boot(const struct technique_request *r, const struct decoder *decoder, const uint8_t *bytes, size_t size) {
    struct guest_program program = *r->program;
    int code = EXIT_FINE;
    program.bytes = bytes;
    program.size = size;
    return boot_guest(decoder, &program, NULL, &code);
}

static void count_places(const struct rewrite_result *rewritten, struct technique_row *row) {
    row->sites = rewritten->place_count;
    for (size_t i = 0; i < rewritten->place_count; i++) {
        row->placed += rewritten->places[i].outcome == REWRITE_PLACED ? 1 : 0;
    }
}

/* One row. False after a message: nothing more can be run. */
static bool run_one(const struct technique_request *r, const struct decoder *decoder, struct technique_run *run, struct technique_table *table) {
    struct technique_row *row = &table->rows[run->technique];
    struct site_question sites = SITE_QUESTION_DEFAULT;
    struct rewrite_result rewritten = {.status = REWRITE_FINE};
    bool changed = technique_rewrites(run->technique);
    bool all = run->technique == TECHNIQUE_HYPERCALL;
    sites.profile = SITES_PROFILE;
    if (changed) {
        rewritten = guest_rewrite(&sites, &(struct guest_rewriting){r->program->name, r->program->bytes, r->program->size,
                                                                    all ? REWRITE_HYPERCALL : REWRITE_TRAP, all, run->met});
        count_places(&rewritten, row);
    }
    bool good = rewritten.status == REWRITE_FINE || rewritten.status == REWRITE_BAD;
    if (rewritten.status == REWRITE_BAD) {
        row->unusable = "only ELF programs can be rewritten";
    } else if (good) {
        const uint8_t *bytes = changed ? rewritten.bytes : r->program->bytes;
        size_t size = changed ? rewritten.size : r->program->size;
        run->guest = boot(r, decoder, bytes, size);
        good = run->guest != NULL && guest_patches_load(run->guest, r->program->name, bytes, size);
        if (good) {
            technique_execute(run, table);
        }
        computer_free(run->guest);
    }
    rewrite_result_free(&rewritten);
    site_question_close(&sites);
    return good;
}

static void find_witness(const struct technique_request *r, const struct decoder *decoder, const struct technique_run *run,
                         struct technique_table *table) {
    struct technique_row *row = &table->rows[TECHNIQUE_TRAP];
    struct computer *model = boot(r, decoder, r->program->bytes, r->program->size);
    struct computer *scratch = boot(r, decoder, r->program->bytes, r->program->size);
    if (model != NULL && scratch != NULL) {
        (void)hole_witness(model, scratch, run->native, WITNESS_INSTRUCTIONS, row->witness, sizeof row->witness);
    }
    computer_free(model);
    computer_free(scratch);
}

static int show(const struct technique_request *r, const struct technique_table *table) {
    struct output out;
    const struct technique_report report = {r->program->name, r->wanted, table};
    bool different = false;
    bool ran = false;
    if (!output_open(&out, r->output)) {
        return EXIT_INTERNAL;
    }
    for (unsigned i = 0; i < TECHNIQUES; i++) {
        ran = ran || table->rows[i].ran;
        different = different || (table->rows[i].ran && !table->rows[i].equivalent);
    }
    int code = output_close(&out, (r->json ? report_technique_json : report_technique_text)(out.stream, &report));
    return code != EXIT_FINE ? code : !ran ? EXIT_CANNOT_RUN : different ? EXIT_FINDINGS : EXIT_FINE;
}

int run_techniques(const struct technique_request *r, const struct decoder *decoder, size_t form_count) {
    static struct technique_table table;
    struct direct_kind_table kinds = {.form_count = 0};
    const struct native_tables native = {&kinds};
    int code = EXIT_INTERNAL;
    if (guest_is_rewritten(r->program->bytes, r->program->size)) {
        complain("%s: --technique takes the program as it was before popek rewrite", r->program->name);
        return EXIT_INPUT;
    }
    struct technique_run run = {.bare = boot(r, decoder, r->program->bytes, r->program->size),
                                .native = &native,
                                .met = calloc(r->program->memory / 8, 1),
                                .except = r->except};
    bool good = run.bare != NULL && run.met != NULL;
    code = run.met == NULL || good ? code : EXIT_INPUT;
    if (good && !native_kinds_read(&kinds, form_count)) {
        complain("the table of what direct execution may run cannot be read");
        good = false;
        code = EXIT_INTERNAL;
    }
    if (good) {
        run.bare_end = technique_bare(run.bare, r->instructions, &table);
    }
    for (unsigned i = 0; good && i < TECHNIQUES; i++) {
        run.technique = (enum technique)i;
        bool finds_code = run.technique == TECHNIQUE_SCAN && r->wanted >> (TECHNIQUE_SCAN + 1) != 0;
        good = ((r->wanted >> i & 1) == 0 && !finds_code) || run_one(r, decoder, &run, &table);
    }
    if (good && table.rows[TECHNIQUE_TRAP].ran && !table.rows[TECHNIQUE_TRAP].equivalent) {
        find_witness(r, decoder, &run, &table);
    }
    if (good) {
        technique_finish(&table, &native, run.bare);
        code = show(r, &table);
    }
    computer_free(run.bare);
    free(run.met);
    kind_table_free(&kinds);
    return code;
}
