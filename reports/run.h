/* What a run of a guest did, as text for people and as JSON for programs. */
#ifndef POPEK_REPORT_RUN_H
#define POPEK_REPORT_RUN_H

#include "../machine/session.h"

struct run_report {
    const char *guest; /* as it was named on the command line */
    const struct session_request *request;
    const struct computer *computer;
    const struct session_result *result;
    bool statistics, screen;
    bool shown; /* what the guest sent is already out */
};
/* Both return false when memory is exhausted. */
bool report_run_text(FILE *out, const struct run_report *r);
bool report_run_json(FILE *out, const struct run_report *r);
/* How it ended, in a line. */
void report_run_end(FILE *out, const struct run_report *r);

#endif
