/* The automatic checks of the course's exercises (docs/course): each looks at a solution and says, point by point, what of the task it meets. */
#ifndef POPEK_EXERCISE_H
#define POPEK_EXERCISE_H

#include "../classifier/classifier.h"
#include "../simulator/guest.h"
#include "../simulator/target.h"
#include "../x86-tables/listing.h"

#include <stddef.h>

#define EXERCISE_POINTS 24u

struct exercise_point {
    bool met;
    char text[200]; /* what is asked for, or what is wrong and where to look */
};
struct exercise_result {
    struct exercise_point points[EXERCISE_POINTS];
    unsigned count;
};

/* Adds a point; `format` says what is asked for. Points beyond EXERCISE_POINTS are dropped. */
void exercise_point(struct exercise_result *r, bool met, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool exercise_solved(const struct exercise_result *r);

/* 1: the instructions INNOCENT, PEEK, SWITCH and GUARD of a machine, one of each class. */
void judge_classes(const struct classification *c, struct exercise_result *r);

/* 2: witnesses as text, see docs/course/2-witnesses.md. `load` gives a machine by its built-in name; NULL: there is none of that name. The result is
 * owned by `load`'s side. False: memory is exhausted. */
typedef const struct isa *(*exercise_machine)(void *context, const char *name);
bool judge_witnesses(const char *text, exercise_machine load, void *context, struct exercise_result *r);

/* 3: an instruction TOUCH with which the test of Theorem 1 fails although no form has a hole. */
void judge_converse(const struct classification *c, struct exercise_result *r);

/* 4: an instruction BACK with which Theorem 3 holds and Theorem 1 does not, and an instruction TICK with which nothing else changes but that time can
 * be seen. */
void judge_hybrid(const struct classification *c, struct exercise_result *r);

/* 5: bytes of 32-bit code under the profiles ring_compression and umip_best. */
void judge_bytes(const struct listing *plain, const struct listing *closed, struct exercise_result *r);

/* 6: a guest for the machine `lra`. False: memory is exhausted. */
bool judge_guest(const struct target *t, const struct guest *g, struct exercise_result *r);

/* 7: what Frama-C said of a handler; goals that were proven, of how many. `text` is the handler's source. */
void judge_proof(const char *text, unsigned proven, unsigned total, struct exercise_result *r);

#endif
