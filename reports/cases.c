/* A list of cases: growing arrays, and texts of its own. */
#include "cases_list.h"

#include <stdlib.h>
#include <string.h>

struct case_list *cases_new(void) {
    return calloc(1, sizeof(struct case_list));
}

void cases_free(struct case_list *l) {
    for (size_t i = 0; l != NULL && i < l->suite_count; i++) {
        for (size_t k = 0; k < l->suites[i].property_count; k++) {
            free(l->suites[i].properties[k].name);
            free(l->suites[i].properties[k].value);
        }
        free(l->suites[i].properties);
        free(l->suites[i].name);
    }
    for (size_t i = 0; l != NULL && i < l->item_count; i++) {
        free(l->items[i].mode);
        free(l->items[i].form);
        free(l->items[i].skipped);
    }
    for (size_t i = 0; l != NULL && i < l->finding_count; i++) {
        for (size_t k = 0; k < sizeof l->findings[i].texts / sizeof l->findings[i].texts[0]; k++) {
            free(l->findings[i].texts[k]);
        }
    }
    if (l != NULL) {
        free(l->suites);
        free(l->items);
        free(l->findings);
    }
    free(l);
}

/* Room for one element more, which is zero, in *array; false, and failed, when memory is exhausted. */
static bool grow(struct case_list *l, void **array, size_t count, size_t *room, size_t size) {
    if (count < *room) {
        return true;
    }
    size_t more = *room == 0 ? 64 : *room * 2;
    char *new_array = realloc(*array, more * size);
    if (new_array == NULL) {
        l->failed = true;
        return false;
    }
    memset(new_array + count * size, 0, (more - count) * size);
    *array = new_array;
    *room = more;
    return true;
}

static char *kept(struct case_list *l, const char *text) {
    char *copy = strdup(text == NULL ? "" : text);
    l->failed = l->failed || copy == NULL;
    return copy;
}

void cases_suite(struct case_list *l, const char *name, double seconds) {
    void *suites = l->suites;
    if (grow(l, &suites, l->suite_count, &l->suite_room, sizeof *l->suites)) {
        l->suites = suites;
        l->suites[l->suite_count++] = (struct case_suite){.name = kept(l, name), .seconds = seconds, .first = l->item_count};
    }
}

void cases_property(struct case_list *l, const char *name, const char *value) {
    if (l->suite_count > 0) {
        struct case_suite *s = &l->suites[l->suite_count - 1];
        struct case_property *more = realloc(s->properties, (s->property_count + 1) * sizeof *more);
        l->failed = l->failed || more == NULL;
        if (more != NULL) {
            s->properties = more;
            more[s->property_count++] = (struct case_property){kept(l, name), kept(l, value)};
        }
    }
}

void cases_add(struct case_list *l, const char *mode, const char *form, const char *skipped) {
    void *items = l->items;
    if (l->suite_count > 0 && grow(l, &items, l->item_count, &l->item_room, sizeof *l->items)) {
        l->items = items;
        l->items[l->item_count++] = (struct case_item){kept(l, mode), kept(l, form), skipped == NULL ? NULL : kept(l, skipped), l->finding_count, 0};
        l->suites[l->suite_count - 1].count++;
    }
}

void cases_finding(struct case_list *l, const struct finding *f) {
    void *findings = l->findings;
    if (l->item_count == 0 || !grow(l, &findings, l->finding_count, &l->finding_room, sizeof *l->findings)) {
        return;
    }
    l->findings = findings;
    struct case_finding *x = &l->findings[l->finding_count++];
    const char *const texts[] = {f->rule, f->rule_title, f->message, f->source, f->detail, f->fingerprint, f->justification};
    x->kind = f->kind;
    x->place = *f->place;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        x->texts[i] = kept(l, texts[i]);
    }
    x->rule = x->texts[0];
    x->rule_title = x->texts[1];
    x->message = x->texts[2];
    x->source = x->texts[3];
    x->detail = x->texts[4];
    x->fingerprint = x->texts[5];
    x->justification = x->texts[6];
    l->items[l->item_count - 1].count++;
}

size_t case_findings(const struct case_list *l, const struct case_item *c, enum finding_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) {
        count += l->findings[c->first + i].kind == kind ? 1u : 0u;
    }
    return count;
}

bool case_fails(const struct case_list *l, const struct case_item *c) {
    return case_findings(l, c, FINDING_REFUTED) + case_findings(l, c, FINDING_BROKEN) > 0;
}

const char *case_open(const struct case_list *l, const struct case_item *c) {
    const char *why = c->skipped;
    for (size_t i = 0; i < c->count; i++) {
        const struct case_finding *f = &l->findings[c->first + i];
        why = f->kind == FINDING_OPEN ? f->message : why;
    }
    return case_fails(l, c) ? NULL : why;
}
