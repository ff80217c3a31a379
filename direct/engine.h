/* What belongs to one guest of the direct execution. */
#ifndef POPEK_DIRECT_ENGINE_H
#define POPEK_DIRECT_ENGINE_H

#include "code.h"
#include "segments.h"

struct direct {
    struct child child;
    struct code code;
    struct segments segments;
    struct direct_state state;
    uint32_t first; /* the linear address of the guest where its windows begin; in code.h and below linear addresses count from there */
    struct user_regs_struct registers;
    bool loaded;                 /* the segment registers in `registers` are those of `state` */
    unsigned long long selector; /* of CS, while the guest runs */
    bool lost;
    bool stepping; /* in direct_step */
    int memory_file, copy_file;
    size_t memory_size, copy_size; /* bytes */
};

/* What the allocator gives for a segment of the guest; false: nothing. */
bool data_descriptor(const struct direct *d, const struct direct_segment *s, struct x86_descriptor *descriptor);
bool code_descriptor(const struct direct *d, const struct x86_window *window, struct x86_descriptor *descriptor);
/* Makes `registers` of `state`. False: a segment cannot be had on this processor (*lost: because the child is gone), so the caller must execute. */
bool load_registers(struct direct *d, bool *lost);
/* Takes back what the guest changed. */
void save_registers(struct direct *d);

enum guest_place { PLACE_DATA, PLACE_CODE, PLACE_DARK, PLACE_OTHER };
/* Which address of the guest is this of the child? */
enum guest_place guest_address(const struct direct *d, uint64_t address, uint32_t *linear);

/* A write to a page with visible instructions, which must be let through. */
bool is_guarded_write(const struct direct *d, const struct child_stopped *s, uint32_t *page);
/* Executes the instruction at EIP alone. It is done when *stopped is SIGTRAP with TRAP_TRACE. False: the child was lost. */
bool execute_alone(struct direct *d, const struct instruction *i, struct child_stopped *stopped);

#endif
