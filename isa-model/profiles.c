/* Profiles: which monitor is asking. */
#include "elaborate.h"

#include <string.h>

/* A path names a component or a field of one: a run of leaves. */
bool resolve_path(struct checker *c, const struct syntax *s, unsigned *first, unsigned *count, const struct type **type,
                  const struct component **component) {
    if (s->kind == SYNTAX_NAME) {
        *component = component_of(c, s->text);
        if (*component == NULL) {
            report(c->r, s, "there is no state component '%s'", s->text);
            return false;
        }
        *first = (*component)->first_leaf;
        *type = (*component)->type;
    } else {
        if (!resolve_path(c, s->child[0], first, count, type, component)) {
            return false;
        }
        const struct field *field = (*type)->kind == TYPE_RECORD ? find_field(*type, s->text) : NULL;
        if (field == NULL) {
            report(c->r, s, "%s has no field '%s'", type_text(c, *type), s->text);
            return false;
        }
        *first += field->first;
        *type = field->type;
    }
    *count = (*type)->scalars;
    return true;
}

struct profile_lists {
    struct assumption *assumptions;
    size_t assumption_capacity;
    struct element_assumption *elements;
    size_t element_capacity;
    struct mapping *mappings;
    size_t mapping_capacity;
    symbol *parameters;
    size_t parameter_capacity;
    struct free_bit *free_bits;
    size_t free_capacity;
    const char **notes;
    size_t note_capacity;
    struct emulated *emulated;
    size_t emulated_capacity;
    bool *shadowed, *relocated, *refused;
    bool any_relocated, has_user, has_supervisor;
};

static void mark_paths(struct checker *c, const struct syntax *paths, bool *marks) {
    for (const struct syntax *p = paths; p != NULL; p = p->next) {
        unsigned first = 0;
        unsigned count = 0;
        const struct type *type = NULL;
        const struct component *component = NULL;
        if (resolve_path(c, p, &first, &count, &type, &component)) {
            for (unsigned i = 0; i < count; i++) {
                marks[first + i] = true;
            }
        }
    }
}

static void add_mapping(struct checker *c, const struct syntax *s, struct profile *profile, struct profile_lists *lists) {
    unsigned first = 0;
    unsigned count = 0;
    const struct type *type = NULL;
    const struct component *component = NULL;
    if (!resolve_path(c, s->child[0], &first, &count, &type, &component)) {
        return;
    }
    if (component->index_width != 0) {
        report(c->r, s, "an array cannot be mapped");
        return;
    }
    struct value v = evaluate_as(c, s->child[1], type);
    for (unsigned i = 0; v.kind == VALUE_TYPED && i < count; i++) {
        size_t at = APPEND(c, lists->mappings, profile->mapping_count, lists->mapping_capacity);
        lists->mappings[at] = (struct mapping){first + i, v.terms[i]};
    }
}

static void add_parameter(struct checker *c, const struct syntax *s, struct profile *profile, struct profile_lists *lists) {
    const struct type *type = resolve_type(c, s->child[0]);
    if (type == NULL || type->kind != TYPE_BITS) {
        return;
    }
    symbol p = term_symbol(c->pool, arena_format(c->arena, "parameter.%s.%s", profile->name, s->text), type->width, NULL, 0);
    size_t at = APPEND(c, lists->parameters, profile->parameter_count, lists->parameter_capacity);
    lists->parameters[at] = p;
    bind_local(c, s->text, scalar(c, term_apply(c->pool, p, NULL, 0)));
}

static void add_free(struct checker *c, const struct syntax *s, struct profile *profile, struct profile_lists *lists) {
    unsigned first = 0;
    unsigned count = 0;
    const struct type *type = NULL;
    const struct component *component = NULL;
    if (!resolve_path(c, s->child[0], &first, &count, &type, &component)) {
        return;
    }
    if (component->index_width != 0 || type->width != 1 || s->child[1]->number > 1 || profile->free_bit_count >= 32) {
        report(c->r, s, "a free component is one bit, 0 or 1, and there are at most 32");
        return;
    }
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        if (lists->free_bits[i].leaf == first) { /* of a profile that this one extends */
            lists->free_bits[i].plain = s->child[1]->number;
            return;
        }
    }
    size_t at = APPEND(c, lists->free_bits, profile->free_bit_count, lists->free_capacity);
    lists->free_bits[at] = (struct free_bit){first, s->child[1]->number, s->child[2] == NULL ? "" : s->child[2]->text};
}

static const char *condition_text(struct checker *c, const struct syntax *s, const struct syntax *title) {
    return title != NULL ? title->text : arena_format(c->arena, "assumption at line %u", s->line);
}

static void add_element_assumption(struct checker *c, const struct syntax *s, struct profile *profile, struct profile_lists *lists) {
    const struct component *component = component_of(c, s->text);
    if (component == NULL || component->index_width == 0 || component->type->scalars != 1) {
        report(c->r, s, "'%s' is not an array of bits", s->text);
        return;
    }
    const char *name = arena_format(c->arena, "each.%s.%zu", profile->name, profile->element_count);
    symbol index = term_symbol(c->pool, arena_format(c->arena, "%s.index", name), component->index_width, NULL, 0);
    symbol element = term_symbol(c->pool, name, component->type->width, NULL, 0);
    struct local *outer = c->locals;
    c->each_array = component->name;
    c->each_index = term_apply(c->pool, index, NULL, 0);
    c->each_element = term_apply(c->pool, element, NULL, 0);
    bind_local(c, s->child[2]->text, scalar(c, c->each_index));
    term condition = evaluate_bit(c, s->child[0]);
    c->each_array = NULL;
    c->locals = outer;
    size_t at = APPEND(c, lists->elements, profile->element_count, lists->element_capacity);
    lists->elements[at] = (struct element_assumption){component->first_leaf, element, index, condition, condition_text(c, s, s->child[1])};
}

static bool is_instruction(const struct checker *c, const char *name) {
    for (const struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        if ((s->kind == SYNTAX_INSTRUCTION || s->kind == SYNTAX_EVENT) && strcmp(s->text, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_emulated(struct checker *c, const struct syntax *s, struct profile *profile, struct profile_lists *lists) {
    uint64_t modes = 0;
    for (const struct syntax *p = s->child[1]; p != NULL; p = p->next) {
        uint64_t before = modes;
        for (size_t i = 0; i < c->mode_count; i++) {
            modes |= strcmp(c->modes[i].name, p->text) == 0 ? (uint64_t)1 << i : 0;
        }
        if (modes == before) {
            report(c->r, p, "there is no other operating mode '%s'", p->text);
        }
    }
    for (const struct syntax *p = s->child[0]; p != NULL; p = p->next) {
        if (!is_instruction(c, p->text)) {
            report(c->r, p, "there is no instruction '%s'", p->text);
            continue;
        }
        size_t at = APPEND(c, lists->emulated, profile->emulated_count, lists->emulated_capacity);
        lists->emulated[at] = (struct emulated){p->text, modes};
    }
}

static void check_item(struct checker *c, const struct syntax *s, struct profile *profile, struct profile_lists *lists) {
    size_t at = 0;
    switch (s->kind) {
    case SYNTAX_USER:
        profile->user = evaluate_bit(c, s->child[0]);
        lists->has_user = true;
        break;
    case SYNTAX_SUPERVISOR:
        profile->supervisor = evaluate_bit(c, s->child[0]);
        lists->has_supervisor = true;
        break;
    case SYNTAX_ASSUME:
        at = APPEND(c, lists->assumptions, profile->assumption_count, lists->assumption_capacity);
        lists->assumptions[at] = (struct assumption){evaluate_bit(c, s->child[0]), condition_text(c, s, s->child[1])};
        break;
    case SYNTAX_ASSUME_EACH:
        add_element_assumption(c, s, profile, lists);
        break;
    case SYNTAX_SHADOWED:
        mark_paths(c, s->child[0], lists->shadowed);
        break;
    case SYNTAX_RELOCATED:
        mark_paths(c, s->child[0], lists->relocated);
        lists->any_relocated = true;
        break;
    case SYNTAX_REFUSES:
        mark_paths(c, s->child[0], lists->refused);
        break;
    case SYNTAX_MAPPED:
        add_mapping(c, s, profile, lists);
        break;
    case SYNTAX_WHERE:
        profile->where = term_and(c->pool, profile->where, evaluate_bit(c, s->child[0]));
        break;
    case SYNTAX_FREE:
        add_free(c, s, profile, lists);
        break;
    case SYNTAX_NOTE:
        at = APPEND(c, lists->notes, profile->note_count, lists->note_capacity);
        lists->notes[at] = s->text;
        break;
    case SYNTAX_EMULATES:
        add_emulated(c, s, profile, lists);
        break;
    default:
        break;
    }
}

/* Calls `visit` for every item of the profile, those of the profile that it extends first. */
static void visit_items(struct checker *c, const struct syntax *s, struct profile *profile, struct profile_lists *lists, unsigned depth,
                        void (*visit)(struct checker *, const struct syntax *, struct profile *, struct profile_lists *)) {
    for (const struct syntax *i = s->child[0]; i != NULL; i = i->next) {
        if (i->kind != SYNTAX_EXTENDS) {
            visit(c, i, profile, lists);
            continue;
        }
        const struct syntax *base = c->r->declarations;
        while (base != NULL && (base->kind != SYNTAX_PROFILE || strcmp(base->text, i->text) != 0)) {
            base = base->next;
        }
        if (base == NULL || depth > 8) {
            report(c->r, i, base == NULL ? "there is no profile '%s'" : "profile '%s' extends itself", i->text);
        } else {
            visit_items(c, base, profile, lists, depth + 1, visit);
        }
    }
}

static void visit_parameter(struct checker *c, const struct syntax *s, struct profile *profile, struct profile_lists *lists) {
    if (s->kind == SYNTAX_PARAMETER) {
        add_parameter(c, s, profile, lists);
    }
}

static struct profile check_profile(struct checker *c, const struct syntax *s) {
    struct profile_lists lists = {0};
    struct profile profile = {0};
    profile.name = s->text;
    profile.title = s->child[1] == NULL ? "" : s->child[1]->text;
    machine_reset(c);
    profile.user = term_false(c->pool);
    profile.supervisor = profile.user;
    profile.where = term_true(c->pool);
    lists.shadowed = arena_allocate(c->arena, c->leaf_count + 1);
    lists.relocated = arena_allocate(c->arena, c->leaf_count + 1);
    lists.refused = arena_allocate(c->arena, c->leaf_count + 1);
    /* Parameters first: the other lines may use them in any order. */
    visit_items(c, s, &profile, &lists, 0, visit_parameter);
    visit_items(c, s, &profile, &lists, 0, check_item);
    if (!lists.has_user || !lists.has_supervisor) {
        report(c->r, s, "a profile says what user and supervisor mode are: user when ...; supervisor when ...;");
    }
    for (size_t i = 0; !lists.any_relocated && i < c->leaf_count; i++) {
        lists.relocated[i] = lists.shadowed[i] && c->leaves[i].class == CLASS_RESOURCE;
    }
    profile.assumptions = lists.assumptions;
    profile.elements = lists.elements;
    profile.mappings = lists.mappings;
    profile.parameters = lists.parameters;
    profile.free_bits = lists.free_bits;
    profile.notes = lists.notes;
    profile.emulated = lists.emulated;
    profile.shadowed = lists.shadowed;
    profile.relocated = lists.relocated;
    profile.refused = lists.refused;
    return profile;
}

/* What the hardware holds is one function of the virtual state, whatever the mode. */
static void check_mappings(struct checker *c, const struct syntax *s, const struct profile *by_mode) {
    for (size_t mode = 1; mode < c->mode_count; mode++) {
        bool equal = by_mode[mode].mapping_count == by_mode[0].mapping_count;
        for (size_t i = 0; equal && i < by_mode[0].mapping_count; i++) {
            equal = by_mode[mode].mappings[i].value == by_mode[0].mappings[i].value;
        }
        if (!equal) {
            report(c->r, s, "what profile '%s' maps depends on the operating mode; test the state instead of a constant of the mode", s->text);
            return;
        }
    }
}

/* Every profile in every mode: its conditions may use the constants of the mode. */
void check_profiles(struct checker *c) {
    size_t count = 0;
    for (const struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        if (s->kind != SYNTAX_PROFILE) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            if (strcmp(c->profiles[i * c->mode_count].name, s->text) == 0) {
                report(c->r, s, "profile '%s' is declared twice", s->text);
            }
        }
        for (c->mode = 0; c->mode < c->mode_count; c->mode++) {
            struct profile profile = check_profile(c, s);
            size_t at = APPEND(c, c->profiles, c->profile_count, c->profile_capacity);
            c->profiles[at] = profile;
        }
        c->mode = 0;
        check_mappings(c, s, &c->profiles[count * c->mode_count]);
        count++;
    }
    c->profile_count = count;
}
