/* popek simulate: runs a guest on the teaching machine, bare or under a monitor, and compares the two. */
#include "arguments.h"
#include "cli.h"

#include "../reports/simulation.h"
#include "guest_file.h"
#include "step_view.h"

#include <stdlib.h>
#include <string.h>

struct request {
    const char *guest, *isa, *output, *machine;
    struct machine_request made;
    uint64_t steps;
    bool compare, trace, step, json, timer_given;
};

#define USUAL_WORDS 4096u

enum option_key { KEY_COMPARE = 256, KEY_TRACE, KEY_STEP, KEY_STEPS, KEY_TIMER, KEY_WORDS, KEY_SEED };

static const struct argp_option options[] = {
    {"machine", 'm', "bare|vmm|hybrid|nested=N", 0, "what the guest runs on (bare; vmm with --compare)", 0},
    {"compare", KEY_COMPARE, NULL, 0, "the bare machine beside it in lockstep: the first difference, exit code 1", 0},
    {"isa", 'i', "FILE", 0, "another teaching machine, by a model over its description (the third generation machine, by proven C)", 0},
    {"trace", KEY_TRACE, NULL, 0, "a line for every instruction", 0},
    {"step", KEY_STEP, NULL, 0, "as --compare, and all three processors shown after every step; on a terminal one step at a time", 0},
    {"steps", KEY_STEPS, "N", 0, "stop after so many instructions (1000000)", 0},
    {"timer", KEY_TIMER, "N", 0, "a timer interrupt every N instructions; 0: none (what the guest says)", 0},
    {"words", KEY_WORDS, "N", 0, "words of the guest's storage (4096, or as many as the guest has)", 0},
    {"seed", KEY_SEED, "N", 0, "for results that the description leaves undefined (0)", 0},
    {"format", 'f', "text|json", 0, "how the result is written (text)", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void parse_machine(struct argp_state *state, struct request *r, const char *text) {
    static const char *const names[] = {"bare", "vmm", "hybrid"};
    r->machine = text;
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            r->made.kind = (enum machine_kind)i;
            return;
        }
    }
    if (strncmp(text, "nested=", 7) == 0) {
        r->made.kind = MACHINE_NESTED;
        r->made.depth = (unsigned)argument_number(state, "nested=", text + 7, 1, MACHINE_MOST_DEPTH);
        return;
    }
    argp_error(state, "unknown machine '%s'; there is: bare, vmm, hybrid, nested=N", text);
}

static void finish(struct argp_state *state, struct request *r) {
    if (r->machine == NULL) {
        r->machine = r->compare ? "vmm" : "bare";
        r->made.kind = r->compare ? MACHINE_VMM : MACHINE_BARE;
    }
    if (r->compare && r->made.kind == MACHINE_BARE) {
        argp_error(state, "--compare and --step compare the bare machine with another one: give --machine vmm, hybrid or nested=N");
    }
    if ((r->trace || r->step) && r->json) {
        argp_error(state, "--trace and --step are text and do not go with --format json");
    }
    if (r->trace && r->step) {
        argp_error(state, "--trace and --step show the same steps: choose one");
    }
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case 'm':
        parse_machine(state, r, argument);
        return 0;
    case KEY_COMPARE:
        r->compare = true;
        return 0;
    case 'i':
        r->isa = argument;
        return 0;
    case KEY_TRACE:
        r->trace = true;
        return 0;
    case KEY_STEP:
        r->compare = r->step = true;
        return 0;
    case KEY_STEPS:
        r->steps = argument_number(state, "--steps", argument, 0, UINT64_MAX);
        return 0;
    case KEY_TIMER:
        r->made.interval = (uint32_t)argument_number(state, "--timer", argument, 0, 0xffffff);
        r->timer_given = true;
        return 0;
    case KEY_WORDS:
        r->made.words = (uint32_t)argument_number(state, "--words", argument, TARGET_TRAP_WORDS, TARGET_MOST_WORDS);
        return 0;
    case KEY_SEED:
        r->made.seed = argument_number(state, "--seed", argument, 0, UINT64_MAX);
        return 0;
    case ARGP_KEY_END:
        finish(state, r);
        return 0;
    default:
        return argument_rest(key, argument, state,
                             &(struct rest){"guest", "popek simulate examples/guests/escape.s", &r->guest, &r->output, &r->json});
    }
}

struct trace_context {
    FILE *out;
    const struct target *target;
};

static bool trace_line(void *context, const struct simulated_step *step) {
    const struct trace_context *c = context;
    report_trace_line(c->out, c->target, step);
    return true;
}

/* A machine with the guest in it; NULL after a message. */
static struct machine *make(const struct request *r, const struct target *t, const struct guest *g, enum machine_kind kind) {
    struct machine_request request = r->made;
    const char *message = NULL;
    request.kind = kind;
    request.interval = r->timer_given ? r->made.interval : g->interval;
    if (request.words == 0) {
        request.words = g->count > USUAL_WORDS ? g->count : USUAL_WORDS;
    }
    if (g->count > request.words) {
        complain("the guest has %u words and its storage %u; give it more with --words", g->count, request.words);
        return NULL;
    }
    struct machine *m = r->isa == NULL ? machine_new_proven(t, &request, &message) : machine_new_model(t, &request, &message);
    if (m == NULL) {
        complain("%s", message);
        return NULL;
    }
    memcpy(machine_words(m), g->words, g->count * sizeof *g->words);
    machine_seal(m);
    return m;
}

static int run(const struct request *r, const struct target *t, const struct guest *g, struct machine *reference, struct machine *machine) {
    static struct simulation result;
    struct output out;
    if (!output_open(&out, r->output)) {
        return EXIT_INTERNAL;
    }
    struct trace_context context = {out.stream, t};
    bool asks = r->step && step_view_can_ask();
    struct step_view view = {asks ? stdout : out.stream, reference, machine, r->machine, asks, WISH_EACH};
    const struct simulation_trace steps = {step_view_line, &view};
    const struct simulation_trace lines = {r->trace ? trace_line : NULL, &context};
    if (r->trace) {
        report_trace_heading(out.stream);
    }
    simulate(reference, machine, r->steps, r->step ? &steps : &lines, &result);
    if (r->trace || asks) {
        (void)fputc('\n', out.stream);
    }
    const struct simulation_report report = {r->guest, g->count, r->machine, r->isa == NULL, reference, machine, &result};
    bool good = result.end != END_FAILED && (r->json ? report_simulation_json(out.stream, &report) : report_simulation_text(out.stream, &report));
    int code = output_close(&out, good);
    bool findings = result.end == END_DIFFERENT || machine->escaped || machine_outside_changed(machine) > 0;
    return code == EXIT_FINE && findings ? EXIT_FINDINGS : code;
}

int command_simulate(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "GUEST",
        "Runs GUEST, a file of `popek assemble` or a program whose name ends in .s, on the third generation machine, bare or "
        "under the monitor of vmm-model.\v"
        "Exit codes: 0 the guest ran; 1 --compare found a difference, or the guest reached what is not its own; 2 bad usage; "
        "3 bad input.",
        NULL,
        NULL,
        NULL};
    struct request r = {.made = {MACHINE_BARE, 0, 0, 0, 0}, .steps = 1000000};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    struct isa *isa = NULL;
    int code = EXIT_INTERNAL;
    struct target *t = target_or_complain(r.isa == NULL ? BUILT_IN_MACHINE : r.isa, &isa, &code);
    if (t == NULL) {
        return code;
    }
    struct guest g = {0, 0, NULL};
    struct machine *reference = NULL;
    struct machine *machine = NULL;
    code = EXIT_INPUT;
    if (load_guest(t, r.guest, &g) && (machine = make(&r, t, &g, r.made.kind)) != NULL &&
        (!r.compare || (reference = make(&r, t, &g, MACHINE_BARE)) != NULL)) {
        code = run(&r, t, &g, reference, machine);
    }
    machine_free(reference);
    machine_free(machine);
    guest_free(&g);
    target_free(t);
    isa_free(isa);
    return code;
}
