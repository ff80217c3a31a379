/* Cases as TAP 14: a test for each; undecided and not tried ones are skipped. */
#include "cases_list.h"

/* '#' begins a directive in a description. */
static void put_description(FILE *out, const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        (void)fprintf(out, *c == '#' || *c == '\\' ? "\\%c" : "%c", *c == '\n' ? ' ' : *c);
    }
}

/* A line of YAML with the text in double quotes. */
static void put_pair(FILE *out, const char *name, const char *text) {
    (void)fprintf(out, "  %s: \"", name);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\n') {
            (void)fputs("\\n", out);
        } else {
            (void)fprintf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
        }
    }
    (void)fputs("\"\n", out);
}

static void put_case(FILE *out, const struct case_list *l, const struct case_item *c, size_t number) {
    const char *open = case_open(l, c);
    (void)fprintf(out, "%sok %zu - ", case_fails(l, c) ? "not " : "", number);
    put_description(out, c->form);
    (void)fputs(" [", out);
    put_description(out, c->mode);
    (void)fputs("]", out);
    if (open != NULL) {
        (void)fputs(" # SKIP ", out);
        put_description(out, open);
    }
    (void)fputc('\n', out);
    for (size_t i = 0; i < c->count; i++) {
        const struct case_finding *f = &l->findings[c->first + i];
        if (f->kind == FINDING_REFUTED || f->kind == FINDING_BROKEN) {
            (void)fputs("  ---\n", out);
            put_pair(out, "rule", f->rule);
            put_pair(out, "message", f->message);
            put_pair(out, "source", f->source);
            (void)fputs("  ...\n", out);
        }
    }
}

bool cases_tap(FILE *out, const struct case_list *l) {
    if (l->failed) {
        return false;
    }
    size_t number = 0;
    (void)fprintf(out, "TAP version 14\n1..%zu\n", l->item_count);
    for (size_t i = 0; i < l->suite_count; i++) {
        const struct case_suite *s = &l->suites[i];
        (void)fputs("# ", out);
        put_description(out, s->name);
        (void)fputc('\n', out);
        for (size_t k = 0; k < s->count; k++) {
            put_case(out, l, &l->items[s->first + k], ++number);
        }
    }
    return true;
}
