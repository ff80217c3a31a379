/* A classification as one page for a browser: what needs no script stands first, the matrix is data for the script at the end. */
#include "evidence.h"
#include "html.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

struct writer {
    FILE *out;
    const struct classification *c;
    const struct report_scope *scope;
    const struct evidence *evidence; /* NULL: a classification alone */
};

/* A text between two pieces of HTML. */
static void put(const struct writer *w, const char *before, const char *text, const char *after) {
    (void)fputs(before, w->out);
    html_text(w->out, text);
    (void)fputs(after, w->out);
}

static void write_head(const struct writer *w, const char *style) {
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                "img-src data:\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n",
                w->out);
    put(w, "<title>popek: ", w->c->isa->name, ", profile ");
    put(w, "", profile_in(w->c->isa, w->c->profile, 0)->name, "</title>\n<style>\n");
    (void)fprintf(w->out, "%s</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the matrix</a>\n", style);
}

static bool write_question(const struct writer *w) {
    const struct classification *c = w->c;
    const struct profile *profile = profile_in(c->isa, c->profile, 0);
    char *configuration = configuration_text(c, c->configuration);
    if (configuration == NULL) {
        return false;
    }
    put(w, "<header>\n<h1>", c->isa->title, " <span class=\"name\">");
    put(w, "", c->isa->name, "</span></h1>\n<dl class=\"question\">\n");
    put(w, "<dt>Profile</dt><dd><code>", profile->name, "</code> ");
    put(w, "", profile->title, "</dd>\n");
    put(w, "<dt>Mode</dt><dd>", w->scope->mode < 0 ? "all" : c->isa->modes[w->scope->mode].name, "</dd>\n");
    put(w, "<dt>Definition</dt><dd>", c->definition == DEFINITION_LITERAL ? "literal, the text of 1974" : "repaired", "</dd>\n");
    put(w, "<dt>Configuration</dt><dd><code>", configuration, "</code></dd>\n");
    if (w->scope->instruction != NULL) {
        put(w, "<dt>Only</dt><dd><code>", w->scope->instruction, "</code>: the theorems speak of this instruction alone</dd>\n");
    }
    (void)fputs("</dl>\n</header>\n", w->out);
    free(configuration);
    return true;
}

static void write_card(const struct writer *w, const char *name, enum answer a, const char *sentence, size_t violations) {
    put(w, "<div class=\"card ", answer_word(a), "\"><h2>");
    put(w, "", name, "</h2><p class=\"answer\">");
    put(w, "", answer_word(a), "</p><p>");
    html_text(w->out, sentence);
    if (violations > 0) {
        (void)fprintf(w->out, " %zu %s in the way.", violations, violations == 1 ? "form stands" : "forms stand");
    }
    (void)fputs("</p></div>\n", w->out);
}

static void write_verdict(const struct writer *w) {
    const struct classification *c = w->c;
    (void)fputs("<section class=\"cards\" aria-label=\"Verdict\">\n", w->out);
    for (unsigned i = 1; i <= 3; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "Theorem %u", i);
        write_card(w, name, c->theorem[i - 1].holds, theorem_sentence(i, c->theorem[i - 1].holds), c->theorem[i - 1].violation_count);
    }
    write_card(w, "Pointwise", c->virtualizable_pointwise, pointwise_sentence(c->virtualizable_pointwise), 0);
    (void)fputs("</section>\n", w->out);
    if (disagreement(c) != NULL) {
        put(w, "<p class=\"verdict\"><strong>Verdict:</strong> ", disagreement(c), ".</p>\n");
    }
}

static void write_tabs(const struct writer *w) {
    static const char *const tabs[][2] = {
        {"matrix", "Matrix"}, {"heat", "Heat map"}, {"evidence", "Evidence"}, {"configurations", "Configurations"}, {"assumptions", "Assumptions"}};
    (void)fputs("<main id=\"main\">\n<div class=\"tabs\" role=\"tablist\" aria-label=\"Parts of the report\">\n", w->out);
    for (size_t i = 0; i < sizeof tabs / sizeof tabs[0]; i++) {
        if (w->evidence == NULL && strcmp(tabs[i][0], "evidence") == 0) {
            continue;
        }
        (void)fprintf(w->out, "<button type=\"button\" role=\"tab\" id=\"tab-%s\" aria-controls=\"panel-%s\" aria-selected=\"%s\">%s</button>\n",
                      tabs[i][0], tabs[i][0], i == 0 ? "true" : "false", tabs[i][1]);
    }
    (void)fputs("</div>\n", w->out);
}

static void write_matrix(const struct writer *w) {
    (void)fputs(
        "<section role=\"tabpanel\" id=\"panel-matrix\" aria-labelledby=\"tab-matrix\" tabindex=\"-1\">\n"
        "<noscript><p>The matrix, the heat map and the witnesses need a script, which is part of this file.</p></noscript>\n"
        "<form class=\"filters\" id=\"filters\">\n"
        "<label>Text <input type=\"search\" id=\"filter-text\" placeholder=\"instruction, encoding, extension\" autocomplete=\"off\"></label>\n"
        "<label>Class <select id=\"filter-class\"><option value=\"\">all</option></select></label>\n"
        "<label>Mode <select id=\"filter-mode\"><option value=\"\">all</option></select></label>\n"
        "<label>Extension <select id=\"filter-extension\"><option value=\"\">all</option></select></label>\n"
        "<label class=\"check\"><input type=\"checkbox\" id=\"filter-hole\"> only holes</label>\n",
        w->out);
    if (w->evidence != NULL) {
        (void)fputs("<label>Evidence <select id=\"filter-question\"><option value=\"\">any question</option></select></label>\n"
                    "<label>is <select id=\"filter-state\"><option value=\"\">anything</option></select></label>\n",
                    w->out);
    }
    (void)fputs(
        "<button type=\"reset\">Clear</button>\n</form>\n"
        "<p class=\"status\" id=\"matrix-status\" role=\"status\"></p>\n"
        "<div class=\"scroll\"><table id=\"matrix\"><thead><tr><th scope=\"col\">Form</th><th scope=\"col\">Mode</th><th scope=\"col\">Class</th>"
        "<th scope=\"col\"><abbr title=\"control, location and mode sensitive; U: user sensitive\">Why</abbr></th>"
        "<th scope=\"col\">Hole</th><th scope=\"col\">Closed by</th><th scope=\"col\">Extension</th>",
        w->out);
    (void)fputs(w->evidence == NULL
                    ? ""
                    : "<th scope=\"col\"><abbr title=\"a mark for each question, in the order of the tab about evidence\">Evidence</abbr></th>",
                w->out);
    (void)fputs("</tr></thead><tbody></tbody></table></div>\n"
                "<p><button type=\"button\" id=\"more\" hidden>Show more</button></p>\n</section>\n"
                "<section role=\"tabpanel\" id=\"panel-heat\" aria-labelledby=\"tab-heat\" tabindex=\"-1\"></section>\n",
                w->out);
}

/* How many holes the forms have, as a bar; `most` is the longest. */
static bool write_bar(const struct writer *w, const char *name, const struct configuration_result *r, unsigned most) {
    char *text = configuration_text(w->c, r->bits);
    if (text == NULL) {
        return false;
    }
    put(w, "<tr><th scope=\"row\">", name, "</th><td><span class=\"bar bad\" style=\"width:");
    (void)fprintf(w->out, "%.1f%%\"></span> %u %s", most == 0 ? 0.0 : 60.0 * r->holes / most, r->holes, r->holes == 1 ? "hole" : "holes");
    if (r->undecided > 0) {
        (void)fprintf(w->out, ", %u undecided", r->undecided);
    }
    put(w, "</td><td><code>", text, "</code></td></tr>\n");
    free(text);
    return true;
}

static unsigned closed_by_bit(const struct classification *c, size_t bit) {
    unsigned count = 0;
    for (size_t i = 0; i < c->verdict_count; i++) {
        count += c->verdicts[i].closable == ANSWER_YES && (c->verdicts[i].closing_mask >> bit & 1u) != 0 ? 1u : 0u;
    }
    return count;
}

static void write_bits(const struct writer *w, const struct profile *profile) {
    unsigned most = 1;
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        most = closed_by_bit(w->c, i) > most ? closed_by_bit(w->c, i) : most;
    }
    (void)fputs(
        "<h3>What each bit does</h3>\n<p>Forms and modes whose hole is closed when the bit leaves its plain value, alone or with others.</p>\n"
        "<div class=\"scroll\"><table class=\"bars\"><thead><tr><th scope=\"col\">Bit</th><th scope=\"col\">Holes closed</th>"
        "<th scope=\"col\">Plain</th><th scope=\"col\">Best</th></tr></thead><tbody>\n",
        w->out);
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        const struct free_bit *bit = &profile->free_bits[i];
        unsigned count = closed_by_bit(w->c, i);
        put(w, "<tr><th scope=\"row\"><code>", w->c->isa->leaves[bit->leaf].name, "</code> ");
        html_text(w->out, bit->title);
        (void)fprintf(w->out, "</th><td><span class=\"bar good\" style=\"width:%.1f%%\"></span> %u</td><td>%u</td><td>%u</td></tr>\n",
                      60.0 * count / most, count, w->c->plain.bits >> i & 1u, w->c->best.bits >> i & 1u);
    }
    (void)fputs("</tbody></table></div>\n", w->out);
}

static void write_never_closed(const struct writer *w) {
    const struct classification *c = w->c;
    if (c->never_closed_count == 0) {
        (void)fputs("<p>Every hole is closed by some configuration.</p>\n", w->out);
        return;
    }
    (void)fprintf(w->out, "<h3>No configuration closes the holes of %zu forms</h3>\n<p class=\"names\">", c->never_closed_count);
    const char *before = "";
    for (size_t i = 0; i < c->never_closed_count; i++) {
        const char *text = c->isa->forms[c->verdicts[c->never_closed[i]].form].text;
        if (strcmp(text, before) != 0) {
            put(w, "<code>", text, "</code> ");
        }
        before = text;
    }
    (void)fputs("</p>\n", w->out);
}

static bool write_configurations(const struct writer *w) {
    const struct classification *c = w->c;
    const struct profile *profile = profile_in(c->isa, c->profile, 0);
    (void)fputs(
        "<section role=\"tabpanel\" id=\"panel-configurations\" aria-labelledby=\"tab-configurations\" tabindex=\"-1\">\n<h2>Configurations</h2>\n",
        w->out);
    bool complete = true;
    if (!c->searched || profile->free_bit_count == 0) {
        (void)fputs("<p>The profile leaves nothing for the monitor to choose, or only one instruction was asked about: no search was made.</p>\n",
                    w->out);
    } else {
        unsigned most = c->plain.holes > c->best.holes ? c->plain.holes : c->best.holes;
        (void)fprintf(w->out, "<p>%zu free bits, %llu settings. The best one leaves the fewest holes and changes the fewest bits.</p>\n",
                      profile->free_bit_count, 1ull << profile->free_bit_count);
        (void)fputs("<div class=\"scroll\"><table class=\"bars\"><tbody>\n", w->out);
        complete = write_bar(w, "plain", &c->plain, most) && write_bar(w, "best", &c->best, most);
        (void)fputs("</tbody></table></div>\n", w->out);
        write_bits(w, profile);
        write_never_closed(w);
    }
    (void)fputs("</section>\n", w->out);
    return complete;
}

static void write_assumptions(const struct writer *w) {
    const struct classification *c = w->c;
    size_t undecided = 0;
    (void)fputs("<section role=\"tabpanel\" id=\"panel-assumptions\" aria-labelledby=\"tab-assumptions\" tabindex=\"-1\">\n"
                "<h2>Assumptions and exclusions</h2>\n<p>What the verdict rests on, collected from the description and the profile.</p>\n<ul>\n",
                w->out);
    for (size_t i = 0; i < c->assumption_count; i++) {
        put(w, "<li>", c->assumptions[i], "</li>\n");
    }
    if (c->assumption_count == 0) {
        (void)fputs("<li>None but the description itself.</li>\n", w->out);
    }
    (void)fputs("</ul>\n<h3>Undecided</h3>\n<p class=\"names\">", w->out);
    for (size_t i = 0; i < c->verdict_count; i++) {
        if (c->verdicts[i].class == VERDICT_UNDECIDED) {
            put(w, "<code>", c->isa->forms[c->verdicts[i].form].text, "</code> ");
            undecided++;
        }
    }
    (void)fputs(undecided == 0 ? "The solver answered every question.</p>\n</section>\n</main>\n" : "</p>\n</section>\n</main>\n", w->out);
}

static bool write_page(const struct writer *w, const struct source_reader *reader, const char *style, const char *script) {
    write_head(w, style);
    bool complete = write_question(w);
    write_verdict(w);
    write_tabs(w);
    write_matrix(w);
    if (w->evidence != NULL) {
        html_evidence(w->out, w->evidence);
    }
    complete = write_configurations(w) && complete;
    write_assumptions(w);
    (void)fputs("<dialog id=\"details\" aria-labelledby=\"details-title\"></dialog>\n", w->out);
    complete = complete && html_data(w->out, w->c, w->evidence, reader);
    (void)fprintf(w->out, "<script>\n%s</script>\n</body>\n</html>\n", script);
    return complete;
}

bool report_classification_html(FILE *out, const struct classification *c, const struct report_scope *scope, const struct source_reader *reader,
                                const char *style, const char *script) {
    const struct writer w = {out, c, scope, NULL};
    return write_page(&w, reader, style, script);
}

bool report_evidence_html(FILE *out, const struct evidence *e, const struct report_scope *scope, const struct source_reader *reader,
                          const char *style, const char *script) {
    const struct writer w = {out, e->classification, scope, e};
    return write_page(&w, reader, style, script);
}
