/* The JSON report against docs/classification.schema.json. */
#include "../tests.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of JSON Schema that our schema uses: type, enum, required, properties, additionalProperties, items, anyOf, $ref to definitions. */
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
    const json_t *items = json_object_get(schema, "items");
    for (size_t i = 0; json_is_array(value) && items != NULL && i < json_array_size(value); i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s[%zu]", where, i);
        good = valid(root, items, json_array_get(value, i), path) && good;
    }
    return good;
}

static json_t *report_of(const char *arguments) {
    char command[512];
    (void)snprintf(command, sizeof command, "\"$POPEK\" classify %s --format json", arguments);
    struct command_result r = run_command(command);
    json_error_t error;
    json_t *report = r.out == NULL ? NULL : json_loads(r.out, 0, &error);
    CHECK(report != NULL, "%s gives JSON: %s", arguments, r.err);
    command_result_free(&r);
    return report;
}

static void test_schema(void) {
    static const char *const reports[] = {"examples/isa/third_generation.isa",
                                          "examples/isa/lra.isa",
                                          "examples/isa/shrink.isa --definition literal",
                                          "examples/isa/mfpi.isa --resource-limit 1",
                                          "x86",
                                          "x86 --instruction SGDT --configuration best"};
    json_error_t error;
    json_t *schema = json_load_file("docs/classification.schema.json", 0, &error);
    if (!CHECK(schema != NULL, "the schema is JSON: line %d: %s", error.line, error.text)) {
        return;
    }
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        json_t *report = report_of(reports[i]);
        CHECK(report != NULL && valid(schema, schema, report, "report"), "%s follows the schema", reports[i]);
        json_decref(report);
    }
    /* The check itself can fail. */
    json_t *broken = json_object();
    const json_t *required = json_object_get(schema, "required");
    CHECK(json_array_size(required) > 5 && json_object_get(broken, json_string_value(json_array_get(required, 0))) == NULL,
          "the schema requires something");
    json_decref(broken);
    json_decref(schema);
}

static void test_content(void) {
    json_t *report = report_of("examples/isa/lra.isa");
    const json_t *theorem = json_object_get(report, "theorem1");
    CHECK(json_is_false(json_object_get(theorem, "holds")), "Theorem 1 does not hold");
    const json_t *violations = json_object_get(theorem, "violations");
    CHECK(json_array_size(violations) == 1 && strcmp(json_string_value(json_array_get(violations, 0)), "LRA") == 0, "LRA is the violation");
    const json_t *instructions = json_object_get(report, "instructions");
    CHECK(json_array_size(instructions) == 10, "ten forms");
    const json_t *last = json_array_get(instructions, 9);
    CHECK(json_is_true(json_object_get(last, "location_sensitive")) && json_is_true(json_object_get(last, "hole")),
          "LRA is location sensitive, a hole");
    const json_t *states = json_object_get(json_object_get(last, "witness"), "states");
    CHECK(json_array_size(states) == 2, "its witness has two states");
    CHECK(json_array_size(json_object_get(json_object_get(last, "witness"), "differences")) > 0, "and a difference");
    json_decref(report);
}

static const struct test tests[] = {
    {"reports follow the schema", test_schema},
    {"what a report says", test_content},
};
const struct suite json_suite = SUITE("json", tests);
