/* States of cases as text: "cpl=3 gdtr.limit=0x5f descriptor_memory[0x1008]=0x810030000067 src=8". */
#include "state_text.h"

#include "../tests.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static word128 number(const char *text) {
    unsigned base = text[0] == '0' && text[1] == 'x' ? 16 : 10;
    word128 value = 0;
    for (text += base == 16 ? 2 : 0; isxdigit((unsigned char)*text) != 0; text++) {
        unsigned digit = isdigit((unsigned char)*text) != 0 ? (unsigned)(*text - '0') : (unsigned)(tolower((unsigned char)*text) - 'a') + 10;
        value = value * base + digit;
    }
    return value;
}

static bool find_symbol(const struct state_subject *s, const char *name, symbol *found) {
    const struct isa *isa = s->isa;
    int leaf = isa_find_leaf(isa, name);
    if (leaf >= 0 || strcmp(name, "length") == 0) {
        *found = leaf >= 0 ? isa->leaves[leaf].symbol : isa->length;
        return true;
    }
    for (size_t i = 0; i < s->semantics->operand_count; i++) {
        if (strcmp(s->semantics->operands[i].name, name) == 0) {
            *found = s->semantics->operands[i].symbol;
            return true;
        }
    }
    return false;
}

bool state_assignment(const struct state_subject *s, const char *text, struct state_assignment *a) {
    char name[128];
    const char *equals = strchr(text, '=');
    if (equals == NULL || (size_t)(equals - text) >= sizeof name) {
        return CHECK(false, "%s: '%s' is not NAME=VALUE", s->form->text, text);
    }
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = '\0';
    char *bracket = strchr(name, '[');
    *a = (struct state_assignment){0, bracket != NULL, 0, number(equals + 1)};
    if (bracket != NULL) {
        *bracket = '\0';
        a->index = number(bracket + 1);
    }
    return CHECK(find_symbol(s, name, &a->symbol), "%s has no '%s'", s->form->text, name);
}

void state_set(const struct state_subject *s, const char *list, struct valuation *state) {
    char *copy = strdup(list);
    char *rest = NULL;
    for (char *t = copy == NULL ? NULL : strtok_r(copy, " ", &rest); t != NULL; t = strtok_r(NULL, " ", &rest)) {
        struct state_assignment a;
        if (state_assignment(s, t, &a)) {
            (void)valuation_set(state, a.symbol, &a.index, a.element ? 1 : 0, a.value);
        }
    }
    free(copy);
}
