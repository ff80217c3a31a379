/* Processors under test: encodings, and that what the tables predict is what happens. A backend that is not there is skipped, and the test says so.
 */
#include "../../hardware/encoder.h"
#include "../../hardware/probe.h"
#include "../../hardware/replay.h"
#include "../tests.h"
#include "fixture.h"

#include <cpuid.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* ---- encodings --------------------------------------------------------------------------------------------------------------------------------- */

static void check_encodings(const struct hardware_fixture *f, enum matcher_mode mode) {
    size_t encoded = 0;
    for (unsigned i = 0; i < f->isa->form_count; i++) {
        const struct form *form = &f->isa->forms[i];
        bool has_register = false;
        bool has_memory = false;
        if ((form->modes >> isa_find_mode(f->isa, matcher_mode_name(mode)) & 1) == 0 || !encoder_variants(form, &has_register, &has_memory)) {
            continue;
        }
        struct encoding_choice choice = {.immediate = 0x1122334455667788, .displacement = 0x10};
        uint8_t bytes[15];
        size_t length = 0;
        struct decoded d;
        bool found = false;
        for (unsigned memory = 0; memory < 2; memory++) {
            choice.memory = memory != 0;
            found = encode(f->m, i, form, mode, &choice, bytes, &length, &d) || found;
        }
        CHECK(found, "%s: no bytes in %s mode for '%s'", form->text, matcher_mode_name(mode), form->encoding);
        encoded++;
    }
    CHECK(encoded > 1500, "%s mode has forms: %zu", matcher_mode_name(mode), encoded);
}

static void test_encoder(void) {
    struct hardware_fixture f = {NULL, NULL, NULL};
    if (hardware_set_up(&f, "")) {
        for (unsigned mode = 0; mode < MATCHER_MODE_COUNT; mode++) {
            check_encodings(&f, (enum matcher_mode)mode);
        }
    }
    hardware_tear_down(&f);
}

/* ---- predictions ------------------------------------------------------------------------------------------------------------------------------- */

static struct probe *probe_or_fail(const struct hardware_fixture *f, struct backend *b, struct probe_options o) {
    char *message = NULL;
    o.cpl = -1;
    o.seed = 7;
    o.shard_count = 1;
    o.records = f->records;
    struct probe *p = probe_make(f->isa, f->m, b, &o, &message);
    CHECK(p != NULL, "probe: %s", message == NULL ? "out of memory" : message);
    free(message);
    return p;
}

static void test_predictions(void) {
    struct hardware_fixture f = {NULL, NULL, NULL};
    struct backend *b = hardware_open_or_skip("native", native_open);
    if (b != NULL && hardware_set_up(&f, NULL)) {
        struct probe *p = probe_or_fail(&f, b, (struct probe_options){.states = 2});
        for (size_t i = 0; p != NULL && i < p->row_count; i++) {
            const struct probe_row *r = &p->rows[i];
            CHECK(r->verdict != PROBE_DIFFERS, "%s in %s mode, state %u: expected %s, seen %s; %s", f.isa->forms[r->form].text,
                  matcher_mode_name(p->worlds[r->world].mode), r->number, r->expected, r->seen, r->differences[0].name);
        }
        CHECK(p != NULL && p->totals[PROBE_AGREES] > 20000, "most runs are as predicted");
        probe_free(p);
    }
    hardware_tear_down(&f);
    if (b != NULL) {
        b->operations->close(b);
    }
}

/* A prediction that is wrong on purpose, and a check that is left out of the tables, must show. */
static void test_controls(void) {
    struct hardware_fixture f = {NULL, NULL, NULL};
    struct backend *b = hardware_open_or_skip("native", native_open);
    if (b != NULL && hardware_set_up(&f, "ADD")) {
        struct probe *p = probe_or_fail(&f, b, (struct probe_options){.states = 2, .instruction = "ADD", .wrong_prediction = 6});
        CHECK(p != NULL && p->totals[PROBE_DIFFERS] > 0 && p->totals[PROBE_AGREES] == 0, "a wrong bit of RAX shows in every run");
        probe_free(p);
        isa_free(f.isa);
        f.isa = load_dropped("x86-tables/x86.isa", "HLT", "HLT", 1);
        p = f.isa == NULL ? NULL : probe_or_fail(&f, b, (struct probe_options){.states = 1, .instruction = "HLT"});
        CHECK(p != NULL && p->totals[PROBE_DIFFERS] > 0 && p->totals[PROBE_AGREES] == 0, "HLT without its check shows");
        probe_free(p);
    }
    hardware_tear_down(&f);
    if (b != NULL) {
        b->operations->close(b);
    }
}

/* ---- guests ------------------------------------------------------------------------------------------------------------------------------------ */

/* What must hold of every hypervisor and emulator that is worth a look: HLT halts at CPL 0 and traps at CPL 3, and a wrong prediction shows. */
static void check_guest(const struct hardware_fixture *f, const char *name, struct backend *(*open)(const char **reason)) {
    const char *reason = NULL;
    struct backend *b = open(&reason);
    if (b == NULL) {
        (void)printf("skipped: %s: %s\n", name, reason);
        return;
    }
    struct probe *p = probe_or_fail(f, b, (struct probe_options){.states = 2, .instruction = "HLT"});
    size_t usable = 0;
    for (size_t i = 0; p != NULL && i < p->world_count; i++) {
        usable += p->worlds[i].unusable == NULL ? 1u : 0u;
    }
    CHECK(p != NULL && usable > 0 && p->totals[PROBE_AGREES] == 2 * usable, "%s: HLT is as predicted in all %zu usable worlds", name, usable);
    probe_free(p);
    p = probe_or_fail(f, b, (struct probe_options){.states = 2, .instruction = "HLT", .wrong_prediction = 2});
    CHECK(p != NULL && p->totals[PROBE_DIFFERS] > 0, "%s: a wrong bit of RAX shows", name);
    probe_free(p);
    b->operations->close(b);
    errno = 0;
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "%s: no process is left", name);
}

static void test_guests(void) {
    struct hardware_fixture f = {NULL, NULL, NULL};
    if (hardware_set_up(&f, "HLT")) {
        check_guest(&f, "kvm", kvm_open);
        check_guest(&f, "unicorn", unicorn_open);
    }
    hardware_tear_down(&f);
}

/* ---- witnesses --------------------------------------------------------------------------------------------------------------------------------- */

static void set_value(const struct isa *isa, struct valuation *v, const char *name, word128 value) {
    (void)valuation_set(v, isa->leaves[isa_find_leaf(isa, name)].symbol, NULL, 0, value);
}

/* HLT at CPL 3 of 64-bit mode, as the given tables have it, on this processor. */
static enum replay_verdict replay_halt(const struct hardware_fixture *f, const struct isa *isa, struct backend *b) {
    struct replayer *r = replayer_new(isa, f->m, b, NULL);
    struct valuation *before = valuation_new();
    struct replay_outcome outcome = {.verdict = REPLAY_NOT_REACHABLE};
    int form = find_form(isa, "HLT");
    int mode = isa_find_mode(isa, "long");
    static const char *const ones[] = {"pe", "lma", "cs.l"};
    for (size_t i = 0; i < 3; i++) {
        set_value(isa, before, ones[i], 1);
    }
    set_value(isa, before, "cpl", 3);
    struct step_result expected;
    if (CHECK(r != NULL && step(isa, isa->forms[form].semantics[mode], before, &expected), "HLT executes")) {
        CHECK(replay_state(r, (unsigned)form, (unsigned)mode, before, NULL, &expected, &outcome), "out of resources");
        valuation_free(expected.after);
    }
    valuation_free(before);
    replayer_free(r);
    return outcome.verdict;
}

static void test_witnesses(void) {
    struct hardware_fixture f = {NULL, NULL, NULL};
    struct backend *b = hardware_open_or_skip("native", native_open);
    if (b != NULL && hardware_set_up(&f, "HLT")) {
        struct isa *wrong = load_dropped("x86-tables/x86.isa", "HLT", "HLT", 1);
        CHECK(replay_halt(&f, f.isa, b) == REPLAY_CONFIRMED, "that HLT traps at CPL 3 is confirmed");
        CHECK(wrong != NULL && replay_halt(&f, wrong, b) == REPLAY_REFUTED, "that it does not, as tables without the check have it, is refuted");
        isa_free(wrong);
    }
    hardware_tear_down(&f);
    if (b != NULL) {
        b->operations->close(b);
    }
}

/* ---- the command ------------------------------------------------------------------------------------------------------------------------------- */

static bool has_transactions(void) {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b >> 11 & 1) != 0; /* RTM: SDM vol. 2A, CPUID */
}

static void test_command(void) {
    const struct {
        const char *command;
        int code; /* 77 is good too where nothing can run */
        const char *out, *err;
    } cases[] = {
        {"probe --help", 0, "--backend", NULL},
        {"probe --backend paper", 2, NULL, "unknown backend 'paper'"},
        {"probe --mode other", 2, NULL, "unknown mode 'other'"},
        {"probe --shard 3/2", 2, NULL, "K from 1 to N"},
        {"probe --states 0", 2, NULL, "--states needs a number"},
        {"probe no-such-isa", 3, NULL, "no built-in ISA"},
        {"probe --backend native --instruction NONE", 2, NULL, "no form of that name"},
        {"probe --backend native --instruction ADD --dry-run", 0, "would be made", NULL},
        {"probe --backend native --instruction CLI", 0, "as the tables say", NULL},
        {"probe --backend native --instruction XBEGIN", 0, has_transactions() ? "Not run:" : "        24  not on this processor: #UD", NULL},
        {"probe --backend native --instruction ADD --statistics", 0, "as the tables say", "runs a second"},
        {"probe --backend native --witnesses ring_compression --instruction LAHF", 0, "0  refuted", NULL},
        {"probe --backend native --witnesses nobody --instruction HLT", 2, NULL, "unknown profile 'nobody'"},
        {"probe --backend native --witnesses ring_compression --instruction PUSHF --format json", 0, "\"witnesses\"", NULL},
        {"probe --backend native --mode 32 --instruction CLI", 0, "compatibility mode", NULL},
        {"probe --backend native --mode 16 --instruction CLI --witnesses ring_compression", 0, "0  refuted", NULL},
        {"probe --experiment --dry-run", 2, NULL, "neither --witnesses nor --dry-run"},
        {"probe --backend native --experiment", 77, NULL, "cannot run here"},
        {"probe --backend unicorn --experiment --instruction SIDT --mode 32", 0, "show the place", NULL},
        {"probe --backend unicorn --experiment --instruction CLI --format json", 0, "\"says\": \"traps-in-first\"", NULL},
        {"probe --backend kvm --instruction HLT", 0, "in long mode at CPL 0", NULL},
        {"probe --backend unicorn --instruction HLT --cpl 3 --mode 64", 0, "as the tables say", NULL},
        {"probe --backend unicorn --instruction PAUSE --states 1", 0, "         0  not run", NULL}, /* every mode and level can be entered */
        {"probe --backend native --instruction ADD --wrong-prediction 3", 1, "breaks    equivalence", NULL},
        {"probe --backend native --instruction ADD --format json", 0, "\"differs\": 0", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[256];
        (void)snprintf(command, sizeof command, "\"$POPEK\" %s", cases[i].command);
        struct command_result r = run_command(command);
        bool cannot = r.code == 77 && r.err != NULL && strstr(r.err, "cannot run here") != NULL;
        CHECK(cannot || r.code == cases[i].code, "popek %s: exit code %d: %s", cases[i].command, r.code, r.err);
        CHECK(cannot || cases[i].out == NULL || strstr(r.out, cases[i].out) != NULL, "popek %s: %s", cases[i].command, r.out);
        CHECK(cannot || cases[i].err == NULL || strstr(r.err, cases[i].err) != NULL, "popek %s: %s", cases[i].command, r.err);
        command_result_free(&r);
    }
}

/* A machine without /dev/kvm, in a name space of its own. */
static void test_no_kvm(void) {
    struct command_result r =
        run_command("unshare -m true || exit 42; P=$(realpath \"$POPEK\"); exec unshare -m sh -c 'mount -t tmpfs none /dev || exit 42; "
                    "exec \"$0\" probe --backend kvm --instruction HLT' \"$P\"");
    if (r.code == 42) {
        (void)printf("skipped: no name space for a machine without /dev/kvm: %s", r.err);
    } else {
        CHECK(r.code == 77 && strstr(r.err, "kvm cannot run here: there is no /dev/kvm") != NULL, "exit code %d: %s", r.code, r.err);
    }
    command_result_free(&r);
}

static const struct test tests[] = {{"encodings", test_encoder}, {"predictions", test_predictions}, {"controls", test_controls},
                                    {"guests", test_guests},     {"witnesses", test_witnesses},     {"command", test_command},
                                    {"no /dev/kvm", test_no_kvm}};
const struct suite hardware_suite = SUITE("hardware", tests);
