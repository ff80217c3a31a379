/* The JSON report against docs/classification.schema.json. */
#include "../schema.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        CHECK(report != NULL && schema_valid(schema, report, "report"), "%s follows the schema", reports[i]);
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
