/* Handlers as they are written by hand, each with a fault that instruction emulators really had. `popek check` finds all of them. */
#include <popek/handler.h>

#include <stdlib.h>
#include <string.h>

static struct popek_outcome done(struct popek_call *call) {
    struct x86 *s = call->state;
    uint64_t next = s->rip + call->length;
    s->rip = strcmp(call->mode, "long") == 0 ? next : (uint32_t)next;
    return (struct popek_outcome){POPEK_DONE, 0, 0};
}

static struct popek_outcome fault(uint32_t vector, uint64_t error_code) { return (struct popek_outcome){POPEK_FAULT, vector, error_code}; }

/* No privilege check at all (XSA-105). */
static struct popek_outcome clts(struct popek_call *call) {
    call->state->cr0_ts = 0;
    return done(call);
}

/* The check is there, but says #UD. */
static struct popek_outcome invlpg(struct popek_call *call) { return call->state->cpl != 0 ? fault(6, 0) : done(call); }

/* Bases that are not canonical are accepted, and so is every privilege level. */
static struct popek_outcome lgdt(struct popek_call *call) {
    call->state->gdtr_limit = (uint16_t)call->operands[0].value;
    call->state->gdtr_base = (uint64_t)(call->operands[0].value >> 16);
    return done(call);
}

/* The instruction pointer stays. */
static struct popek_outcome wbinvd(struct popek_call *call) {
    if (call->state->cpl != 0) {
        return fault(13, 0);
    }
    return (struct popek_outcome){POPEK_DONE, 0, 0};
}

/* It changes the state and faults afterwards. */
static struct popek_outcome lmsw(struct popek_call *call) {
    call->state->cr0_ts = (uint8_t)(call->operands[0].value >> 3 & 1);
    return call->state->cpl != 0 ? fault(13, 0) : done(call);
}

/* A null pointer at CPL 3. */
static struct popek_outcome rdpmc(struct popek_call *call) {
    volatile int *nothing = NULL;
    return call->state->cpl == 3 ? (struct popek_outcome){POPEK_FAULT, 13, (uint64_t)*nothing} : fault(13, 0);
}

/* Never returns at CPL 0. */
static struct popek_outcome hlt(struct popek_call *call) {
    for (volatile int wait = 1; wait != 0 && call->state->cpl == 0;) {
    }
    return fault(13, 0);
}

/* Writes behind the state. */
static struct popek_outcome rdtsc(struct popek_call *call) {
    memset(call->state, 0, sizeof *call->state + 64);
    return done(call);
}

/* Keeps a copy of each state; and knows nothing of virtual interrupts. */
static struct popek_outcome cli(struct popek_call *call) {
    void *copy = malloc(sizeof *call->state);
    if (copy == NULL) {
        return (struct popek_outcome){POPEK_EXIT, 0, 0};
    }
    memcpy(copy, call->state, sizeof *call->state);
    if (call->state->cpl > call->state->iopl) {
        return fault(13, 0);
    }
    call->state->interrupt_flag = 0;
    return done(call);
}

static const struct popek_handler handlers[] = {{"CLTS", NULL, clts},     {"INVLPG", NULL, invlpg}, {"LGDT", NULL, lgdt},
                                                {"WBINVD", NULL, wbinvd}, {"LMSW", NULL, lmsw},     {"RDPMC", NULL, rdpmc},
                                                {"HLT", NULL, hlt},       {"RDTSC", NULL, rdtsc},   {"CLI", NULL, cli}};
static const struct popek_declaration declarations[] = {{POPEK_FIXES, "guest", 0, "no nested virtualization"},
                                                        {POPEK_IGNORES, "cache_state", 0, "caches are not modelled"},
                                                        {POPEK_IGNORES, "translation_cache", 0, "there is no paging"}};
static const struct popek_plugin plugin = {POPEK_HANDLER_VERSION,
                                           sizeof(struct x86),
                                           "broken handlers",
                                           handlers,
                                           sizeof handlers / sizeof handlers[0],
                                           NULL,
                                           declarations,
                                           sizeof declarations / sizeof declarations[0]};

const struct popek_plugin *popek_plugin(void) { return &plugin; }
