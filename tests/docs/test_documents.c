/* Every command of README and docs runs, and prints what stands below it; of commands without output below, what tests/docs/kept.txt has: exit code
 * and first lines. With POPEK_REBASE in the environment both are written anew, of the
 * commands that are marked as slow with POPEK_TEST_ALL too. */
#include "../tests.h"

#include "documents.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT "tests/docs/kept.txt"
#define KEPT_LINES 10u

/* A tree like the source's, in which commands may write: folders are its own, files are links. */
#define TREE                                                                                                                                         \
    "mkdir -p \"$TEMPORARY/tree/build\" \"$TEMPORARY/bin\" && p=$(realpath \"$POPEK\") && b=$(dirname \"$p\") && "                                   \
    "for f in *; do case $f in build*) ;; *) cp -rs \"$PWD/$f\" \"$TEMPORARY/tree/\" || exit 1 ;; esac; done && "                                    \
    "for f in \"$b\"/*; do ln -sfn \"$f\" \"$TEMPORARY/tree/build/\"; done && ln -sfn \"$p\" \"$TEMPORARY/bin/popek\""

struct kept {
    char *before; /* the file as it is */
    FILE *after;  /* as it would be now */
};

static bool rebasing(void) { return getenv("POPEK_REBASE") != NULL; }

/* Up to KEPT_LINES lines of output, each behind a bar. */
static void put_kept(FILE *out, const char *path, const char *command, const struct command_result *r) {
    (void)fprintf(out, "# %s: %s\nexit %d\n", path, command, r->code);
    const char *line = r->out;
    for (unsigned i = 0; i < KEPT_LINES && line[0] != '\0'; i++) {
        size_t length = strcspn(line, "\n");
        (void)fprintf(out, "|%.*s\n", (int)length, line);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    (void)fputc('\n', out);
}

static void check_kept(struct kept *k, const char *path, const struct document_command *c, const struct command_result *r) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    put_kept(stream, path, c->text, r);
    (void)fclose(stream);
    (void)fputs(text, k->after);
    CHECK(rebasing() || strstr(k->before, text) != NULL, "%s: `%s` prints something else than " KEPT " says (make rebase writes it anew):\n%s", path,
          c->text, text);
    free(text);
}

/* What is not run keeps what it has. */
static void keep_kept(struct kept *k, const char *path, const struct document_command *c) {
    char title[2048];
    (void)snprintf(title, sizeof title, "# %s: %s\n", path, c->text);
    const char *found = strstr(k->before, title);
    const char *end = found == NULL ? NULL : strstr(found, "\n\n");
    if (end != NULL) {
        (void)fprintf(k->after, "%.*s", (int)(end + 2 - found), found);
    }
}

/* A make target is named in the Makefile or in what it includes; others are for a shell. */
static void check_make(const char *path, const char *command) {
    char line[512];
    (void)snprintf(line, sizeof line,
                   "t=$(echo '%s' | sed 's/^make *//; s/[A-Z_]*=[^ ]*//g; s/^ *//; s/[ #].*//'); grep -q \"^[^#:]*\\b$t\\b[^:]*:\" Makefile "
                   "tools/package/manifest.mk",
                   command);
    struct command_result r = run_command(line);
    CHECK(r.code == 0, "%s: `%s`: no such target", path, command);
    command_result_free(&r);
}

static void put_output(FILE *out, const char *text) {
    while (text[strspn(text, "\n")] != '\0') {
        size_t length = strcspn(text, "\n");
        (void)fprintf(out, length == 0 ? "\n" : "    %.*s\n", (int)length, text);
        text += length + (text[length] == '\n' ? 1 : 0);
    }
}

/* Runs a command; true when its output shall stand in the place of the lines that are there. */
static bool run_one(const struct document *d, const char *path, const struct document_command *c, struct kept *k, struct command_result *r) {
    char line[2048];
    (void)snprintf(line, sizeof line, "cd \"$TEMPORARY/tree\" && PATH=\"$TEMPORARY/bin:$PATH\" && exec 2>&1 && %s", c->text);
    *r = run_command(line);
    if (r->code == 77) {
        (void)printf("%s: `%s` cannot run here\n", path, c->text);
        return false;
    }
    if (!CHECK(r->code >= 0 && r->code < 126 && r->out != NULL && strstr(r->out, "Try `popek") == NULL, "%s: `%s`: exit code %d: %s", path, c->text,
               r->code, r->out) ||
        c->mark == MARK_NOT_COMPARED) {
        return false;
    }
    if (!c->shown) {
        check_kept(k, path, c, r);
        return false;
    }
    bool same = output_is(d->lines + c->first, c->last - c->first, r->out);
    bool elided = false;
    for (size_t i = c->first; i < c->last; i++) {
        elided = elided || strcmp(d->lines[i], "    ...") == 0;
    }
    CHECK(same || (rebasing() && !elided), "%s:%zu: `%s` prints something else:\n%s", path, c->first, c->text, r->out);
    return !same && rebasing() && !elided;
}

/* With `keep` nothing is run, and what is kept stays. */
static void run_document(const char *path, struct kept *k, bool slow, bool keep) {
    struct document d;
    if (!CHECK(document_read(&d, path), "cannot read %s", path)) {
        document_free(&d);
        return;
    }
    CHECK(d.wrong == NULL, "%s:%zu: %s", path, d.wrong_line + 1, d.wrong);
    char *text = NULL;
    size_t size = 0;
    FILE *anew = open_memstream(&text, &size);
    size_t written = 0;
    for (size_t i = 0; i < d.command_count; i++) {
        const struct document_command *c = &d.commands[i];
        struct command_result r = {0, NULL, NULL};
        bool replace = false;
        bool is_make = strncmp(c->text, "make ", 5) == 0;
        if (keep || (!is_make && c->mark == MARK_SLOW && !slow)) {
            keep_kept(k, path, c);
        } else if (is_make) {
            check_make(path, c->text);
        } else if (c->mark != MARK_NOT_RUN) {
            replace = run_one(&d, path, c, k, &r);
        }
        if (replace) {
            for (; written < c->first; written++) {
                (void)fprintf(anew, "%s\n", d.lines[written]);
            }
            put_output(anew, r.out);
            written = c->last;
        }
        command_result_free(&r);
    }
    bool changed = written > 0;
    for (; written < d.line_count; written++) {
        (void)fprintf(anew, "%s\n", d.lines[written]);
    }
    (void)fclose(anew);
    FILE *file = changed ? fopen(path, "w") : NULL;
    if (file != NULL) {
        (void)fputs(text, file);
        (void)fclose(file);
    }
    free(text);
    document_free(&d);
}

static void test_documents(void) {
    static const char *const patterns[] = {"README.md", "docs/*.md", "docs/course/*.md", "docs/course/answers/*.md"};
    struct command_result tree = run_command(TREE);
    CHECK(tree.code == 0, "a tree to work in: %s", tree.err);
    command_result_free(&tree);
    char *text = NULL;
    size_t size = 0;
    bool slow = getenv("POPEK_TEST_ALL") != NULL;
    struct kept k = {read_text(KEPT, NULL), open_memstream(&text, &size)};
    const char *only = getenv("POPEK_DOCUMENT"); /* one document, while it is written */
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        glob_t found;
        if (glob(patterns[i], 0, NULL, &found) == 0) {
            for (size_t f = 0; f < found.gl_pathc; f++) {
                run_document(found.gl_pathv[f], &k, slow, only != NULL && strcmp(only, found.gl_pathv[f]) != 0);
            }
            globfree(&found);
        }
    }
    (void)fclose(k.after);
    FILE *file = rebasing() ? fopen(KEPT, "w") : NULL;
    if (file != NULL) {
        (void)fputs(text, file);
        (void)fclose(file);
    }
    free(text);
    free(k.before);
}

/* The comparison itself can fail, and elided lines are what they say. */
static void test_comparison(void) {
    static const struct {
        const char *lines[4];
        const char *output;
        bool same;
    } cases[] = {
        {{"    a", "    b"}, "a\nb\n", true},
        {{"    a", "    b"}, "a\nc\n", false},
        {{"    a"}, "a\nb\n", false},
        {{"    a", "    b"}, "a\n", false},
        {{"    a", "", "    b"}, "a\n\nb\n", true},
        {{"    ...", "    b"}, "a\na\nb\n", true},
        {{"    a", "    ..."}, "a\nb\n", true},
        {{"    ...", "    c"}, "a\nb\n", false},
        {{"    a", "    ...", "    b"}, "a\nb\n", true},
        {{"    a"}, "a   \n", true},
        {{"    a"}, "a\n\n", true},
        {{NULL}, "", true},
        {{NULL}, "a\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *lines[4] = {NULL, NULL, NULL, NULL};
        size_t count = 0;
        for (; count < 4 && cases[i].lines[count] != NULL; count++) {
            lines[count] = strdup(cases[i].lines[count]);
        }
        CHECK(output_is(lines, count, cases[i].output) == cases[i].same, "comparison %zu", i);
        for (size_t line = 0; line < count; line++) {
            free(lines[line]);
        }
    }
}

static const struct test tests[] = {
    {"the comparison", test_comparison},
    {"commands of README and docs", test_documents},
};
const struct suite documents_suite = SUITE("documents", tests);
