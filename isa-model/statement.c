/* Statements, executed symbolically: branches run one after the other and are merged. */
#include "elaborate.h"

#include <string.h>

struct snapshot {
    term *scalars;
    term next_counter;
    term *operands;
    size_t leaf_count, operand_count; /* room */
    struct snapshot *next;
};

static size_t operand_scalars(const struct machine *m) {
    size_t count = 0;
    for (size_t i = 0; i < m->operand_count; i++) {
        count += m->operands[i].type->scalars;
    }
    return count;
}

/* One that is not in use any more, or a new one: branches are many, and the arena gives nothing back. */
static struct snapshot *unused(struct checker *c, size_t operands) {
    struct snapshot *s = c->snapshots;
    if (s != NULL && s->leaf_count >= c->leaf_count && s->operand_count >= operands) {
        c->snapshots = s->next;
        return s;
    }
    s = arena_allocate(c->arena, sizeof *s);
    s->leaf_count = c->leaf_count;
    s->operand_count = operands + 8;
    s->scalars = arena_allocate(c->arena, (s->leaf_count + 1) * sizeof(term));
    s->operands = arena_allocate(c->arena, s->operand_count * sizeof(term));
    return s;
}

static void drop(struct checker *c, struct snapshot *s) {
    s->next = c->snapshots;
    c->snapshots = s;
}

static struct snapshot *take(struct checker *c) {
    struct machine *m = &c->machine;
    struct snapshot *s = unused(c, operand_scalars(m));
    s->next_counter = m->next_counter;
    memcpy(s->scalars, m->scalars, c->leaf_count * sizeof(term));
    size_t at = 0;
    for (size_t i = 0; i < m->operand_count; i++) {
        memcpy(s->operands + at, m->operands[i].current, m->operands[i].type->scalars * sizeof(term));
        at += m->operands[i].type->scalars;
    }
    return s;
}

static void put_back(struct checker *c, const struct snapshot *s) {
    struct machine *m = &c->machine;
    memcpy(m->scalars, s->scalars, c->leaf_count * sizeof(term));
    m->next_counter = s->next_counter;
    size_t at = 0;
    for (size_t i = 0; i < m->operand_count; i++) {
        memcpy(m->operands[i].current, s->operands + at, m->operands[i].type->scalars * sizeof(term));
        at += m->operands[i].type->scalars;
    }
}

/* The machine is as after the `else` branch; `yes` is how the other branch left it. */
static void merge(struct checker *c, term condition, const struct snapshot *yes) {
    struct machine *m = &c->machine;
    for (size_t i = 0; i < c->leaf_count; i++) {
        if (m->scalars[i] != yes->scalars[i]) {
            m->scalars[i] = term_if(c->pool, condition, yes->scalars[i], m->scalars[i]);
        }
    }
    m->next_counter = term_if(c->pool, condition, yes->next_counter, m->next_counter);
    size_t at = 0;
    for (size_t i = 0; i < m->operand_count; i++) {
        for (unsigned k = 0; k < m->operands[i].type->scalars; k++, at++) {
            m->operands[i].current[k] = term_if(c->pool, condition, yes->operands[at], m->operands[i].current[k]);
        }
    }
}

static void execute(struct checker *c, const struct syntax *s);
static void execute_cases(struct checker *c, const struct syntax *one, struct value subject);

/* What happens when the condition does not hold: an `else` block, an `else if`, or the remaining cases. */
struct otherwise {
    const struct syntax *statement;
    const struct syntax *cases;
    struct value subject;
};

static void execute_otherwise(struct checker *c, const struct otherwise *o) {
    if (o->cases != NULL) {
        execute_cases(c, o->cases, o->subject);
    } else if (o->statement != NULL && o->statement->kind == SYNTAX_BLOCK) {
        execute_block(c, o->statement->child[0]);
    } else if (o->statement != NULL) {
        execute(c, o->statement);
    }
}

static void execute_branches(struct checker *c, term condition, const struct syntax *block, const struct otherwise *o) {
    word128 constant = 0;
    if (term_is_constant(c->pool, condition, &constant)) {
        if (constant != 0) {
            execute_block(c, block->child[0]);
        } else {
            execute_otherwise(c, o);
        }
        return;
    }
    term path = c->machine.path;
    struct snapshot *before = take(c);
    c->machine.path = term_and(c->pool, path, condition);
    execute_block(c, block->child[0]);
    struct snapshot *yes = take(c);
    put_back(c, before);
    drop(c, before);
    c->machine.path = term_and(c->pool, path, term_not(c->pool, condition));
    execute_otherwise(c, o);
    merge(c, condition, yes);
    drop(c, yes);
    c->machine.path = path;
}

static void execute_cases(struct checker *c, const struct syntax *one, struct value subject) {
    if (one->child[0] == NULL || one->next == NULL) {
        execute_block(c, one->child[1]->child[0]);
        return;
    }
    struct value condition = cases_condition(c, one->child[0], subject);
    if (condition.kind == VALUE_TYPED) {
        struct otherwise rest = {NULL, one->next, subject};
        execute_branches(c, condition.terms[0], one->child[1], &rest);
    }
}

/* The arguments of a trap, packed: the first is the most significant. */
static bool trap_arguments(struct checker *c, const struct syntax *s, const struct syntax *declaration, term *packed) {
    struct local *locals = NULL;
    *packed = TERM_NONE;
    if (!bind_arguments(c, s, declaration->child[1], s->child[0], &locals)) {
        return false;
    }
    for (const struct local *l = locals; l != NULL; l = l->outer) {
        term bits = pack(c, l->value.type, l->value.terms);
        *packed = *packed == TERM_NONE ? bits : term_concatenate(c->pool, bits, *packed);
    }
    *packed = *packed == TERM_NONE ? term_constant(c->pool, 64, 0) : term_zero_extend(c->pool, 64, *packed);
    return true;
}

/* Whether the form is this mutant of itself. */
term is_mutant(struct checker *c, size_t number) { return term_equal(c->pool, c->mutant, term_constant(c->pool, ISA_MUTANT_WIDTH, number)); }

static term trap_vector(struct checker *c, size_t point, unsigned vector) {
    term right = term_constant(c->pool, 16, vector);
    return c->mutant == TERM_NONE ? right
                                  : term_if(c->pool, is_mutant(c, ISA_MUTANT_SWAPS(point)), term_constant(c->pool, 16, vector == 13 ? 6 : 13), right);
}

static void execute_trap(struct checker *c, const struct syntax *s) {
    struct machine *m = &c->machine;
    struct term_pool *p = c->pool;
    struct definition *d = find_definition(c, s->text);
    term argument = 0;
    if (d == NULL || d->kind != DEFINES_TRAP) {
        report(c->r, s, "there is no trap '%s'", s->text);
        return;
    }
    if (!trap_arguments(c, s, d->syntax, &argument)) {
        return;
    }
    size_t at = APPEND(c, m->points, m->point_count, m->point_capacity);
    bool dropped = at < 64 && (c->drop_points >> at & 1) != 0;
    term condition = dropped ? term_false(p) : term_and(p, m->path, term_not(p, m->stopped));
    if (c->mutant != TERM_NONE) {
        condition = term_and(p, condition, term_not(p, is_mutant(c, ISA_MUTANT_DROPS(at))));
    }
    m->points[at] = (struct trap_point){condition, d->number, {c->r->files[s->file]->path, s->line, s->column}};
    m->vector = term_if(p, condition, trap_vector(c, at, c->traps[d->number].vector), m->vector);
    m->argument = term_if(p, condition, argument, m->argument);
    m->trap = term_or(p, m->trap, condition);
    m->stopped = term_or(p, m->stopped, condition);
}

static void execute_call(struct checker *c, const struct syntax *s) {
    struct definition *d = find_definition(c, s->text);
    struct local *locals = NULL;
    if (d == NULL || d->kind != DEFINES_PROCEDURE) {
        report(c->r, s, d != NULL && d->kind == DEFINES_FUNCTION ? "'%s' is a function; its value is lost here" : "there is no procedure '%s'",
               s->text);
        return;
    }
    if (d->active || c->depth > 60) {
        report(c->r, s, "'%s' calls itself; procedures cannot be recursive", s->text);
        return;
    }
    if (!bind_arguments(c, s, d->syntax->child[0], s->child[0], &locals)) {
        return;
    }
    /* The operands of the form stay alive for snapshots, but their names are hidden from the procedure. */
    struct local *outer = c->locals;
    size_t count = c->machine.operand_count;
    const char **names = arena_allocate(c->arena, (count + 1) * sizeof *names);
    for (size_t i = 0; i < count; i++) {
        names[i] = c->machine.operands[i].name;
        c->machine.operands[i].name = "";
    }
    c->locals = locals;
    c->depth++;
    d->active = true;
    d->used = true;
    execute_block(c, d->syntax->child[1]->child[0]);
    d->active = false;
    c->depth--;
    c->locals = outer;
    for (size_t i = 0; i < count; i++) {
        c->machine.operands[i].name = names[i];
    }
}

static void execute(struct checker *c, const struct syntax *s) {
    struct value v;
    if (!spend(c, s)) {
        return;
    }
    switch (s->kind) {
    case SYNTAX_LET:
        v = evaluate_expression(c, s->child[0], NULL);
        bind_local(c, s->text, v);
        break;
    case SYNTAX_ASSIGN:
        assign(c, s->child[0], s->child[1]);
        break;
    case SYNTAX_CALL_STATEMENT:
        execute_call(c, s);
        break;
    case SYNTAX_IF: {
        struct otherwise o = {s->child[2], NULL, {VALUE_ERROR, NULL, NULL, 0}};
        execute_branches(c, evaluate_bit(c, s->child[0]), s->child[1], &o);
        break;
    }
    case SYNTAX_MATCH:
        v = evaluate_expression(c, s->child[0], NULL);
        if (cases_condition(c, s, v).kind != VALUE_ERROR) {
            execute_cases(c, s->child[1], v);
        }
        break;
    case SYNTAX_COMPUTE:
        execute_compute(c, s);
        break;
    case SYNTAX_TRAP:
        execute_trap(c, s);
        break;
    case SYNTAX_BLOCK:
        execute_block(c, s->child[0]);
        break;
    default:
        break; /* form and note lines */
    }
}

void execute_block(struct checker *c, const struct syntax *statements) {
    struct local *outer = c->locals;
    for (const struct syntax *s = statements; s != NULL; s = s->next) {
        execute(c, s);
        if (s->kind == SYNTAX_TRAP && s->next != NULL && s->next->kind != SYNTAX_FORM && s->next->kind != SYNTAX_NOTE) {
            report(c->r, s->next, "this is never reached: the trap before it ends the instruction");
            break;
        }
    }
    c->locals = outer;
}

/* Forms are executed by the thousand, and all of them start from the same values. */
static void prepare_scalars(struct checker *c) {
    if (c->initial == NULL || c->initial_count != c->leaf_count) {
        c->initial = arena_allocate(c->arena, (c->leaf_count + 1) * sizeof(term));
        c->scalars = arena_allocate(c->arena, (c->leaf_count + 1) * sizeof(term));
        c->initial_count = c->leaf_count;
        for (size_t i = 0; i < c->leaf_count; i++) {
            c->initial[i] = c->leaves[i].index_width == 0 ? term_apply(c->pool, c->leaves[i].symbol, NULL, 0) : TERM_NONE;
        }
    }
    memcpy(c->scalars, c->initial, c->leaf_count * sizeof(term));
}

void machine_reset(struct checker *c) {
    struct machine *m = &c->machine;
    term no = term_false(c->pool);
    *m = (struct machine){0};
    prepare_scalars(c);
    m->scalars = c->scalars;
    m->path = term_true(c->pool);
    m->stopped = no;
    m->trap = no;
    m->memory_trap = no;
    m->vector = term_constant(c->pool, 16, 0);
    m->argument = term_constant(c->pool, 64, 0);
    m->next_counter = c->counter != NULL ? m->scalars[c->counter->first_leaf] : no;
    c->locals = NULL;
    c->depth = 0;
    c->undefined_sites = 0;
    c->drop_points = 0;
    if (c->counter != NULL && c->counter->next_expression != NULL) {
        struct value v = evaluate_as(c, c->counter->next_expression, c->counter->type);
        m->next_counter = v.kind == VALUE_TYPED ? v.terms[0] : m->next_counter;
    }
}
