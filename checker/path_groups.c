/* Which steps are explored in one go. */
#include "path_groups.h"

#include <stdlib.h>
#include <string.h>

static bool of_one_instruction(const struct isa *isa, const struct emitted_isa *table, size_t a, size_t b) {
    return strcmp(isa->forms[table->forms[a].form].instruction, isa->forms[table->forms[b].form].instruction) == 0;
}

struct path_item path_item_of(const struct isa *isa, const struct emitted_isa *table, size_t entry) {
    const struct emitted_form *f = &table->forms[entry];
    size_t number = entry;
    for (size_t i = entry; i-- > 0 && of_one_instruction(isa, table, i, entry);) {
        number = table->forms[i].step == f->step && table->forms[i].mode_number == f->mode_number ? i : number;
    }
    return (struct path_item){(unsigned)number, isa->forms[f->form].semantics[f->mode_number], f->mode_number};
}

bool path_group_explore(struct path_store *s, const struct isa *isa, const struct emitted_isa *table, const bool *wanted, size_t entry) {
    size_t first = entry;
    size_t end = entry;
    while (first > 0 && of_one_instruction(isa, table, first - 1, entry)) {
        first--;
    }
    while (end < table->form_count && of_one_instruction(isa, table, end, entry)) {
        end++;
    }
    struct path_item *items = calloc(end - first + 1, sizeof *items);
    size_t count = 0;
    for (size_t i = first; items != NULL && i < end; i++) {
        struct path_item item = path_item_of(isa, table, i);
        bool known = !wanted[i] || path_store_has(s, item.number);
        for (size_t k = 0; k < count; k++) {
            known = known || items[k].number == item.number;
        }
        if (!known) {
            items[count++] = item;
        }
    }
    bool good = items != NULL && (count == 0 || path_store_explore(s, items, count));
    free(items);
    return good;
}

bool path_group_in_shard(const char *instruction, unsigned shard, unsigned shard_count) {
    uint32_t hash = 2166136261u;
    for (const char *c = instruction; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    }
    return hash % shard_count == shard;
}
