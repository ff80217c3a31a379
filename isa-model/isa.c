/* Loading an ISA: parse, declare, check; and finding things in it. */
#include "elaborate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The public struct first, so that isa_free finds the arena behind it. */
struct loaded {
    struct isa isa;
    struct arena arena;
};

static term enumeration_holds(struct checker *c, const struct leaf *leaf) {
    term value = term_apply(c->pool, leaf->symbol, NULL, 0);
    term holds = term_false(c->pool);
    for (unsigned i = 0; i < leaf->value_count; i++) {
        if (leaf->value_names[i] != NULL) {
            holds = term_or(c->pool, holds, term_equal(c->pool, value, term_constant(c->pool, leaf->width, i)));
        }
    }
    return holds;
}

static term well_formed(struct checker *c) {
    term result = term_true(c->pool);
    for (size_t i = 0; i < c->leaf_count; i++) {
        const struct leaf *leaf = &c->leaves[i];
        bool full = leaf->value_count == 1u << (leaf->width < 16 ? leaf->width : 16);
        for (unsigned v = 0; full && v < leaf->value_count; v++) {
            full = leaf->value_names[v] != NULL;
        }
        if (leaf->value_count != 0 && leaf->index_width == 0 && !full) {
            result = term_and(c->pool, result, enumeration_holds(c, leaf));
        }
    }
    return result;
}

static void check_everything(struct checker *c) {
    declare_all(c);
    check_modes(c);
    for (const struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        if (s->kind == SYNTAX_INSTRUCTION || s->kind == SYNTAX_FAMILY) {
            check_instruction(c, s);
        } else if (s->kind == SYNTAX_CONSTANT) {
            struct syntax name = *s;
            name.kind = SYNTAX_NAME;
            (void)evaluate_name(c, &name);
        }
    }
    c->first_event = c->form_count;
    for (const struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        if (s->kind == SYNTAX_EVENT) {
            check_instruction(c, s);
        }
    }
    /* The unknowns that stand for the arguments of functions belong to no form. */
    size_t undefined = c->undefined_count;
    size_t opaque = c->opaque_count;
    if (c->options->only == NULL) {
        check_procedures(c);
    }
    c->undefined_count = undefined;
    c->opaque_count = opaque;
    check_profiles(c);
    describe_memories(c);
    if (c->first_event == 0) {
        report_at(c->r, 0, 1, 1, 1, "the machine has no instructions");
    }
}

static void publish(struct checker *c, struct isa *isa) {
    isa->leaves = c->leaves;
    isa->leaf_count = c->leaf_count;
    isa->well_formed = well_formed(c);
    isa->traps = c->traps;
    isa->trap_count = c->trap_count;
    isa->modes = c->modes;
    isa->mode_count = c->mode_count;
    isa->forms = c->forms;
    isa->form_count = c->first_event;
    isa->event_count = c->form_count - c->first_event;
    isa->profiles = c->profiles;
    isa->profile_count = c->profile_count;
    isa->undefined_symbols = c->undefined;
    isa->undefined_count = c->undefined_count;
    isa->opaque_symbols = c->opaque;
    isa->opaque_count = c->opaque_count;
    isa->length = c->length;
}

/* Everything that lies between two longjmp targets is reached through these pointers, so that it can be freed. */
struct load {
    struct reading reading;
    struct checker checker;
    struct loaded *loaded;
    char *messages;
};

static bool load_into(struct load *l, const char *path, const struct isa_options *options) {
    struct reading *r = &l->reading;
    r->arena.exhausted = &r->exhausted;
    if (setjmp(r->exhausted) != 0) {
        return false;
    }
    parse_all(r, path);
    if (r->message_count > 0) {
        return false;
    }
    struct checker *c = &l->checker;
    c->r = r;
    c->arena = &r->arena;
    c->isa = &l->loaded->isa;
    c->pool = l->loaded->isa.pool;
    c->options = options;
    c->length = term_symbol(c->pool, "length", 4, NULL, 0);
    c->mutant = TERM_NONE;
    if (c->options->mutants) {
        size_t at = APPEND(c, c->undefined, c->undefined_count, c->undefined_capacity);
        c->undefined[at] = term_symbol(c->pool, "mutant", ISA_MUTANT_WIDTH, NULL, 0);
        c->mutant = term_apply(c->pool, c->undefined[at], NULL, 0);
    }
    check_everything(c);
    if (r->message_count > 0 || term_pool_failed(c->pool)) {
        return false;
    }
    publish(c, c->isa);
    return true;
}

struct isa *isa_load(const char *path, const struct source_reader *reader, const struct isa_options *options, char **messages) {
    static const struct isa_options none = {NULL, NULL, 0, false};
    struct load *l = calloc(1, sizeof *l);
    *messages = NULL;
    if (l == NULL) {
        return NULL;
    }
    l->loaded = calloc(1, sizeof *l->loaded);
    if (l->loaded != NULL) {
        l->loaded->isa.pool = term_pool_new();
        l->reading.reader = reader;
    }
    struct isa *result = NULL;
    if (l->loaded != NULL && l->loaded->isa.pool != NULL) {
        if (load_into(l, path, options == NULL ? &none : options)) {
            result = &l->loaded->isa;
            l->loaded->arena = l->reading.arena;
            l->loaded->arena.exhausted = NULL;
        } else if (l->reading.message_count > 0) {
            *messages = messages_text(&l->reading);
        }
    }
    if (result == NULL) {
        arena_free(&l->reading.arena);
        if (l->loaded != NULL) {
            term_pool_free(l->loaded->isa.pool);
        }
        free(l->loaded);
    }
    free(l);
    return result;
}

void isa_free(struct isa *isa) {
    if (isa == NULL) {
        return;
    }
    struct loaded *loaded = (struct loaded *)isa;
    arena_free(&loaded->arena);
    term_pool_free(isa->pool);
    free(loaded);
}

int isa_find_leaf(const struct isa *isa, const char *name) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (strcmp(isa->leaves[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int isa_find_profile(const struct isa *isa, const char *name) {
    for (size_t i = 0; i < isa->profile_count; i++) {
        if (strcmp(isa->profiles[i * isa->mode_count].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int isa_find_mode(const struct isa *isa, const char *name) {
    for (size_t i = 0; i < isa->mode_count; i++) {
        if (strcmp(isa->modes[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool form_is_named(const char *instruction, const char *text, const char *name) {
    size_t length = strlen(name);
    bool words = length > 0 && strncasecmp(text, name, length) == 0 && isalnum((unsigned char)text[length]) == 0 && text[length] != '_';
    return words || strcasecmp(instruction, name) == 0;
}

const char *state_class_name(enum state_class class) {
    static const char *const names[] = {"mode", "counter", "resource", "storage", "memory", "clock", "identity", "parameter"};
    return names[class];
}

const char *resource_kind_name(enum resource_kind kind) {
    static const char *const names[] = {"", "relocation", "interrupt", "control", "io"};
    return names[kind];
}
