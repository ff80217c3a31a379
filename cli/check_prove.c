/* popek check --prove: handlers in C against the contracts of the tables, and states for what is not proven. */
#include "../checker/prove.h"
#include "check_request.h"
#include "cli.h"
#include "temporary.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct emitted_isa x86_emitted;

static void show_values(FILE *out, const struct check_finding *f) {
    char number[40];
    (void)fprintf(out, "      %s: expected %s, seen %s\n", check_property_title(f->property), f->expected, f->seen);
    for (size_t i = 0; i < f->difference_count; i++) {
        check_number(f->differences[i].expected, number, sizeof number);
        (void)fprintf(out, "      afterwards %s should be %s, ", f->differences[i].name, number);
        check_number(f->differences[i].seen, number, sizeof number);
        (void)fprintf(out, "and is %s\n", number);
    }
    (void)fputs("      the state before:", out);
    for (size_t i = 0; i < f->input_count; i++) {
        check_number(f->inputs[i].value, number, sizeof number);
        (void)fprintf(out, "%s %s = %s", i > 0 ? "," : "", f->inputs[i].name, number);
    }
    (void)fputs(f->input_count == 0 ? " everything is 0\n" : "; everything else is 0\n", out);
}

/* States for a function that is not proven. `*faulty`: one of them shows a fault. False: it could not be checked. */
static bool show_states(FILE *out, const struct check_request *r, struct isa *isa, const struct matcher *m, struct plugin *plugin,
                        const struct proved_function *f, bool *faulty) {
    struct check_options options = r->options;
    char *message = NULL;
    options.instruction = f->form;
    options.mode = isa_find_mode(isa, f->mode);
    options.system_only = false;
    options.progress = NULL;
    struct check_report *report = check_plugin(isa, m, &x86_emitted, plugin, &options, &message);
    if (report != NULL && report->finding_count > 0) {
        *faulty = true;
        show_values(out, &report->findings[0]);
    } else if (report != NULL) {
        (void)fprintf(out, "      no fault in %llu states that were tried\n", (unsigned long long)report->states);
    }
    free(message);
    bool good = report != NULL;
    check_report_free(report);
    return good;
}

static int write_result(const struct check_request *r, struct isa *isa, const struct matcher *m, const struct prove_result *result,
                        struct plugin *plugin) {
    struct output out;
    unsigned goals = 0;
    unsigned proven = 0;
    unsigned complete = 0;
    bool faulty = false;
    bool good = true;
    if (!output_open(&out, r->output)) {
        return EXIT_INTERNAL;
    }
    for (size_t i = 0; good && i < result->count; i++) {
        const struct proved_function *f = &result->functions[i];
        bool whole = f->goals > 0 && f->proven == f->goals;
        goals += f->goals;
        proven += f->proven;
        complete += whole ? 1 : 0;
        (void)fprintf(out.stream, "  %-40s %s [%s]: %u / %u goals\n", f->name, f->form, f->mode, f->proven, f->goals);
        if (!whole) {
            (void)fprintf(out.stream, "    not proven: %s\n", f->open == NULL ? "it has no goals" : f->open);
            good = show_states(out.stream, r, isa, m, plugin, f, &faulty);
        }
    }
    (void)fprintf(out.stream, "%s: %u of %zu handlers proven, %u of %u goals\n", r->prove, complete, result->count, proven, goals);
    int code = output_close(&out, good);
    return code != EXIT_FINE || !good ? EXIT_INTERNAL : faulty ? EXIT_FINDINGS : complete == result->count ? EXIT_FINE : EXIT_UNDECIDED;
}

int check_prove(const struct check_request *r, struct isa *isa, const struct matcher *m) {
    char directory[400];
    char object[420];
    char *message = NULL;
    struct prove_result result;
    int code = EXIT_INTERNAL;
    if (!temporary_make(directory, sizeof directory)) {
        complain("no temporary directory can be made");
        return EXIT_INTERNAL;
    }
    enum prove_status status = prove_handlers(isa, r->prove, directory, read_builtin, r->prover_steps, &result);
    if (status != PROVE_FINE) {
        complain("%s: %s%s", r->prove, status == PROVE_NO_TOOL ? "this program is needed and cannot be run: " : "",
                 result.message == NULL ? "out of memory" : result.message);
        code = status == PROVE_NO_TOOL ? EXIT_CANNOT_RUN : status == PROVE_BAD_SOURCE ? EXIT_INPUT : EXIT_INTERNAL;
    } else if (result.count == 0) {
        complain("%s: no function of it has a contract; `popek emit x86 --language acsl --for handlers` shows their names", r->prove);
        code = EXIT_INPUT;
    } else {
        (void)snprintf(object, sizeof object, "%s/handlers.so", directory);
        struct plugin *plugin = plugin_open(object, isa, &x86_emitted, &message);
        if (plugin == NULL) {
            complain("%s", message == NULL ? "out of memory" : message);
        } else {
            code = write_result(r, isa, m, &result, plugin);
        }
        plugin_close(plugin);
    }
    free(message);
    prove_result_free(&result);
    temporary_remove(directory);
    return code;
}
