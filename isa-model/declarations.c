/* Names, state components, traps and operating modes. */
#include "elaborate.h"

#include <string.h>

#define MAXIMUM_LEAVES 4096u

static unsigned bucket_of(const char *name) {
    unsigned hash = 2166136261u;
    for (; *name != '\0'; name++) {
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    }
    return hash % 4096u;
}

struct definition *find_definition(struct checker *c, const char *name) {
    for (struct definition *d = c->buckets[bucket_of(name)]; d != NULL; d = d->next) {
        if (strcmp(d->name, name) == 0) {
            return d;
        }
    }
    return NULL;
}

struct definition *define(struct checker *c, const struct syntax *at, const char *name, enum definition_kind kind) {
    if (find_definition(c, name) != NULL) {
        report(c->r, at, "'%s' is already declared", name);
        return NULL;
    }
    struct definition *d = arena_allocate(c->arena, sizeof *d);
    d->name = name;
    d->kind = kind;
    d->next = c->buckets[bucket_of(name)];
    c->buckets[bucket_of(name)] = d;
    return d;
}

static const char *const *names_of(const struct type *type) { return type->kind == TYPE_ENUMERATION ? type->value_names : NULL; }

/* One leaf for each scalar of the type, named by its path. */
static bool add_leaves(struct checker *c, const struct syntax *at, const char *path, const struct type *type, const struct component *component,
                       enum resource_kind kind) {
    if (type->kind == TYPE_RECORD) {
        for (size_t i = 0; i < type->field_count; i++) {
            const char *name = arena_format(c->arena, "%s.%s", path, type->fields[i].name);
            if (!add_leaves(c, at, name, type->fields[i].type, component, kind)) {
                return false;
            }
        }
        return true;
    }
    if (c->leaf_count >= MAXIMUM_LEAVES) {
        report(c->r, at, "the state has more than %u parts", MAXIMUM_LEAVES);
        return false;
    }
    size_t i = APPEND(c, c->leaves, c->leaf_count, c->leaf_capacity);
    unsigned indices[1] = {component->index_width};
    symbol s = term_symbol(c->pool, path, type->width, indices, component->index_width == 0 ? 0 : 1);
    c->leaves[i] = (struct leaf){.name = path,
                                 .class = component->class,
                                 .kind = kind,
                                 .width = type->width,
                                 .index_width = component->index_width,
                                 .symbol = s,
                                 .value_count = type->value_count,
                                 .value_names = names_of(type)};
    return true;
}

static bool index_width(struct checker *c, const struct syntax *s, unsigned *width) {
    *width = 0;
    if (s == NULL) {
        return true;
    }
    if (s->kind == SYNTAX_NUMBER) {
        if (s->number < 2 || (s->number & (s->number - 1)) != 0) {
            report(c->r, s, "the number of elements is a power of two; or give the index as bits(N)");
            return false;
        }
        *width = bits_needed(s->number - 1);
        return true;
    }
    const struct type *type = resolve_type(c, s);
    if (type == NULL || type->kind == TYPE_RECORD) {
        return false;
    }
    *width = type->width;
    return true;
}

static bool resource_kind_of(struct checker *c, const struct syntax *class, enum resource_kind *kind) {
    static const char *const names[] = {"", "relocation", "interrupt", "control", "io"};
    *kind = RESOURCE_NONE;
    if (class->operation != CLASS_RESOURCE) {
        return true;
    }
    for (unsigned i = 1; i < 5; i++) {
        if (class->text != NULL && strcmp(class->text, names[i]) == 0) {
            *kind = (enum resource_kind)i;
            return true;
        }
    }
    report(c->r, class, "'%s' is not a kind of resource: relocation, interrupt, control or io", class->text == NULL ? "" : class->text);
    return false;
}

static bool check_tail(struct checker *c, const struct syntax *s, struct component *component, const struct type *type) {
    const struct syntax *tail = s->child[2];
    bool is_memory = component->class == CLASS_MEMORY;
    bool is_counter = component->class == CLASS_COUNTER;
    if (is_memory && (tail == NULL || tail->child[1] == NULL || component->index_width == 0 || type->scalars != 1)) {
        report(c->r, s, "memory is NAME[bits(N)] : bits(M) at PLACE when CONDITION");
        return false;
    }
    if (is_counter && (tail == NULL || tail->child[1] != NULL || component->index_width != 0 || type->scalars != 1)) {
        report(c->r, s, "the counter is NAME : bits(N) next EXPRESSION");
        return false;
    }
    if (!is_memory && !is_counter && tail != NULL) {
        report(c->r, tail, "only the counter has `next`, and only memory has `at ... when`");
        return false;
    }
    if (is_counter && c->counter != NULL) {
        report(c->r, s, "there is already a counter");
        return false;
    }
    if (is_memory) {
        component->at_expression = tail->child[0];
        component->when_expression = tail->child[1];
    }
    component->next_expression = is_counter ? tail->child[0] : NULL;
    return true;
}

static void declare_state(struct checker *c, const struct syntax *s, struct definition *d) {
    enum resource_kind kind = RESOURCE_NONE;
    const struct type *type = resolve_type(c, s->child[0]);
    struct component component = {s->text, type, 0, (unsigned)c->leaf_count, (enum state_class)s->operation, NULL, NULL, NULL};
    d->kind = DEFINES_NOTHING;
    if (type == NULL || !index_width(c, s->child[1], &component.index_width) || !resource_kind_of(c, s->child[3], &kind) ||
        !check_tail(c, s, &component, type) || !add_leaves(c, s, s->text, type, &component, kind)) {
        return;
    }
    size_t i = APPEND(c, c->components, c->component_count, c->component_capacity);
    c->components[i] = component;
    d->kind = DEFINES_COMPONENT;
    d->number = (unsigned)i;
}

static void declare_trap(struct checker *c, const struct syntax *s, struct definition *d) {
    unsigned width = 0;
    for (const struct syntax *p = s->child[1]; p != NULL; p = p->next) {
        const struct type *type = resolve_type(c, p->child[0]);
        width += type == NULL ? 0 : type->width;
    }
    if (width > 64 || s->child[0]->number > 0xFFFF) {
        report(c->r, s, "the arguments of a trap have at most 64 bits together, its vector 16");
        return;
    }
    size_t i = APPEND(c, c->traps, c->trap_count, c->trap_capacity);
    c->traps[i] = (struct trap_kind){s->text, s->child[2] == NULL ? "" : s->child[2]->text, (unsigned)s->child[0]->number, width};
    d->number = (unsigned)i;
}

static enum definition_kind kind_of(const struct syntax *s) {
    switch (s->kind) {
    case SYNTAX_CONSTANT:
        return DEFINES_CONSTANT;
    case SYNTAX_TYPE:
    case SYNTAX_RECORD:
        return DEFINES_TYPE;
    case SYNTAX_STATE:
        return DEFINES_COMPONENT;
    case SYNTAX_FUNCTION:
        return DEFINES_FUNCTION;
    case SYNTAX_PROCEDURE:
        return DEFINES_PROCEDURE;
    case SYNTAX_TEMPLATE:
        return DEFINES_TEMPLATE;
    case SYNTAX_TRAP_KIND:
        return DEFINES_TRAP;
    case SYNTAX_OPERATING_MODE:
        return DEFINES_MODE;
    case SYNTAX_ALIAS:
        return DEFINES_ALIAS;
    case SYNTAX_SIZES:
        return DEFINES_SIZES;
    default:
        return DEFINES_NOTHING;
    }
}

/* The names first, so that the order of declarations does not matter. */
static void declare_names(struct checker *c) {
    for (struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        enum definition_kind kind = kind_of(s);
        struct definition *d = kind == DEFINES_NOTHING ? NULL : define(c, s, s->text, kind);
        if (d != NULL) {
            d->syntax = s;
        }
    }
}

static void declare_isa(struct checker *c) {
    const struct syntax *found = NULL;
    for (const struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        if (s->kind != SYNTAX_ISA) {
            continue;
        }
        if (found != NULL) {
            report(c->r, s, "a description has one `isa` line");
        }
        found = s;
    }
    if (found == NULL) {
        report_at(c->r, 0, 1, 1, 1, "a description starts with: isa NAME \"title\";");
        return;
    }
    c->isa->name = found->text;
    c->isa->title = found->child[0]->text;
}

const struct component *component_of(struct checker *c, const char *name) {
    struct definition *d = find_definition(c, name);
    return d != NULL && d->kind == DEFINES_COMPONENT ? &c->components[d->number] : NULL;
}

static void declare_mode(struct checker *c, const struct syntax *s, struct definition *d) {
    if (c->mode_count >= 64) {
        report(c->r, s, "at most 64 operating modes");
        return;
    }
    size_t i = APPEND(c, c->modes, c->mode_count, c->mode_capacity);
    c->modes[i] = (struct operating_mode){s->text, s->child[1] == NULL ? "" : s->child[1]->text, 0, 0, 0};
    d->number = (unsigned)i;
}

static struct definition *own_definition(struct checker *c, const struct syntax *s) {
    struct definition *d = kind_of(s) == DEFINES_NOTHING ? NULL : find_definition(c, s->text);
    return d != NULL && d->syntax == s ? d : NULL;
}

void declare_all(struct checker *c) {
    declare_isa(c);
    declare_names(c);
    /* Enumerations define the names of their values, so types come before everything that may use those. */
    for (struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        struct definition *d = own_definition(c, s);
        if (d != NULL && d->kind == DEFINES_TYPE) {
            struct syntax name = {
                .kind = SYNTAX_TYPE_NAME, .text = s->text, .file = s->file, .line = s->line, .column = s->column, .length = s->length};
            (void)resolve_type(c, &name);
        }
    }
    for (struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        struct definition *d = own_definition(c, s);
        if (s->kind == SYNTAX_PROLOGUE) {
            // The index first: it moves the array. An array of pointers is what is meant. NOLINTNEXTLINE(bugprone-sizeof-expression)
            size_t index = APPEND(c, c->prologues, c->prologue_count, c->prologue_capacity);
            c->prologues[index] = s;
        }
        if (d == NULL) {
            continue;
        }
        if (d->kind == DEFINES_COMPONENT) {
            declare_state(c, s, d);
        } else if (d->kind == DEFINES_TRAP) {
            declare_trap(c, s, d);
        } else if (d->kind == DEFINES_MODE) {
            declare_mode(c, s, d);
        }
    }
    for (const struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        if (s->kind == SYNTAX_OPERAND_KIND) {
            declare_operand_kind(c, s);
        }
    }
    declare_mode_constants(c);
    for (size_t i = 0; i < c->component_count; i++) {
        if (c->components[i].class == CLASS_COUNTER) {
            if (c->counter != NULL) {
                report_at(c->r, 0, 1, 1, 1, "there is more than one counter");
            }
            c->counter = &c->components[i];
        }
    }
    if (c->counter == NULL && c->r->message_count == 0) {
        report_at(c->r, 0, 1, 1, 1, "the machine has no counter: counter NAME : bits(N) next EXPRESSION;");
    }
}
