/* HTML reports without a browser (`make test-html` has one): complete, self-contained, and nothing of a description becomes markup. */
#include "../tests.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The page that popek writes for the arguments, the subcommand first; "" after a failed case. */
static struct command_result page_of(const char *arguments) {
    char command[512];
    (void)snprintf(command, sizeof command, "\"$POPEK\" %s --format html", arguments);
    struct command_result r = run_command(command);
    CHECK(r.code == 0 || r.code == 1, "popek %s: exit code %d: %s", arguments, r.code, r.err);
    return r;
}

static unsigned occurrences(const char *text, const char *what) {
    unsigned count = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what)) {
        count++;
    }
    return count;
}

/* The JSON in the element "data" (of the matrix) or "panel-data"; NULL after a failed case. */
static json_t *data_of(const char *page, const char *element) {
    char start[40];
    (void)snprintf(start, sizeof start, "id=\"%s\">", element);
    const char *data = strstr(page, start);
    const char *end = data == NULL ? NULL : strstr(data, "</script>");
    if (!CHECK(end != NULL, "the page has data")) {
        return NULL;
    }
    data += strlen(start);
    json_error_t error;
    json_t *root = json_loadb(data, (size_t)(end - data), 0, &error);
    CHECK(root != NULL, "the data are JSON: line %d: %s", error.line, error.text);
    return root;
}

/* `tabs`: a page about evidence has one more. */
static void check_complete(const char *page, const char *name, unsigned tabs) {
    static const struct {
        const char *text;
        unsigned count;
    } parts[] = {{"<!DOCTYPE html>", 1}, {"</html>", 1},          {"<script", 3},   {"</script>", 3},  {"<main", 1},
                 {"<dialog", 1},         {"class=\"answer\"", 4}, {"<title>", 1},   {"<style>", 1},    {"prefers-color", 1},
                 {"@media print", 1},    {"http://", 0},          {"https://", 0},  {" src=\"", 0},    {"@import", 0},
                 {"fetch(", 0},          {"XMLHttpRequest", 0},   {"innerHTML", 0}, {"light-dark(", 0}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        unsigned found = occurrences(page, parts[i].text);
        bool some = strcmp(parts[i].text, "light-dark(") == 0;
        CHECK(some ? found > 10 : found == parts[i].count, "%s: '%s' occurs %u times", name, parts[i].text, found);
    }
    CHECK(occurrences(page, "<button type=\"button\" role=\"tab\"") == tabs && occurrences(page, "<section role=\"tabpanel\"") == tabs,
          "%s has %u tabs and as many panels", name, tabs);
}

/* Every number in the data is one of something that is there. */
static void check_numbers(const json_t *data, const json_t *panel, const char *name) {
    size_t late = json_array_size(json_object_get(panel, "strings"));
    size_t strings = json_array_size(json_object_get(data, "strings"));
    size_t forms = json_array_size(json_object_get(data, "forms"));
    size_t instructions = json_array_size(json_object_get(data, "instructions"));
    size_t witnesses = json_array_size(json_object_get(panel, "witnesses"));
    const json_t *verdicts = json_object_get(data, "verdicts");
    CHECK(json_array_size(verdicts) > 0, "%s has verdicts", name);
    for (size_t i = 0; i < json_array_size(verdicts); i++) {
        const json_t *v = json_array_get(verdicts, i);
        json_int_t witness = json_integer_value(json_array_get(v, 5));
        CHECK(json_array_size(v) == 7 && (size_t)json_integer_value(json_array_get(v, 0)) < forms &&
                  (size_t)json_integer_value(json_array_get(v, 2)) < 5 && (size_t)json_integer_value(json_array_get(v, 4)) < late && witness >= -1 &&
                  witness < (json_int_t)witnesses,
              "%s: verdict %zu", name, i);
    }
    for (size_t i = 0; i < forms; i++) {
        const json_t *f = json_array_get(json_object_get(data, "forms"), i);
        CHECK((size_t)json_integer_value(json_array_get(f, 0)) < instructions && (size_t)json_integer_value(json_array_get(f, 1)) < strings,
              "%s: form %zu", name, i);
    }
}

/* Of a page about evidence, each verdict has a state and a text for each column. */
static void check_evidence(const json_t *data, const json_t *panel, const char *name) {
    const json_t *evidence = json_object_get(data, "evidence");
    size_t columns = json_array_size(json_object_get(data, "columns"));
    CHECK((evidence == NULL) == (strncmp(name, "evidence", 8) != 0), "%s: whether there is evidence", name);
    CHECK(evidence == NULL || json_array_size(evidence) == json_array_size(json_object_get(data, "verdicts")), "%s: a row for each verdict", name);
    for (size_t i = 0; i < json_array_size(evidence); i++) {
        const json_t *row = json_array_get(evidence, i);
        const char *states = json_string_value(json_array_get(json_object_get(data, "states"), (size_t)json_integer_value(json_array_get(row, 0))));
        const json_t *texts = json_array_get(json_object_get(panel, "cells"), (size_t)json_integer_value(json_array_get(row, 1)));
        CHECK(columns > 5 && states != NULL && strlen(states) == columns && json_array_size(texts) == columns, "%s: evidence of verdict %zu", name,
              i);
    }
}

static void test_pages(void) {
    static const char *const pages[] = {"classify examples/isa/lra.isa", "classify riscv --configuration best",
                                        "classify x86 --mode protected --instruction POPF", "evidence x86 --mode long --instruction POPF"};
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct command_result r = page_of(pages[i]);
        check_complete(r.out, pages[i], strncmp(pages[i], "evidence", 8) == 0 ? 5 : 4);
        json_t *data = data_of(r.out, "data");
        json_t *panel = data_of(r.out, "panel-data");
        if (data != NULL && panel != NULL) {
            check_numbers(data, panel, pages[i]);
            check_evidence(data, panel, pages[i]);
        }
        json_decref(data);
        json_decref(panel);
        command_result_free(&r);
    }
}

static bool has_string(const json_t *strings, const char *text) {
    for (size_t i = 0; i < json_array_size(strings); i++) {
        if (strcmp(json_string_value(json_array_get(strings, i)), text) == 0) {
            return true;
        }
    }
    return false;
}

/* A description whose every text is an attempt to break out; the texts arrive whole, and none as markup. */
static void test_hostile(void) {
    static const char *const markup[] = {"<script>throw", "<img", "<svg", "<!--", "<b>", "<i>", "</pre>", "'title'"};
    struct command_result r = page_of("classify tests/reports/hostile.isa");
    check_complete(r.out, "hostile", 4);
    for (size_t i = 0; i < sizeof markup / sizeof markup[0]; i++) {
        CHECK(strstr(r.out, markup[i]) == NULL, "'%s' is nowhere in the page", markup[i]);
    }
    CHECK(strstr(r.out, "&lt;script&gt;throw &#39;title&#39;&lt;/script&gt;") != NULL, "the title is there as text");
    json_t *data = data_of(r.out, "data");
    json_t *panel = data_of(r.out, "panel-data");
    const json_t *strings = json_object_get(data, "strings");
    CHECK(has_string(strings, "</script><script>throw 'instruction'</script>"), "the instruction's title is there");
    CHECK(has_string(json_object_get(panel, "strings"), "</pre><script>throw 'note'</script><!--"), "the note is there");
    json_decref(panel);
    json_decref(data);
    command_result_free(&r);
}

/* The page says what the text report says. */
static void test_agreement(void) {
    struct command_result r = page_of("classify examples/isa/mfpi.isa");
    CHECK(strstr(r.out, "<h2>Theorem 1</h2><p class=\"answer\">no</p><p>not virtualizable by this test. 1 form stands in the way.") != NULL,
          "Theorem 1 of mfpi");
    CHECK(strstr(r.out, "<h2>Theorem 3</h2><p class=\"answer\">yes</p><p>a hybrid monitor can be built.") != NULL, "Theorem 3 of mfpi");
    json_t *data = data_of(r.out, "data");
    unsigned violations = 0;
    for (size_t i = 0; i < json_array_size(json_object_get(data, "verdicts")); i++) {
        violations += json_integer_value(json_array_get(json_array_get(json_object_get(data, "verdicts"), i), 2)) == 1 ? 1u : 0u;
    }
    CHECK(violations == 1, "%u violations in the data of mfpi", violations);
    json_decref(data);
    command_result_free(&r);
}

static const struct test tests[] = {{"pages", test_pages}, {"hostile texts", test_hostile}, {"as the text report", test_agreement}};
const struct suite html_suite = SUITE("html", tests);
