/* Returns that run by themselves. A return goes where the stack says, so with DIRECT_CHECKED it is not visible; but most go to the same few places.
 *
 * When one has come back some times, the visible instructions before it and the return itself, at least five bytes, are replaced by a jump to a
 * trampoline, behind the guest's linear addresses in the window of code. There those instructions follow, and then the address that the stack holds
 * is compared with the places where this return has landed. Nothing visible covers the middle of those. If it is one of them the return runs; if
 * not, HLT gives the guest back as if it stood at its return. The comparison changes no flag and in the end no register: XCHG with the stack, LEA and
 * JECXZ (SDM vol. 2). It writes to the stack what is there. A guest that stands within a trampoline is brought to a place that it has itself before
 * anybody sees its state. */
#ifndef POPEK_DIRECT_RETURNS_H
#define POPEK_DIRECT_RETURNS_H

#include <stdbool.h>
#include <stdint.h>

#define RETURNS_SLOTS 512u      /* trampolines */
#define RETURNS_SLOT_BYTES 256u /* of each */
#define RETURNS_BYTES 0x20000u  /* of all of them */
#define RETURNS_LINKS 8u        /* places where one may land */
#define RETURNS_TAIL 4u         /* instructions before the return that move with it, at most */
#define RETURNS_RUN 24u         /* bytes of the run at most: fewer than five, one more instruction, and the return */

struct code;
struct instruction;

/* A run that is linked. Linear addresses; offsets into the run and into its trampoline. */
struct linked_return {
    bool used;
    uint8_t length, bytes[RETURNS_RUN]; /* of the run, as the guest has it */
    uint8_t tail;                       /* instructions before the return */
    uint8_t from[RETURNS_TAIL], to[RETURNS_TAIL];
    uint8_t at;               /* of the return, which ends the run */
    uint8_t check;            /* where the comparison begins, in the trampoline */
    uint8_t link_count, next; /* links, and which one to replace */
    uint32_t begin;
    uint32_t links[RETURNS_LINKS]; /* values of EIP */
};

struct returns {
    bool usable;      /* the segments of the guest are such that trampolines mean what they should */
    bool mapped;      /* the child has them */
    bool waiting;     /* at `site` stands a return; where it lands is to be seen */
    uint32_t site;    /* linear */
    uint32_t base;    /* of the code segment, which the links count from */
    uint32_t start;   /* where the first trampoline lies */
    uint8_t *bytes;   /* RETURNS_BYTES, as the parent sees them */
    unsigned changes; /* times that the segments made all useless */
    struct {
        uint32_t site;
        uint8_t count;
    } met[1024]; /* returns that came back; those that share a place push each other out */
    struct linked_return slots[RETURNS_SLOTS];
};

/* A near return of 32-bit code, as it stands at `i`, which came back: where execution goes on is to be told by returns_landed. */
void returns_came_back(struct returns *r, const struct instruction *i);
/* Execution goes on at this EIP. False: out of memory, or the child was lost. */
bool returns_landed(struct code *c, uint32_t base, uint32_t eip);

/* Segments were loaded. Trampolines are `reached` if CS covers them and if code and stack have 32 bits. */
void returns_follow(struct code *c, uint32_t base, bool reached);

/* The run that begins there is hidden: its trampoline ends. */
void returns_unlink(struct returns *r, uint32_t begin);
/* A byte of a linked run, as it was when it was linked. */
uint8_t returns_byte(const struct returns *r, uint32_t linear);

/* Where the instruction at `linear`, in a linked run but not its first, is in the trampoline. False: there begins none. */
bool returns_enter(const struct returns *r, uint32_t linear, uint32_t *moved);

enum returns_place {
    RETURNS_OUTSIDE,
    RETURNS_BEFORE, /* the guest stands at `linear`, one of its own instructions */
    RETURNS_CHECK,  /* at its return, which is still to be looked at: any fault here is not the guest's */
    RETURNS_MISSED, /* the comparison found nothing; it stands at its return */
    RETURNS_WITHIN  /* in the comparison: some steps more */
};
enum returns_place returns_leave(const struct returns *r, uint32_t moved, uint32_t *linear);

#endif
