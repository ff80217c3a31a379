/* What an ISA has, as JSON. */
#include "reports.h"
#include "json_write.h"

#include <jansson.h>

bool report_names_json(FILE *out, const char *const *names, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(array, json_string(names[i])) != 0) {
            json_decref(array);
            return false;
        }
    }
    return json_write(out, json_pack("{s:o}", "isas", array), 2);
}

static json_t *json_mode_names(const struct isa *isa, const struct form *form) {
    json_t *array = json_array();
    for (size_t m = 0; m < isa->mode_count; m++) {
        if ((form->modes >> m & 1) != 0) {
            (void)json_array_append_new(array, json_string(isa->modes[m].name));
        }
    }
    return array;
}

static json_t *json_operands(const struct semantics *semantics) {
    static const char *const directions[] = {"", "in", "out", "inout"};
    json_t *array = json_array();
    for (size_t i = 0; semantics != NULL && i < semantics->operand_count; i++) {
        const struct operand *o = &semantics->operands[i];
        (void)json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:i}", "name", o->name, "direction", directions[o->direction], "kind",
                                                     o->kind == NULL ? "" : o->kind, "width", (int)o->size));
    }
    return array;
}

static json_t *json_free_bits(const struct isa *isa, const struct profile *profile) {
    json_t *object = json_object();
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        (void)json_object_set_new(object, isa->leaves[profile->free_bits[i].leaf].name, json_integer((json_int_t)profile->free_bits[i].plain));
    }
    return object;
}

/* Operands are the same in every mode but for widths that follow a constant of the mode: those of the first mode are shown. */
static const struct semantics *first_semantics(const struct isa *isa, const struct form *form) {
    for (size_t m = 0; m < isa->mode_count; m++) {
        if (form->semantics[m] != NULL) {
            return form->semantics[m];
        }
    }
    return NULL;
}

bool report_list_json(FILE *out, const struct isa *isa) {
    json_t *modes = json_array();
    json_t *profiles = json_array();
    json_t *forms = json_array();
    for (size_t i = 0; i < isa->mode_count; i++) {
        (void)json_array_append_new(modes, json_string(isa->modes[i].name));
    }
    for (size_t i = 0; i < isa->profile_count; i++) {
        (void)json_array_append_new(profiles,
                                    json_pack("{s:s, s:o}", "name", profile_in(isa, i, 0)->name, "free", json_free_bits(isa, profile_in(isa, i, 0))));
    }
    for (size_t i = 0; i < isa->form_count; i++) {
        const struct form *f = &isa->forms[i];
        json_t *form =
            json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s}", "name", f->instruction, "title", f->title, "form", f->text, "encoding", f->encoding,
                      "modes", json_mode_names(isa, f), "operands", json_operands(first_semantics(isa, f)), "source", f->source);
        (void)json_array_append_new(forms, form);
    }
    bool complete = json_array_size(forms) == isa->form_count;
    json_t *root =
        json_pack("{s:s, s:s, s:o, s:o, s:o}", "isa", isa->name, "title", isa->title, "modes", modes, "profiles", profiles, "instructions", forms);
    return json_write(out, root, 2) && complete;
}
