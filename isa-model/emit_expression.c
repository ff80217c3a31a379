/* Terms as expressions of C and of ACSL. Numbers of up to 64 bits are written alike in both; ACSL has integers beyond that, C a type of 128 bits. */
#include "emit_expression.h"

#include <string.h>

#define SHARED_SIZE 12u /* smaller expressions are easier to prove about when they are written out */

const char *emitted_type(unsigned width) {
    return width <= 8 ? "uint8_t" : width <= 16 ? "uint16_t" : width <= 32 ? "uint32_t" : width <= 64 ? "uint64_t" : "word128";
}

/* The type that arithmetic of this width is done in. */
static const char *working_type(unsigned width) { return emitted_type(width < 32 ? 32 : width); }

bool is_native(unsigned width) { return width == 8 || width == 16 || width == 32 || width == 64 || width == 128; }

static void put_number(const struct expression *e, word128 value) {
    unsigned long long high = (unsigned long long)(value >> 64);
    unsigned long long low = (unsigned long long)value;
    if (high == 0) {
        fprintf(e->out, low > 0x7FFFFFFF ? "%lluu" : "%llu", low);
    } else if (e->acsl) {
        fprintf(e->out, "0x%llX%016llX", high, low);
    } else {
        fprintf(e->out, "(((word128)0x%llXu << 64) | 0x%llXu)", high, low);
    }
}

static word128 mask_of(unsigned width) { return width >= 128 ? ~(word128)0 : ((word128)1 << width) - 1; }

/* 2^width; 2^128 only in ACSL. */
static void put_power(const struct expression *e, unsigned width) {
    if (width >= 128) {
        fputs("0x100000000000000000000000000000000", e->out);
    } else {
        put_number(e, (word128)1 << width);
    }
}

bool is_shared(const struct plan *plan, const struct sharing *sharing, term t) {
    struct term_view view = term_look(plan->isa->pool, t);
    return view.operation != TERM_CONSTANT && plan_input(plan, t) == NULL && sharing_uses(sharing, t) > 1 && sharing_size(sharing, t) >= SHARED_SIZE;
}

static void put_name(const struct expression *e, term t, const struct term_view *view) {
    const struct input *input = plan_input(e->plan, t);
    if (input == NULL) {
        char name[200];
        char prefix[200];
        emit_identifier(term_symbol_name(e->plan->isa->pool, view->symbol), name, sizeof name);
        emit_identifier(e->plan->isa->name, prefix, sizeof prefix);
        fprintf(e->out, "%s_%s(", prefix, name);
        for (unsigned i = 0; i < view->argument_count; i++) {
            fputs(i == 0 ? "" : ", ", e->out);
            put_value(e, view->arguments[i]);
        }
        fputc(')', e->out);
    } else if (!e->in_state || input->kind == INPUT_ELEMENT || input->kind == INPUT_CHOICE) {
        fputs(input->name, e->out);
    } else if (input->kind == INPUT_STATE) {
        fprintf(e->out, "s->%s", input->name);
    } else {
        bool pointer = operand_is_pointer(&e->plan->semantics->operands[input->operand]);
        fprintf(e->out, pointer ? "(*%s)" : "%s", input->name);
    }
}

/* The result of arithmetic, brought back to its width. */
static void open_wrap(const struct expression *e, unsigned width) {
    if (e->acsl && width > 64) {
        fputs("((", e->out);
    } else if (is_native(width)) {
        fprintf(e->out, "(%s)(", emitted_type(width));
    } else if (width < 32 && width <= 16) {
        fprintf(e->out, "(%s)((uint32_t)(", emitted_type(width));
    } else {
        fprintf(e->out, "((%s)(", working_type(width));
    }
}

static void close_wrap(const struct expression *e, unsigned width) {
    if (is_native(width) && !(e->acsl && width > 64)) {
        fputc(')', e->out);
    } else {
        fputs(") % ", e->out);
        put_power(e, width);
        fputc(')', e->out);
    }
}

static void put_arithmetic(const struct expression *e, const struct term_view *v) {
    bool wide = e->acsl && v->width > 64;
    open_wrap(e, v->width);
    if (wide && v->operation == TERM_SUBTRACT) {
        put_power(e, v->width);
        fputs(" + ", e->out);
    }
    if (v->operation == TERM_MULTIPLY && !wide) {
        fprintf(e->out, "(%s)", working_type(v->width));
    }
    put_value(e, v->arguments[0]);
    fputs(v->operation == TERM_ADD ? " + " : v->operation == TERM_SUBTRACT ? " - " : " * ", e->out);
    put_value(e, v->arguments[1]);
    close_wrap(e, v->width);
}

static void put_shift(const struct expression *e, const struct term_view *v) {
    word128 amount = 0;
    bool constant = term_is_constant(e->plan->isa->pool, v->arguments[1], &amount);
    bool wide = e->acsl && v->width > 64;
    if (!constant) {
        fputc('(', e->out);
        put_value(e, v->arguments[1]);
        fprintf(e->out, " < %u ? ", v->width);
    } else if (amount >= v->width) {
        fputc('0', e->out);
        return;
    }
    open_wrap(e, v->width);
    if (!wide) {
        fprintf(e->out, "(%s)", working_type(v->width));
    }
    put_value(e, v->arguments[0]);
    fputs(v->operation == TERM_SHIFT_LEFT ? " << " : " >> ", e->out);
    put_value(e, v->arguments[1]);
    close_wrap(e, v->width);
    fputs(constant ? "" : " : 0)", e->out);
}

static void put_concatenation(const struct expression *e, const struct term_view *v) {
    word128 high = 1;
    bool extends = term_is_constant(e->plan->isa->pool, v->arguments[0], &high) && high == 0;
    unsigned low_width = term_width(e->plan->isa->pool, v->arguments[1]);
    /* In ACSL a sum: the parts do not overlap, provers know what a sum is, and there is nothing to cast. */
    if (extends) {
        bool cast = !e->acsl && v->width > 32 && strcmp(emitted_type(low_width), emitted_type(v->width)) != 0;
        fprintf(e->out, cast ? "((%s)" : "%s", cast ? emitted_type(v->width) : "");
        put_value(e, v->arguments[1]);
        fputs(cast ? ")" : "", e->out);
        return;
    }
    if (e->acsl) {
        fputc('(', e->out);
        put_value(e, v->arguments[0]);
        fputs(" * ", e->out);
        put_power(e, low_width);
        fputs(" + ", e->out);
    } else {
        fprintf(e->out, "(%s)(((%s)", emitted_type(v->width), working_type(v->width));
        put_value(e, v->arguments[0]);
        fprintf(e->out, " << %u) | ", low_width);
    }
    put_value(e, v->arguments[1]);
    fputc(')', e->out);
}

/* The bits of an extraction, without the cast to their type. */
static void put_bits(const struct expression *e, const struct term_view *v) {
    if (e->acsl && term_width(e->plan->isa->pool, v->arguments[0]) > 64) {
        put_value(e, v->arguments[0]);
        fputs(" / ", e->out);
        put_power(e, v->low);
        fputs(" % ", e->out);
        put_power(e, v->width);
        return;
    }
    if (v->low != 0) {
        fputc('(', e->out);
        put_value(e, v->arguments[0]);
        fprintf(e->out, " >> %u)", v->low);
    } else {
        put_value(e, v->arguments[0]);
    }
    if (v->low == 0 && is_native(v->width)) {
        return;
    }
    fputs(" & ", e->out);
    put_number(e, mask_of(v->width));
}

static void put_extraction(const struct expression *e, const struct term_view *v) {
    if (e->acsl && !(v->low == 0 && is_native(v->width))) { /* quotient and remainder, which provers know better than shifts and masks */
        unsigned width = term_width(e->plan->isa->pool, v->arguments[0]);
        fputc('(', e->out);
        put_value(e, v->arguments[0]);
        if (v->low != 0) {
            fputs(" / ", e->out);
            put_power(e, v->low);
        }
        if (v->low + v->width != width) {
            fputs(" % ", e->out);
            put_power(e, v->width);
        }
        fputc(')', e->out);
        return;
    }
    if (e->acsl && v->width > 64) {
        fputc('(', e->out);
    } else {
        fprintf(e->out, "(%s)(", emitted_type(v->width));
    }
    put_bits(e, v);
    fputc(')', e->out);
}

static void put_pair(const struct expression *e, const struct term_view *v, const char *sign) {
    fputc('(', e->out);
    put_value(e, v->arguments[0]);
    fputs(sign, e->out);
    put_value(e, v->arguments[1]);
    fputc(')', e->out);
}

/* A term whose complement can be written without a sign of complement. */
static bool is_complement(const struct expression *e, term t) {
    enum term_operator operation = term_look(e->plan->isa->pool, t).operation;
    return operation == TERM_NOT || operation == TERM_CONSTANT;
}

static void put_complement(const struct expression *e, term t) {
    struct term_view v = term_look(e->plan->isa->pool, t);
    if (v.operation == TERM_CONSTANT) {
        put_number(e, ~v.constant & mask_of(v.width));
    } else {
        put_value(e, v.arguments[0]);
    }
}

/* Terms have `|` as a complement of `&`; provers want it as it was written. */
static void put_not(const struct expression *e, const struct term_view *v) {
    struct term_view both = term_look(e->plan->isa->pool, v->arguments[0]);
    bool named = sharing_contains(e->sharing, v->arguments[0]) && sharing_number(e->sharing, v->arguments[0]) != 0;
    if (e->acsl && both.operation == TERM_AND && !named && is_complement(e, both.arguments[0]) && is_complement(e, both.arguments[1])) {
        fputc('(', e->out);
        put_complement(e, both.arguments[0]);
        fputs(" | ", e->out);
        put_complement(e, both.arguments[1]);
    } else {
        fprintf(e->out, e->acsl && v->width > 64 ? "(" : "(%s)(", emitted_type(v->width));
        put_number(e, mask_of(v->width));
        fputs(" - ", e->out);
        put_value(e, v->arguments[0]);
    }
    fputc(')', e->out);
}

/* `&`, as a function with a name where it joins two values. */
static void put_and(const struct expression *e, const struct term_view *v) {
    word128 number = 0;
    bool masks = term_is_constant(e->plan->isa->pool, v->arguments[0], &number) || term_is_constant(e->plan->isa->pool, v->arguments[1], &number);
    if (e->handlers == NULL || masks) {
        put_pair(e, v, " & ");
    } else {
        fprintf(e->out, "%s_and", e->handlers);
        put_pair(e, v, ", ");
    }
}

static void put_choice(const struct expression *e, const struct term_view *v) {
    fputc('(', e->out);
    put_condition(e, v->arguments[0]);
    fputs(" ? ", e->out);
    put_value(e, v->arguments[1]);
    fputs(" : ", e->out);
    put_value(e, v->arguments[2]);
    fputc(')', e->out);
}

static void put_compound(const struct expression *e, const struct term_view *v) {
    switch (v->operation) {
    case TERM_NOT:
        put_not(e, v);
        break;
    case TERM_AND:
        put_and(e, v);
        break;
    case TERM_OR:
        put_pair(e, v, " | ");
        break;
    case TERM_XOR:
        put_pair(e, v, " ^ ");
        break;
    case TERM_SHIFT_LEFT:
    case TERM_SHIFT_RIGHT:
        put_shift(e, v);
        break;
    case TERM_IF:
        put_choice(e, v);
        break;
    case TERM_CONCATENATE:
        put_concatenation(e, v);
        break;
    case TERM_EXTRACT:
        put_extraction(e, v);
        break;
    default:
        put_arithmetic(e, v);
        break;
    }
}

void put_value(const struct expression *e, term t) {
    struct term_view v = term_look(e->plan->isa->pool, t);
    unsigned number = sharing_contains(e->sharing, t) ? sharing_number(e->sharing, t) : 0;
    if (number != 0) {
        fprintf(e->out, "t%u", number);
    } else if (v.operation == TERM_CONSTANT) {
        put_number(e, v.constant);
    } else if (v.operation == TERM_APPLY) {
        put_name(e, t, &v);
    } else if (v.width == 1) {
        fputc('(', e->out);
        put_condition(e, t);
        fputs(" ? 1 : 0)", e->out);
    } else {
        put_compound(e, &v);
    }
}

static void put_signed_less(const struct expression *e, const struct term_view *v) {
    unsigned width = term_width(e->plan->isa->pool, v->arguments[0]);
    for (unsigned i = 0; i < 2; i++) {
        fputs(i == 0 ? "(" : " < (", e->out);
        put_value(e, v->arguments[i]);
        bool wide = e->acsl && width > 64;
        fputs(wide ? " + " : " ^ ", e->out);
        put_power(e, width - 1);
        if (wide) {
            fputs(") % ", e->out);
            put_power(e, width);
        } else {
            fputc(')', e->out);
        }
    }
}

static void put_connected(const struct expression *e, const struct term_view *v, const char *sign) {
    put_condition(e, v->arguments[0]);
    fputs(sign, e->out);
    put_condition(e, v->arguments[1]);
}

static void put_compound_condition(const struct expression *e, const struct term_view *v) {
    switch (v->operation) {
    case TERM_NOT:
        fputc('!', e->out);
        put_condition(e, v->arguments[0]);
        break;
    case TERM_AND:
        put_connected(e, v, " && ");
        break;
    case TERM_OR:
        put_connected(e, v, " || ");
        break;
    case TERM_EQUAL:
        put_pair(e, v, " == ");
        break;
    case TERM_LESS:
        put_pair(e, v, " < ");
        break;
    case TERM_SIGNED_LESS:
        put_signed_less(e, v);
        break;
    case TERM_EXTRACT:
        fputc('(', e->out);
        put_bits(e, v);
        fputs(") == 1", e->out);
        break;
    case TERM_IF:
        put_choice(e, v);
        fputs(" == 1", e->out);
        break;
    case TERM_MULTIPLY:
        put_connected(e, v, " && ");
        break;
    case TERM_ADD:
    case TERM_SUBTRACT:
    case TERM_XOR:
        if (e->handlers != NULL) {
            put_connected(e, v, " != ");
        } else {
            put_pair(e, v, " != ");
        }
        break;
    default: /* shifts of one bit: anything but by 0 leaves nothing */
        put_condition(e, v->arguments[0]);
        fputs(" && !", e->out);
        put_condition(e, v->arguments[1]);
        break;
    }
}

void put_condition(const struct expression *e, term t) {
    struct term_view v = term_look(e->plan->isa->pool, t);
    unsigned number = sharing_contains(e->sharing, t) ? sharing_number(e->sharing, t) : 0;
    if (v.operation == TERM_CONSTANT) {
        fputs(e->acsl ? (v.constant != 0 ? "\\true" : "\\false") : (v.constant != 0 ? "(1)" : "(0)"), e->out);
        return;
    }
    fputc('(', e->out);
    if (number != 0) {
        fprintf(e->out, "t%u == 1", number);
    } else if (v.operation == TERM_APPLY) {
        put_name(e, t, &v);
        fputs(" == 1", e->out);
    } else {
        put_compound_condition(e, &v);
    }
    fputc(')', e->out);
}

void put_tested(const struct expression *e, term t) {
    struct term_view v = term_look(e->plan->isa->pool, t);
    bool named = sharing_contains(e->sharing, t) && sharing_number(e->sharing, t) != 0;
    if (!named && (v.operation == TERM_EQUAL || v.operation == TERM_LESS)) {
        put_compound_condition(e, &v);
    } else {
        put_condition(e, t);
    }
}
