/* Handlers of the virtual processor (`popek emit x86 --for handlers`, docs/core.md) as a plug-in of the first shape. Internal to the checker. */
#ifndef POPEK_CHECKER_VIRTUAL_PLUGIN_H
#define POPEK_CHECKER_VIRTUAL_PLUGIN_H

#include "../include/popek/handler.h"
#include "../isa-model/emitted_handlers.h"

/* Of those handlers whose function the object exports. One at a time: what is returned lives until the next call. NULL: the table has more than there
 * is room for. */
const struct popek_plugin *virtual_plugin(const struct handlers_isa *handlers, const struct emitted_isa *table, void *object);

#endif
