/* Finds the commands of a document: in blocks of four blanks, lines that begin as a command does. */
#include "documents.h"

#include "../tests.h"

#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static bool is_block(const char *line) { return begins(line, "    "); }

static bool is_blank(const char *line) { return line[strspn(line, " ")] == '\0'; }

/* A command without its output; `line` is that of a block. */
static bool is_bare_command(const char *line) {
    static const char *const words[] = {"popek ", "build/popek", "make ", "for ", "parallel ", "sudo ", "srun ", "sbatch "};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (begins(line + 4, words[i])) {
            return true;
        }
    }
    return false;
}

static bool is_shown_command(const char *line) { return begins(line + 4, "$ "); }

/* The comments; MARK_NONE and `wrong` for one that gives no reason. */
static enum mark mark_of(const char *line, const char **wrong) {
    static const struct {
        const char *text;
        enum mark mark;
    } marks[] = {{"<!-- not run: ", MARK_NOT_RUN}, {"<!-- output not compared: ", MARK_NOT_COMPARED}, {"<!-- slow: ", MARK_SLOW}};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (begins(line, marks[i].text)) {
            if (strlen(line) < strlen(marks[i].text) + 16) {
                *wrong = "a comment without a reason";
            }
            return marks[i].mark;
        }
    }
    return MARK_NONE;
}

static bool split(struct document *d) {
    size_t count = 1;
    for (const char *c = d->text; *c != '\0'; c++) {
        count += *c == '\n' ? 1 : 0;
    }
    d->lines = calloc(count, sizeof *d->lines);
    d->commands = calloc(count, sizeof *d->commands);
    if (d->lines == NULL || d->commands == NULL) {
        return false;
    }
    for (char *line = d->text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        d->lines[d->line_count++] = line;
        bool more = line[length] == '\n';
        line[length] = '\0';
        line += length + (more ? 1u : 0u);
    }
    return true;
}

/* One past the last line of the block that begins at `first`: lines of four blanks, and empty ones between them. */
static size_t block_end(const struct document *d, size_t first) {
    size_t end = first;
    for (size_t i = first; i < d->line_count && (is_block(d->lines[i]) || is_blank(d->lines[i])); i++) {
        end = is_block(d->lines[i]) && !is_blank(d->lines[i]) ? i + 1 : end;
    }
    return end;
}

/* What stands behind a command for people is no part of it. */
static char *without_comment(const char *line, bool shown) {
    const char *comment = strstr(line, "  #");
    const char *gap = shown ? NULL : strstr(line, "   ");
    const char *end = comment == NULL || (gap != NULL && gap < comment) ? gap : comment;
    return end == NULL ? strdup(line) : strndup(line, (size_t)(end - line));
}

/* Empty lines between an output and the next command belong to neither. */
static size_t without_blanks(const struct document *d, size_t first, size_t last) {
    while (last > first && is_blank(d->lines[last - 1])) {
        last--;
    }
    return last;
}

static void read_block(struct document *d, size_t first, size_t end, enum mark mark) {
    struct document_command *open = NULL;
    for (size_t i = first; i < end; i++) {
        const char *line = d->lines[i];
        bool shown = is_block(line) && is_shown_command(line);
        if (!shown && !(is_block(line) && open == NULL && is_bare_command(line))) {
            continue;
        }
        if (open != NULL) {
            open->last = without_blanks(d, open->first, i);
        }
        struct document_command *c = &d->commands[d->command_count++];
        *c = (struct document_command){without_comment(line + (shown ? 6 : 4), shown), mark, shown, i + 1, i + 1};
        open = shown ? c : NULL;
    }
    if (open != NULL) {
        open->last = end;
    }
}

bool document_read(struct document *d, const char *path) {
    memset(d, 0, sizeof *d);
    d->text = read_text(path, NULL);
    if (d->text == NULL || !split(d)) {
        return false;
    }
    enum mark mark = MARK_NONE;
    for (size_t i = 0; i < d->line_count;) {
        if (is_block(d->lines[i]) && !is_blank(d->lines[i])) {
            size_t end = block_end(d, i);
            size_t before = d->command_count;
            read_block(d, i, end, mark);
            if (mark != MARK_NONE && d->command_count == before) {
                d->wrong = "a comment before a block without a command";
                d->wrong_line = i;
            }
            mark = MARK_NONE;
            i = end;
            continue;
        }
        const char *wrong = NULL;
        enum mark found = mark_of(d->lines[i], &wrong);
        mark = found != MARK_NONE ? found : mark;
        d->wrong_line = wrong != NULL ? i : d->wrong_line;
        d->wrong = wrong != NULL ? wrong : d->wrong;
        i++;
    }
    return true;
}

void document_free(struct document *d) {
    for (size_t i = 0; i < d->command_count; i++) {
        free((char *)d->commands[i].text); // NOLINT(clang-diagnostic-cast-qual)
    }
    free(d->commands);
    free(d->lines);
    free(d->text);
}

static size_t trimmed(const char *line, size_t length) {
    while (length > 0 && line[length - 1] == ' ') {
        length--;
    }
    return length;
}

bool output_is(char **lines, size_t count, const char *output) {
    if (count == 0) {
        return output[strspn(output, "\n")] == '\0';
    }
    const char *line = is_block(lines[0]) ? lines[0] + 4 : "";
    if (strcmp(line, "...") == 0) {
        for (const char *rest = output;; rest += strcspn(rest, "\n") + 1) {
            if (output_is(lines + 1, count - 1, rest)) {
                return true;
            }
            if (rest[strcspn(rest, "\n")] == '\0') {
                return output_is(lines + 1, count - 1, "");
            }
        }
    }
    size_t length = strcspn(output, "\n");
    size_t wanted = trimmed(line, strlen(line));
    if (output[0] == '\0' || trimmed(output, length) != wanted || strncmp(line, output, wanted) != 0) {
        return false;
    }
    return output_is(lines + 1, count - 1, output + length + (output[length] == '\n' ? 1 : 0));
}
