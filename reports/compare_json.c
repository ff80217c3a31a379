/* Several profiles beside each other, as JSON: {"isa","profiles":[...],"rows":[{"form","mode","verdicts":[{"class","hole"}]}]}. */
#include "reports.h"
#include "json_write.h"
#include "wording.h"

#include <jansson.h>
#include <stdlib.h>

static bool row_differs(const struct classification *const *list, size_t count, size_t row) {
    bool differs = false;
    for (size_t i = 1; i < count; i++) {
        const struct form_verdict *a = &list[0]->verdicts[row];
        const struct form_verdict *b = &list[i]->verdicts[row];
        differs = differs || a->class != b->class || a->answers[QUESTION_HOLE] != b->answers[QUESTION_HOLE];
    }
    return differs;
}

static json_t *json_row(const struct classification *const *list, size_t count, size_t row) {
    const struct form_verdict *v = &list[0]->verdicts[row];
    json_t *verdicts = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct form_verdict *other = &list[i]->verdicts[row];
        (void)json_array_append_new(
            verdicts, json_pack("{s:s, s:s}", "class", verdict_class_name(other->class), "hole", answer_word(other->answers[QUESTION_HOLE])));
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "name", list[0]->isa->forms[v->form].instruction, "form", list[0]->isa->forms[v->form].text, "mode",
                     list[0]->isa->modes[v->mode].name, "verdicts", verdicts);
}

bool report_compare_json(FILE *out, const struct classification *const *list, size_t count) {
    json_t *profiles = json_array();
    json_t *rows = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(profiles,
                                    json_pack("{s:s, s:s, s:i}", "name", profile_in(list[i]->isa, list[i]->profile, 0)->name, "theorem1",
                                              answer_word(list[i]->theorem[0].holds), "violations", (int)list[i]->theorem[0].violation_count));
    }
    size_t different = 0;
    for (size_t row = 0; row < list[0]->verdict_count; row++) {
        if (row_differs(list, count, row)) {
            different++;
            (void)json_array_append_new(rows, json_row(list, count, row));
        }
    }
    bool complete = json_array_size(rows) == different;
    json_t *report =
        json_pack("{s:s, s:o, s:o, s:i}", "isa", list[0]->isa->name, "profiles", profiles, "rows", rows, "compared", (int)list[0]->verdict_count);
    return json_write(out, report, 2) && complete;
}
