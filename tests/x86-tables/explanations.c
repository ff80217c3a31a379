/* Rows "PATTERN | WHO IS RIGHT | WHY"; # starts a comment. */
#include "explanations.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *explanations_read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0;
    if (file != NULL) {
        if (getdelim(&text, &size, '\0', file) < 0) {
            free(text);
            text = NULL;
        }
        (void)fclose(file);
    }
    return text;
}

bool explanations_read(struct explanations *e, const char *path) {
    char *rest = NULL;
    e->count = 0;
    e->file = explanations_read_text(path);
    for (char *line = e->file == NULL ? NULL : strtok_r(e->file, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *right = strstr(line, " | ");
        char *why = right == NULL ? NULL : strstr(right + 3, " | ");
        if (line[0] == '#' || why == NULL) {
            continue;
        }
        if (e->count == MOST_EXPLANATIONS) {
            return false;
        }
        *right = '\0';
        *why = '\0';
        e->rows[e->count++] = (struct explanation){line, right + 3, why + 3, 0};
    }
    return e->file != NULL;
}

void explanations_free(struct explanations *e) {
    free(e->file);
    e->file = NULL;
}

struct explanation *explanations_find(struct explanations *e, const char *key) {
    for (size_t i = 0; i < e->count; i++) {
        if (fnmatch(e->rows[i].pattern, key, 0) == 0) {
            return &e->rows[i];
        }
    }
    return NULL;
}
