/* x86-tables/disagreements.txt: where the tables and Capstone read bytes differently, who is right, and why. */
#ifndef POPEK_TESTS_EXPLANATIONS_H
#define POPEK_TESTS_EXPLANATIONS_H

#include <stdbool.h>
#include <stddef.h>

#define MOST_EXPLANATIONS 512u

/* A row. What it is about, who is right, why; and how much it has explained. */
struct explanation {
    const char *pattern, *right, *text;
    size_t used;
};
struct explanations {
    struct explanation rows[MOST_EXPLANATIONS];
    size_t count;
    char *file;
};

/* False when the file cannot be read or has more rows than there is room for. */
bool explanations_read(struct explanations *e, const char *path);
void explanations_free(struct explanations *e);
/* The first row that fits; NULL. */
struct explanation *explanations_find(struct explanations *e, const char *key);

/* A whole file as text, NULL when it cannot be read or is empty; the caller frees it. */
char *explanations_read_text(const char *path);

#endif
