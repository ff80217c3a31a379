/* The part of JSON Schema that our schemas use: type, enum, required, properties, additionalProperties, items, minItems, minimum, $ref to
 * definitions. */
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool valid(const json_t *root, const json_t *schema, const json_t *value, const char *where);

static bool type_fits(const char *type, const json_t *value) {
    return (strcmp(type, "object") == 0 && json_is_object(value)) || (strcmp(type, "array") == 0 && json_is_array(value)) ||
           (strcmp(type, "string") == 0 && json_is_string(value)) || (strcmp(type, "integer") == 0 && json_is_integer(value)) ||
           (strcmp(type, "boolean") == 0 && json_is_boolean(value)) || (strcmp(type, "null") == 0 && json_is_null(value));
}

static bool type_valid(const json_t *type, const json_t *value) {
    if (json_is_string(type)) {
        return type_fits(json_string_value(type), value);
    }
    bool good = false;
    for (size_t i = 0; i < json_array_size(type); i++) {
        good = good || type_fits(json_string_value(json_array_get(type, i)), value);
    }
    return good;
}

static bool is_one_of(const json_t *values, const json_t *value) {
    for (size_t i = 0; i < json_array_size(values); i++) {
        if (json_equal(json_array_get(values, i), value) != 0) {
            return true;
        }
    }
    return false;
}

static bool object_valid(const json_t *root, const json_t *schema, json_t *value, const char *where) {
    const json_t *required = json_object_get(schema, "required");
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *name = json_string_value(json_array_get(required, i));
        if (!CHECK(json_object_get(value, name) != NULL, "%s has no %s", where, name)) {
            return false;
        }
    }
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *additional = json_object_get(schema, "additionalProperties");
    const char *name = NULL;
    json_t *member = NULL;
    bool good = true;
    json_object_foreach(value, name, member) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s.%s", where, name);
        const json_t *of = json_object_get(properties, name);
        if (of != NULL) {
            good = valid(root, of, member, path) && good;
        } else if (json_is_object(additional)) {
            good = valid(root, additional, member, path) && good;
        } else if (json_is_false(additional)) {
            good = CHECK(false, "%s is not in the schema", path) && good;
        }
    }
    return good;
}

static bool valid(const json_t *root, const json_t *schema, const json_t *value, const char *where) {
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    if (reference != NULL) {
        const char *name = strrchr(reference, '/');
        const json_t *target = name == NULL ? NULL : json_object_get(json_object_get(root, "definitions"), name + 1);
        return CHECK(target != NULL, "the schema has no %s", reference) && valid(root, target, value, where);
    }
    const json_t *type = json_object_get(schema, "type");
    const json_t *values = json_object_get(schema, "enum");
    if ((type != NULL && !type_valid(type, value)) || (values != NULL && !is_one_of(values, value))) {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        (void)CHECK(false, "%s is %s", where, text == NULL ? "" : text);
        free(text);
        return false;
    }
    bool good = true;
    if (json_is_object(value)) {
        good = object_valid(root, schema, (json_t *)(uintptr_t)value, where);
    }
    const json_t *minimum = json_object_get(schema, "minimum");
    if (minimum != NULL && json_is_integer(value) && json_integer_value(value) < json_integer_value(minimum)) {
        good = CHECK(false, "%s is too small", where);
    }
    if (json_is_array(value) && json_array_size(value) < (size_t)json_integer_value(json_object_get(schema, "minItems"))) {
        good = CHECK(false, "%s has too few items", where);
    }
    const json_t *items = json_object_get(schema, "items");
    for (size_t i = 0; json_is_array(value) && items != NULL && i < json_array_size(value); i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s[%zu]", where, i);
        good = valid(root, items, json_array_get(value, i), path) && good;
    }
    return good;
}

bool schema_valid(const json_t *schema, const json_t *value, const char *where) { return valid(schema, schema, value, where); }
