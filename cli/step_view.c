/* The step-by-step view: on a terminal a screen for each step, else one below the other. */
#include "step_view.h"

#include <string.h>
#include <unistd.h>

bool step_view_can_ask(void) { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

/* False: the user has seen enough. */
static bool ask(struct step_view *v) {
    char line[64];
    (void)fputs("\nEnter: next step   t: to the next trap   e: to the end   q: quit > ", v->out);
    (void)fflush(v->out);
    if (fgets(line, sizeof line, stdin) == NULL || line[0] == 'q') {
        return false;
    }
    v->wish = line[0] == 't' ? WISH_TRAP : line[0] == 'e' ? WISH_END : WISH_EACH;
    return true;
}

bool step_view_line(void *context, const struct simulated_step *step) {
    struct step_view *v = context;
    if (v->wish == WISH_END || (v->wish == WISH_TRAP && step->result.direct)) {
        return true;
    }
    if (v->asks) {
        (void)fputs("\033[H\033[J", v->out); /* a clear screen */
    }
    report_step(v->out, v->bare, v->machine, v->name, step);
    if (!v->asks) {
        (void)fputc('\n', v->out);
    }
    return !v->asks || ask(v);
}
