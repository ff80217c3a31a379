/* Two passes: the first finds where everything lies, the second writes the words. */
#include "assembler.h"

#include "../isa-model/grow.h"
#include "assembler_scan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct assembler {
    const struct target *target;
    struct scanner scan;
    struct names names;
    bool second; /* pass */
    bool failed; /* out of memory */
    uint16_t *words;
    unsigned char *written; /* by word */
    uint32_t count;         /* words up to the last one that was written */
    uint32_t interval;
};

static bool define(struct assembler *a, const char *from, size_t length, int64_t value) {
    char buffer[48];
    if (length > MOST_NAME) {
        return scan_error(&a->scan, from, "the name '%s' has more than %u letters", shown(from, length, buffer), MOST_NAME);
    }
    if (find_name(&a->names, from, length) != NULL) {
        return scan_error(&a->scan, from, "'%s' is defined twice", shown(from, length, buffer));
    }
    if (a->names.count == MOST_NAMES) {
        return scan_error(&a->scan, from, "more than %u names", MOST_NAMES);
    }
    struct name *list = array_grow(a->names.list, a->names.count, &a->names.capacity, sizeof *list);
    if (list == NULL) {
        a->failed = true;
        return false;
    }
    a->names.list = list;
    struct name *name = &a->names.list[a->names.count++];
    memcpy(name->text, from, length);
    name->text[length] = '\0';
    name->value = value;
    return true;
}

static bool move_on(struct assembler *a, const char *where, int64_t words) {
    a->scan.here += words;
    if (a->scan.here <= TARGET_MOST_WORDS && a->scan.here >= 0) {
        return true;
    }
    a->scan.here = 0;
    return scan_error(&a->scan, where, "the storage has 65536 words");
}

static bool put(struct assembler *a, const char *where, uint16_t word) {
    int64_t here = a->scan.here;
    if (!move_on(a, where, 1)) {
        return false;
    }
    if (!a->second) {
        return true;
    }
    if (a->written[here] != 0) {
        return scan_error(&a->scan, where, "word %u is written twice", (unsigned)here);
    }
    a->written[here] = 1;
    a->words[here] = word;
    a->count = (uint32_t)here + 1 > a->count ? (uint32_t)here + 1 : a->count;
    return true;
}

/* A number that must be known in the first pass, because places depend on it. */
static bool known_value(struct assembler *a, int64_t least, int64_t most, int64_t *value) {
    skip_blanks(&a->scan);
    const char *where = a->scan.at;
    if (!take_value(&a->scan, value)) {
        return false;
    }
    return (*value >= least && *value <= most) ||
           scan_error(&a->scan, where, "%lld is not in %lld to %lld", (long long)*value, (long long)least, (long long)most);
}

static bool directive_words(struct assembler *a) {
    do {
        skip_blanks(&a->scan);
        const char *where = a->scan.at;
        int64_t value = 0;
        if (!a->second) { /* names may come later; commas count */
            while (!at_end(&a->scan) && *a->scan.at != ',') {
                a->scan.at++;
            }
        } else if (!take_value(&a->scan, &value)) {
            return false;
        } else if (value < -32768 || value > 65535) {
            return scan_error(&a->scan, where, "%lld does not fit into a word of 16 bits", (long long)value);
        }
        if (!put(a, where, (uint16_t)value)) {
            return false;
        }
    } while (take_character(&a->scan, ','));
    return true;
}

static bool directive_equ(struct assembler *a) {
    const char *from = NULL;
    size_t length = take_name(&a->scan, &from);
    int64_t value = 0;
    if (length == 0 || !take_character(&a->scan, ',')) {
        return scan_error(&a->scan, a->scan.at, ".equ needs a name, a comma and a number");
    }
    return take_value(&a->scan, &value) && (a->second || define(a, from, length, value));
}

static bool directive(struct assembler *a, const char *from, size_t length) {
    int64_t value = 0;
    char buffer[48];
    if (length == 5 && memcmp(from, ".word", 5) == 0) {
        return directive_words(a);
    }
    if (length == 4 && memcmp(from, ".equ", 4) == 0) {
        return directive_equ(a);
    }
    if (length == 4 && memcmp(from, ".org", 4) == 0) {
        if (!known_value(a, 0, TARGET_MOST_WORDS - 1, &value)) {
            return false;
        }
        a->scan.here = value;
        return true;
    }
    if (length == 6 && memcmp(from, ".space", 6) == 0) {
        return known_value(a, 0, TARGET_MOST_WORDS, &value) && move_on(a, from, value);
    }
    if (length == 6 && memcmp(from, ".timer", 6) == 0) {
        if (!known_value(a, 0, 0xffffff, &value)) {
            return false;
        }
        a->interval = (uint32_t)value;
        return true;
    }
    return scan_error(&a->scan, from, "no directive '%s'; there is: .org .word .space .equ .timer", shown(from, length, buffer));
}

static const struct word_encoding *find_instruction(const struct target *t, const char *name, size_t length) {
    for (size_t i = 0; i < t->encoding_count; i++) {
        const char *candidate = t->encodings[i].form->instruction;
        if (strlen(candidate) == length && strncasecmp(candidate, name, length) == 0) {
            return &t->encodings[i];
        }
    }
    return NULL;
}

/* `r3` or a number. */
static bool take_operand(struct assembler *a, const struct operand *operand, int64_t *value) {
    struct scanner *s = &a->scan;
    skip_blanks(s);
    const char *from = s->at;
    int64_t most = ((int64_t)1 << operand->width) - 1;
    if (s->end - from > 1 && (*from == 'r' || *from == 'R') && from[1] >= '0' && from[1] <= '9') {
        s->at++;
    }
    if (!take_value(s, value)) {
        return false;
    }
    return (*value >= 0 && *value <= most) ||
           scan_error(s, from, "operand %s is %lld, and may be 0 to %lld", operand->name, (long long)*value, (long long)most);
}

static bool instruction(struct assembler *a, const char *from, size_t length) {
    const struct word_encoding *e = find_instruction(a->target, from, length);
    char buffer[48];
    if (e == NULL) {
        return scan_error(&a->scan, from, "no instruction '%s' in %s", shown(from, length, buffer), a->target->isa->name);
    }
    if (!a->second) {
        a->scan.at = a->scan.end;
        return put(a, from, 0);
    }
    unsigned word = e->written;
    for (unsigned i = 0; i < e->operand_count; i++) {
        int64_t value = 0;
        if (i > 0 && !take_character(&a->scan, ',')) {
            return scan_error(&a->scan, a->scan.at, "%s has %u operands", e->form->instruction, e->operand_count);
        }
        if (!take_operand(a, &e->form->semantics[0]->operands[i], &value)) {
            return false;
        }
        word |= (unsigned)value << e->place[i];
    }
    return put(a, from, (uint16_t)word);
}

static bool statement(struct assembler *a) {
    const char *from = NULL;
    size_t length = take_name(&a->scan, &from);
    while (length > 0 && take_character(&a->scan, ':')) {
        if (!a->second && !define(a, from, length, a->scan.here)) {
            return false;
        }
        length = take_name(&a->scan, &from);
    }
    if (length == 0) {
        return at_end(&a->scan) || scan_error(&a->scan, a->scan.at, "an instruction, a directive or a label is expected");
    }
    bool good = *from == '.' ? directive(a, from, length) : instruction(a, from, length);
    return good && (at_end(&a->scan) || scan_error(&a->scan, a->scan.at, "what is this? The statement has ended"));
}

static void pass(struct assembler *a, const char *text, size_t size, bool second) {
    const char *end = text + size;
    a->second = second;
    a->scan.here = TARGET_TRAP_WORDS;
    a->scan.number = 0;
    for (const char *at = text; at < end && !a->failed;) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        line_end = line_end == NULL ? end : line_end;
        struct scanner *s = &a->scan;
        s->line = s->at = at;
        s->line_end = s->end = line_end;
        for (const char *c = at; c < s->end; c++) {
            s->end = *c == ';' || *c == '#' ? c : s->end;
        }
        s->number++;
        (void)statement(a);
        at = line_end + (line_end < end ? 1 : 0);
    }
}

bool assemble(const struct target *t, const char *path, const char *text, size_t size, struct guest *g, char **messages) {
    struct assembler a = {.target = t, .scan = {.path = path}};
    size_t length = 0;
    *messages = NULL;
    a.scan.names = &a.names;
    a.scan.messages = open_memstream(messages, &length);
    a.words = calloc(TARGET_MOST_WORDS, sizeof *a.words);
    a.written = calloc(TARGET_MOST_WORDS, 1);
    a.failed = a.scan.messages == NULL || a.words == NULL || a.written == NULL;
    if (!a.failed) {
        pass(&a, text, size, false);
    }
    if (!a.failed && a.scan.errors == 0) {
        pass(&a, text, size, true);
    }
    if (a.scan.errors > MOST_ERRORS) {
        (void)fprintf(a.scan.messages, "%s: %u more errors\n", path, a.scan.errors - MOST_ERRORS);
    }
    bool good = !a.failed && a.scan.errors == 0;
    if (a.scan.messages != NULL && (fclose(a.scan.messages) != 0 || good || a.failed)) {
        free(*messages);
        *messages = NULL;
    }
    free(a.names.list);
    free(a.written);
    if (!good) {
        free(a.words);
        return false;
    }
    *g = (struct guest){a.interval, a.count, a.words};
    return true;
}
