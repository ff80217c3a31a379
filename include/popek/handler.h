/* The interface between `popek check` and what it checks: instruction handlers of a monitor or emulator, built as a shared object.
 *
 * A plug-in exports one function, `const struct popek_plugin *popek_plugin(void)`. It has handlers, one for each form, instruction or for all of
 * them (first shape), or one function for a whole emulator (second shape), or both.
 *
 *   cc -shared -fPIC -I.../include -o mine.so mine.c && popek check mine.so
 *
 * docs/checker.md explains it with examples. All functions are called in one thread of a child process; what they write elsewhere than said here
 * is a finding, and so are a crash, a call that does not return, and memory that is not freed. */
#ifndef POPEK_HANDLER_H
#define POPEK_HANDLER_H

#include <stddef.h>
#include <stdint.h>

#include <popek/x86.h> /* generated from the tables: struct x86, x86_ARRAY_..., word128 */

#define POPEK_HANDLER_VERSION 1u

enum popek_result {
    POPEK_DONE,     /* the instruction is complete, the state is the one after it, the instruction pointer among it */
    POPEK_FAULT,    /* an exception: `vector`, `error_code` (0 where there is none); nothing else has changed */
    POPEK_EXIT,     /* left to the monitor (a VMX or SVM exit): `vector` as in the tables */
    POPEK_UNHANDLED /* not implemented here: counted, never a divergence */
};
struct popek_outcome {
    uint32_t result; /* enum popek_result */
    uint32_t vector;
    uint64_t error_code;
};

/* An operand of the form, by value: registers, memory and immediates that the instruction names, and what it takes from or puts on the stack. */
struct popek_operand {
    const char *name;   /* as in the tables: "dst", "src", "popped" */
    uint32_t width;     /* in bits; more than 128 bits are a token, see docs/language.md */
    uint32_t direction; /* 1 read, 2 written, 3 both */
    word128 value;      /* replace it where the operand is written */
};

struct popek_host; /* belongs to popek */
struct emitted_array;

struct popek_call {
    /* In and out: the whole state, each component in its own integer, cut to its width. A truth value is 0 or 1. */
    struct x86 *state;
    const char *instruction, *form, *mode; /* "LGDT", "LGDT m16&64", "long": as `popek list x86` shows them */
    uint32_t length;                       /* of the instruction in bytes */
    /* First shape: the operands. Second shape: none, `operand_count` is 0. */
    uint32_t operand_count;
    struct popek_operand *operands;
    /* Second shape: the bytes, also to be read at the linear address CS.base + RIP; vector and opmask registers. First shape: NULL. */
    const uint8_t *bytes;
    uint8_t (*vectors)[64];
    uint64_t *masks;
    /* What lies outside of the struct. `host` is the first argument of each. */
    struct popek_host *host;
    /* Elements of arrays of the tables: get(host, x86_ARRAY_msr, 0x10). What was not set is 0. */
    word128 (*get)(struct popek_host *host, uint32_t array, uint64_t index);
    void (*set)(struct popek_host *host, uint32_t array, uint64_t index, word128 value);
    /* First shape: the same arrays as emitted steps take them (isa-model/emitted.h), by number of the component. Second shape: NULL. */
    struct emitted_array *arrays;
    /* Second shape: memory by linear address (there is no paging), which descriptors and task-state segments are part of; no limits apply. */
    void (*read)(struct popek_host *host, uint64_t address, void *to, uint32_t size);
    void (*write)(struct popek_host *host, uint64_t address, const void *from, uint32_t size);
    /* Input and output ports, `size` 1, 2 or 4 bytes. */
    uint32_t (*in)(struct popek_host *host, uint16_t port, uint32_t size);
    void (*out)(struct popek_host *host, uint16_t port, uint32_t size, uint32_t value);
};
typedef struct popek_outcome popek_handle(struct popek_call *call);

struct popek_handler {
    const char *form;  /* a form's text, an instruction's name, or "*" for all; the first that fits is taken */
    const char *modes; /* names of operating modes with commas between; NULL: all */
    popek_handle *handle;
};

/* What an adapter does not model. Each declaration is part of every report. */
enum popek_declares {
    POPEK_IGNORES, /* `what`: a component, or a prefix and '*' ("x87*"): not compared afterwards */
    POPEK_FIXES,   /* `what`: a component that is always `value`: states with another value are not tried */
    POPEK_LACKS,   /* `what`: a form, instruction, or prefix and '*', that is not implemented: not tried */
    POPEK_MODES    /* `what`: the only operating modes that there are, with commas between */
};
struct popek_declaration {
    uint32_t declares; /* enum popek_declares */
    const char *what;
    uint64_t value;
    const char *why; /* for people */
};

struct popek_plugin {
    uint32_t version;    /* POPEK_HANDLER_VERSION */
    uint32_t state_size; /* sizeof(struct x86) */
    const char *name;
    const struct popek_handler *handlers;
    size_t handler_count;
    popek_handle *emulate; /* second shape; NULL: none */
    const struct popek_declaration *declarations;
    size_t declaration_count;
};
typedef const struct popek_plugin *popek_plugin_function(void);
__attribute__((visibility("default"))) const struct popek_plugin *popek_plugin(void);

#endif
