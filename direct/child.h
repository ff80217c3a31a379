/* The child process of a guest: traced, with nothing but the guest's memory, the copy of its code, and one page of the parent's. */
#ifndef POPEK_DIRECT_CHILD_H
#define POPEK_DIRECT_CHILD_H

#include "../vmm-model/x86/allocator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

#define DIRECT_LDT_ENTRIES 8192u

struct child {
    pid_t pid;               /* 0: none */
    int memory, copy;        /* files of the guest's memory and of the copy of its code, -1 */
    struct mailbox *mailbox; /* the page of the parent's code; the child can read and execute it, and it is above 4 GiB */
    uint64_t calls;          /* system calls made */
    uint64_t entries;        /* times that guest code ran */
    uint32_t tick;           /* microseconds between SIGALRM, 0: none */
};

/* Starts the child. `memory` and `copy` are files of that many pages; they stay the caller's. False: *reason says why it cannot run here. */
bool child_start(struct child *c, int memory, int copy, const char **reason);
void child_end(struct child *c);

/* System calls in the child; false: the kernel refused or the child is lost. Addresses are the child's own, sizes in bytes. */
bool child_map(struct child *c, uint32_t address, uint64_t size, bool code, uint64_t offset, int protection);
bool child_protect(struct child *c, uint32_t address, uint64_t size, int protection);
bool child_unmap(struct child *c, uint64_t address, uint64_t size);
bool child_descriptor(struct child *c, unsigned entry, const struct x86_descriptor *d);
/* Lets a signal SIGALRM interrupt the guest every so many microseconds. */
bool child_tick(struct child *c, uint32_t microseconds);

enum child_stop { CHILD_SIGNAL, CHILD_CALL, CHILD_ENDED };
/* What ended a run: the signal with its code and address, or a system call that was suppressed. */
struct child_stopped {
    enum child_stop how;
    int signal, code;
    uint64_t address;
};
/* Runs guest code from `registers` until a signal or a system call, or for one instruction; `registers` are then those of the child. */
void child_run(struct child *c, struct user_regs_struct *registers, bool step, struct child_stopped *stopped);

/* FXSAVE images of 512 bytes. */
bool child_get_vectors(struct child *c, void *image);
bool child_set_vectors(struct child *c, const void *image);

#endif
