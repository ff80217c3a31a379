/* popek merge and popek evidence as their users see them: parts joined, cells filled, counted, and contradicted. */
#include "../tests.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs it and checks the exit code and what it says. 77 of a probe before it is a skip. */
static bool check_command(const char *command, int code, const char *out, const char *err) {
    struct command_result r = run_command(command);
    bool skipped = r.code == 77;
    if (skipped) {
        (void)printf("skipped: %s", r.err);
    }
    CHECK(skipped || r.code == code, "%s: exit code %d: %s", command, r.code, r.err);
    CHECK(skipped || out == NULL || strstr(r.out, out) != NULL, "%s: %s", command, r.out);
    CHECK(skipped || err == NULL || strstr(r.err, err) != NULL, "%s: %s", command, r.err);
    command_result_free(&r);
    return !skipped;
}

/* The program under test may be named relative to the tree. */
#define THERE "POPEK=$(realpath \"$POPEK\") && cd \"$TEMPORARY\" && "
#define PROBE "\"$POPEK\" probe --backend native --mode 64 --states 2 --instruction "

/* One run of the whole and three parts of it, joined in another order, are the same bytes. */
static void test_shards(void) {
    static const char *const kinds[] = {"", " --witnesses ring_compression"};
    for (size_t i = 0; i < 2; i++) {
        char command[1200];
        (void)snprintf(command, sizeof command,
                       THERE "P='--backend native --mode 64 --seed 9 --states 1%s -f json' && \"$POPEK\" probe $P -o whole && "
                             "for k in 1 2 3; do \"$POPEK\" probe $P --shard $k/3 -o part$k || exit $?; done && "
                             "\"$POPEK\" merge part2 part3 part1 -o joined && cmp whole joined && "
                             "\"$POPEK\" merge joined -o again && cmp whole again && ! cmp -s whole part1",
                       kinds[i]);
        (void)check_command(command, 0, NULL, NULL);
    }
}

/* The example of the manual, of one instruction: the same bytes as one run of it. */
static void test_parallel(void) {
    const char *command =
        "parallel --version 2>/dev/null | grep -q '^GNU' || { echo 'there is no GNU parallel' >&2; exit 77; }; "
        "D=$PWD/docs/evidence.md; " THERE "mkdir -p parallel/bin && cd parallel && ln -sf \"$POPEK\" bin/popek && PATH=$PWD/bin:$PATH && "
        "popek probe --backend native --instruction ADD --states 20 -f json -o whole && "
        "sed -n 's/^    \\(parallel .*\\|popek merge part.*\\)/\\1/p' \"$D\" | sed 's/ --states 20/ --states 20 --instruction ADD/' >lines && "
        "grep -c 'shard {}' lines && sh -e ./lines && cmp whole native.json && ! cmp -s whole part1.json";
    (void)check_command(command, 0, "1\n", NULL);
}

static void test_bad_shards(void) {
    if (!check_command(THERE "for k in 1 2; do " PROBE "ADD --shard $k/3 -f json -o add$k || exit $?; done; " PROBE
                             "SUB -f json -o sub; \"$POPEK\" merge add1 add2",
                       3, NULL, "add1: part 3 of 3 of this work is missing")) {
        return;
    }
    static const struct {
        const char *command;
        int code;
        const char *out, *err;
    } cases[] = {
        {"\"$POPEK\" merge", 2, NULL, "which files?"},
        {"\"$POPEK\" merge add1 add1", 3, NULL, "add1: a part that another file has too"},
        {"\"$POPEK\" merge add1 sub", 3, NULL, "is missing"},
        {"\"$POPEK\" merge no-such-file", 3, NULL, "cannot read 'no-such-file'"},
        {"echo '{\"a\": 1}' >other; \"$POPEK\" merge other", 3, NULL, "other: neither `probes` nor `replays` nor `checks` in it"},
        {"echo '{\"a\"' >bad; \"$POPEK\" merge bad", 3, NULL, "bad:2:0: error:"},
        {"echo '{\"isa\": \"x86\", \"probes\": [1]}' >one; \"$POPEK\" merge one", 3, NULL, "one: no result of `popek probe"},
        {"sed 's/\"seed\": 1/\"seed\": 2/' add2 >seed; \"$POPEK\" merge add1 seed", 3, NULL, "is missing"},
        {"\"$POPEK\" merge sub", 0, "\"shard\": \"1/1\"", NULL},
        {"\"$POPEK\" evidence x86 -i ADD -r add1", 3, NULL, "join the parts with `popek merge`"},
        {PROBE "SUB -f json --dry-run -o dry; \"$POPEK\" evidence x86 -i SUB -r dry", 3, NULL, "a dry run shows nothing"},
        {"sed 's/\"number\": /\"number\": 1/' sub >moved; \"$POPEK\" evidence x86 -i SUB -r moved", 3, NULL, "results are of another version"},
        {"sed 's/\"x86\"/\"x68\"/' sub >renamed; \"$POPEK\" evidence x86 -i SUB -r renamed", 3, NULL, "results of another ISA: x68"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[400];
        (void)snprintf(command, sizeof command, THERE "%s", cases[i].command);
        (void)check_command(command, cases[i].code, cases[i].out, cases[i].err);
    }
}

/* The state and text of a cell of the first row with this form and mode. */
static bool cell_is(const json_t *report, const char *form, const char *mode, const char *column, const char *state, const char *text) {
    const json_t *rows = json_object_get(report, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const json_t *cell = json_object_get(json_object_get(row, "cells"), column);
        if (strcmp(json_string_value(json_object_get(row, "form")), form) == 0 &&
            strcmp(json_string_value(json_object_get(row, "mode")), mode) == 0) {
            return CHECK(strcmp(json_string_value(json_object_get(cell, "state")), state) == 0 &&
                             strstr(json_string_value(json_object_get(cell, "text")), text) != NULL,
                         "%s in %s mode, %s: '%s' '%s'", form, mode, column, json_string_value(json_object_get(cell, "state")),
                         json_string_value(json_object_get(cell, "text")));
        }
    }
    return CHECK(false, "there is no row of %s in %s mode", form, mode);
}

static json_t *evidence_of(const char *arguments, int code) {
    char command[400];
    (void)snprintf(command, sizeof command, THERE "\"$POPEK\" evidence %s -f json", arguments);
    struct command_result r = run_command(command);
    CHECK(r.code == code, "%s: exit code %d: %s", command, r.code, r.err);
    json_t *report = json_loads(r.out, 0, NULL);
    CHECK(report != NULL, "%s: no JSON", command);
    command_result_free(&r);
    return report;
}

/* Without results and ledgers: what the solver knows is there, everything else is empty and says so. */
static void test_nothing_given(void) {
    json_t *r = evidence_of("x86 -i SGDT", 0);
    (void)cell_is(r, "SGDT m16&64", "long", "class", "evidence", "sensitive-unprivileged; hole: sat, query ");
    (void)cell_is(r, "SGDT m16&64", "long", "replayed", "evidence", "witness of hole replayed");
    (void)cell_is(r, "SGDT m16&64", "long", "native", "empty", "no results");
    (void)cell_is(r, "SGDT m16&64", "long", "witness_kvm", "empty", "no results");
    (void)cell_is(r, "SGDT m16&64", "long", "direct", "excluded", "it has a hole");
    (void)cell_is(r, "SGDT m16&64", "long", "handler", "excluded", "does not trap");
    (void)cell_is(r, "SGDT m16&64", "long", "closed", "evidence", "closed by cr4.umip=1");
    json_decref(r);
    r = evidence_of("x86 -i CLTS -m long", 0);
    (void)cell_is(r, "CLTS", "long", "direct", "excluded", "it traps");
    (void)cell_is(r, "CLTS", "long", "handler", "empty", "no proven handler");
    json_decref(r);
    r = evidence_of("x86 -i ADD -m long", 0);
    (void)cell_is(r, "ADD r/m32, r32", "long", "direct", "evidence", "no hole: unsat, query ");
    (void)cell_is(r, "ADD r/m32, r32", "long", "closed", "excluded", "no hole");
    json_decref(r);
}

/* Results of this processor, and the same with an answer changed. */
static void test_results(void) {
    if (!check_command(THERE "" PROBE "SUB -f json -o sub.json && sed 's/\"agrees\": \\([0-9]*\\)$/\"differs\": \\1/' sub.json >against.json", 0,
                       NULL, NULL)) {
        return;
    }
    json_t *r = evidence_of("x86 -i SUB -r sub.json", 0);
    (void)cell_is(r, "SUB r/m32, r32", "long", "native", "evidence", "4 runs as predicted");
    (void)cell_is(r, "SUB r/m32, r32", "protected", "native", "excluded", "no such operating mode");
    (void)cell_is(r, "SUB r/m32, r32", "long", "kvm", "empty", "no results");
    json_decref(r);
    r = evidence_of("x86 -i SUB -r against.json", 1);
    (void)cell_is(r, "SUB r/m32, r32", "long", "native", "against", "4 of 4 runs differ");
    json_decref(r);
    (void)check_command(THERE "\"$POPEK\" evidence x86 -i SUB -m long -r against.json", 1, "Against the tables:", NULL);
}

/* The proofs of the third generation machine's monitor; a goal that is not proven is no evidence. */
static void test_ledger(void) {
    json_t *ledger = json_load_file("proofs/record/dispatcher.json", 0, NULL);
    char *path = NULL;
    struct command_result where = run_command("printf %s \"$TEMPORARY\"");
    json_t *goals = json_object_get(ledger, "goals");
    for (size_t i = 0; i < json_array_size(goals); i++) {
        json_t *goal = json_array_get(goals, i);
        if (strcmp(json_string_value(json_object_get(goal, "function")), "monitor_LPSW") == 0) {
            (void)json_object_set_new(goal, "unproven", json_integer(1));
        }
    }
    CHECK(json_array_size(goals) > 0 && asprintf(&path, "%s/open.json", where.out) > 0 && json_dump_file(ledger, path, 0) == 0, "no ledger");
    (void)check_command("\"$POPEK\" evidence third_generation --ledger proofs/record/dispatcher.json --instruction LPSW", 0, "monitor_LPSW: ", "");
    struct command_result r = run_command(THERE "\"$POPEK\" evidence third_generation --ledger open.json -f json");
    json_t *report = json_loads(r.out, 0, NULL);
    const json_t *rows = json_object_get(report, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const json_t *cell = json_object_get(json_object_get(row, "cells"), "handler");
        const char *form = json_string_value(json_object_get(row, "form"));
        const char *state = json_string_value(json_object_get(cell, "state"));
        const char *wanted = strncmp(form, "LPSW", 4) == 0                                   ? "empty"
                             : strncmp(form, "LRB", 3) == 0 || strncmp(form, "HALT", 4) == 0 ? "evidence"
                                                                                             : "excluded";
        CHECK(strcmp(state, wanted) == 0, "%s: the handler is '%s': %s", form, state, json_string_value(json_object_get(cell, "text")));
    }
    CHECK(json_array_size(rows) == 9, "%zu rows", json_array_size(rows));
    command_result_free(&r);
    json_decref(report);
    (void)check_command(THERE "echo '{}' >none.json && \"$POPEK\" evidence third_generation -l none.json", 3, NULL, "none.json: no ledger of proofs");
    command_result_free(&where);
    free(path);
    json_decref(ledger);
}

/* A fingerprint is the SHA-256 of the exported query, whatever else was asked. */
static void test_fingerprints(void) {
    (void)check_command(THERE "rm -rf queries && \"$POPEK\" evidence x86 -i SGDT -m long -f json -o one.json && "
                              "\"$POPEK\" classify x86 --smt2 queries -i SGDT -o /dev/null; "
                              "grep -o '\"query\": \"[0-9a-f]*' one.json | cut -d'\"' -f4 | sort -u >wanted; "
                              "for f in queries/*.smt2; do tail -n +2 \"$f\" | sha256sum; done | cut -d' ' -f1 | sort -u >there; "
                              "test -s wanted && test -z \"$(comm -23 wanted there)\"",
                        0, NULL, NULL);
}

/* For people: within 80 columns, every empty cell counted. */
static void test_text(void) {
    struct command_result r = run_command("\"$POPEK\" evidence x86 -m long -p umip_best");
    size_t longest = 0;
    for (const char *line = r.out; line != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        longest = length > longest ? length : longest;
        line += length + (line[length] == '\n' ? 1u : 0u);
    }
    CHECK(r.code == 0 && longest > 60 && longest <= 80, "exit code %d, %zu columns", r.code, longest);
    CHECK(strstr(r.out, "no results of this machine") != NULL && strstr(r.out, "Assumptions:") != NULL && strstr(r.out, "all cells") != NULL, "%s",
          r.out);
    command_result_free(&r);
}

static const struct test tests[] = {{"shards", test_shards},
                                    {"shards with GNU parallel", test_parallel},
                                    {"bad shards and results", test_bad_shards},
                                    {"nothing given", test_nothing_given},
                                    {"results of machines", test_results},
                                    {"proof ledger", test_ledger},
                                    {"fingerprints", test_fingerprints},
                                    {"text", test_text}};
const struct suite evidence_suite = SUITE("evidence", tests);
