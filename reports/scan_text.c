/* A scan as text for people: totals first, then sites by function. */
#include "scan_totals.h"

#include <inttypes.h>
#include <string.h>

#define FUNCTIONS_SHOWN 20u

static void write_instructions(FILE *out, const struct scan_totals *t) {
    (void)fprintf(out, "\n%-14s %9s  %-10s  %-22s  %s\n", "instruction", "sites", "", "class", "closed by");
    for (size_t i = 0; i < t->instruction_count; i++) {
        const struct instruction_total *total = &t->instructions[i];
        const char *closed = total->form->closed_by;
        (void)fprintf(out, "%-14.14s %9zu  %-10s  %-22s%s%s\n", total->instruction, total->sites, site_kind(total->form), total->form->class_name,
                      closed[0] == '\0' ? "" : "  ", closed);
    }
}

static void write_functions(FILE *out, const struct scan_totals *t) {
    (void)fprintf(out, "\n%-60s %9s %9s\n", "function", "holes", "sites");
    for (size_t i = 0; i < t->function_count && i < FUNCTIONS_SHOWN; i++) {
        const char *name = t->functions[i].function == NULL ? "(no symbol)" : t->functions[i].function;
        (void)fprintf(out, "%-60.60s %9zu %9zu\n", name, t->functions[i].holes, t->functions[i].sites);
    }
    if (t->function_count > FUNCTIONS_SHOWN) {
        (void)fprintf(out, "and %zu more\n", t->function_count - FUNCTIONS_SHOWN);
    }
}

static void write_verdict(FILE *out, const struct scan_totals *t, const struct scan_report *r) {
    (void)fprintf(out, "profile %s%s: %zu %s, %.1f MB of code, %" PRIu64 " instructions", r->profile,
                  strcmp(r->configuration, "best") == 0 ? ", best configuration" : "", t->binaries, t->binaries == 1 ? "binary" : "binaries",
                  (double)t->code_bytes / 1e6, t->decoded);
    if (t->skipped != 0) {
        (void)fprintf(out, ",\n%" PRIu64 " bytes that start no instruction", t->skipped);
    }
    if (t->filled != 0) {
        (void)fprintf(out, ",\n%" PRIu64 " bytes of INT3 between functions, no sites (--filling counts them)", t->filled);
    }
    (void)fputc('\n', out);
    if (t->binaries == 0) {
        (void)fputs("runs under trap and emulate as it is: unknown, nothing was read\n", out);
    } else if (t->holes > 0) {
        (void)fprintf(out, "runs under trap and emulate as it is: no, %zu %s of %zu %s a hole\n", t->holes, t->holes == 1 ? "site" : "sites",
                      t->sites, t->holes == 1 ? "is" : "are");
    } else if (t->undecided > 0) {
        (void)fprintf(out, "runs under trap and emulate as it is: undecided at %zu sites\n", t->undecided);
    } else {
        (void)fprintf(out, "runs under trap and emulate as it is: %s, no hole in %zu sites\n", t->failed == 0 ? "yes" : "as far as it was read",
                      t->sites);
    }
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Bytes, text and line are cut to columns, so that a site is a line. */
static void write_site(FILE *out, const struct scan_report *r, const struct scan_binary *b, const struct scan_site *s, struct site_texts *texts) {
    char bytes[2 * SCAN_LONGEST + 1];
    char text[192];
    site_bytes(s, bytes);
    site_text(texts, r, s, text, sizeof text);
    (void)fprintf(out, "  %10" PRIx64 "%c %-10s %-16s %s", s->address, s->overlapping ? '+' : ' ', site_kind(site_form(b, s)), bytes, text);
    if (s->source != NULL) {
        (void)fprintf(out, "  %s:%u", base_name(s->source), s->line);
    }
    (void)fputc('\n', out);
}

/* A stop: the instruction, and what the monitor does there. */
static void write_stop(FILE *out, const struct scan_report *r, const struct scan_stop *s, struct site_texts *texts) {
    char text[192];
    site_text(texts, r, &s->site, text, sizeof text);
    (void)fprintf(out, "  %10" PRIx64 "  %-9s %s", s->site.address, stop_reason(s), text);
    if (s->site.source != NULL) {
        (void)fprintf(out, "  %s:%u", base_name(s->site.source), s->site.line);
    }
    (void)fputc('\n', out);
}

static void write_reasons(FILE *out, const struct scan_totals *t) {
    static const char *const texts[SCAN_REASONS] = {[SCAN_STOP_REPLACE] = "holes: something that traps goes into their place",
                                                    [SCAN_STOP_TRAPS] = "trap by themselves",
                                                    [SCAN_STOP_COMPUTED] = "go where registers or memory say",
                                                    [SCAN_STOP_OUTSIDE] = "go to code that was not scanned",
                                                    [SCAN_STOP_MIDDLE] = "go to what is no first byte of an instruction",
                                                    [SCAN_STOP_GAP] = "are followed by no instruction"};
    (void)fprintf(out, "\n%zu basic blocks, of them %zu without a stop; stops:\n", t->blocks, t->free_blocks);
    for (unsigned i = 0; i < SCAN_REASONS; i++) {
        const struct scan_stop reason = {.reason = (uint8_t)i};
        (void)fprintf(out, "  %-9s %9zu  %s\n", stop_reason(&reason), t->stops[i], texts[i]);
    }
}

static bool same_text(const char *a, const char *b) { return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0); }

/* A summary of many files leaves out those in which there is nothing. */
static bool is_shown(const struct scan_report *r, const struct scan_binary *b) {
    return !r->summary || r->count == 1 || b->site_count > 0 || b->warning != NULL;
}

static void write_binary(FILE *out, const struct scan_report *r, const struct scan_binary *b, struct site_texts *texts) {
    (void)fprintf(out, "%s%s: %s, mode %s, %zu sites\n", r->summary ? "" : "\n", b->name, b->format, matcher_mode_name(b->mode), b->site_count);
    if (b->warning != NULL) {
        (void)fprintf(out, "warning: %s\n", b->warning);
    }
    const struct scan_site *last = NULL;
    for (size_t i = 0; !r->summary && i < (r->breakpoints ? b->stop_count : b->site_count); i++) {
        const struct scan_stop *stop = r->breakpoints ? &b->stops[i] : NULL;
        const struct scan_site *s = stop != NULL ? &stop->site : &b->sites[i];
        if (last == NULL || last->section != s->section || !same_text(last->function, s->function)) {
            (void)fprintf(out, " %s %s\n", s->function == NULL ? "(no symbol)" : s->function, b->sections[s->section].name);
        }
        if (stop == NULL) {
            write_site(out, r, b, s, texts);
        } else {
            if (last == NULL || last->section != s->section || stop->block_start != stop[-1].block_start) {
                (void)fprintf(out, "  block %" PRIx64 " to %" PRIx64 ", %" PRIu32 " instructions\n", stop->block_start, stop->block_end,
                              stop->block_instructions);
            }
            write_stop(out, r, stop, texts);
        }
        last = s;
    }
}

bool report_scan_text(FILE *out, const struct scan_report *r) {
    struct scan_totals t;
    struct site_texts texts = {{0}};
    bool good = scan_totals_count(&t, r);
    if (good) {
        write_verdict(out, &t, r);
        if (t.sites > 0) {
            write_instructions(out, &t);
        }
        if (r->symbols && t.sites > 0) {
            write_functions(out, &t);
        }
        if (r->breakpoints) {
            write_reasons(out, &t);
        }
        size_t hidden = 0;
        (void)fputs(r->summary ? "\n" : "", out);
        for (size_t i = 0; i < r->count; i++) {
            for (size_t k = 0; k < r->results[i].binary_count; k++) {
                if (is_shown(r, &r->results[i].binaries[k])) {
                    write_binary(out, r, &r->results[i].binaries[k], &texts);
                } else {
                    hidden++;
                }
            }
        }
        if (hidden > 0) {
            (void)fprintf(out, "%zu more without sites\n", hidden);
        }
    }
    site_texts_close(&texts);
    scan_totals_free(&t);
    return good;
}
