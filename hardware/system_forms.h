/* Which forms are system forms: they depend on, or change, more than what a program uses freely. */
#ifndef POPEK_HARDWARE_SYSTEM_FORMS_H
#define POPEK_HARDWARE_SYSTEM_FORMS_H

#include "../isa-model/isa.h"

struct system_forms;
/* NULL when memory is exhausted. */
struct system_forms *system_forms_new(const struct isa *isa);
void system_forms_free(struct system_forms *s);
/* Of a form that has semantics in the mode. What only gates extensions (CR0.TS, CR4.OSFXSR, XCR0) makes no form a system form. */
bool is_system_form(const struct system_forms *s, const struct semantics *semantics);

#endif
