/* Annotated and rewritten guests: the annotated ones do what the originals do, the rewritten ones too, with the machine as their monitor; and the
 * techniques side by side on this processor. */
#include "../tests.h"
#include "guest_list.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Rewritten, a place is one instruction again, so that guests that count instructions print what they did. */
static const struct rewritten_case {
    const char *guest, *options;
} rewritten[] = {
    {"hello", "--to trap --all-sites"},
    {"hello", "--to hypercall"},
    {"hello", "--to call --all-sites"},
    {"two_processes", "--to trap"},
    {"two_processes", "--to hypercall --all-sites"},
    {"robin_irvine", "--to trap --all-sites"},
    {"robin_irvine", "--to hypercall --all-sites"},
    {"robin_irvine", "--to call --all-sites"},
    {"hostile/self_modifying", "--to call"},
    {"hostile/popf_games", "--to hypercall --all-sites"},
    {"hostile/popf_games", "--to trap"},
};

/* Everything runs in a shell with these set. */
#define PATHS "p=$(realpath \"$POPEK\"); b=$(dirname \"$p\"); export POPEK_PLUGINS=\"$b\"; t=\"$TEMPORARY\"; "

static void check_output(const char *what, const char *guest, const char *command) {
    char line[1024];
    (void)snprintf(line, sizeof line,
                   PATHS "g=\"$b/guests/annotated/%s.elf\"; { %s; } >\"$t/out\" 2>\"$t/err\"; cmp \"$t/out\" tests/machine/guests/%s.txt", guest,
                   command, guest_base(guest));
    struct command_result r = run_command(line);
    CHECK(r.code == 0, "%s: %s: other output than the original: %s%s", guest, what, r.out, r.err);
    command_result_free(&r);
}

/* In $BUILD/guests/annotated; the kept output is that of the original, but where the no-ops are counted. */
static void test_annotated(void) {
    for (size_t i = 0; i < guest_count; i++) {
        if (!guests[i].counts_steps) {
            check_output("annotated, on the model", guests[i].name, "\"$p\" run \"$g\"");
        }
    }
}

/* Those of which Unicorn gives the kept output of the original (docs/run.md). */
static void test_annotated_on_unicorn(void) {
    size_t size = 0;
    char shown[256];
    char *list = read_text(GUEST_DIFFERENCES, &size);
    struct command_result r = run_command(PATHS "test -e \"$b/popek-unicorn.so\"");
    bool there = CHECK(list != NULL, "no " GUEST_DIFFERENCES) && r.code == 0;
    command_result_free(&r);
    if (!there) {
        (void)printf("       not run: the backend unicorn was not built\n");
    }
    for (size_t i = 0; there && i < guest_count; i++) {
        bool alike = !guests[i].counts_steps && !guest_difference(list, guests[i].name, "unicorn", shown, sizeof shown);
        if (alike && !guests[i].is_long) {
            check_output("annotated, on unicorn", guests[i].name, "\"$p\" run -b unicorn \"$g\"");
        }
    }
    free(list);
}

static void test_rewritten(void) {
    for (size_t i = 0; i < sizeof rewritten / sizeof rewritten[0]; i++) {
        char command[512];
        (void)snprintf(command, sizeof command,
                       "\"$p\" rewrite --profile direct_execution_gated %s \"$g\" -o \"$t/r\" >/dev/null; \"$p\" run \"$t/r\"", rewritten[i].options);
        check_output(rewritten[i].options, rewritten[i].guest, command);
    }
}

/* Negative controls: without the records nobody is the monitor, and where the guest jumps into a call, the call is lost. */
static void test_controls(void) {
    struct command_result r =
        run_command(PATHS "\"$p\" rewrite --to trap \"$b/guests/annotated/hello.elf\" -o \"$t/r\" >/dev/null; "
                          "strip -R .popek.original -o \"$t/s\" \"$t/r\"; \"$p\" run \"$t/s\" | cmp - tests/machine/guests/hello.txt");
    CHECK(r.code != 0, "a rewritten guest without its records prints what it should");
    command_result_free(&r);
    r = run_command(PATHS
                    "\"$p\" rewrite --to trap \"$b/guests/annotated/hello.elf\" -o \"$t/r\" >/dev/null; \"$p\" run --compare unicorn \"$t/r\" 2>&1");
    CHECK(r.code == 77, "lockstep of a rewritten guest is not refused: %d %s", r.code, r.out);
    command_result_free(&r);
    r = run_command(PATHS "\"$p\" run --technique all \"$t/r\"");
    CHECK(r.code == 3 && strstr(r.err, "before popek rewrite") != NULL, "a rewritten guest is taken by --technique: %d", r.code);
    command_result_free(&r);
    r = run_command(PATHS "\"$p\" run --technique other \"$t/r\"");
    CHECK(r.code == 2, "an unknown technique is taken");
    command_result_free(&r);
}

/* Who touches page tables and descriptor tables is labelled, and can be replaced; the guest does what it did. */
static void test_memory_profile(void) {
    struct command_result r = run_command(
        PATHS
        "\"$p\" run --profile-memory \"$t/profile\" \"$b/guests/two_processes.elf\" >/dev/null && s=$(realpath examples/guests/x86) && cd \"$t\" && "
        "\"$p\" annotate --32 --from profile \"$s/common.s\" -o common.s && \"$p\" annotate --32 --from profile \"$s/two_processes.s\" -o two.s && "
        "as --32 two.s -o two.o && ld -m elf_i386 -Ttext=0x100000 -e start -o two two.o && \"$p\" rewrite --all-sites two -o r1 && "
        "\"$p\" rewrite --all-sites --memory two -o r2 && \"$p\" run two >out0 && \"$p\" run r2 >out2");
    CHECK(r.code == 0, "a profile cannot be used: %d %s %s", r.code, r.out, r.err);
    unsigned plain = 0;
    unsigned more = 0;
    bool said = sscanf(r.out, "r1: %u of", &plain) == 1 && strstr(r.out, "r2: ") != NULL && sscanf(strstr(r.out, "r2: "), "r2: %u of", &more) == 1;
    /* 18 lines: 11 of common.s write to the TSS, its descriptor and the IDT, 6 of two_processes.s make page tables, and one switches the stack in the
     * TSS. The loop of a macro makes another page table; the profile knows the line of its call alone. */
    CHECK(said && more == plain + 18, "%u places without, %u with sensitive memory", plain, more);
    command_result_free(&r);
    r = run_command(
        "cd \"$TEMPORARY\" && grep -q '\"page-table\"' profile && grep -q '\"descriptor-table\"' profile && ! grep -q '\"device\"' profile");
    CHECK(r.code == 0, "other kinds of memory than the guest has");
    command_result_free(&r);
    r = run_command("for f in out0 out2; do cmp \"$TEMPORARY/$f\" tests/machine/guests/two_processes.txt || exit 1; done");
    CHECK(r.code == 0, "the labelled or the replaced guest prints something else: %s", r.out);
    command_result_free(&r);
    /* A guest without paging touches no page tables; a file that is no profile is refused. */
    r = run_command(PATHS "\"$p\" run --profile-memory \"$t/profile\" \"$b/guests/compute.elf\" >/dev/null && ! grep -q page-table \"$t/profile\"");
    CHECK(r.code == 0, "page tables where there are none");
    command_result_free(&r);
    r = run_command(PATHS "echo '{}' >\"$t/none\"; \"$p\" annotate --32 --from \"$t/none\" examples/guests/x86/common.s");
    CHECK(r.code == 3 && strstr(r.err, "no profile") != NULL, "no profile, and it is taken: %d %s", r.code, r.err);
    command_result_free(&r);
}

static const json_t *row_of(const json_t *root, const char *technique) {
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(root, "techniques"), i, row) {
        const char *name = json_string_value(json_object_get(row, "technique"));
        if (name != NULL && strcmp(name, technique) == 0) {
            return row;
        }
    }
    return NULL;
}

static bool is_equivalent(const json_t *row) { return json_is_true(json_object_get(row, "equivalent")); }
static json_int_t exits_of(const json_t *row) { return json_integer_value(json_object_get(row, "exits")); }

/* Pure trap and emulate shows a hole, and which; the others do what the bare machine does, and what was rewritten comes back less often. */
static void test_techniques(void) {
    struct command_result r = run_command(PATHS "\"$p\" run --technique all -f json \"$b/guests/annotated/robin_irvine.elf\"");
    json_t *root = json_loads(r.out, 0, NULL);
    if (r.code == 77) {
        (void)printf("       not run: there is no direct execution here\n");
    } else if (CHECK(r.code == 1 && root != NULL, "--technique all: %d %s", r.code, r.err)) {
        const json_t *trap = row_of(root, "trap");
        const char *witness = json_string_value(json_object_get(trap, "witness"));
        CHECK(!is_equivalent(trap) && witness != NULL && strncmp(witness, "SGDT", 4) == 0, "trap: no hole, or another one: %s",
              witness == NULL ? "" : witness);
        CHECK(is_equivalent(row_of(root, "scan")), "scan differs");
        CHECK(is_equivalent(row_of(root, "patch")), "patch differs");
        CHECK(is_equivalent(row_of(root, "hypercall")), "hypercall differs");
        CHECK(exits_of(row_of(root, "patch")) < exits_of(row_of(root, "scan")), "patch has no fewer exits than scan");
        CHECK(exits_of(row_of(root, "hypercall")) < exits_of(row_of(root, "scan")), "hypercall has no fewer exits than scan");
    }
    bool can = r.code != 77;
    json_decref(root);
    command_result_free(&r);
    /* Without annotations a hypercall does not fit in the place of PUSHF: a hole stays, and is told. */
    if (can) {
        r = run_command(PATHS "\"$p\" run --technique hypercall \"$b/guests/robin_irvine.elf\"");
        CHECK(r.code == 1 && strstr(r.out, "PUSHF") != NULL, "a place that is too short does not show: %s", r.out);
        command_result_free(&r);
        r = run_command(PATHS "\"$p\" run --technique scan \"$b/guests/robin_irvine.elf\" | awk 'NR > 1 && length > 80 { exit 1 }'");
        CHECK(r.code == 0, "lines of the table are longer than 80 columns");
        command_result_free(&r);
    }
}

static const struct test tests[] = {{"annotated guests", test_annotated},    {"annotated guests on unicorn", test_annotated_on_unicorn},
                                    {"rewritten guests", test_rewritten},    {"controls", test_controls},
                                    {"memory profile", test_memory_profile}, {"techniques", test_techniques}};
const struct suite rewritten_suite = SUITE("rewritten", tests);
