/* A program that uses libpopek: the holes of a machine under the first profile of its description.
 *
 *   cc -o holes holes.c $(pkg-config --cflags --libs popek) && ./holes $(pkg-config --variable=tables popek)/x86.isa POPF
 */
#include <popek/classifier/classifier.h>
#include <popek/isa-model/isa.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    if (argc < 2) {
        (void)fputs("usage: holes DESCRIPTION.isa [INSTRUCTION]\n", stderr);
        return 2;
    }
    const struct source_reader reader = source_reader_files();
    const struct isa_options all = {.only = argc > 2 ? argv[2] : NULL};
    char *messages = NULL;
    struct isa *isa = isa_load(argv[1], &reader, &all, &messages);
    if (isa == NULL) {
        (void)fputs(messages == NULL ? "out of memory\n" : messages, stderr);
        free(messages);
        return 3;
    }
    const struct classify_options options = {.mode = -1, .definition = DEFINITION_REPAIRED, .instruction = all.only};
    char *message = NULL;
    bool internal = false;
    struct classification *c = classify(isa, &options, &message, &internal);
    if (c == NULL) {
        (void)fprintf(stderr, "%s\n", message == NULL ? "out of memory" : message);
        free(message);
        isa_free(isa);
        return 70;
    }
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
            (void)printf("%s: %s\n", isa->modes[v->mode].name, isa->forms[v->form].text);
        }
    }
    int code = c->theorem[0].holds == ANSWER_YES ? 0 : 1;
    classification_free(c);
    isa_free(isa);
    return code;
}
