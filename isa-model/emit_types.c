/* The types of emitted C alone, for programs that are called with the state of a step. */
#include "emit_write.h"

#include <string.h>

bool emit_c_types(FILE *out, struct isa *isa) {
    struct planner planner;
    jmp_buf exhausted;
    memset(&planner, 0, sizeof planner);
    planner.arena.exhausted = &exhausted;
    bool good = setjmp(exhausted) == 0;
    if (good) {
        planner_start(&planner, isa);
        planner.asks_caller = true; /* as in the table, whose steps get this state */
        put_types(out, &planner, "types");
        fprintf(out, "\n/* Numbers of the arrays that are not in the struct. */\n");
        for (size_t i = 0; i < isa->leaf_count; i++) {
            if (is_sparse_array(&isa->leaves[i])) {
                fprintf(out, "#define %s_ARRAY_%s %zuu\n", planner.prefix, planner.leaf_names[i], i);
            }
        }
    }
    planner_end(&planner);
    return good && !term_pool_failed(isa->pool) && ferror(out) == 0;
}
