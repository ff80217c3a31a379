/* The arrays of the tables on the bare machine: descriptors and task-state segments lie in its memory, ports are its devices, CPUID and the
 * model-specific registers are lists. */
#include "execute.h"

#include "../isa-model/emitted_storage.h"
#include "page_directory_pointers.h"
#include "ports.h"
#include "trap_handlers.h"

#include <stdlib.h>

enum source_kind {
    SOURCE_ZERO,
    SOURCE_DESCRIPTORS,
    SOURCE_TASK_STATE,
    SOURCE_PORTS,
    SOURCE_MSR,
    SOURCE_MSR_IMPLEMENTED,
    SOURCE_CPUID,
    SOURCE_POINTERS
};
struct array_source {
    struct processor *processor;
    unsigned component;
    enum source_kind kind;
};

#define MOST_WRITES 16u
#define IA32_TIME_STAMP_COUNTER 0x10u
#define IA32_SYSENTER_FIRST 0x174u
#define IA32_SYSENTER_LAST 0x176u

/* CPUID of the bare machine: EDX, ECX, EBX, EAX from the highest bits down. A 32-bit processor with FPU, VME, DE, PSE, TSC, MSR, CMPXCHG8B, PGE,
 * CMOV, MMX, FXSR, SSE and SSE2, and PAE; without everything later. SDM vol. 2A, CPUID. */
#define CPUID_FEATURES 0x0780A17Fu
static word128 cpuid_value(uint64_t index) {
    uint32_t leaf = (uint32_t)(index >> 32);
    uint32_t words[4] = {0, 0, 0, 0}; /* EAX EBX ECX EDX */
    if (leaf == 0) {
        words[0] = 1;
        memcpy(&words[1], "pope", 4);
        memcpy(&words[3], "kBar", 4);
        memcpy(&words[2], "e386", 4);
    } else if (leaf == 1) {
        words[0] = 0x00000611; /* family 6 */
        words[3] = CPUID_FEATURES;
    }
    return ((word128)words[3] << 96) | ((word128)words[2] << 64) | ((word128)words[1] << 32) | words[0];
}

/* In virtual-8086 mode the vector of the 8086 may be asked for, too, which is not in the IDT. */
static bool may_be_gate(const struct array_source *a, uint32_t linear) {
    const struct x86 *s = &a->processor->state;
    return a->kind == SOURCE_DESCRIPTORS && (s->vm == 0 || linear - (uint32_t)s->idtr_base <= s->idtr_limit);
}

static word128 read_linear(struct array_source *a, uint32_t linear, uint32_t size) {
    struct processor *p = a->processor;
    struct fault fault;
    uint64_t value = 0;
    if (!linear_read(p, linear, &value, size, false, &fault)) {
        return missing_value(p->trial, MISSING_ELEMENT, a->component, linear, &fault);
    }
    if (may_be_gate(a, linear) && !p->trial->has_gate) {
        p->trial->has_gate = true;
        p->trial->gate = value;
    }
    return value;
}

static struct element *find_msr(struct processor *p, uint32_t number) {
    for (unsigned i = 0; i < MSR_COUNT; i++) {
        if (p->msr[i].index == number) {
            return &p->msr[i];
        }
    }
    return NULL;
}

static bool has_msr(uint32_t number) { return number == IA32_TIME_STAMP_COUNTER || (number >= IA32_SYSENTER_FIRST && number <= IA32_SYSENTER_LAST); }

static word128 value_of_element(struct array_source *a, word128 index) {
    const struct element *e = NULL;
    switch (a->kind) {
    case SOURCE_DESCRIPTORS:
        return read_linear(a, (uint32_t)index, 8);
    case SOURCE_TASK_STATE:
        return read_linear(a, (uint32_t)index, 2);
    case SOURCE_PORTS:
        a->processor->trial->port = (uint16_t)index;
        return 0;
    case SOURCE_MSR:
        e = find_msr(a->processor, (uint32_t)index);
        return e == NULL ? 0 : e->value;
    case SOURCE_MSR_IMPLEMENTED:
        return has_msr((uint32_t)index) ? 1 : 0;
    case SOURCE_CPUID:
        return cpuid_value((uint64_t)index);
    case SOURCE_POINTERS: /* by physical address in units of 32 bytes */
        return page_directory_pointers_at(a->processor->memory, (uint64_t)index << 5);
    default:
        return 0;
    }
}

static word128 read_element(void *context, word128 index) {
    struct array_source *a = context;
    word128 value = value_of_element(a, index);
    if (a->processor->handlers != NULL) {
        trap_handlers_note(a->processor->handlers, a->component, (uint64_t)index, value);
    }
    return value;
}

static enum source_kind kind_of(const char *name) {
    static const struct {
        const char *name;
        enum source_kind kind;
    } kinds[] = {{"descriptor_memory", SOURCE_DESCRIPTORS},
                 {"tss_memory", SOURCE_TASK_STATE},
                 {"device", SOURCE_PORTS},
                 {"msr", SOURCE_MSR},
                 {"msr_implemented", SOURCE_MSR_IMPLEMENTED},
                 {"cpuid", SOURCE_CPUID},
                 {"page_directory_pointers", SOURCE_POINTERS}};
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(name, kinds[i].name) == 0) {
            return kinds[i].kind;
        }
    }
    return SOURCE_ZERO;
}

bool arrays_make(struct processor *p) {
    p->trial = calloc(1, sizeof *p->trial);
    p->arrays = calloc(x86_emitted.component_count, sizeof *p->arrays);
    p->sources = calloc(x86_emitted.component_count, sizeof *p->sources);
    for (unsigned i = 0; p->arrays != NULL && p->sources != NULL && i < x86_emitted.component_count; i++) {
        if (x86_emitted.components[i].placement == EMITTED_LISTED) {
            struct emitted_array *a = &p->arrays[i];
            struct array_source *source = &p->sources[p->source_count++];
            *source = (struct array_source){p, i, kind_of(x86_emitted.components[i].name)};
            *a = (struct emitted_array){0,     MOST_WRITES, calloc(MOST_WRITES, sizeof(word128)), calloc(MOST_WRITES, sizeof(word128)), read_element,
                                        source};
            if (a->index == NULL || a->value == NULL) {
                return false;
            }
        }
    }
    return p->arrays != NULL && p->sources != NULL && p->trial != NULL;
}

void arrays_drop(struct processor *p) {
    for (unsigned i = 0; p->arrays != NULL && i < x86_emitted.component_count; i++) {
        free(p->arrays[i].index);
        free(p->arrays[i].value);
    }
    free(p->arrays);
    free(p->sources);
    free(p->trial);
}

void arrays_clear(struct processor *p) {
    for (unsigned i = 0; i < p->source_count; i++) {
        p->arrays[p->sources[i].component].count = 0;
    }
}

uint64_t arrays_hash(const struct processor *p) {
    uint64_t hash = 1;
    for (unsigned i = 0; i < p->source_count; i++) {
        const struct emitted_component *c = &x86_emitted.components[p->sources[i].component];
        const struct emitted_array *a = &p->arrays[p->sources[i].component];
        for (unsigned k = 0; k < a->count; k++) {
            hash = (hash ^ (uint64_t)emitted_index(c, a, k) ^ i) * UINT64_C(0x9E3779B97F4A7C15);
            hash = (hash ^ (uint64_t)emitted_value(c, a, k)) * UINT64_C(0x9E3779B97F4A7C15);
        }
    }
    return hash;
}

bool arrays_wrote_port(const struct processor *p) {
    for (unsigned i = 0; i < p->source_count; i++) {
        if (p->arrays[p->sources[i].component].count > 0 && p->sources[i].kind == SOURCE_PORTS) {
            return true;
        }
    }
    return false;
}

/* A word that does not change is not written: the accessed bit of a descriptor in memory that is read-only. SDM vol. 3A, 3.4.5.1. */
static bool commit_linear(struct processor *p, uint32_t linear, uint64_t value, uint32_t size, bool write, struct fault *fault) {
    uint64_t old = 0;
    if (!linear_read(p, linear, &old, size, false, fault)) {
        return false;
    }
    if (old == value) {
        return true;
    }
    return write ? linear_write(p, linear, &value, size, false, fault) : linear_writable(p, linear, size, false, fault);
}

static bool commit_element(struct processor *p, enum source_kind kind, uint64_t index, uint64_t value, bool write, struct fault *fault) {
    struct element *e = NULL;
    switch (kind) {
    case SOURCE_DESCRIPTORS:
        return commit_linear(p, (uint32_t)index, value, 8, write, fault);
    case SOURCE_TASK_STATE:
        return commit_linear(p, (uint32_t)index, value, 2, write, fault);
    case SOURCE_MSR:
        e = find_msr(p, (uint32_t)index);
        if (e != NULL && write) {
            e->value = value;
        }
        return true;
    default:
        return true;
    }
}

bool arrays_commit(struct processor *p, bool write, struct fault *fault) {
    for (unsigned i = 0; i < p->source_count; i++) {
        const struct emitted_component *c = &x86_emitted.components[p->sources[i].component];
        const struct emitted_array *a = &p->arrays[p->sources[i].component];
        for (unsigned k = 0; k < a->count; k++) {
            uint64_t index = (uint64_t)emitted_index(c, a, k);
            if (!commit_element(p, p->sources[i].kind, index, (uint64_t)emitted_value(c, a, k), write, fault)) {
                return false;
            }
        }
    }
    return true;
}
