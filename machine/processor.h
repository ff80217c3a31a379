/* The processor of the bare machine: the state of the tables, and what executing their steps needs. Internal to machine/. */
#ifndef POPEK_MACHINE_PROCESSOR_H
#define POPEK_MACHINE_PROCESSOR_H

#include "../hardware/state.h"
#include "../x86-tables/matcher.h"
#include "../x86-tables/opaque.h"
#include "memory.h"
#include <popek/x86.h>

#include <string.h>

/* Vectors: SDM vol. 3A, table 7-1. Those that the tables raise themselves are not listed. */
enum vector {
    VECTOR_DEBUG = 1,
    VECTOR_INVALID = 6,
    VECTOR_DOUBLE = 8,
    VECTOR_TSS = 10,
    VECTOR_STACK = 12,
    VECTOR_PROTECTION = 13,
    VECTOR_PAGE = 14,
    VECTOR_ALIGNMENT = 17
};

/* An exception that is to be delivered. */
struct fault {
    uint8_t vector;
    bool has_error;
    bool is_trap; /* RF is not set in the flags that are pushed: delivered after the instruction, or a breakpoint before it */
    uint32_t error;
    uint32_t address; /* of a page fault: what CR2 becomes */
};

enum access { ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_FETCH = 4 };

/* One translation that was used: rights are bits of enum access, for the supervisor and (shifted by 4) for the user. */
#define TRANSLATIONS 1024u
struct translation {
    uint32_t page; /* linear page number, UINT32_MAX: empty */
    uint32_t rights;
    uint8_t *host; /* NULL: beyond the memory */
    bool moved;    /* the physical address is not the linear one */
};

#define MOST_OPERANDS 15u
enum place_kind {
    PLACE_NOTHING, /* reads as 0, is not written: the shadow stack, which no guest has */
    PLACE_REGISTER,
    PLACE_CONSTANT,
    PLACE_ADDRESS, /* the effective address itself */
    PLACE_MEMORY,
    PLACE_PUSHED, /* below the stack pointer, in order */
    PLACE_POPPED, /* above it */
    PLACE_V86,    /* the four words of IRET to virtual-8086 mode */
    PLACE_X87,    /* ST(offset) */
    PLACE_MMX,    /* the low 64 bits of x87 register `offset`, by physical number */
    PLACE_XMM,
    PLACE_AREA,   /* an image in memory, larger than any operand of the tables: host_code.h */
    PLACE_UNKNOWN /* a register that the machine does not have */
};
#define NO_REGISTER 0xFFu
struct location {
    uint8_t kind;      /* enum place_kind */
    uint8_t direction; /* 1 read, 2 written, 3 both */
    uint8_t bytes;
    uint8_t segment;
    uint8_t base, index, scale;
    uint8_t address_bits; /* 16 or 32 */
    uint8_t bit_register; /* bit tests in memory: the register that holds the bit offset; NO_REGISTER */
    bool aligned;         /* #GP when the address is not a multiple of 16 */
    uint16_t area;        /* PLACE_AREA: bytes */
    uint16_t offset;      /* PLACE_REGISTER: in struct x86; PLACE_POPPED: from the stack pointer; of vectors: the number */
    int32_t displacement;
    uint64_t constant;
};

enum instruction_flag {
    INSTRUCTION_CAREFUL = 1, /* arrays, opaque functions or a frame of several words: see careful.c */
    INSTRUCTION_REPEATED = 2,
    INSTRUCTION_SHADOWS = 4,        /* no interrupt before the next one: STI, MOV SS, POP SS */
    INSTRUCTION_FRAME = 8,          /* pushes a frame that depends on what happens */
    INSTRUCTION_VECTORS = 16,       /* reads or writes x87, MMX or SSE state */
    INSTRUCTION_SHADOWS_TRAPS = 32, /* nor a debug exception: MOV SS, POP SS */
    INSTRUCTION_RESUMES = 64        /* loads RF: IRET */
};
/* An x87, MMX or SSE instruction as the host's processor executes it, with its memory operand at another address: host_code.h. */
#define MOST_HOST_BYTES 12u
struct host_code {
    uint8_t length;          /* 0: the host does not execute it */
    uint8_t displacement_at; /* of its memory operand, relative to the next instruction; 0: none */
    uint8_t bytes[MOST_HOST_BYTES];
    bool x87, waits; /* waits: for a pending x87 exception */
};
struct instruction {
    uint32_t physical; /* of the first byte; UINT32_MAX: empty */
    uint32_t generation;
    uint32_t form;
    uint8_t mode, length, flags, count;
    uint8_t address_bits;
    uint8_t port_bytes;
    uint8_t length_choice; /* which choice of the step is the length; NO_REGISTER: none */
    const struct emitted_step *step;
    struct host_code host;
    struct location places[MOST_OPERANDS];
};
#define KEPT_INSTRUCTIONS 16384u

struct element {
    uint32_t index;
    uint64_t value;
};
#define MSR_COUNT 8u

/* What the manual leaves open of the last instruction. */
struct undefined_results {
    uint32_t flags;
    bool others; /* a register or an operand */
};

/* What of the x87 and SSE state no component of the tables holds. */
#define XMM_REGISTERS 8u
struct vectors {
    word128 xmm[XMM_REGISTERS];
    uint16_t opcode, code_selector, data_selector; /* of the last x87 instruction: SDM vol. 1, 8.1.8 */
    uint32_t code_offset, data_offset;
};

struct ports;
struct trial;
struct trap_handlers;
struct host;
struct processor;
/* Where the x87 and SSE state is when another processor has it: it is fetched before an instruction needs it. */
struct vectors_elsewhere {
    void (*fetch)(void *context, struct processor *p);
    void *context;
};
struct memory_profile;
struct array_source;
struct decoder; /* the matcher and the steps by form, shared by all processors */

struct processor {
    struct x86 state;
    struct memory *memory;
    struct ports *ports;
    const struct decoder *decoder;
    uint64_t executed;                   /* instructions, an iteration of a repeated one each */
    uint64_t delivered;                  /* exceptions and interrupts */
    bool shadow;                         /* the last instruction keeps interrupts off for one more */
    bool trap_shadow;                    /* and debug exceptions */
    bool resume, next_resume;            /* RF, which the tables leave out, and what the instruction in hand makes of it */
    uint8_t met;                         /* breakpoints that the instruction in hand has met, as bits of DR6 */
    bool shut_down;                      /* a triple fault */
    const char *failure;                 /* what the machine cannot execute; NULL */
    struct memory_profile *profile;      /* is told of accesses to explicit operands; NULL */
    struct undefined_results *undefined; /* NULL: nobody asks which results are undefined */
    bool moved;                          /* a moved page was used since someone cleared this */
    bool ignores_rights;                 /* wrong on purpose: the rights of pages do not matter */
    struct translation translations[TRANSLATIONS];
    uint32_t translations_seen;   /* the component translation_cache when they were made */
    uint64_t root_seen;           /* CR3 */
    struct instruction *kept;     /* KEPT_INSTRUCTIONS, by physical address */
    struct instruction scratch;   /* one that lies in two pages */
    struct emitted_array *arrays; /* by component */
    struct array_source *sources; /* of the arrays that are not in the state */
    unsigned source_count;
    struct trial *trial;           /* while a step is tried */
    struct element msr[MSR_COUNT]; /* the model-specific registers that no component of their own has */
    word128 *choices;              /* of a step: all `undefined` results are 0 */
    struct vectors vectors;
    unsigned stack_top;                         /* of x87 before the instruction: what its operands ST(i) go by */
    struct vectors_elsewhere vectors_elsewhere; /* `fetch` NULL: here */
    struct host *host;                          /* host_code.c; NULL until it is needed */
    struct trap_handlers *handlers;             /* in the place of steps; NULL: none */
    bool by_handler;                            /* the last step was a handler's */
    uint64_t handled, stepped;                  /* instructions that handlers executed, and steps */
    uint64_t handled_deliveries;                /* of `delivered` */
};

static inline unsigned processor_mode(const struct x86 *s) {
    if (s->pe == 0) {
        return MATCHER_REAL;
    }
    if (s->vm != 0) {
        return MATCHER_V86;
    }
    return s->cs_db != 0 ? MATCHER_PROTECTED : MATCHER_PROTECTED16;
}

/* A general register: the host is little-endian, as the guest is. */
static inline uint32_t general_register(const struct x86 *s, unsigned number) {
    uint32_t value = 0;
    memcpy(&value, (const uint8_t *)&s->rax + number * sizeof s->rax, sizeof value);
    return value;
}
static inline void set_general_register(struct x86 *s, unsigned number, uint64_t value) {
    memcpy((uint8_t *)&s->rax + number * sizeof s->rax, &value, sizeof value);
}

/* translate.c: paging. A translation for an access of this kind, NULL after a fault. The page's host address may be NULL, see above. */
const struct translation *translate(struct processor *p, uint32_t linear, enum access access, bool user, struct fault *fault);
void forget_translations(struct processor *p);
void forget_translation(struct processor *p, uint32_t linear);
/* Data at a linear address, at most 64 bytes, over page borders too. */
bool linear_read(struct processor *p, uint32_t linear, void *to, uint32_t size, bool user, struct fault *fault);
bool linear_write(struct processor *p, uint32_t linear, const void *from, uint32_t size, bool user, struct fault *fault);
bool linear_writable(struct processor *p, uint32_t linear, uint32_t size, bool user, struct fault *fault);

/* segment.c: the linear address of an access through a segment register (SEGMENT_*), or a fault. */
bool segment_linear(const struct x86 *s, unsigned segment, uint32_t offset, uint32_t size, enum access access, uint32_t *linear, struct fault *fault);

uint64_t segment_base(const struct x86 *s, unsigned segment);

/* decode.c: the instruction at CS:EIP, decoded; NULL after a fault. */
const struct instruction *fetch(struct processor *p, struct fault *fault);
/* The text of its form. */
const char *instruction_text(const struct processor *p, const struct instruction *i);

/* operands.c */
static inline bool is_register(const struct location *place) {
    return place->kind == PLACE_REGISTER || place->kind == PLACE_X87 || place->kind == PLACE_MMX || place->kind == PLACE_XMM;
}
bool place_linear(struct processor *p, const struct location *place, enum access access, uint32_t *linear, struct fault *fault);
uint32_t stack_mask(const struct x86 *s);
/* A register, a constant or an address. */
word128 place_value(struct processor *p, const struct location *place);
void write_register(struct processor *p, const struct location *place, word128 value);
bool repeat_is_over(const struct processor *p, const struct instruction *i);

/* execute.c: one instruction; false after a fault. */
bool execute(struct processor *p, const struct instruction *i, struct fault *fault);
/* The fault that a step's outcome is (isa-model/emitted.h); not for 0. */
struct fault fault_of_outcome(uint32_t outcome, uint64_t argument);

/* deliver.c: an exception, or an interrupt from outside, through the IDT; faults of the delivery become double faults, and the shut-down. */
void deliver(struct processor *p, const struct fault *fault, bool external);

#define FLAG_INTERRUPT 0x200u
#define FLAG_NESTED 0x4000u
#define FLAG_RESUME 0x10000u
#define FLAG_V86 0x20000u
/* RFLAGS, but for RF, and the components that they are. */
uint64_t flags_value(const struct x86 *s);
void set_flags_value(struct x86 *s, uint64_t flags);

#endif
