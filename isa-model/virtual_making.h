/* Between the files that make a virtual processor: what is being made. */
#ifndef POPEK_VIRTUAL_MAKING_H
#define POPEK_VIRTUAL_MAKING_H

#include "virtual.h"
#include "virtual_narrow.h"

#define SCALAR_INDEX_WIDTH 3u /* arrays with at most eight elements lie in scalars */

struct making {
    struct arena *arena;
    struct isa *from;
    struct virtual_isa *to;
    const struct profile *profiles; /* by mode */
    struct narrowing narrowing;
    struct leaf *leaves; /* all parts, also those that no form uses */
    struct virtual_origin *leaf_origins;
    unsigned *first; /* by leaf of the original */
    size_t leaf_count;
    bool *used;
    symbol *opaques;
    struct virtual_origin *opaque_origins;
    size_t opaque_count, opaque_capacity, origin_capacity;
    struct virtual_fixed *fixed; /* by mode and part */
    struct form *forms;
    struct virtual_form *form_origins;
    size_t form_count;
};

static inline term variable(const struct making *m, symbol s) { return term_apply(m->from->pool, s, NULL, 0); }

static inline unsigned elements_of(const struct leaf *leaf) {
    return leaf->index_width == 0 || leaf->index_width > SCALAR_INDEX_WIDTH ? 1 : 1u << leaf->index_width;
}

static inline bool lies_in_scalars(const struct leaf *leaf) { return leaf->index_width != 0 && leaf->index_width <= SCALAR_INDEX_WIDTH; }

static inline unsigned parts_of_width(unsigned width) { return width > NARROW_WIDTH ? 2 : 1; }

static inline unsigned part_width(unsigned width, unsigned part) {
    return part != 0 ? width - NARROW_WIDTH : width > NARROW_WIDTH ? NARROW_WIDTH : width;
}

/* "pdpte.low" of "pdpte"; the name itself where there is one part. */
const char *making_part_name(struct making *m, const char *name, unsigned width, unsigned part);
/* virtual_refused.c: the condition under which `next` is another value than `before`, by the choices that it is made of; and what is left of a term
 * where the condition `refused` is false. */
term making_changes(struct making *m, term next, term before);
term making_without(struct making *m, term t, term refused);
struct substitution *new_substitution(struct making *m);
/* virtual_forms.c: every form that is emulated, in its modes; then only the leaves that they use stay. */
void making_add_forms(struct making *m);
void making_drop_unused(struct making *m);

#endif
