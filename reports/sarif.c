/* What logs of SARIF 2.1.0 have in common. */
#include "sarif.h"
#include "json_write.h"

#include <string.h>

void sarif_open(struct sarif *s) {
    *s = (struct sarif){json_array(), json_array(), json_object(), true};
    s->good = s->rules != NULL && s->results != NULL && s->numbers != NULL;
}

json_t *sarif_text(const char *text) {
    json_t *value = json_string(text);
    return value != NULL ? value : json_string("?");
}

json_int_t sarif_rule(struct sarif *s, const char *id, const char *text, const char *level) {
    json_t *known = json_object_get(s->numbers, id);
    if (known != NULL) {
        return json_integer_value(known);
    }
    json_int_t number = (json_int_t)json_array_size(s->rules);
    json_t *rule =
        json_pack("{s:s, s:{s:o}, s:{s:s}}", "id", id, "shortDescription", "text", sarif_text(text), "defaultConfiguration", "level", level);
    s->good = json_array_append_new(s->rules, rule) == 0 && json_object_set_new(s->numbers, id, json_integer(number)) == 0 && s->good;
    return number;
}

void sarif_add(struct sarif *s, json_t *result) {
    const char *kind = json_string_value(json_object_get(result, "kind"));
    if (kind != NULL && strcmp(kind, "fail") != 0) {
        (void)json_object_set_new(result, "level", json_string("none"));
    }
    s->good = result != NULL && json_array_append_new(s->results, result) == 0 && s->good;
}

bool sarif_close(struct sarif *s, FILE *out) {
    json_t *log = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:O}}, s:O}]}", "$schema", "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0",
                            "runs", "tool", "driver", "name", "popek", "rules", s->rules, "results", s->results);
    bool good = json_write(out, log, 1) && s->good;
    json_decref(s->rules);
    json_decref(s->results);
    json_decref(s->numbers);
    return good;
}
