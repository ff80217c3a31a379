/* Names of a description as identifiers of C and ACSL. */
#include "emit.h"

#include <ctype.h>
#include <string.h>

static bool is_reserved(const char *name) {
    static const char *const words[] = {"auto",    "break",    "case",     "char",     "const",  "continue", "default",  "do",      "double",
                                        "else",    "enum",     "extern",   "float",    "for",    "goto",     "if",       "inline",  "int",
                                        "long",    "register", "restrict", "return",   "short",  "signed",   "sizeof",   "static",  "struct",
                                        "switch",  "typedef",  "union",    "unsigned", "void",   "while",    "volatile", "integer", "real",
                                        "boolean", "s",        "k",        "word128",  "result", "argument"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i], name) == 0) {
            return true;
        }
    }
    return false;
}

void emit_identifier(const char *text, char *name, size_t size) {
    size_t length = 0;
    for (const char *c = text; *c != '\0' && length + 2 < size; c++) {
        bool plain = isalnum((unsigned char)*c) != 0;
        if (plain || (length > 0 && name[length - 1] != '_')) {
            name[length++] = '_';
            name[length - 1] = plain ? *c : '_';
        }
    }
    while (length > 1 && name[length - 1] == '_') {
        length--;
    }
    name[length] = '\0';
    if (is_reserved(name) || length == 0) {
        name[length++] = '_';
        name[length] = '\0';
    }
}
