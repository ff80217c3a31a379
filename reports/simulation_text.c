/* Simulations as text, 80 columns wide. */
#include "simulation.h"
#include "simulation_words.h"

#include <inttypes.h>
#include <string.h>

#define NAME_WIDTH 14

const char *simulation_value(const struct target *t, unsigned component, word128 value, char buffer[24]) {
    const char *name = target_value_name(t, component, value);
    if (name != NULL) {
        (void)snprintf(buffer, 24, "%.20s", name);
    } else {
        (void)snprintf(buffer, 24, "0x%04" PRIx64, (uint64_t)value);
    }
    return buffer;
}

void simulation_instruction(const struct target *t, const struct simulated_step *step, char text[64]) {
    if (step->interrupt) {
        (void)snprintf(text, 64, "(timer)");
    } else if (!step->reached) {
        (void)snprintf(text, 64, "(outside)");
    } else {
        target_disassemble(t, step->instruction, text, 64);
    }
}

void report_trace_heading(FILE *out) { (void)fputs("    step  mode        pc      instruction           end\n", out); }

void report_trace_line(FILE *out, const struct target *t, const struct simulated_step *step) {
    char text[64];
    char mode[24];
    simulation_instruction(t, step, text);
    unsigned first = 0;
    while (first + 1 < t->component_count && t->isa->leaves[t->components[first].leaf].class != CLASS_MODE) {
        first++;
    }
    (void)fprintf(out, "%8" PRIu64 "  %-10.10s  0x%04x  %-20.20s  %s%s\n", step->number, simulation_value(t, first, step->before[first], mode),
                  (unsigned)step->before[t->counter], text, target_outcome_name(t, step->result.outcome),
                  step->result.outcome != OUTCOME_DONE ? ""
                  : step->result.direct                ? ", directly"
                                                       : "");
}

static void put_state(FILE *out, const struct target *t, const struct machine *m) {
    word128 values[TARGET_COMPONENTS];
    char buffer[24];
    m->operations->read(m, values);
    for (unsigned i = 0; i < t->component_count; i++) {
        bool last = i % 3 == 2 || i + 1 == t->component_count;
        (void)fprintf(out, last ? "%s%-*.*s%s\n" : "%s%-*.*s%-11s", i % 3 == 0 ? "  " : "", NAME_WIDTH - 3, NAME_WIDTH - 3, t->components[i].name,
                      simulation_value(t, i, values[i], buffer));
    }
}

static void put_counts(FILE *out, const struct simulation_report *r) {
    const struct simulation_counts *c = &r->result->counts;
    (void)fprintf(out, "  %-34s %12" PRIu64 "\n", "instructions", c->steps);
    if (r->machine->place.depth > 0) {
        (void)fprintf(out, "  %-34s %12" PRIu64 "   %5.1f %%\n", "  run directly, without the monitor", c->direct,
                      c->steps == 0 ? 0.0 : 100.0 * (double)c->direct / (double)c->steps);
        (void)fprintf(out, "  %-34s %12" PRIu64 "\n", "entries into monitors", r->machine->entries);
    }
    for (unsigned i = 1; i < OUTCOMES; i++) {
        if (c->outcomes[i] > 0) {
            (void)fprintf(out, "  %-34.34s %12" PRIu64 "\n", target_outcome_name(r->machine->target, i), c->outcomes[i]);
        }
    }
    if (r->machine->place.depth > 0) {
        (void)fprintf(out, "  %-34s %12u\n", "words changed outside of the guest", machine_outside_changed(r->machine));
    }
}

static void put_row(FILE *out, const char *name, const char *before, const char *first, const char *second, bool differs) {
    (void)fprintf(out, "  %-*.*s %-14s %-14s %s%*s\n", NAME_WIDTH, NAME_WIDTH, name, before, first, second,
                  differs ? 9 + 14 - (int)strlen(second) : 0, differs ? "differs" : "");
}

static void put_difference(FILE *out, const struct simulation_report *r) {
    const struct difference *d = &r->result->difference;
    const struct target *t = r->machine->target;
    char text[64];
    char a[24];
    char b[24];
    char c[24];
    simulation_instruction(t, &d->step, text);
    (void)fprintf(out, "Difference at instruction %" PRIu64 ", %s\n\n", d->step.number, text);
    put_row(out, "", "before", "bare after", "monitored", false);
    for (unsigned i = 0; i < t->component_count; i++) {
        put_row(out, t->components[i].name, simulation_value(t, i, d->before[i], a), simulation_value(t, i, d->after[0][i], b),
                simulation_value(t, i, d->after[1][i], c), d->after[0][i] != d->after[1][i]);
    }
    for (unsigned i = 0; i < d->word_count && i < DIFFERENCE_WORDS; i++) {
        (void)snprintf(text, sizeof text, "word 0x%04x", d->words[i].address);
        (void)snprintf(a, sizeof a, "0x%04x", d->words[i].values[0]);
        (void)snprintf(b, sizeof b, "0x%04x", d->words[i].values[1]);
        put_row(out, text, "", a, b, true);
    }
    if (d->word_count > DIFFERENCE_WORDS) {
        (void)fprintf(out, "  and %u more words differ\n", d->word_count - DIFFERENCE_WORDS);
    }
    (void)fprintf(out, "  %-*s %-14s %-.20s / %.20s%s\n", NAME_WIDTH, "outcome", "", target_outcome_name(t, d->outcome[0]),
                  target_outcome_name(t, d->outcome[1]), d->outcome[0] != d->outcome[1] ? "  differs" : "");
    if (d->escaped) {
        (void)fputs("\n  The guest changed the real processor: it left user mode, or its relocation\n  register is not what the monitor loaded.\n",
                    out);
    }
    (void)fputc('\n', out);
}

bool report_simulation_text(FILE *out, const struct simulation_report *r) {
    const struct placement *p = &r->machine->place;
    const struct simulation *s = r->result;
    (void)fprintf(out, "Guest     %.60s, %u words", r->guest, r->guest_words);
    if (r->machine->timer.interval > 0) {
        (void)fprintf(out, ",\n          a timer interrupt every %u instructions", r->machine->timer.interval);
    }
    (void)fprintf(out, "\nMachine   %.40s, %s: %s\n", r->machine->target->isa->name, r->monitor,
                  r->proven ? "the C of vmm-model" : "a model over the evaluator");
    if (p->depth > 0) {
        (void)fprintf(out, "          the guest's %u words lie at word %u of %u\n", p->words[p->depth], p->real_place[p->depth], p->count);
    } else {
        (void)fprintf(out, "          %u words\n", p->count);
    }
    if (r->reference != NULL) {
        (void)fputs("Beside it the bare machine, compared after every step\n", out);
    }
    (void)fputc('\n', out);
    if (s->end == END_DIFFERENT) {
        put_difference(out, r);
    } else {
        (void)fprintf(out, "%s after %" PRIu64 " instructions%s\n\n",
                      s->end == END_HALTED    ? "Halted"
                      : s->end == END_STOPPED ? "Stopped"
                                              : "Stopped by --steps",
                      s->counts.steps, r->reference != NULL ? ", no difference" : "");
        put_state(out, r->machine->target, r->machine);
        (void)fputc('\n', out);
    }
    put_counts(out, r);
    return true;
}
