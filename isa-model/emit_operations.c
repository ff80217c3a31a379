/* Terms as C that is proven: every choice, comparison and connection is an operation of vmm-model/x86/operations.h. Values are of uint64_t, and
 * arithmetic is brought back to its width where ACSL does it, so that WP finds on both sides what it can compare piece by piece. */
#include "emit_operations.h"

static void put_number(const struct operations *o, word128 value) {
    fprintf(o->out, value > 0x7FFFFFFF ? "%lluu" : "%llu", (unsigned long long)value);
}

static word128 power(unsigned width) { return (word128)1 << width; }

static unsigned width_of(const struct operations *o, term t) { return term_width(o->plan->isa->pool, t); }

static bool is_number(const struct operations *o, term t, word128 *value) { return term_is_constant(o->plan->isa->pool, t, value); }

static void put_call(const struct operations *o, const char *operation, const struct term_view *v) {
    fprintf(o->out, "%s(", operation);
    for (unsigned i = 0; i < v->argument_count; i++) {
        fputs(i == 0 ? "" : ", ", o->out);
        put_operation(o, v->arguments[i]);
    }
    fputc(')', o->out);
}

/* An operation on a bit and on what follows from it. */
static void put_negated(const struct operations *o, term t) {
    fputs("NOT(", o->out);
    put_operation(o, t);
    fputc(')', o->out);
}

const char *before_input(const struct plan *plan, const struct input *input, bool in_handler) {
    if (input_is_pointer(plan, input)) {
        return in_handler ? "*" : "old_";
    }
    return in_handler && input->kind == INPUT_STATE ? "s->" : "";
}

static void put_plain_input(const struct operations *o, const struct input *input) {
    fprintf(o->out, "%s%s", before_input(o->plan, input, o->in_handler), input->name);
}

static void put_input(const struct operations *o, const struct input *input) {
    fputs(input->width > 1 && input->width <= 32 ? "(uint64_t)" : "", o->out);
    put_plain_input(o, input);
}

/* What the description leaves open: a function of C. */
static void put_opaque(const struct operations *o, const struct term_view *v) {
    const struct term_pool *pool = o->plan->isa->pool;
    char name[200];
    emit_identifier(term_symbol_name(pool, v->symbol), name, sizeof name);
    fprintf(o->out, "%s%s_%s(", v->width > 1 && v->width <= 32 ? "(uint64_t)" : "", o->prefix, name);
    for (unsigned i = 0; i < v->argument_count; i++) {
        unsigned width = width_of(o, v->arguments[i]);
        fputs(i == 0 ? "" : ", ", o->out);
        fprintf(o->out, width > 1 && width <= 32 ? "(%s)(" : "(", emitted_type(width));
        put_operation(o, v->arguments[i]);
        fputc(')', o->out);
    }
    fputc(')', o->out);
}

/* A result brought back to its width, as emit_expression.c does it. */
static void open_wrap(const struct operations *o, unsigned width) {
    fputs(width == 64   ? "("
          : width == 32 ? "(uint64_t)(uint32_t)("
          : width == 16 ? "(uint64_t)(uint16_t)("
          : width == 8  ? "(uint64_t)(uint8_t)("
                        : "((",
          o->out);
}

static void close_wrap(const struct operations *o, unsigned width) {
    fputc(')', o->out);
    if (width != 64 && width != 32 && width != 16 && width != 8) {
        fputs(" % ", o->out);
        put_number(o, power(width));
        fputc(')', o->out);
    }
}

static void put_pair(const struct operations *o, const struct term_view *v, const char *sign) {
    fputc('(', o->out);
    put_operation(o, v->arguments[0]);
    fputs(sign, o->out);
    put_operation(o, v->arguments[1]);
    fputc(')', o->out);
}

static void put_arithmetic(const struct operations *o, const struct term_view *v) {
    open_wrap(o, v->width);
    put_pair(o, v, v->operation == TERM_ADD ? " + " : v->operation == TERM_SUBTRACT ? " - " : " * ");
    close_wrap(o, v->width);
}

static void put_shift(const struct operations *o, const struct term_view *v) {
    open_wrap(o, v->width);
    put_call(o, v->operation == TERM_SHIFT_LEFT ? "shifted_left" : "shifted_right", v);
    close_wrap(o, v->width);
}

/* Whether the term is bits, small inputs and numbers side by side, as flags are. */
static bool is_small_row(const struct operations *o, term t) {
    struct term_view v = term_look(o->plan->isa->pool, t);
    const struct input *input = plan_input(o->plan, t);
    if (sharing_contains(o->sharing, t) && sharing_number(o->sharing, t) != 0) {
        return v.width == 1;
    }
    if (v.operation == TERM_CONCATENATE) {
        return v.width <= 62 && is_small_row(o, v.arguments[0]) && is_small_row(o, v.arguments[1]);
    }
    return v.width == 1 || v.operation == TERM_CONSTANT || (input != NULL && v.width <= 32);
}

/* Fields of a row, the highest first; of a number each bit by itself. */
#define ROW_FIELDS 64u
struct field {
    term value; /* TERM_NONE: a bit of a number */
    unsigned width;
    bool bit; /* of a number */
};
struct row {
    struct field fields[ROW_FIELDS];
    unsigned count;
};

static void list_fields(const struct operations *o, term t, struct row *row) {
    struct term_view v = term_look(o->plan->isa->pool, t);
    bool named = sharing_contains(o->sharing, t) && sharing_number(o->sharing, t) != 0;
    if (!named && v.operation == TERM_CONCATENATE) {
        list_fields(o, v.arguments[0], row);
        list_fields(o, v.arguments[1], row);
        return;
    }
    if (v.operation != TERM_CONSTANT) {
        row->fields[row->count++] = (struct field){t, v.width, false};
        return;
    }
    for (unsigned i = v.width; i-- > 0;) {
        bool bit = (v.constant >> i & 1) != 0;
        if (bit || row->count > 0) { /* zeros in front say nothing */
            row->fields[row->count++] = (struct field){TERM_NONE, 1, bit};
        }
    }
}

static void put_field(const struct operations *o, const struct field *f) {
    if (f->value == TERM_NONE) {
        fputc(f->bit ? '1' : '0', o->out);
    } else if (plan_input(o->plan, f->value) != NULL) {
        put_plain_input(o, plan_input(o->plan, f->value));
    } else {
        put_operation(o, f->value);
    }
}

/* How many fields from `first` on go together: of bits, eight; and where the row begins, as many as make the rest of them eights. */
static unsigned group_of(const struct row *row, unsigned first) {
    unsigned bits = 0;
    while (first + bits < row->count && row->fields[first + bits].width == 1) {
        bits++;
    }
    return bits == 0 ? 1 : bits % 8 != 0 ? bits % 8 : 8;
}

/* Such a row in signed arithmetic, of which it has to be proven that it does not overflow, and which is then taken modulo nothing: many sums modulo
 * 2^64, one inside of the other, are more than the provers can do; and eight bits by a function, as there is something to prove of each sum. */
static void put_small_row(const struct operations *o, term t) {
    struct row row = {.count = 0};
    list_fields(o, t, &row);
    unsigned groups = 0;
    for (unsigned i = 0; i < row.count; i += group_of(&row, i)) {
        groups++;
    }
    for (unsigned i = 1; i < groups; i++) {
        fputc('(', o->out);
    }
    for (unsigned i = 0, next = 0; i < row.count; i = next) {
        next = i + group_of(&row, i);
        unsigned long long factor = 1;
        for (unsigned k = i; k < next; k++) {
            factor <<= row.fields[k].width;
        }
        if (i != 0) {
            fprintf(o->out, " * %llu + ", factor);
        }
        if (next == i + 1) {
            fputs("(int64_t)", o->out);
            put_field(o, &row.fields[i]);
        } else {
            fputs("(int64_t)eight_bits(", o->out);
            for (unsigned k = next - i; k < 8; k++) {
                fputs("0, ", o->out);
            }
            for (unsigned k = i; k < next; k++) {
                fputs(k == i ? "" : ", ", o->out);
                put_field(o, &row.fields[k]);
            }
            fputc(')', o->out);
        }
        fputs(i == 0 ? "" : ")", o->out);
    }
}

static void put_concatenation(const struct operations *o, term t, const struct term_view *v) {
    word128 high = 1;
    bool extends = is_number(o, v->arguments[0], &high) && high == 0;
    bool is_bit = width_of(o, v->arguments[1]) == 1;
    if (extends) {
        fputs(is_bit ? "(uint64_t)" : "", o->out);
        put_operation(o, v->arguments[1]);
        return;
    }
    if (is_small_row(o, t)) {
        fputs("(uint64_t)", o->out);
        put_small_row(o, t);
        return;
    }
    fputs("JOIN(", o->out);
    put_operation(o, v->arguments[0]);
    fputs(", ", o->out);
    put_number(o, power(width_of(o, v->arguments[1])));
    fputs(", ", o->out);
    put_operation(o, v->arguments[1]);
    fputc(')', o->out);
}

static void put_extraction(const struct operations *o, const struct term_view *v) {
    if (v->low == 0 && (v->width == 8 || v->width == 16 || v->width == 32)) {
        open_wrap(o, v->width);
        put_operation(o, v->arguments[0]);
        close_wrap(o, v->width);
        return;
    }
    fputc('(', o->out);
    put_operation(o, v->arguments[0]);
    if (v->low != 0) {
        fputs(" / ", o->out);
        put_number(o, power(v->low));
    }
    if (v->low + v->width != width_of(o, v->arguments[0])) {
        fputs(" % ", o->out);
        put_number(o, power(v->width));
    }
    fputc(')', o->out);
}

/* A term whose complement can be written without a sign of complement. */
static bool is_complement(const struct operations *o, term t) {
    enum term_operator operation = term_look(o->plan->isa->pool, t).operation;
    return operation == TERM_NOT || operation == TERM_CONSTANT;
}

static void put_complement(const struct operations *o, term t) {
    struct term_view v = term_look(o->plan->isa->pool, t);
    if (v.operation == TERM_CONSTANT) {
        put_number(o, ~v.constant & (power(v.width) - 1));
    } else {
        put_operation(o, v.arguments[0]);
    }
}

static void put_complement_of(const struct operations *o, const struct term_view *v) {
    struct term_view both = term_look(o->plan->isa->pool, v->arguments[0]);
    bool named = sharing_contains(o->sharing, v->arguments[0]) && sharing_number(o->sharing, v->arguments[0]) != 0;
    fputc('(', o->out);
    if (both.operation == TERM_AND && !named && is_complement(o, both.arguments[0]) && is_complement(o, both.arguments[1])) {
        put_complement(o, both.arguments[0]);
        fputs(" | ", o->out);
        put_complement(o, both.arguments[1]);
    } else {
        put_number(o, power(v->width) - 1);
        fputs(" - ", o->out);
        put_operation(o, v->arguments[0]);
    }
    fputc(')', o->out);
}

static void put_and(const struct operations *o, const struct term_view *v) {
    word128 number = 0;
    if (is_number(o, v->arguments[0], &number) || is_number(o, v->arguments[1], &number)) {
        put_pair(o, v, " & ");
    } else {
        put_call(o, "both_of", v);
    }
}

static void put_number_valued(const struct operations *o, term t, const struct term_view *v) {
    switch (v->operation) {
    case TERM_NOT:
        put_complement_of(o, v);
        break;
    case TERM_AND:
        put_and(o, v);
        break;
    case TERM_OR:
        put_pair(o, v, " | ");
        break;
    case TERM_XOR:
        put_pair(o, v, " ^ ");
        break;
    case TERM_SHIFT_LEFT:
    case TERM_SHIFT_RIGHT:
        put_shift(o, v);
        break;
    case TERM_IF:
        put_call(o, "CHOOSE", v);
        break;
    case TERM_CONCATENATE:
        put_concatenation(o, t, v);
        break;
    case TERM_EXTRACT:
        put_extraction(o, v);
        break;
    default:
        put_arithmetic(o, v);
        break;
    }
}

static void put_signed_less(const struct operations *o, const struct term_view *v) {
    word128 sign = power(width_of(o, v->arguments[0]) - 1);
    for (unsigned i = 0; i < 2; i++) {
        fputs(i == 0 ? "LESS(" : ", ", o->out);
        put_operation(o, v->arguments[i]);
        fputs(" ^ ", o->out);
        put_number(o, sign);
    }
    fputc(')', o->out);
}

static void put_bit_valued(const struct operations *o, const struct term_view *v) {
    switch (v->operation) {
    case TERM_NOT:
        put_negated(o, v->arguments[0]);
        break;
    case TERM_AND:
    case TERM_MULTIPLY:
        put_call(o, "BOTH", v);
        break;
    case TERM_OR:
        put_call(o, "EITHER", v);
        break;
    case TERM_EQUAL:
        put_call(o, "SAME", v);
        break;
    case TERM_LESS:
        put_call(o, "LESS", v);
        break;
    case TERM_SIGNED_LESS:
        put_signed_less(o, v);
        break;
    case TERM_EXTRACT:
        fputs("BIT(", o->out);
        put_operation(o, v->arguments[0]);
        fprintf(o->out, ", %u)", v->low);
        break;
    case TERM_IF:
        put_call(o, "CHOOSE", v);
        break;
    case TERM_ADD:
    case TERM_SUBTRACT:
    case TERM_XOR:
        put_call(o, "DIFFER", v);
        break;
    default: /* shifts of one bit: anything but by 0 leaves nothing */
        fputs("BOTH(", o->out);
        put_operation(o, v->arguments[0]);
        fputs(", ", o->out);
        put_negated(o, v->arguments[1]);
        fputc(')', o->out);
        break;
    }
}

void put_operation(const struct operations *o, term t) {
    struct term_view v = term_look(o->plan->isa->pool, t);
    const struct input *input = plan_input(o->plan, t);
    unsigned number = sharing_contains(o->sharing, t) ? sharing_number(o->sharing, t) : 0;
    if (number != 0) {
        fprintf(o->out, "t%u", number);
    } else if (v.operation == TERM_CONSTANT) {
        put_number(o, v.constant);
    } else if (input != NULL) {
        put_input(o, input);
    } else if (v.operation == TERM_APPLY) {
        put_opaque(o, &v);
    } else if (v.width == 1) {
        put_bit_valued(o, &v);
    } else {
        put_number_valued(o, t, &v);
    }
}
