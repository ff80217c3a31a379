/* Whether Capstone and the tables name the same instruction. */
#ifndef POPEK_COMPARE_NAMES_H
#define POPEK_COMPARE_NAMES_H

#include "../../isa-model/isa.h"

/* By the same name, or by one of `names`: lines "capstone = INSTRUCTION ...". */
bool same_name(const char *names, const struct form *form, const char *mnemonic);

#endif
