/* Compares what a guest showed on two machines, line by line. */
#include "outcome.h"

#include <string.h>

struct lines {
    const char *at, *except;
    unsigned number; /* of the line at `at` */
};

static size_t length_of(const char *line) {
    size_t length = strcspn(line, "\n");
    return line[length] == '\n' ? length + 1 : length;
}

static bool contains(const char *line, size_t length, const char *text) {
    size_t wanted = strlen(text);
    for (size_t i = 0; i + wanted <= length; i++) {
        if (memcmp(line + i, text, wanted) == 0) {
            return true;
        }
    }
    return false;
}

/* The next line that counts; its length, 0 at the end. */
static size_t next_line(struct lines *l) {
    size_t length = length_of(l->at);
    while (length > 0 && l->except != NULL && contains(l->at, length, l->except)) {
        l->at += length;
        l->number++;
        length = length_of(l->at);
    }
    return length;
}

/* A line without the carriage returns around it. */
static const char *text_of(const char *line) { return line + strspn(line, "\r"); }
static int text_length(const char *line) { return (int)strcspn(text_of(line), "\r\n"); }

/* The reference may have been stopped in the middle of its last line. */
static bool output_agrees(const char *shown, const char *expected, const struct outcome_question *q, const char *where, char *text, size_t size) {
    struct lines a = {shown, q->except, 1};
    struct lines b = {expected, q->except, 1};
    for (;;) {
        size_t length = next_line(&a);
        size_t wanted = next_line(&b);
        bool unfinished = q->beginning && b.at[wanted] == '\0' && wanted <= length;
        if (memcmp(a.at, b.at, wanted < length ? wanted : length) != 0 || (length != wanted && !unfinished)) {
            (void)snprintf(text, size, "line %u of the serial port is \"%.*s\", %s \"%.*s\"", a.number, text_length(a.at), text_of(a.at), where,
                           text_length(b.at), text_of(b.at));
            return false;
        }
        if (wanted == 0 || length != wanted) {
            return true;
        }
        a.at += length;
        b.at += wanted;
        a.number++;
        b.number++;
    }
}

bool outcomes_agree(const struct outcome *seen, const struct outcome *reference, const struct outcome_question *q, char *text, size_t size) {
    size_t length = 0;
    const char *shown = computer_serial(seen->computer, &length);
    const char *expected = computer_serial(reference->computer, &length);
    uint8_t code = computer_exit_code(seen->computer);
    uint8_t expected_code = computer_exit_code(reference->computer);
    text[0] = '\0';
    if (output_agrees(shown, expected, q, reference->where, text, size) && !q->beginning && (seen->end != reference->end || code != expected_code)) {
        (void)snprintf(text, size, "it ended with %s, code %u; %s with %s, code %u", computer_end_name(seen->end), code, reference->where,
                       computer_end_name(reference->end), expected_code);
    }
    return text[0] == '\0';
}
