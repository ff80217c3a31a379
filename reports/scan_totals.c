/* Counts the sites of a scan by instruction and by function. */
#include "scan_totals.h"

#include "../isa-model/grow.h"

#include <stdlib.h>
#include <string.h>

static bool same_total(const struct instruction_total *t, const char *instruction, const struct scan_form *f) {
    return t->instruction == instruction && t->form->hole == f->hole && strcmp(t->form->class_name, f->class_name) == 0 &&
           strcmp(t->form->closed_by, f->closed_by) == 0;
}

static bool count_instruction(struct scan_totals *t, const char *instruction, const struct scan_form *f) {
    for (size_t i = 0; i < t->instruction_count; i++) {
        if (same_total(&t->instructions[i], instruction, f)) {
            t->instructions[i].sites++;
            return true;
        }
    }
    struct instruction_total *larger = realloc(t->instructions, (t->instruction_count + 1) * sizeof *larger);
    if (larger != NULL) {
        t->instructions = larger;
        larger[t->instruction_count++] = (struct instruction_total){instruction, f, 1};
    }
    return larger != NULL;
}

/* Sites of one function follow each other, but for its overlapping instructions in the last one. */
static bool count_function(struct scan_totals *t, size_t *capacity, const struct scan_binary *b, const char *function, bool hole) {
    struct function_total *last = t->function_count == 0 ? NULL : &t->functions[t->function_count - 1];
    bool same = last != NULL && last->binary == b &&
                (last->function == function || (last->function != NULL && function != NULL && strcmp(last->function, function) == 0));
    if (last == NULL || !same) {
        struct function_total *larger = array_grow(t->functions, t->function_count, capacity, sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        t->functions = larger;
        last = &t->functions[t->function_count++];
        *last = (struct function_total){b, function, 0, 0};
    }
    last->sites++;
    last->holes += hole ? 1 : 0;
    return true;
}

static int compare_instructions(const void *a, const void *b) {
    const struct instruction_total *x = a;
    const struct instruction_total *y = b;
    if (x->form->hole != y->form->hole) {
        return x->form->hole ? -1 : 1;
    }
    if (x->sites != y->sites) {
        return x->sites > y->sites ? -1 : 1;
    }
    int order = strcmp(x->instruction, y->instruction);
    return order != 0 ? order : strcmp(x->form->class_name, y->form->class_name);
}

static int compare_functions(const void *a, const void *b) {
    const struct function_total *x = a;
    const struct function_total *y = b;
    if (x->holes != y->holes) {
        return x->holes > y->holes ? -1 : 1;
    }
    if (x->sites != y->sites) {
        return x->sites > y->sites ? -1 : 1;
    }
    int order = strcmp(x->function == NULL ? "" : x->function, y->function == NULL ? "" : y->function);
    return order != 0 ? order : strcmp(x->binary->name, y->binary->name);
}

static bool count_binary(struct scan_totals *t, size_t *capacity, const struct scan_report *r, const struct scan_binary *b) {
    t->binaries++;
    t->sites += b->site_count;
    t->code_bytes += b->code_bytes;
    t->decoded += b->instructions;
    t->skipped += b->skipped;
    t->filled += b->filled;
    t->blocks += b->block_count;
    t->free_blocks += b->free_blocks;
    for (size_t i = 0; i < b->stop_count; i++) {
        t->stops[b->stops[i].reason]++;
    }
    for (size_t i = 0; i < b->site_count; i++) {
        const struct scan_form *f = site_form(b, &b->sites[i]);
        t->holes += f->hole ? 1 : 0;
        t->undecided += f->undecided ? 1 : 0;
        if (!count_instruction(t, r->isa->forms[b->sites[i].form].instruction, f) || !count_function(t, capacity, b, b->sites[i].function, f->hole)) {
            return false;
        }
    }
    return true;
}

bool scan_totals_count(struct scan_totals *t, const struct scan_report *r) {
    size_t capacity = 0;
    *t = (struct scan_totals){.instructions = NULL};
    for (size_t i = 0; i < r->count; i++) {
        t->failed += r->results[i].status == SCAN_FINE ? 0 : 1;
        for (size_t k = 0; k < r->results[i].binary_count; k++) {
            if (!count_binary(t, &capacity, r, &r->results[i].binaries[k])) {
                return false;
            }
        }
    }
    if (t->instruction_count > 0) {
        qsort(t->instructions, t->instruction_count, sizeof t->instructions[0], compare_instructions);
        qsort(t->functions, t->function_count, sizeof t->functions[0], compare_functions);
    }
    return true;
}

void scan_totals_free(struct scan_totals *t) {
    free(t->instructions);
    free(t->functions);
}
