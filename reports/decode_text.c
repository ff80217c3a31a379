/* Decoded instructions as text for people. */
#include "decode.h"

#include <inttypes.h>
#include <string.h>

static void write_bytes(FILE *out, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        (void)fprintf(out, "%s%02x", i == 0 ? "" : " ", bytes[i]);
    }
}

static void write_number(FILE *out, int64_t value, bool sign) {
    uint64_t size = value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
    (void)fprintf(out, "%s%#" PRIx64, value < 0 ? "-" : sign ? "+" : "", size);
}

static void write_memory(FILE *out, const struct matcher_operand *o, unsigned address_size) {
    char name[16];
    decode_register_name(REGISTER_SEGMENT, o->segment, false, name, sizeof name);
    (void)fprintf(out, "memory");
    if (o->bits != 0) {
        (void)fprintf(out, " of %u bits", o->bits);
    }
    (void)fprintf(out, " at %s:[", name);
    bool any = o->base_class != REGISTER_NONE;
    if (any) {
        decode_register_name(o->base_class, o->base, false, name, sizeof name);
        (void)fputs(name, out);
    }
    if (o->index_class != REGISTER_NONE) {
        decode_register_name(o->index_class, o->index, false, name, sizeof name);
        (void)fprintf(out, "%s%s", any ? "+" : "", name);
        if (o->scale > 1) {
            (void)fprintf(out, "*%u", o->scale);
        }
        any = true;
    }
    if (!any) {
        (void)fprintf(out, "%#" PRIx64, (uint64_t)o->value & (UINT64_MAX >> (64 - address_size)));
    } else if (o->value != 0) {
        write_number(out, o->value, true);
    }
    (void)fputc(']', out);
}

static void write_operand(FILE *out, const struct listing_row *row, const struct matcher_operand *o) {
    char name[16];
    (void)fputs("  operand  ", out);
    switch (o->kind) {
    case OPERAND_REGISTER:
        decode_register_name(o->class, o->number, o->high_byte, name, sizeof name);
        (void)fputs(name, out);
        break;
    case OPERAND_MEMORY:
        write_memory(out, o, row->decoded.address_size);
        break;
    case OPERAND_RELATIVE:
        (void)fputs("target ", out);
        write_number(out, (int64_t)(row->offset + row->size) + o->value, false);
        (void)fputs(" (the first byte is 0), distance ", out);
        write_number(out, o->value, true);
        break;
    case OPERAND_FAR_POINTER:
        (void)fprintf(out, "far pointer %#x:%#" PRIx64, o->selector, (uint64_t)o->value);
        break;
    default:
        write_number(out, o->value, false);
        break;
    }
    (void)fputs(o->mask != 0 ? " under k" : "", out);
    if (o->mask != 0) {
        (void)fprintf(out, "%u", o->mask);
    }
    (void)fputc('\n', out);
}

static void write_row(FILE *out, const struct listing *l, const struct listing_row *row) {
    bool good = row->decoded.reason == MATCHER_MATCHED;
    write_bytes(out, row->bytes, row->size);
    if (!good) {
        (void)fprintf(out, "\n  invalid  %s\n", matcher_reason_text((enum matcher_reason)row->decoded.reason));
        if (row->form != NULL) {
            (void)fprintf(out, "  else     %s\n", row->form->text);
        }
        return;
    }
    (void)fprintf(out, "\n  form     %s\n  title    %s\n  length   %zu\n", row->form->text, row->form->title, row->size);
    if (row->text[0] != '\0') {
        (void)fprintf(out, "  text     %s\n", row->text);
    }
    for (size_t i = 0; i < row->operand_count; i++) {
        write_operand(out, row, &row->operands[i]);
    }
    if (row->class_name != NULL) {
        (void)fprintf(out, "  class    %s%s%s\n", row->class_name, l->profile == NULL ? "" : ", profile ", l->profile == NULL ? "" : l->profile);
    }
}

bool report_decode_text(FILE *out, const struct listing *l) {
    for (size_t i = 0; i < l->row_count; i++) {
        write_row(out, l, &l->rows[i]);
    }
    return true;
}
