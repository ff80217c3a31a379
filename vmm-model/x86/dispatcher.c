/* The dispatcher of the x86 monitor. */
#include "x86/dispatcher.h"

/* Vectors that no guest in user mode can cause: NMI, double fault, coprocessor overrun, bad TSS, machine check, and those that are reserved. */
/*@ assigns \nothing;
  @ ensures truth: \result == 0 || \result == 1;
  @ ensures vectors: \result == 1 <==> cause == 2 || cause == 8 || cause == 9 || cause == 10 || cause == 15 || cause == 18 || 20 <= cause < 256;
  @*/
static uint32_t not_a_guests(uint32_t cause) {
    return cause == 2 || cause == 8 || cause == 9 || cause == 10 || cause == 15 || cause == 18 || (cause >= 20 && cause < 256) ? 1 : 0;
}

uint32_t x86_dispatch(uint32_t cause, uint32_t kind, uint32_t place, uint32_t cpl, uint32_t iopl) {
    if (cause == X86_HOST_SELECTOR || not_a_guests(cause) == 1) {
        return X86_STOP;
    }
    if (cause == X86_SYSTEM_CALL) {
        return kind == X86_SENSITIVE ? X86_INTERPRET : X86_STOP;
    }
    if (cause == 14) { /* page fault */
        return place == X86_A_DEVICE ? X86_DEVICE : place == X86_GUESTS ? X86_INTERPRET : X86_STOP;
    }
    if (cause == 13 && kind == X86_INPUT_OUTPUT && cpl <= iopl) {
        return X86_DEVICE;
    }
    if (cause == 13 && kind == X86_PRIVILEGED && cpl == 3) {
        return X86_REFLECT;
    }
    if (cause == 11 || cause == 12 || cause == 13) { /* may come from how segments were clipped: the handler or the machine knows */
        return X86_INTERPRET;
    }
    if (cause == 17 && cpl != 3) { /* only programs of the guest are checked for alignment */
        return X86_INTERPRET;
    }
    if (kind == X86_INNOCUOUS || kind == X86_UNKNOWN || (kind == X86_PRIVILEGED && cpl == 3)) {
        return X86_REFLECT;
    }
    return X86_INTERPRET;
}
