/* A run of a guest, as JSON. */
#include "run.h"
#include "json_write.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *vectors(const struct computer_statistics *s) {
    json_t *list = json_array();
    for (unsigned i = 0; i < 256; i++) {
        if (s->by_vector[i] > 0) {
            (void)json_array_append_new(list, json_pack("{s:i, s:I}", "vector", (int)i, "count", (json_int_t)s->by_vector[i]));
        }
    }
    return list;
}

/* Bytes beyond ASCII are shown as U+0080 to U+00FF. */
static json_t *text_of(const char *bytes, size_t size) {
    char *text = malloc(2 * size + 1);
    char *end = text;
    for (size_t i = 0; text != NULL && i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c >= 0x80) {
            *end++ = (char)(0xC0 | c >> 6);
            c = 0x80 | (c & 0x3F);
        }
        *end++ = (char)c;
    }
    json_t *value = text == NULL ? NULL : json_stringn(text, (size_t)(end - text));
    free(text);
    return value;
}

bool report_run_json(FILE *out, const struct run_report *r) {
    const struct computer_statistics *s = computer_statistics(r->computer);
    size_t size = 0;
    const char *serial = computer_serial(r->computer, &size);
    json_t *root =
        json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:o, s:o?}", "guest", r->guest, "backend", session_backend_name(r->request->backend),
                  "end", computer_end_name(r->result->end), "differs", r->result->differs ? 1 : 0, "instructions", (json_int_t)s->executed,
                  "exceptions", (json_int_t)s->faults, "interrupts", (json_int_t)s->interrupts, "direct", (json_int_t)r->result->direct, "vectors",
                  vectors(s), "serial", text_of(serial, size));
    if (root != NULL && r->result->end == COMPUTER_ENDED) {
        (void)json_object_set_new(root, "exit_code", json_integer(r->result->exit_code));
    }
    if (root != NULL && r->request->backend == BACKEND_NATIVE) {
        (void)json_object_set_new(root, "traps",
                                  json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "count", (json_int_t)r->result->traps, "handled",
                                            (json_int_t)r->result->handled, "stepped", (json_int_t)r->result->stepped, "shadowed",
                                            (json_int_t)r->result->shadowed, "delivered", (json_int_t)r->result->delivered, "handled_deliveries",
                                            (json_int_t)r->result->handled_deliveries));
    }
    if (root != NULL && r->result->end == COMPUTER_UNSUPPORTED) {
        (void)json_object_set_new(root, "cannot_execute", json_string(computer_failure(r->computer)));
    }
    if (root != NULL && r->result->differs) {
        (void)json_object_set_new(root, "difference", json_string(r->result->difference));
    }
    char *screen = r->screen && root != NULL ? computer_screen(r->computer) : NULL;
    if (screen != NULL) {
        (void)json_object_set_new(root, "screen", json_string(screen));
    }
    free(screen);
    return json_write(out, root, 2);
}
