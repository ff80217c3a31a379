/* The table of techniques. */
#include "technique.h"
#include "json_write.h"

#include <jansson.h>
#include <string.h>

/* How many times as long as the guest's own instructions; false: that is not known. *least: it is at least so much. */
static bool slowdown(const struct technique_table *t, const struct technique_row *row, double *times, bool *least) {
    double own = t->own_seconds > 0 ? t->own_seconds : t->at_most;
    bool known = own > 0 && (row->equivalent || !t->unfinished); /* one that failed halfway did not do the same work */
    *least = t->own_seconds <= 0;
    *times = known ? row->seconds / own : 0;
    return known;
}

/* A bare machine that was stopped says nothing about what comes after. */
static const char *verdict(const struct technique_table *t, const struct technique_row *row) {
    return !row->equivalent ? "differs" : t->unfinished ? "begins so" : "equivalent";
}

static double rate(const struct technique_row *row) { return row->seconds > 0 ? (double)row->exits / row->seconds : 0; }

static void write_row(FILE *out, const struct technique_table *t, enum technique technique) {
    const struct technique_row *row = &t->rows[technique];
    char sites[48] = "-";
    char times[32] = "-";
    double n = 0;
    bool least = false;
    if (technique_rewrites(technique)) {
        (void)snprintf(sites, sizeof sites, "%zu/%zu", row->placed, row->sites);
    }
    if (slowdown(t, row, &n, &least)) {
        (void)snprintf(times, sizeof times, "%s%.*f", least ? ">" : "", n < 100 ? 2 : 0, n);
    }
    (void)fprintf(out, "%-9s  %-10s %9s %10llu %11.0f %10.3f %10s\n", technique_name(technique), verdict(t, row), sites,
                  (unsigned long long)row->exits, rate(row), row->seconds, times);
}

/* Where the bare machine was stopped: with how much of it the techniques were compared, and how far they came. */
static void write_ends(FILE *out, const struct technique_report *r) {
    const struct technique_table *t = r->table;
    (void)fprintf(out, "\nCompared: the %zu bytes that the bare machine had shown when it was stopped, with the first that each technique shows.\n",
                  t->shown);
    for (unsigned i = 0; i < TECHNIQUES; i++) {
        if ((r->wanted >> i & 1) != 0 && t->rows[i].ran) {
            (void)fprintf(out, "%s: %zu bytes, the last line \"%s\", then %s\n", technique_name((enum technique)i), t->rows[i].shown,
                          t->rows[i].last_line, computer_end_name(t->rows[i].end));
        }
    }
}

bool report_technique_text(FILE *out, const struct technique_report *r) {
    const struct technique_table *t = r->table;
    (void)fprintf(out, "%s: %llu instructions on the bare machine%s\n\n", r->guest, (unsigned long long)t->instructions,
                  t->unfinished ? ", which had not come to its end" : "");
    (void)fprintf(out, "%-9s  %-10s %9s %10s %11s %10s %10s\n", "technique", "", "replaced", "exits", "exits/s", "seconds", "slowdown");
    for (unsigned i = 0; i < TECHNIQUES; i++) {
        if ((r->wanted >> i & 1) != 0 && t->rows[i].ran) {
            write_row(out, t, (enum technique)i);
        } else if ((r->wanted >> i & 1) != 0) {
            (void)fprintf(out, "%-9s  not run: %s\n", technique_name((enum technique)i), t->rows[i].unusable);
        }
    }
    if (t->unfinished) {
        write_ends(out, r);
    }
    for (unsigned i = 0; i < TECHNIQUES; i++) {
        const struct technique_row *row = &t->rows[i];
        if (row->ran && !row->equivalent) {
            (void)fprintf(out, "\n%s: %s\n", technique_name((enum technique)i), row->difference);
            if (row->witness[0] != '\0') {
                (void)fprintf(out, "witness: %s\n", row->witness);
            }
        }
    }
    return true;
}

static json_t *json_row(const struct technique_table *t, enum technique technique) {
    const struct technique_row *row = &t->rows[technique];
    double times = 0;
    bool least = false;
    if (!row->ran) {
        return json_pack("{s:s, s:b, s:s}", "technique", technique_name(technique), "ran", 0, "reason", row->unusable);
    }
    json_t *o = json_pack("{s:s, s:b, s:b, s:I, s:f, s:f}", "technique", technique_name(technique), "ran", 1, "equivalent", row->equivalent ? 1 : 0,
                          "exits", (json_int_t)row->exits, "exits_per_second", rate(row), "seconds", row->seconds);
    if (o != NULL && technique_rewrites(technique)) {
        (void)json_object_set_new(o, "sites", json_integer((json_int_t)row->sites));
        (void)json_object_set_new(o, "replaced", json_integer((json_int_t)row->placed));
        (void)json_object_set_new(o, "emulated", json_integer((json_int_t)row->emulated));
    }
    if (o != NULL) {
        (void)json_object_set_new(o, "end", json_string(computer_end_name(row->end)));
        (void)json_object_set_new(o, "shown", json_integer((json_int_t)row->shown));
        (void)json_object_set_new(o, "last_line", json_string(row->last_line));
    }
    if (o != NULL && slowdown(t, row, &times, &least)) {
        (void)json_object_set_new(o, least ? "slowdown_at_least" : "slowdown", json_real(times));
    }
    if (o != NULL && !row->equivalent) {
        (void)json_object_set_new(o, "difference", json_string(row->difference));
        (void)json_object_set_new(o, "witness", row->witness[0] == '\0' ? json_null() : json_string(row->witness));
    }
    return o;
}

bool report_technique_json(FILE *out, const struct technique_report *r) {
    json_t *rows = json_array();
    for (unsigned i = 0; i < TECHNIQUES; i++) {
        if ((r->wanted >> i & 1) != 0) {
            (void)json_array_append_new(rows, json_row(r->table, (enum technique)i));
        }
    }
    json_t *root = json_pack("{s:s, s:I, s:b, s:o}", "guest", r->guest, "instructions", (json_int_t)r->table->instructions, "unfinished",
                             r->table->unfinished ? 1 : 0, "techniques", rows);
    return json_write(out, root, 2);
}
