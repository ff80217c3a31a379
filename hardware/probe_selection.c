/* Which worlds and forms somebody gets who asks for a mode, a level, an instruction or a part. */
#include "probe.h"

#include "system_forms.h"

#include <stdio.h>
#include <string.h>

bool probe_mode_wanted(const char *asked, enum matcher_mode mode) {
    char size[8];
    (void)snprintf(size, sizeof size, "%u", matcher_code_size(mode));
    return asked == NULL || strcmp(asked, matcher_mode_name(mode)) == 0 || strcmp(asked, size) == 0;
}

bool probe_world_wanted(const struct probe_options *o, const struct world *w) {
    return probe_mode_wanted(o->mode, w->mode) && (o->cpl < 0 || o->cpl == (int)w->cpl);
}

bool probe_form_wanted(const struct probe_options *o, const struct isa *isa, const struct system_forms *system, const struct world *w,
                       unsigned form) {
    const struct form *f = &isa->forms[form];
    const struct semantics *semantics = f->semantics[isa_find_mode(isa, matcher_mode_name(w->mode))];
    const char *only = o->instruction;
    bool system_only = w->system_only && !o->all_forms && only == NULL;
    if (semantics != NULL && system_only && !is_system_form(system, semantics)) {
        return false;
    }
    return semantics != NULL && form % o->shard_count == o->shard &&
           (only == NULL || strcmp(only, f->instruction) == 0 || strcmp(only, f->text) == 0);
}
