/* Accounts for every instruction: Capstone's ids against the forms of the tables. */
#include "coverage.h"

#include "../isa-model/grow.h"
#include "../isa-model/term_cone.h"
#include "coverage_names.h"

#include <capstone/capstone.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One mnemonic of the tables, with what its forms are. */
struct mnemonic {
    char text[48]; /* lower case */
    const char *instruction;
    uint64_t modes;
    bool template;
    bool claimed; /* some Capstone id is this */
};

struct maker {
    const struct isa *isa;
    struct mnemonic *mnemonics;
    size_t mnemonic_count;
    struct coverage_names names;
    struct coverage *result;
    struct coverage_row *rows;
    size_t capacity;
    char **message;
};

static void lower_word(const char *text, char *word, size_t size) {
    size_t length = 0;
    while (text[length] != '\0' && text[length] != ' ' && length + 1 < size) {
        word[length] = (char)tolower((unsigned char)text[length]);
        length++;
    }
    word[length] = '\0';
}

/* --- the tables -------------------------------------------------------------------------------------------------------------------------------- */

static bool is_opaque(const struct isa *isa, symbol s) {
    for (size_t i = 0; i < isa->opaque_count; i++) {
        if (isa->opaque_symbols[i] == s) {
            return true;
        }
    }
    return false;
}

static bool mentions_opaque(const struct isa *isa, struct cone *cone, const struct semantics *s, bool *mentions) {
    term roots[8192];
    size_t count = 0;
    for (size_t i = 0; i < isa->leaf_count && count < 4096; i++) {
        if (isa->leaves[i].index_width == 0) {
            roots[count++] = s->next[i];
        }
    }
    for (size_t i = 0; i < s->operand_count && count < 5000; i++) {
        roots[count++] = s->operands[i].next;
    }
    for (size_t i = 0; i < s->write_count && count < 8000; i++) {
        roots[count++] = s->writes[i].value;
    }
    roots[count++] = s->trap;
    *mentions = false;
    if (!cone_collect(cone, roots, count)) {
        return false;
    }
    for (size_t i = 0; i < cone_size(cone) && !*mentions; i++) {
        struct term_view v = term_look(isa->pool, cone_terms(cone)[i]);
        *mentions = v.operation == TERM_APPLY && is_opaque(isa, v.symbol);
    }
    return true;
}

static struct mnemonic *find_mnemonic(const struct maker *m, const char *text) {
    for (size_t i = 0; i < m->mnemonic_count; i++) {
        if (strcmp(m->mnemonics[i].text, text) == 0) {
            return &m->mnemonics[i];
        }
    }
    return NULL;
}

static bool add_form(struct maker *m, struct cone *cone, const struct form *form) {
    char word[48];
    lower_word(form->text, word, sizeof word);
    struct mnemonic *known = find_mnemonic(m, word);
    if (known == NULL) {
        known = &m->mnemonics[m->mnemonic_count++];
        *known = (struct mnemonic){.instruction = form->instruction};
        (void)snprintf(known->text, sizeof known->text, "%s", word);
    }
    known->modes |= form->modes;
    for (size_t mode = 0; mode < m->isa->mode_count; mode++) {
        bool template = false;
        if (form->semantics[mode] == NULL) {
            continue;
        }
        if (!mentions_opaque(m->isa, cone, form->semantics[mode], &template)) {
            return false;
        }
        known->template = known->template || template;
        if (template) {
            m->result->template_forms[mode]++;
        } else {
            m->result->exact_forms[mode]++;
        }
    }
    return true;
}

static bool read_tables(struct maker *m) {
    struct cone *cone = cone_new(m->isa->pool);
    m->mnemonics = calloc(m->isa->form_count + 1, sizeof *m->mnemonics);
    bool good = cone != NULL && m->mnemonics != NULL;
    for (size_t i = 0; good && i < m->isa->form_count; i++) {
        good = add_form(m, cone, &m->isa->forms[i]);
    }
    cone_free(cone);
    return good;
}

/* --- rows -------------------------------------------------------------------------------------------------------------------------------------- */

static bool add_row(struct maker *m, struct coverage_row row) {
    struct coverage_row *larger = array_grow(m->rows, m->result->row_count, &m->capacity, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    m->rows = larger;
    /* The list of names is gone when the rows are read. */
    bool named = row.name != NULL;
    row.name = named ? strdup(row.name) : NULL;
    row.reason = strdup(row.reason);
    m->rows[m->result->row_count++] = row;
    return row.reason != NULL && (row.name != NULL || !named);
}

static struct coverage_row row_of(const char *name, struct mnemonic *mnemonic, const char *reason) {
    struct coverage_row row = {name, NULL, COVERAGE_UNACCOUNTED, reason, 0};
    if (mnemonic != NULL) {
        mnemonic->claimed = true;
        row.instruction = mnemonic->instruction;
        row.kind = mnemonic->template ? COVERAGE_TEMPLATE : COVERAGE_EXACT;
        row.modes = mnemonic->modes;
    }
    return row;
}

static bool add_known(struct maker *m, const char *name) {
    struct coverage_name *e = coverage_names_find(&m->names, name);
    if (e == NULL) {
        return add_row(m, row_of(name, find_mnemonic(m, name), ""));
    }
    if (strcmp(e->target, "absent") == 0) {
        return add_row(m, row_of(name, NULL, ""));
    }
    e->used = true;
    char target[48];
    lower_word(e->target, target, sizeof target);
    struct coverage_row row = row_of(name, find_mnemonic(m, target), e->reason);
    row.kind = strcmp(target, "excluded") == 0 ? COVERAGE_EXCLUDED : row.kind;
    return add_row(m, row);
}

static bool add_ids(struct maker *m) {
    csh handle = 0;
    if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
        return false;
    }
    bool good = true;
    for (unsigned id = X86_INS_INVALID + 1; good && id < X86_INS_ENDING; id++) {
        const char *name = cs_insn_name(handle, id);
        good = name == NULL || add_known(m, name);
    }
    (void)cs_close(&handle);
    m->result->known_count = m->result->row_count;
    return good;
}

static bool add_beyond(struct maker *m) {
    bool good = true;
    for (size_t i = 0; good && i < m->mnemonic_count; i++) {
        if (!m->mnemonics[i].claimed) {
            good = add_row(m, row_of(NULL, &m->mnemonics[i], ""));
        }
    }
    m->result->beyond_count = m->result->row_count - m->result->known_count;
    return good;
}

/* What neither Capstone nor the tables have, and that others list. */
static bool add_absent(struct maker *m) {
    bool good = true;
    for (size_t i = 0; good && i < m->names.count; i++) {
        struct coverage_name *e = &m->names.rows[i];
        if (strcmp(e->target, "absent") == 0 && !e->used && find_mnemonic(m, e->name) == NULL) {
            e->used = true;
            good = add_row(m, (struct coverage_row){e->name, NULL, COVERAGE_EXCLUDED, e->reason, 0});
        }
    }
    return good;
}

/* An exception that no id needs is stale, and so is an absence of what is there. */
static bool check_used(const struct maker *m) {
    for (size_t i = 0; i < m->names.count; i++) {
        if (!m->names.rows[i].used) {
            if (asprintf(m->message, "exceptions: %s '%s'",
                         strcmp(m->names.rows[i].target, "absent") == 0 ? "the tables have" : "Capstone has no instruction",
                         m->names.rows[i].name) < 0) {
                *m->message = NULL;
            }
            return false;
        }
    }
    return true;
}

struct coverage *coverage_make(const struct isa *isa, const char *exceptions, size_t size, char **message) {
    struct maker m = {.isa = isa, .message = message};
    *message = NULL;
    m.result = calloc(1, sizeof *m.result);
    bool good = m.result != NULL && read_tables(&m) && coverage_names_read(&m.names, exceptions, size, message) && add_ids(&m) && add_beyond(&m) &&
                add_absent(&m) && check_used(&m);
    free(m.mnemonics);
    coverage_names_free(&m.names);
    if (m.result != NULL) {
        m.result->rows = m.rows;
    }
    if (!good) {
        coverage_free(m.result);
        return NULL;
    }
    return m.result;
}

void coverage_free(struct coverage *coverage) {
    if (coverage == NULL) {
        return;
    }
    for (size_t i = 0; i < coverage->row_count; i++) {
        free((void *)(uintptr_t)coverage->rows[i].name);
        free((void *)(uintptr_t)coverage->rows[i].reason);
    }
    free((void *)(uintptr_t)coverage->rows);
    free(coverage);
}
