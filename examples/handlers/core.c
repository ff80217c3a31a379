/* The proven handlers of the x86 core (vmm-model/x86, docs/core.md) become a plug-in with this file and the table of `popek emit x86 --for handlers`:
 * `popek check` finds the table and adapts the handlers itself. */
#include <popek/x86.h>

/* What the description leaves open has to be some function of its arguments. */
word128 x86_opaque(unsigned number, const word128 *arguments, unsigned count);
word128 x86_opaque(unsigned number, const word128 *arguments, unsigned count) {
    word128 sum = number;
    for (unsigned i = 0; i < count; i++) {
        sum = sum * 31 + arguments[i];
    }
    return sum;
}
