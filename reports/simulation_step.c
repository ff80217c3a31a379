/* One step of a simulation in three columns: the bare machine, the virtual machine, and the real processor below it. */
#include "simulation.h"
#include "simulation_words.h"

#include <inttypes.h>
#include <string.h>

#define COLUMN 18
#define MOST_WORDS_SHOWN 3u

/* Whose business the step was. */
static const char *who(const struct simulated_step *step) {
    if (step->result.outcome != OUTCOME_DONE) {
        return "the monitor gives the trap to the guest";
    }
    return step->result.direct ? "directly, on the real processor" : "not directly, the monitor does it for the guest";
}

/* A value, with a star where the step changed it. */
static const char *cell(const struct target *t, unsigned i, word128 before, word128 after, char text[32]) {
    char buffer[24];
    (void)snprintf(text, 32, "%.15s%s", simulation_value(t, i, after, buffer), before != after ? " *" : "");
    return text;
}

static void put_component(FILE *out, const struct target *t, unsigned i, const word128 *before, word128 values[3][TARGET_COMPONENTS]) {
    char text[2][32];
    char real[24];
    (void)fprintf(out, "  %-12.12s%-*s%-*s", t->components[i].name, COLUMN, cell(t, i, before[i], values[0][i], text[0]), COLUMN,
                  cell(t, i, before[i], values[1][i], text[1]));
    bool differs = values[0][i] != values[1][i];
    (void)fprintf(out, "%-*.15s%s\n", differs ? COLUMN - 2 : 0, simulation_value(t, i, values[2][i], real), differs ? "differs" : "");
}

static void put_words(FILE *out, const struct machine *bare, const struct machine *machine) {
    const uint16_t *words[2] = {machine_words(bare), machine_words(machine)};
    unsigned count = 0;
    for (uint32_t i = 0; i < machine_word_count(bare); i++) {
        if (words[0][i] != words[1][i] && count++ < MOST_WORDS_SHOWN) {
            (void)fprintf(out, "  word 0x%04x 0x%04x            0x%04x                            differs\n", i, words[0][i], words[1][i]);
        }
    }
    if (count > MOST_WORDS_SHOWN) {
        (void)fprintf(out, "  and %u more words differ\n", count - MOST_WORDS_SHOWN);
    }
}

void report_step(FILE *out, const struct machine *bare, const struct machine *machine, const char *name, const struct simulated_step *step) {
    const struct target *t = machine->target;
    word128 values[3][TARGET_COMPONENTS];
    char text[64];
    simulation_instruction(t, step, text);
    (void)fprintf(out, "Step %" PRIu64 "  at 0x%04x  %s\n  %.24s: %s\n\n", step->number, (unsigned)step->before[t->counter], text,
                  target_outcome_name(t, step->result.outcome), who(step));
    bare->operations->read(bare, values[0]);
    machine->operations->read(machine, values[1]);
    machine->operations->read_real(machine, values[2]);
    (void)fprintf(out, "  %-12s%-*s%-*.17s%s\n", "after it", COLUMN, "bare machine", COLUMN, name, "real processor");
    for (unsigned i = 0; i < t->component_count; i++) {
        put_component(out, t, i, step->before, values);
    }
    put_words(out, bare, machine);
}
