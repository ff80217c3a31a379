/* Emitted C against the evaluator: the same random states through both, for every form of every example. */
#include "../tests.h"

#include "emit.h"
#include "evaluate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES_A_FORM 50u
#define STORAGE 64u /* words of relocated memory; parameters are at most this, so that no access that is allowed goes beyond */

struct driver {
    struct isa *isa;
    FILE *out;
    char prefix[128];
    uint64_t seed;
    unsigned cases;
    uint64_t storage[STORAGE];
};

static uint64_t next_random(struct driver *d) {
    d->seed ^= d->seed << 13;
    d->seed ^= d->seed >> 7;
    d->seed ^= d->seed << 17;
    return d->seed;
}

static uint64_t low_bits(uint64_t value, unsigned width) { return width >= 64 ? value : value & (((uint64_t)1 << width) - 1); }

/* Small as often as not, so that addresses are inside as often as outside. */
static uint64_t random_value(struct driver *d, unsigned width, bool small) {
    uint64_t value = next_random(d);
    return low_bits(small || (value & 0x10000) != 0 ? value % (STORAGE + 8) : value >> 13, width);
}

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned count) { return valuation_get(context, s, arguments, count); }

/* Where an address lies in storage, in this state; STORAGE when it cannot be reached. */
static uint64_t place_of(const struct driver *d, const struct leaf *leaf, struct valuation *v, word128 address) {
    const term roots[] = {leaf->place, leaf->reach};
    word128 values[2] = {0, 0};
    (void)valuation_set(v, leaf->address, NULL, 0, address);
    bool good = term_evaluate(d->isa->pool, roots, 2, look_up, v, values);
    return good && values[1] != 0 && values[0] < STORAGE ? (uint64_t)values[0] : STORAGE;
}

static const char *name_of(const char *text) {
    static char name[200];
    emit_identifier(text, name, sizeof name);
    return name;
}

/* Sets the state in the valuation and writes the C that sets it in the struct. */
static void start_state(struct driver *d, struct valuation *v) {
    for (size_t i = 0; i < d->isa->leaf_count; i++) {
        const struct leaf *leaf = &d->isa->leaves[i];
        unsigned count = leaf->index_width == 0 ? 1 : leaf->class == CLASS_MEMORY ? 0 : 1u << leaf->index_width;
        for (unsigned k = 0; k < count; k++) {
            word128 index = k;
            uint64_t value = random_value(d, leaf->width, leaf->class == CLASS_PARAMETER);
            value = leaf->class == CLASS_PARAMETER && value > STORAGE ? STORAGE : value;
            (void)valuation_set(v, leaf->symbol, &index, leaf->index_width == 0 ? 0 : 1, value);
            if (leaf->index_width == 0) {
                fprintf(d->out, "    s.%s = %lluu;\n", name_of(leaf->name), (unsigned long long)value);
            } else {
                fprintf(d->out, "    s.%s[%u] = %lluu;\n", name_of(leaf->name), k, (unsigned long long)value);
            }
        }
    }
}

static void put_storage(const struct driver *d, const char *name) {
    fprintf(d->out, "    static const uint16_t %s[] = {", name);
    for (unsigned i = 0; i < STORAGE; i++) {
        fprintf(d->out, "%llu,", (unsigned long long)d->storage[i]);
    }
    fputs("};\n", d->out);
}

static void start_storage(struct driver *d, struct valuation *v) {
    for (unsigned i = 0; i < STORAGE; i++) {
        d->storage[i] = low_bits(next_random(d) >> 20, 16);
    }
    put_storage(d, "before");
    fputs("    memcpy(word, before, sizeof word);\n", d->out);
    for (size_t i = 0; i < d->isa->leaf_count; i++) {
        const struct leaf *leaf = &d->isa->leaves[i];
        for (unsigned a = 0; leaf->class == CLASS_MEMORY && a < 2 * STORAGE; a++) {
            word128 address = a;
            uint64_t place = place_of(d, leaf, v, address);
            if (place < STORAGE) {
                (void)valuation_set(v, leaf->symbol, &address, 1, d->storage[place]);
            }
        }
    }
}

static bool uses_memory(const struct driver *d, const struct semantics *m) {
    bool uses = m->write_count > 0 && d->isa->leaves[m->writes[0].leaf].class == CLASS_MEMORY;
    word128 never = 1;
    return uses || !term_is_constant(d->isa->pool, m->memory_trap, &never) || never != 0;
}

static bool occurs(const struct isa *isa, const struct semantics *m, symbol s) {
    unsigned char *marks = calloc(term_pool_size(isa->pool), 1);
    term t = term_apply(isa->pool, s, NULL, 0);
    for (size_t i = 0; marks != NULL && i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width == 0) {
            term_mark(isa->pool, m->next[i], marks);
        }
    }
    for (size_t i = 0; marks != NULL && i < m->write_count; i++) {
        term_mark(isa->pool, m->writes[i].value, marks);
    }
    bool found = marks != NULL && marks[t] != 0;
    free(marks);
    return found;
}

static void put_call(struct driver *d, const struct form *form, struct valuation *v) {
    const struct semantics *m = form->semantics[0];
    char name[300];
    (void)snprintf(name, sizeof name, "%s", name_of(form->text));
    fprintf(d->out, "    outcome = %s_%s(&s%s", d->prefix, name, uses_memory(d, m) ? ", word, 64u" : "");
    for (size_t i = 0; i < m->operand_count; i++) {
        uint64_t value = random_value(d, m->operands[i].width, false);
        (void)valuation_set(v, m->operands[i].symbol, NULL, 0, value);
        fprintf(d->out, ", %lluu", (unsigned long long)value);
    }
    for (size_t i = 0; i < d->isa->undefined_count; i++) {
        symbol s = d->isa->undefined_symbols[i];
        if (occurs(d->isa, m, s)) {
            uint64_t value = random_value(d, term_symbol_width(d->isa->pool, s), false);
            (void)valuation_set(v, s, NULL, 0, value);
            fprintf(d->out, ", %lluu", (unsigned long long)value);
        }
    }
    fputs(");\n", d->out);
}

static const struct leaf *leaf_of(const struct isa *isa, symbol s) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].symbol == s) {
            return &isa->leaves[i];
        }
    }
    return NULL;
}

static void put_expectations(struct driver *d, const struct step_result *r, struct valuation *before) {
    unsigned code = r->outcome == STEP_DONE ? 0 : r->outcome == STEP_MEMORY_TRAP ? 1 : 2 + r->trap_vector;
    fprintf(d->out, "    check(\"outcome\", outcome, %uu);\n", code);
    for (size_t i = 0; i < valuation_size(r->after); i++) {
        const struct valuation_entry *e = &valuation_entries(r->after)[i];
        const struct leaf *leaf = leaf_of(d->isa, e->symbol);
        if (leaf == NULL) {
            continue;
        }
        const char *name = name_of(leaf->name);
        if (leaf->class == CLASS_MEMORY) {
            uint64_t place = place_of(d, leaf, before, e->arguments[0]);
            if (CHECK(place < STORAGE, "%s writes outside of its storage", d->prefix)) {
                d->storage[place] = (uint64_t)e->value;
            }
        } else if (leaf->index_width == 0) {
            fprintf(d->out, "    check(\"%s\", s.%s, %lluu);\n", name, name, (unsigned long long)e->value);
        } else {
            fprintf(d->out, "    check(\"%s\", s.%s[%u], %lluu);\n", name, name, (unsigned)e->arguments[0], (unsigned long long)e->value);
        }
    }
    put_storage(d, "after");
    fputs("    check(\"storage\", memcmp(word, after, sizeof word) != 0, 0);\n", d->out);
}

static void put_case(struct driver *d, const struct form *form) {
    struct valuation *v = valuation_new();
    struct step_result result;
    memset(&result, 0, sizeof result);
    fprintf(d->out, "static void case_%u(void) {\n    uint32_t outcome;\n    current = \"%s, case %u\";\n", d->cases, form->text, d->cases);
    start_state(d, v);
    start_storage(d, v);
    put_call(d, form, v);
    if (CHECK(step(d->isa, form->semantics[0], v, &result), "%s: the evaluator fails", form->text)) {
        put_expectations(d, &result, v);
        valuation_free(result.after);
    }
    fputs("}\n", d->out);
    valuation_free(v);
    d->cases++;
}

static void put_main(struct driver *d) {
    fputs("int main(void) {\n", d->out);
    for (unsigned i = 0; i < d->cases; i++) {
        fprintf(d->out, "    case_%u();\n", i);
    }
    fprintf(d->out, "    printf(\"%%u differences in %u cases\\n\", differences);\n    return differences != 0;\n}\n", d->cases);
}

static void check_machine(const char *name) {
    char path[128];
    char command[512];
    struct driver d = {.seed = 88172645463325252u};
    (void)snprintf(path, sizeof path, "examples/isa/%s.isa", name);
    d.isa = load_file(path, NULL, 0);
    if (d.isa == NULL) {
        return;
    }
    emit_identifier(d.isa->name, d.prefix, sizeof d.prefix);
    (void)snprintf(path, sizeof path, "%s/emitted.c", getenv("TEMPORARY"));
    d.out = fopen(path, "w");
    if (CHECK(d.out != NULL && emit_c(d.out, d.isa, -1), "%s: emitting C fails", name)) {
        fprintf(d.out,
                "#include <stdio.h>\n#include <string.h>\nstatic struct %s s;\nstatic uint16_t word[%u];\nstatic const char *current;\nstatic "
                "unsigned differences;\n",
                d.prefix, STORAGE);
        fputs("static void check(const char *what, unsigned long long got, unsigned long long expected) {\n    if (got != expected) {\n        "
              "differences++;\n"
              "        printf(\"%s: %s is %llu and should be %llu\\n\", current, what, got, expected);\n    }\n}\n",
              d.out);
        for (size_t i = 0; i < d.isa->form_count; i++) {
            for (unsigned k = 0; k < CASES_A_FORM; k++) {
                put_case(&d, &d.isa->forms[i]);
            }
        }
        put_main(&d);
    }
    if (d.out != NULL && fclose(d.out) == 0) {
        (void)snprintf(command, sizeof command,
                       "cd \"$TEMPORARY\" && ${CC:-cc} -std=c11 -O0 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes "
                       "-Wconversion -Werror "
                       "-fsanitize=undefined -fno-sanitize-recover=undefined -o emitted emitted.c && ./emitted");
        struct command_result r = run_command(command);
        CHECK(r.code == 0, "%s: emitted C and the evaluator differ:\n%.600s%.900s", name, r.out == NULL ? "" : r.out, r.err == NULL ? "" : r.err);
        command_result_free(&r);
    }
    isa_free(d.isa);
}

static void test_against_evaluator(void) {
    static const char *const names[] = {"third_generation", "jrst1", "supervisor_trap",   "lra",          "mfpi", "setr_nop", "shrink",
                                        "rdtime",           "cpuid", "undefined_in_user", "operand_fault"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        check_machine(names[i]);
    }
}

static void test_smt2(void) {
    struct command_result r =
        run_command("$POPEK emit examples/isa/third_generation.isa -l smt2 >\"$TEMPORARY/t.smt2\" && "
                    "{ echo '(assert (not (= |third_generation_LD.next_pc| (bvadd |$pc| #x0001))))(check-sat)'; } >>\"$TEMPORARY/t.smt2\" && "
                    "cvc4 --lang smt2 \"$TEMPORARY/t.smt2\"");
    CHECK(r.code == 0 && r.out != NULL && strcmp(r.out, "unsat\n") == 0, "emitted SMT-LIB: %s%s", r.out == NULL ? "" : r.out,
          r.err == NULL ? "" : r.err);
    command_result_free(&r);
}

/* Every x86 form can be written, and what is written compiles. */
static void test_x86(void) {
    struct command_result r =
        run_command("$POPEK emit x86 --instruction SGDT -o \"$TEMPORARY/x86.c\" && ${CC:-cc} -std=c11 -c -o \"$TEMPORARY/x86.o\" "
                    "\"$TEMPORARY/x86.c\" && $POPEK emit x86 --instruction SGDT --language acsl | grep -c 'predicate x86_SGDT'");
    CHECK(r.code == 0, "x86 as C: %s", r.err == NULL ? "" : r.err);
    command_result_free(&r);
}

static const struct test tests[] = {
    {"emitted C does what the evaluator does", test_against_evaluator},
    {"emitted SMT-LIB is accepted and says the same", test_smt2},
    {"x86 is written in C and ACSL", test_x86},
};
const struct suite emit_suite = SUITE("emit", tests);
