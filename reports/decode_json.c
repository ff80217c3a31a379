/* Decoded instructions as JSON. */
#include "decode.h"
#include "json_write.h"

#include <jansson.h>

static const char *const kinds[] = {"register", "memory", "immediate", "relative", "far-pointer"};

static void set_register(json_t *object, const char *key, unsigned class, unsigned number, bool high_byte) {
    char name[16];
    if (class != REGISTER_NONE) {
        decode_register_name(class, number, high_byte, name, sizeof name);
        (void)json_object_set_new(object, key, json_string(name));
    }
}

static json_t *json_operand(const struct matcher_operand *o) {
    json_t *object = json_pack("{s:s}", "kind", kinds[o->kind]);
    if (object == NULL) {
        return NULL;
    }
    if (o->kind == OPERAND_REGISTER) {
        set_register(object, "register", o->class, o->number, o->high_byte);
    } else {
        (void)json_object_set_new(object, "value", json_integer(o->value));
        (void)json_object_set_new(object, "bits", json_integer(o->bits));
    }
    if (o->kind == OPERAND_MEMORY) {
        set_register(object, "segment", REGISTER_SEGMENT, o->segment, false);
        set_register(object, "base", o->base_class, o->base, false);
        set_register(object, "index", o->index_class, o->index, false);
        (void)json_object_set_new(object, "scale", json_integer(o->scale));
    }
    if (o->kind == OPERAND_FAR_POINTER) {
        (void)json_object_set_new(object, "selector", json_integer(o->selector));
    }
    if (o->mask != 0) {
        set_register(object, "mask", REGISTER_MASK, o->mask, false);
    }
    return object;
}

static json_t *json_bytes(const struct listing_row *row) {
    static const char digits[] = "0123456789abcdef";
    char text[32];
    size_t shown = row->size > 15 ? 15 : row->size;
    for (size_t i = 0; i < shown; i++) {
        text[2 * i] = digits[row->bytes[i] >> 4];
        text[2 * i + 1] = digits[row->bytes[i] & 15];
    }
    return json_stringn(text, 2 * shown);
}

static json_t *json_row(const struct listing_row *row) {
    json_t *object = json_pack("{s:I, s:o}", "offset", (json_int_t)row->offset, "bytes", json_bytes(row));
    if (object == NULL) {
        return NULL;
    }
    bool good = row->decoded.reason == MATCHER_MATCHED && row->form != NULL;
    (void)json_object_set_new(object, "name", row->form == NULL ? json_null() : json_string(row->form->instruction));
    (void)json_object_set_new(object, "form", row->form == NULL ? json_null() : json_string(row->form->text));
    (void)json_object_set_new(object, "length", good ? json_integer(row->decoded.length) : json_null());
    (void)json_object_set_new(object, "class", row->class_name == NULL ? json_null() : json_string(row->class_name));
    if (!good) {
        enum matcher_reason reason = (enum matcher_reason)row->decoded.reason;
        (void)json_object_set_new(object, "reason", json_string(matcher_reason_name(reason)));
        (void)json_object_set_new(object, "why", json_string(matcher_reason_text(reason)));
        return object;
    }
    (void)json_object_set_new(object, "encoding", json_string(row->form->encoding));
    (void)json_object_set_new(object, "text", row->text[0] == '\0' ? json_null() : json_string(row->text));
    json_t *operands = json_array();
    for (size_t i = 0; i < row->operand_count; i++) {
        (void)json_array_append_new(operands, json_operand(&row->operands[i]));
    }
    bool complete = json_array_size(operands) == row->operand_count;
    if (json_object_set_new(object, "operands", operands) != 0 || !complete || json_object_size(object) != 9) {
        json_decref(object);
        return NULL;
    }
    return object;
}

bool report_decode_json(FILE *out, const struct listing *l) {
    json_t *rows = json_array();
    for (size_t i = 0; i < l->row_count; i++) {
        (void)json_array_append_new(rows, json_row(&l->rows[i]));
    }
    bool complete = json_array_size(rows) == l->row_count;
    json_t *report =
        json_pack("{s:s, s:s, s:s?, s:o}", "isa", l->isa->name, "mode", matcher_mode_name(l->mode), "profile", l->profile, "instructions", rows);
    return json_write(out, report, 2) && complete;
}
