/* A C function that gives a plug-in the state of a finding again and says whether the outcome is the expected one. */
#include "findings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static void put_number(FILE *out, word128 value) {
    if (value >> 64 == 0) {
        (void)fprintf(out, value < 10 ? "%llu" : "0x%llxu", (unsigned long long)value);
    } else {
        (void)fprintf(out, "(word128)0x%llxu << 64 | 0x%llxu", (unsigned long long)(value >> 64), (unsigned long long)value);
    }
}

static void put_identifier(FILE *out, const char *name) {
    for (const char *c = name; *c != '\0'; c++) {
        (void)fputc(isalnum((unsigned char)*c) != 0 ? *c : '_', out);
    }
}

/* The members of struct x86 are the components with '_' for '.'; elements of small arrays have their index. */
static void put_member(FILE *out, const char *name) {
    for (const char *c = name; *c != '\0'; c++) {
        (void)fputc(*c == '.' ? '_' : *c, out);
    }
}

static void put_string(FILE *out, const char *text) {
    (void)fputc('"', out);
    for (const char *c = text; *c != '\0'; c++) {
        (void)fprintf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
    (void)fputc('"', out);
}

static void put_state(FILE *out, const struct check_finding *f) {
    for (size_t i = 0; i < f->input_count; i++) {
        const char *name = f->inputs[i].name;
        if (strncmp(name, "operand ", 8) != 0 && strstr(name, "[0x") == NULL) {
            (void)fputs("    state.", out);
            put_member(out, name);
            (void)fputs(" = ", out);
            put_number(out, f->inputs[i].value);
            (void)fputs(";\n", out);
        }
    }
}

static void put_operands(FILE *out, const struct subject *s, const struct sample *x) {
    (void)fputs("    struct popek_operand operands[] = {", out);
    for (size_t i = 0; i < s->step->operand_count; i++) {
        const struct emitted_operand *o = &s->step->operands[i];
        (void)fputs(i > 0 ? ", {" : "{", out);
        put_string(out, o->name);
        (void)fprintf(out, ", %u, %u, ", o->width, o->direction);
        put_number(out, x->operands[i]);
        (void)fputc('}', out);
    }
    (void)fprintf(out, "%s};\n", s->step->operand_count == 0 ? "{\"\", 0, 0, 0}" : "");
}

static void put_elements(FILE *out, const struct subject *s, const struct sample *x) {
    (void)fputs("    struct popek_test_element elements[] = {", out);
    for (uint32_t i = 0; i < x->element_count; i++) {
        const struct element *e = &x->elements[i];
        (void)fputs(i > 0 ? ", {x86_ARRAY_" : "{x86_ARRAY_", out);
        put_identifier(out, s->table->components[e->leaf].name);
        (void)fputs(", ", out);
        put_number(out, e->index);
        (void)fputs(", ", out);
        put_number(out, e->value);
        (void)fputc('}', out);
    }
    (void)fprintf(out, "%s};\n", x->element_count == 0 ? "{0, 0, 0}" : "");
}

/* What a whole emulator was given: another state than the abstract one, with bytes and memory. */
static void put_concrete(FILE *out, const struct subject *s, const struct concrete *c) {
    for (size_t i = 0; i < s->table->component_count; i++) {
        const struct emitted_component *k = &s->table->components[i];
        word128 value = k->placement == EMITTED_IN_STATE && k->index_width == 0 ? emitted_load(c->state + k->offset, k->width) : 0;
        if (value != 0) {
            (void)fputs("    state.", out);
            put_member(out, k->name);
            (void)fputs(" = ", out);
            put_number(out, value);
            (void)fputs(";\n", out);
        }
    }
    (void)fputs("    static const uint8_t bytes[16] = {", out);
    for (uint32_t i = 0; i < c->length && i < 16; i++) {
        (void)fprintf(out, "%s0x%02x", i > 0 ? ", " : "", c->bytes[i]);
    }
    (void)fputs("};\n    struct popek_test_memory memory[] = {", out);
    for (uint32_t i = 0; i < c->memory_count; i++) {
        (void)fprintf(out, "{0x%llxu, %u, {", (unsigned long long)c->memory[i].address, c->memory[i].size);
        for (uint32_t k = 0; k < c->memory[i].size; k++) {
            (void)fprintf(out, "%s0x%02x", k > 0 ? ", " : "", c->memory[i].bytes[k]);
        }
        (void)fputs("}}, ", out);
    }
    (void)fputs("{0, 0, {0}}};\n", out);
}

static void put_test_fields(FILE *out, const struct subject *s, const struct raw_finding *raw) {
    const struct concrete *c = &raw->concrete;
    if (c->length > 0) {
        (void)fprintf(out, "    struct popek_test test = {.state = &state, .bytes = bytes, .length = %u, .memory = memory, .memory_count = %u,\n",
                      c->length, c->memory_count);
    } else {
        (void)fprintf(out, "    struct popek_test test = {.state = &state, .length = %llu, .operands = operands, .operand_count = %zu,\n",
                      (unsigned long long)(s->length_choice < 0 ? 3 : raw->sample.choices[s->length_choice]), s->step->operand_count);
    }
    (void)fprintf(out, "                              .elements = elements, .element_count = %u};\n", raw->sample.element_count);
}

static void put_expected(FILE *out, const struct subject *s, const struct raw_finding *raw, const struct check_finding *f) {
    for (size_t i = 0; raw->concrete.length == 0 && i < f->difference_count; i++) {
        const char *name = f->differences[i].name;
        if (strstr(name, "[0x") != NULL) {
            continue;
        }
        (void)fputs(" &&\n           ", out);
        if (strncmp(name, "operand ", 8) == 0) {
            size_t at = 0;
            while (at + 1 < s->step->operand_count && strcmp(s->step->operands[at].name, name + 8) != 0) {
                at++;
            }
            (void)fprintf(out, "operands[%zu].value", at);
        } else {
            (void)fputs("state.", out);
            put_member(out, name);
        }
        (void)fputs(" == (", out);
        put_number(out, f->differences[i].expected);
        (void)fputc(')', out);
    }
    (void)fputs(";", out);
    for (size_t i = 0; raw->concrete.length > 0 && i < f->difference_count; i++) { /* parts of a machine's state are no members of the struct */
        (void)fprintf(out, " /* %s should be 0x%llx */", f->differences[i].name, (unsigned long long)f->differences[i].expected);
    }
    (void)fputc('\n', out);
}

char *finding_test(const struct subject *s, const struct plugin *p, const struct raw_finding *raw, const struct check_finding *f) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    (void)p;
    const struct form *form = &s->isa->forms[f->form];
    (void)fputs("#include <popek/handler_test.h>\n\n/* ", out);
    (void)fprintf(out, "%s in %s mode: expected %s, seen %s. %s */\n", form->text, s->form->mode, f->expected, f->seen, form->source);
    (void)fputs("int test_", out);
    put_identifier(out, form->text);
    (void)fprintf(out, "_%s(void);\nint test_", s->form->mode);
    put_identifier(out, form->text);
    (void)fprintf(out, "_%s(void) {\n    struct x86 state = {0};\n", s->form->mode);
    if (raw->concrete.length > 0) {
        put_concrete(out, s, &raw->concrete);
    } else {
        put_state(out, f);
        put_operands(out, s, &raw->sample);
    }
    put_elements(out, s, &raw->sample);
    put_test_fields(out, s, raw);
    (void)fputs("    struct popek_outcome outcome = popek_test_call(&test, ", out);
    put_string(out, form->instruction);
    (void)fputs(", ", out);
    put_string(out, form->text);
    (void)fputs(", ", out);
    put_string(out, s->form->mode);
    (void)fputs(");\n    return ", out);
    uint32_t code = raw->verdict.expected;
    if (f->property >= CHECK_OUTSIDE) {
        (void)fputs("outcome.result <= POPEK_UNHANDLED", out);
    } else if (code == 0) {
        (void)fputs("outcome.result == POPEK_DONE", out);
    } else {
        (void)fprintf(out, "outcome.result != POPEK_DONE && outcome.vector == %u && outcome.error_code == %llu", code - 2,
                      (unsigned long long)raw->verdict.expected_argument);
    }
    put_expected(out, s, raw, f);
    (void)fputs("}\n", out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
