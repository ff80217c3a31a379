/* Sizes: forms that are written once and stand for several. */
#include "elaborate.h"

#include <stdlib.h>
#include <string.h>

/* The entries of `sizes NAME`, a list whose elements carry their values; NULL after an error. */
const struct syntax *size_entries(struct checker *c, const struct syntax *at, const char *name, struct size_entry *first) {
    const struct definition *d = find_definition(c, name);
    if (d == NULL || d->kind != DEFINES_SIZES) {
        report(c->r, at, "there are no sizes '%s'", name);
        return NULL;
    }
    *first = (struct size_entry){d->syntax->child[0], NULL, d->syntax->child[2]};
    for (const struct syntax *e = d->syntax->child[1]; e != NULL; e = e->next) {
        const struct syntax *n = first->names;
        const struct syntax *v = e->child[0];
        for (; n != NULL && v != NULL; n = n->next) {
            v = v->next;
        }
        if (n != NULL || v != NULL) {
            report(c->r, e, "an entry of sizes '%s' has a value for each of its names", name);
            return NULL;
        }
    }
    return d->syntax->child[1];
}

static const char *value_text(struct checker *c, const struct syntax *v) {
    return v->kind == SYNTAX_NUMBER ? arena_format(c->arena, "%llu", (unsigned long long)v->number) : v->text;
}

/* Replaces {name} by the entry's value; a name that it does not have stays as it is. */
const char *expand_text(struct checker *c, const struct size_entry *entry, const char *text) {
    if (entry->names == NULL || strchr(text, '{') == NULL) {
        return text;
    }
    const char *result = "";
    while (*text != '\0') {
        size_t plain = strcspn(text, "{");
        const char *end = strchr(text + plain, '}');
        result = arena_format(c->arena, "%s%.*s", result, (int)plain, text);
        text += plain;
        if (*text == '\0' || end == NULL) {
            return arena_format(c->arena, "%s%s", result, text);
        }
        size_t length = (size_t)(end - text) + 1;
        const char *replacement = NULL;
        const struct syntax *v = entry->values;
        for (const struct syntax *n = entry->names; n != NULL && v != NULL; n = n->next, v = v->next) {
            if (strlen(n->text) == length - 2 && strncmp(n->text, text + 1, length - 2) == 0) {
                replacement = value_text(c, v);
            }
        }
        result =
            replacement != NULL ? arena_format(c->arena, "%s%s", result, replacement) : arena_format(c->arena, "%s%.*s", result, (int)length, text);
        text += length;
    }
    return result;
}

/* Numbers of the entry become constants of the form; words only stand in texts. */
void bind_entry(struct checker *c, const struct size_entry *entry) {
    const struct syntax *v = entry->values;
    for (const struct syntax *n = entry->names; n != NULL && v != NULL; n = n->next, v = v->next) {
        if (v->kind == SYNTAX_NUMBER) {
            bind_local(c, n->text, evaluate_expression(c, v, NULL));
        }
    }
}
