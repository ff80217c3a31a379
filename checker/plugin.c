/* Loads plug-ins and reads their declarations. */
#include "plugin.h"

#include "explorer.h"
#include "virtual_plugin.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `what` is the name, or a prefix of it and '*'. */
static bool matches(const char *what, const char *name) {
    size_t length = strlen(what);
    return length > 0 && what[length - 1] == '*' ? strncmp(what, name, length - 1) == 0 : strcmp(what, name) == 0;
}

static bool matches_form(const char *what, const struct form *f) { return matches(what, f->text) || matches(what, f->instruction); }

static bool in_list(const char *list, const char *name) {
    size_t length = strlen(name);
    for (const char *c = list; c != NULL && *c != '\0'; c += strcspn(c, ",") + (strchr(c, ',') == NULL ? 0 : 1)) {
        const char *word = c + strspn(c, " ");
        size_t size = strcspn(word, ", ");
        if (size == length && strncmp(word, name, length) == 0) {
            return true;
        }
        c = word;
    }
    return false;
}

static char *format(const char *kind, const struct popek_declaration *d) {
    char text[400];
    (void)snprintf(text, sizeof text, kind, d->what, (unsigned long long)d->value);
    size_t length = strlen(text);
    (void)snprintf(text + length, sizeof text - length, "%s%s", d->why == NULL ? "" : ": ", d->why == NULL ? "" : d->why);
    return strdup(text);
}

/* NULL: good; else what is wrong. */
static const char *read_declaration(struct plugin *p, const struct popek_declaration *d) {
    static const char *const kinds[] = {"ignores %s", "fixes %s = %llu", "lacks %s", "has the modes %s alone"};
    bool found = d->declares == POPEK_LACKS;
    if (d->declares > POPEK_MODES || d->what == NULL) {
        return "a declaration is of no known kind";
    }
    for (size_t i = 0; i < p->isa->leaf_count && d->declares <= POPEK_FIXES; i++) {
        if (matches(d->what, p->isa->leaves[i].name)) {
            found = true;
            p->ignored[i] = p->ignored[i] || d->declares == POPEK_IGNORES;
            p->fixed[i] = p->fixed[i] || (d->declares == POPEK_FIXES && p->isa->leaves[i].index_width == 0);
            p->fixed_value[i] = d->declares == POPEK_FIXES ? cut(d->value, p->isa->leaves[i].width) : p->fixed_value[i];
        }
    }
    for (size_t i = 0; i < p->isa->mode_count && d->declares == POPEK_MODES; i++) {
        found = found || in_list(d->what, p->isa->modes[i].name);
    }
    for (size_t i = 0; i < p->isa->form_count && d->declares == POPEK_LACKS && !found; i++) {
        found = matches_form(d->what, &p->isa->forms[i]);
    }
    p->texts[p->text_count] = format(kinds[d->declares], d);
    p->text_count += p->texts[p->text_count] != NULL ? 1 : 0;
    return found ? NULL : d->what;
}

static struct plugin *fail(struct plugin *p, char **message, const char *path, const char *why) {
    size_t size = strlen(path) + strlen(why) + 8;
    *message = malloc(size);
    if (*message != NULL) {
        (void)snprintf(*message, size, "%s: %s", path, why);
    }
    plugin_close(p);
    return NULL;
}

static struct plugin *take(struct plugin *p, const char *path, char **message) {
    const struct popek_plugin *g = p->given;
    char why[200] = "";
    if (g == NULL || g->version != POPEK_HANDLER_VERSION || g->state_size != p->table->state_size) {
        return fail(p, message, path, "it was built for another version of popek/handler.h or popek/x86.h");
    }
    if (g->emulate == NULL && g->handler_count == 0) {
        return fail(p, message, path, "it has no handlers");
    }
    p->texts = calloc(g->declaration_count + 1, sizeof *p->texts);
    p->ignored = calloc(p->isa->leaf_count + 1, sizeof *p->ignored);
    p->fixed = calloc(p->isa->leaf_count + 1, sizeof *p->fixed);
    p->fixed_value = calloc(p->isa->leaf_count + 1, sizeof *p->fixed_value);
    if (p->texts == NULL || p->ignored == NULL || p->fixed == NULL || p->fixed_value == NULL) {
        plugin_close(p);
        return NULL;
    }
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        p->fixed[i] = is_assumed(p->isa->leaves[i].name);
    }
    for (size_t i = 0; i < g->declaration_count; i++) {
        const char *bad = read_declaration(p, &g->declarations[i]);
        if (bad != NULL) {
            (void)snprintf(why, sizeof why, "it declares '%.100s', which the tables do not know", bad);
            return fail(p, message, path, why);
        }
    }
    for (size_t i = 0; i < g->handler_count; i++) {
        bool known = strcmp(g->handlers[i].form, "*") == 0;
        /* Events are not tried, but a monitor may have handlers of them. */
        for (size_t k = 0; !known && k < p->isa->form_count + p->isa->event_count; k++) {
            known = matches_form(g->handlers[i].form, &p->isa->forms[k]);
        }
        if (!known || g->handlers[i].handle == NULL) {
            (void)snprintf(why, sizeof why, "it has a handler of '%.100s', which is no form or instruction", g->handlers[i].form);
            return fail(p, message, path, why);
        }
    }
    return p;
}

struct plugin *plugin_open(const char *path, const struct isa *isa, const struct emitted_isa *table, char **message) {
    struct plugin *p = calloc(1, sizeof *p);
    *message = NULL;
    if (p == NULL) {
        return NULL;
    }
    p->isa = isa;
    p->table = table;
    char *full = realpath(path, NULL); /* a name without a slash would be looked for among the system's libraries */
    p->object = full == NULL ? NULL : dlopen(full, RTLD_NOW | RTLD_LOCAL);
    free(full);
    if (p->object == NULL) {
        const char *why = dlerror();
        return fail(p, message, path, why == NULL ? "no such file" : why);
    }
    popek_plugin_function *function = NULL;
    void *address = dlsym(p->object, "popek_plugin");
    memcpy(&function, &address, sizeof function); /* ISO C has no cast from an object to a function pointer */
    const struct handlers_isa *handlers = function != NULL ? NULL : dlsym(p->object, "x86_handlers");
    if (function == NULL && handlers == NULL) {
        return fail(p, message, path, "it exports neither popek_plugin nor x86_handlers");
    }
    p->given = function != NULL ? function() : virtual_plugin(handlers, table, p->object);
    return take(p, path, message);
}

void plugin_close(struct plugin *p) {
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < p->text_count; i++) {
        free(p->texts[i]);
    }
    free(p->texts);
    free(p->ignored);
    free(p->fixed);
    free(p->fixed_value);
    if (p->object != NULL) {
        (void)dlclose(p->object);
    }
    free(p);
}

popek_handle *plugin_handler(const struct plugin *p, const struct form *form, const char *mode) {
    for (size_t i = 0; i < p->given->handler_count; i++) {
        const struct popek_handler *h = &p->given->handlers[i];
        if ((h->modes == NULL || in_list(h->modes, mode)) && (strcmp(h->form, "*") == 0 || matches_form(h->form, form))) {
            return h->handle;
        }
    }
    return NULL;
}

const char *plugin_exclusion(const struct plugin *p, const struct form *form, const char *mode) {
    for (size_t i = 0; i < p->given->declaration_count; i++) {
        const struct popek_declaration *d = &p->given->declarations[i];
        if (d->declares == POPEK_LACKS && matches_form(d->what, form)) {
            return "declared as not implemented";
        }
        if (d->declares == POPEK_MODES && !in_list(d->what, mode)) {
            return "an operating mode that is declared as absent";
        }
    }
    return NULL;
}

void plugin_fix(const struct plugin *p, const struct subject *s, struct sample *x) {
    for (unsigned i = 0; i < s->isa->leaf_count; i++) {
        if (p->fixed[i] && s->table->components[i].placement == EMITTED_IN_STATE) {
            sample_set(s, x, i, p->fixed_value[i]);
        }
    }
}
