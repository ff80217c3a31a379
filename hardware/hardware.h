/* Processors under test behind one interface. A backend runs one instruction in one state and says what it saw; it knows nothing of the tables. */
#ifndef POPEK_HARDWARE_H
#define POPEK_HARDWARE_H

#include "../x86-tables/matcher.h"
#include "state.h"

/* What is true of the machine whatever the run: components of the tables' state by name, and elements of its arrays. */
struct environment_fact {
    const char *component; /* "cr4_supported", "descriptor_memory" */
    uint64_t index;        /* of an array */
    uint64_t value;
};

/* What CPUID says. */
struct cpuid_value {
    uint32_t leaf, subleaf, eax, ebx, ecx, edx;
};

/* A machine in one operating mode at one privilege level. */
struct world {
    enum matcher_mode mode;
    unsigned cpl;
    struct machine_state base;             /* what a run starts from; runs vary the registers that programs use */
    struct machine_state known;            /* bits of `base` that are known to hold on the machine */
    struct machine_state observed;         /* bits that the backend reads back */
    struct machine_state varied;           /* bits that a run may choose */
    const struct machine_state *relocated; /* `base` with descriptor and interrupt tables and the task state elsewhere; NULL: they cannot be moved */
    const struct environment_fact *facts;
    size_t fact_count;
    uint64_t pointer_base;      /* what the address of the window's start is to a program: its linear address less the segment base */
    bool clears_null_selectors; /* the way to the observer makes null selectors 0: IRET to user mode does */
    bool emulates_umip;         /* the system software emulates what CR4.UMIP makes trap */
    const uint16_t *selectors;  /* selectors with a known meaning, good and bad ones */
    size_t selector_count;
    const struct cpuid_value *cpuid; /* of the machine; NULL: of this processor */
    size_t cpuid_count;
    uint64_t handlers;       /* where the entry points of gates begin, 16 bytes each; 0: not known */
    uint64_t system_call;    /* where SYSCALL and SYSENTER go; 0: not known */
    const char *unusable;    /* why nothing can be run here: the machine fails the simplest check; NULL */
    bool error_codes_unseen; /* the backend cannot tell error codes */
    bool system_only;        /* forms that only compute are not run unless asked for */
    bool documented_only;    /* forms of extensions that CPUID does not have are not run */
    bool complete;           /* components and elements that neither `base` nor the facts have are 0; more privileged software is looked at too */
};

struct backend;
struct backend_operations {
    const char *name;
    /* The worlds that the machine can set up; *count of them, valid as long as the backend. */
    const struct world *(*worlds)(struct backend *b, size_t *count);
    /* Runs `count` instructions one after the other, each from its own state. A machine that is lost costs one result. False: out of resources. */
    bool (*run)(struct backend *b, const struct world *world, const struct run *runs, size_t count, struct run_result *results);
    /* Lines "name: value" for people about the machine that was found; valid as long as the backend. */
    const char *(*description)(struct backend *b);
    void (*close)(struct backend *b);
};
/* The first member of every backend. */
struct backend {
    const struct backend_operations *operations;
};

/* Why a backend cannot run is static text in *reason; NULL then. */
struct backend *native_open(const char **reason);
struct backend *kvm_open(const char **reason);
/* The plug-in popek-unicorn.so, beside the program, in ../lib/popek from it, or in $POPEK_PLUGINS. */
struct backend *unicorn_open(const char **reason);

#endif
