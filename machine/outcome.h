/* What a guest showed and how it ended, on two machines. Internal to machine/. */
#ifndef POPEK_MACHINE_OUTCOME_H
#define POPEK_MACHINE_OUTCOME_H

#include "computer.h"

struct outcome {
    const struct computer *computer;
    enum computer_end end;
    const char *where; /* "on the bare machine" */
};
struct outcome_question {
    bool beginning;     /* the output has to begin with the reference's, whatever comes then, and the end is not compared */
    const char *except; /* lines of the output that contain this are not compared; NULL: all are */
};
/* Whether serial output, end and exit code are the same. The first difference goes to `text`, which is "" when there is none. */
bool outcomes_agree(const struct outcome *seen, const struct outcome *reference, const struct outcome_question *q, char *text, size_t size);

#endif
