/* popek run: a 32-bit guest on the bare x86 machine, in software or as others see it, and the comparison of two of them. */
#include "arguments.h"
#include "cli.h"

#include "../machine/session.h"
#include "../reports/run.h"
#include "boot_files.h"
#include "guest_patches.h"
#include "native_kinds.h"
#include "profile_memory.h"
#include "serial_input.h"
#include "technique.h"

#include <stdlib.h>
#include <string.h>

struct request {
    const char *guest, *output, *trace, *command_line, *arguments, *profile, *input;
    struct boot_files files;
    struct session_request session;
    bool json, statistics, screen;
    unsigned techniques; /* see technique_set; 0: an ordinary run */
};

#define USUAL_MEMORY (32u << 20)
#define USUAL_INSTRUCTIONS 1000000000u

enum option_key {
    KEY_COMPARE = 256,
    KEY_TRACE,
    KEY_STATISTICS,
    KEY_MEMORY,
    KEY_INSTRUCTIONS,
    KEY_COMMAND_LINE,
    KEY_SCREEN,
    KEY_TECHNIQUE,
    KEY_EXCEPT,
    KEY_PROFILE,
    KEY_INPUT,
    KEY_APPEND,
    KEY_MODULE
};

static const struct argp_option options[] = {
    {"backend", 'b', "model|unicorn|kvm|native", 0, "what executes the guest (model: the steps of the tables)", 0},
    {"compare", KEY_COMPARE, "BACKEND", 0,
     "another backend: beside the model, unicorn and native instruction by instruction; of any other two what they showed; a difference is exit code "
     "1",
     0},
    {"technique", KEY_TECHNIQUE, "NAME", 0,
     "natively by trap, scan, patch, hypercall or all of them: a table, with what differs from the bare machine", 0},
    {"except-lines", KEY_EXCEPT, "TEXT", 0,
     "with --technique, and where --compare has two that run by themselves: do not compare lines that contain TEXT, such as the time", 0},
    {"profile-memory", KEY_PROFILE, "FILE", 0,
     "write there which instructions touch page tables, descriptor tables and devices, for popek annotate --from (model)", 0},
    {"trace", KEY_TRACE, "FILE", 0, "a line for every instruction", 0},
    {"stats", KEY_STATISTICS, NULL, 0, "how much was executed, and which exceptions and interrupts were delivered", 0},
    {"screen", KEY_SCREEN, NULL, 0, "the text screen at the end", 0},
    {"memory", KEY_MEMORY, "SIZE", 0, "memory of the machine: bytes, or with K, M or G (32M)", 0},
    {"instructions", KEY_INSTRUCTIONS, "N", 0, "stop after so many (1000000000)", 0},
    {"command-line", KEY_COMMAND_LINE, "TEXT", 0, "what a multiboot kernel is told", 0},
    {"append", KEY_APPEND, "TEXT", 0, "what boot loaders tell it: the name of the guest's file, a blank, and TEXT", 0},
    {"module", KEY_MODULE, "FILE[,TEXT]", 0, "a module for a multiboot kernel, with its arguments; may be given up to 16 times", 0},
    {"input", KEY_INPUT, "FILE", 0, "what the guest receives at its serial port (standard input; from a terminal, each key at once)", 0},
    {"format", 'f', "text|json", 0, "text: what the guest sends to its serial port, at once; json: a result at the end", 0},
    {"output", 'o', "FILE", 0, "write there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static uint64_t parse_number(struct argp_state *state, const char *option, const char *text, uint64_t least, uint64_t most, bool units) {
    char *end = NULL;
    unsigned long long value = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 0) : 0;
    if (end != NULL && units && (*end == 'K' || *end == 'M' || *end == 'G') && value < (1ull << 32)) {
        value <<= *end == 'K' ? 10 : *end == 'M' ? 20 : 30;
        end++;
    }
    if (end == NULL || *end != '\0' || value < least || value > most) {
        argp_error(state, "%s needs a number from %llu to %llu, not '%s'", option, (unsigned long long)least, (unsigned long long)most, text);
    }
    return value;
}

static enum session_backend parse_backend(struct argp_state *state, const char *option, const char *text) {
    for (unsigned i = 0; i < SESSION_BACKENDS; i++) {
        if (strcmp(text, session_backend_name((enum session_backend)i)) == 0) {
            return (enum session_backend)i;
        }
    }
    argp_error(state, "%s: unknown backend '%s'; there is: model, unicorn, kvm, native", option, text);
    return BACKEND_MODEL;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case 'b':
        r->session.backend = parse_backend(state, "--backend", argument);
        return 0;
    case KEY_COMPARE:
        r->session.other = parse_backend(state, "--compare", argument);
        r->session.compare = true;
        return 0;
    case KEY_TECHNIQUE:
        r->techniques = technique_set(argument);
        if (r->techniques == 0) {
            argp_error(state, "unknown technique '%s'; there is: trap, scan, patch, hypercall, all", argument);
        }
        return 0;
    case KEY_EXCEPT:
        r->session.except = argument;
        return 0;
    case KEY_PROFILE:
        r->profile = argument;
        return 0;
    case KEY_TRACE:
        r->trace = argument;
        return 0;
    case KEY_STATISTICS:
        r->statistics = true;
        return 0;
    case KEY_SCREEN:
        r->screen = true;
        return 0;
    case KEY_MEMORY:
        r->session.memory = (uint32_t)parse_number(state, "--memory", argument, COMPUTER_LEAST_MEMORY, COMPUTER_MOST_MEMORY, true) & ~0xFFFu;
        return 0;
    case KEY_INSTRUCTIONS:
        r->session.instructions = parse_number(state, "--instructions", argument, 1, UINT64_MAX, false);
        return 0;
    case KEY_COMMAND_LINE:
        r->command_line = argument;
        return 0;
    case KEY_INPUT:
        r->input = argument;
        return 0;
    case KEY_APPEND:
        r->arguments = argument;
        return 0;
    case KEY_MODULE:
        if (!boot_files_add(&r->files, argument)) {
            argp_error(state, "more than %u modules", BOOT_MODULES_MOST);
        }
        return 0;
    case ARGP_KEY_END:
        if (r->command_line != NULL && r->arguments != NULL) {
            argp_error(state, "--command-line and --append exclude each other");
        }
        if (r->session.compare && r->session.other == r->session.backend) {
            argp_error(state, "--compare needs another backend than --backend");
        }
        if (r->session.compare && r->session.other == BACKEND_MODEL) { /* the model leads */
            r->session.other = r->session.backend;
            r->session.backend = BACKEND_MODEL;
        }
        if (r->session.except != NULL && !r->session.compare && r->techniques == 0) {
            argp_error(state, "--except-lines belongs to --technique and --compare");
        }
        if (r->profile != NULL && (r->session.compare || r->session.backend != BACKEND_MODEL || r->techniques != 0)) {
            argp_error(state, "--profile-memory watches the model: leave --backend, --compare and --technique out");
        }
        if (r->techniques != 0 && (r->session.compare || r->session.backend != BACKEND_MODEL || r->trace != NULL)) {
            argp_error(state, "--technique runs natively and compares with the model: leave --backend, --compare and --trace out");
        }
        return 0;
    default:
        return argument_rest(key, argument, state, &(struct rest){"guest", "popek run kernel.elf", &r->guest, &r->output, &r->json});
    }
}

static int exit_code_of(const struct session_result *r) {
    if (r->unusable != NULL) {
        return EXIT_CANNOT_RUN;
    }
    bool fine = (r->end == COMPUTER_ENDED && r->exit_code == 0) || r->end == COMPUTER_HALTED;
    return fine && !r->differs ? EXIT_FINE : EXIT_FINDINGS;
}

static int finish(const struct request *r, const struct computer *c, const struct session_result *result, struct output *out) {
    const struct run_report report = {r->guest, &r->session, c, result, r->statistics, r->screen, !r->json && r->output == NULL};
    if (result->unusable != NULL) {
        complain("%s", result->unusable);
        output_abandon(out);
        return EXIT_CANNOT_RUN;
    }
    bool good = r->json ? report_run_json(out->stream, &report) : report_run_text(out->stream, &report);
    int code = output_close(out, good);
    if (!r->json) {
        (void)fflush(stdout);
        report_run_end(stderr, &report);
    }
    return code == EXIT_FINE ? exit_code_of(result) : code;
}

static int run(struct request *r, struct computer *c, size_t form_count) {
    struct output out;
    struct session_result result;
    FILE *trace = r->trace == NULL ? NULL : fopen(r->trace, "w");
    if (r->trace != NULL && trace == NULL) {
        complain("cannot write '%s'", r->trace);
        return EXIT_INPUT;
    }
    r->session.trace = trace;
    int code = EXIT_INTERNAL;
    struct direct_kind_table kinds = {.form_count = 0};
    const struct native_tables native = {&kinds};
    bool natively = r->session.backend == BACKEND_NATIVE || (r->session.compare && r->session.other == BACKEND_NATIVE);
    bool ready = !natively || native_kinds_read(&kinds, form_count);
    if (!ready) {
        complain("the table of what direct execution may run cannot be read");
    }
    r->session.native = &native;
    if (ready && output_open(&out, r->output)) {
        if (!r->json && r->output == NULL) {
            computer_set_console(c, stdout);
        }
        session_run(c, &r->session, &result);
        code = finish(r, c, &result, &out);
    }
    r->session.native = NULL;
    kind_table_free(&kinds);
    if (trace != NULL) {
        (void)fclose(trace);
    }
    return code;
}

/* On a machine that has booted it. */
static int run_program(struct request *r, const struct guest_program *program, const struct decoder *decoder, size_t form_count) {
    int code = EXIT_INTERNAL;
    struct computer *c = boot_guest(decoder, program, &r->session.kind, &code);
    if (c != NULL && !guest_patches_load(c, r->guest, program->bytes, program->size)) {
        code = EXIT_INPUT;
    } else if (c != NULL && r->profile != NULL) {
        struct memory_profile *m = profile_memory_begin(decoder, program, r->session.instructions);
        if (m != NULL) {
            memory_profile_watch(m, c);
            code = run(r, c, form_count);
            int written = profile_memory_end(m, r->guest, program->bytes, program->size, r->profile);
            code = written == EXIT_FINE ? code : written;
        }
        memory_profile_free(m);
    } else if (c != NULL) {
        code = run(r, c, form_count);
    }
    computer_free(c);
    return code;
}

static int decode_and_run(struct request *r, const struct guest_program *program) {
    struct source_reader reader;
    const struct isa_options no_semantics = {.only = ""};
    int code = EXIT_INTERNAL;
    struct isa *isa = load_isa("x86", &no_semantics, &reader, &code);
    size_t form_count = isa == NULL ? 0 : isa->form_count;
    const char *message = NULL;
    struct decoder *decoder = isa == NULL ? NULL : decoder_new(isa, &message);
    if (decoder == NULL && isa != NULL) {
        complain("%s", message);
    } else if (decoder != NULL && r->techniques != 0) {
        code = run_techniques(&(struct technique_request){program, r->output, r->session.instructions, r->techniques, r->session.except, r->json},
                              decoder, form_count);
    } else if (decoder != NULL) {
        code = run_program(r, program, decoder, form_count);
    }
    decoder_free(decoder);
    return code;
}

int command_run(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "GUEST",
        "Runs GUEST, a multiboot kernel, another 32-bit ELF file, or a boot sector, on a bare PC in software (docs/run.md).\v"
        "Exit codes: 0 the guest ended the run or halted; 1 it did not (exit code, triple fault, budget spent, an instruction "
        "that the machine cannot execute), or --compare found a difference; 2 bad usage; 3 bad input; 77 the backend cannot "
        "run here.",
        NULL,
        NULL,
        NULL};
    struct request r = {.session = {.memory = USUAL_MEMORY, .instructions = USUAL_INSTRUCTIONS}};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    struct serial_input input;
    size_t size = 0;
    int code = EXIT_INPUT;
    uint8_t *bytes = boot_file_read(r.guest, &size);
    if (bytes != NULL && boot_files_read(&r.files, r.guest, r.arguments) && serial_input_open(&input, r.input)) {
        const char *command_line = r.arguments != NULL ? r.files.command_line : r.command_line != NULL ? r.command_line : "";
        code = decode_and_run(
            &r, &(struct guest_program){r.guest, command_line, bytes, size, r.session.memory, &input.source, r.files.modules, r.files.count});
        serial_input_close(&input);
    }
    boot_files_free(&r.files);
    free(bytes);
    return code;
}
