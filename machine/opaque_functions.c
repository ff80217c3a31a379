/* What the opaque functions of the tables compute on the bare machine: division, translations, and what ports say. What x87, MMX and SSE instructions
 * compute comes from the host's processor (compute.c), so functions that stand for it only say that they were asked. */
#include "opaque_functions.h"

#include "execute.h"
#include "host_code.h"
#include "page_directory_pointers.h"

#include <stdlib.h>

enum function {
    FUNCTION_UNKNOWN,
    FUNCTION_QUOTIENT,
    FUNCTION_REMAINDER,
    FUNCTION_SIGNED_QUOTIENT,
    FUNCTION_SIGNED_REMAINDER,
    FUNCTION_COUNT_UP,
    FUNCTION_KEEP,
    FUNCTION_NO,
    FUNCTION_PORT_VALUE,
    FUNCTION_PORT_READ,
    FUNCTION_PORT_WRITTEN,
    FUNCTION_COMPUTED,
    FUNCTION_RESERVED_MXCSR,
    FUNCTION_RESERVED_POINTER,
    FUNCTION_SIMD_EXCEPTION,
    FUNCTION_TASK
};
static const struct {
    const char *name;
    enum function function;
} known[] = {
    {"quotient", FUNCTION_QUOTIENT},
    {"remainder", FUNCTION_REMAINDER},
    {"signed quotient", FUNCTION_SIGNED_QUOTIENT},
    {"signed remainder", FUNCTION_SIGNED_REMAINDER},
    {"translations left after", FUNCTION_COUNT_UP}, /* the component counts how often translations were thrown away */
    {"translations left after INVLPG", FUNCTION_COUNT_UP},
    {"caches invalidated", FUNCTION_KEEP}, /* this machine has no caches */
    {"caches written back and invalidated", FUNCTION_KEEP},
    {"caches written back", FUNCTION_KEEP},
    {"a reserved bit of the register is set", FUNCTION_NO},
    {"a reserved bit of CR3 is set", FUNCTION_NO},
    {"a PDPTE has a reserved bit set", FUNCTION_RESERVED_POINTER},
    {"state of the task", FUNCTION_TASK},
    {"value read from the port", FUNCTION_PORT_VALUE},
    {"device after a read", FUNCTION_PORT_READ},
    {"device after a write", FUNCTION_PORT_WRITTEN},
    {"an unmasked SIMD floating-point exception", FUNCTION_SIMD_EXCEPTION},
    {"x87 registers", FUNCTION_COMPUTED},
    {"FXSAVE area", FUNCTION_COMPUTED},
    {"FXRSTOR image", FUNCTION_COMPUTED},
    {"the image has reserved bits of MXCSR", FUNCTION_RESERVED_MXCSR},
    {"restored x87 environment", FUNCTION_COMPUTED},
    {"restored MXCSR", FUNCTION_COMPUTED},
    {"restored vector registers", FUNCTION_KEEP}, /* this component does not hold them: struct vectors does */
};

struct opaque_table {
    enum function function;
    unsigned width; /* of the first argument */
};

/* A name is "opaque'NAME:RESULT,ARGUMENT,...". */
static struct opaque_table parse(const char *text) {
    struct opaque_table t = {FUNCTION_UNKNOWN, 0};
    const char *name = strchr(text, '\'');
    const char *colon = strrchr(text, ':');
    if (name == NULL || colon == NULL || colon < name) {
        return t;
    }
    name++;
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) == (size_t)(colon - name) && strncmp(name, known[i].name, (size_t)(colon - name)) == 0) {
            t.function = known[i].function;
        }
    }
    if (strncmp(name, "compute.", 8) == 0 || strncmp(name, "restored ST", 11) == 0) {
        t.function = FUNCTION_COMPUTED;
    }
    static const char of_task[] = " of the task"; /* "CR3 of the task", ...: task_switch.c loads them all */
    const size_t end = sizeof of_task - 1;
    if (t.function == FUNCTION_UNKNOWN && (size_t)(colon - name) > end && strncmp(colon - end, of_task, end) == 0) {
        t.function = FUNCTION_NO;
    }
    const char *comma = strchr(colon, ',');
    t.width = comma == NULL ? 0 : (unsigned)strtoul(comma + 1, NULL, 10);
    return t;
}

struct opaque_table *opaque_table_new(void) {
    struct opaque_table *t = calloc(x86_emitted.opaque_count + 1, sizeof *t);
    for (size_t i = 0; t != NULL && i < x86_emitted.opaque_count; i++) {
        t[i] = parse(x86_emitted.opaques[i]);
    }
    return t;
}

/* The dividend is high and low, or (AAM) the first argument alone. A division that traps is asked for too, and its result not used. */
static word128 divide(const word128 *a, unsigned count, unsigned width, bool remainder) {
    word128 dividend = count == 3 ? (a[0] << width) | a[1] : a[0];
    word128 divisor = a[count - 1];
    return divisor == 0 ? 0 : remainder ? dividend % divisor : dividend / divisor;
}

static word128 negate_if(word128 value, bool negative) { return negative ? 0 - value : value; }

static word128 divide_signed(const word128 *a, unsigned width, bool remainder) {
    word128 sign = (word128)1 << (2 * width - 1);
    word128 dividend = (a[0] << width) | a[1];
    bool negative = (dividend & sign) != 0;
    dividend = negative ? (~dividend + 1) & (sign | (sign - 1)) : dividend;
    word128 divisor_sign = (word128)1 << (width - 1);
    bool divisor_negative = (a[2] & divisor_sign) != 0;
    word128 divisor = divisor_negative ? (~a[2] + 1) & (divisor_sign | (divisor_sign - 1)) : a[2];
    if (divisor == 0) {
        return 0;
    }
    return remainder ? negate_if(dividend % divisor, negative) : negate_if(dividend / divisor, negative != divisor_negative);
}

/* Something that depends on all arguments: whether one that is missing matters is found by changing it. */
static word128 token(const word128 *a, unsigned count) {
    word128 sum = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t part = (uint64_t)a[i] ^ (uint64_t)(a[i] >> 64) * 31;
        sum = (sum ^ part ^ part >> 32) * UINT64_C(0x9E3779B97F4A7C15) + i;
    }
    return sum << 64 | (uint64_t)(sum >> 29);
}

static word128 stand_in(struct trial *t, const word128 *a, unsigned count) {
    const unsigned most = sizeof t->said / sizeof t->said[0];
    unsigned at = t->asked++;
    t->computed = true;
    if (t->other) {
        return at < most ? ~t->said[at] : ~token(a, count);
    }
    word128 value = token(a, count);
    if (at < most) {
        t->said[at] = value;
    }
    return value;
}

word128 machine_opaque(void *context, unsigned number, const word128 *a, unsigned count) {
    const struct opaque_context *c = context;
    struct trial *t = c->processor->trial;
    const struct opaque_table *table = &c->table[number];
    switch (table->function) {
    case FUNCTION_QUOTIENT:
    case FUNCTION_REMAINDER:
        return divide(a, count, table->width, table->function == FUNCTION_REMAINDER) + (c->fault ? 1 : 0);
    case FUNCTION_SIGNED_QUOTIENT:
    case FUNCTION_SIGNED_REMAINDER:
        return divide_signed(a, table->width, table->function == FUNCTION_SIGNED_REMAINDER);
    case FUNCTION_COUNT_UP:
        return a[0] + 1;
    case FUNCTION_KEEP:
        return a[0];
    case FUNCTION_NO:
        return 0;
    case FUNCTION_PORT_VALUE:
        return t->port_value;
    case FUNCTION_PORT_READ:
        t->port_use = PORT_READ;
        t->port = (uint16_t)a[0];
        return 1;
    case FUNCTION_PORT_WRITTEN:
        t->port_use = PORT_WRITTEN;
        t->port = (uint16_t)a[0];
        t->port_value = (uint32_t)a[2];
        return 1;
    case FUNCTION_COMPUTED:
        return stand_in(t, a, count);
    case FUNCTION_RESERVED_MXCSR: /* the arguments are the image, as a token, and CR4.OSFXSR */
        return a[1] != 0 && area_has_reserved_mxcsr(c->processor);
    case FUNCTION_RESERVED_POINTER:
        return page_directory_pointers_reserved(a[0]);
    case FUNCTION_TASK: /* by this the component shows that there was a switch: careful.c */
        return 1;
    case FUNCTION_SIMD_EXCEPTION:
        t->computed = true;
        return t->simd_exception;
    default: {
        const struct fault none = {0, false, false, 0, 0};
        return missing_value(t, MISSING_FUNCTION, number, 0, &none);
    }
    }
}
