/* The dispatcher of the x86 monitor: what is to be done about a trap. It changes nothing; the decision table is its contract.
 *
 * Popek and Goldberg (1974): the dispatcher is what the hardware transfers to when it traps, and calls one of the other parts. Here the processor is in
 * user mode whatever the virtual CPL is, and has trapped with a vector of the manual (SDM vol. 3A, 6.3), or arrived where the monitor put a trap. */
#ifndef POPEK_X86_DISPATCHER_H
#define POPEK_X86_DISPATCHER_H

#include <stdint.h>

/* What the instruction at the guest's EIP is. */
#define X86_INNOCUOUS 0u    /* runs natively; the trap is its own */
#define X86_PRIVILEGED 1u   /* traps in every user state, by its CPL */
#define X86_SENSITIVE 2u    /* would not trap by itself: the monitor put a trap in its place */
#define X86_INPUT_OUTPUT 3u /* IN, OUT, INS, OUTS: IOPL decides, then the I/O map */
#define X86_UNKNOWN 4u      /* no form has these bytes */

/* Whose address a page fault is about. */
#define X86_NOWHERE 0u   /* no address, or not a page fault */
#define X86_GUESTS 1u    /* linear address of the guest: its tables, its limits and the monitor's shadows decide */
#define X86_A_DEVICE 2u  /* of the guest, and there is a device */
#define X86_THE_HOSTS 3u /* not in the guest's window */

/* Traps that have no vector. */
#define X86_SYSTEM_CALL 256u   /* the host's system call was entered, by INT n, SYSENTER or SYSCALL */
#define X86_HOST_SELECTOR 257u /* the guest runs with a selector of the host */
#define X86_TRAP_CAUSES 258u

#define X86_INTERPRET 0u /* the handler of the form, or the whole machine, executes the instruction for the virtual processor */
#define X86_REFLECT 1u   /* the virtual processor takes this very exception */
#define X86_DEVICE 2u    /* an access to a device is emulated */
#define X86_STOP 3u      /* the virtual machine is stopped: this must not happen */

/* The rows of the table. A trap of the host that no guest can cause is a defect: it stops the machine. */
/*@ predicate stops(integer cause, integer kind, integer place) = cause == 257 || cause == 2 || cause == 8 || cause == 9 || cause == 10 ||
  @     cause == 15 || cause == 18 || 20 <= cause < 256 || (cause == 14 && (place == 3 || place == 0)) || (cause == 256 && kind != 2);
  @ predicate emulates(integer cause, integer kind, integer place, integer cpl, integer iopl) = (cause == 14 && place == 2) ||
  @     (cause == 13 && kind == 3 && cpl <= iopl);
  @ predicate reflects(integer cause, integer kind, integer cpl) = (cause == 13 && kind == 1 && cpl == 3) ||
  @     (cause < 256 && cause != 11 && cause != 12 && cause != 13 && cause != 14 && (cause == 17 ==> cpl == 3) &&
  @     (kind == 0 || kind == 4 || (kind == 1 && cpl == 3)));
  @*/

/* What is decided. Every trap is in exactly one row: the four conditions exclude each other and leave nothing out, for the result is one number. */
/*@ requires cause: cause < 258;
  @ requires kind: kind <= 4;
  @ requires place: place <= 3;
  @ requires levels: cpl <= 3 && iopl <= 3;
  @ assigns \nothing;
  @ ensures total: \result <= 3;
  @ ensures stopped: \result == 3 <==> stops(cause, kind, place);
  @ ensures emulated: \result == 2 <==> !stops(cause, kind, place) && emulates(cause, kind, place, cpl, iopl);
  @ ensures reflected: \result == 1 <==> !stops(cause, kind, place) && reflects(cause, kind, cpl);
  @ ensures interpreted: \result == 0 <==> !stops(cause, kind, place) && !emulates(cause, kind, place, cpl, iopl) && !reflects(cause, kind, cpl);
  @ ensures sensitive_never_reflected: kind == 2 ==> \result != 1;
  @ ensures supervisor_interpreted: kind == 1 && cpl == 0 && cause == 13 ==> \result == 0;
  @ ensures host_stops: place == 3 && cause == 14 ==> \result == 3;
  @*/
uint32_t x86_dispatch(uint32_t cause, uint32_t kind, uint32_t place, uint32_t cpl, uint32_t iopl);

#endif
