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
#define X86_SYSTEM_CALL 256u  /* the host's system call was entered, by INT n, SYSENTER or SYSCALL */
#define X86_HOST_SELECTOR 257u /* the guest runs with a selector of the host */
#define X86_TRAP_CAUSES 258u

#define X86_INTERPRET 0u /* the handler of the form, or the whole machine, executes the instruction for the virtual processor */
#define X86_REFLECT 1u   /* the virtual processor takes this very exception */
#define X86_DEVICE 2u    /* an access to a device is emulated */
#define X86_STOP 3u      /* the virtual machine is stopped: this must not happen */

/* The rows of the table. A trap of the host that no guest can cause is a defect: it stops the machine. */
/*@ predicate broken(integer cause, integer place) = cause == 257 || cause == 2 || cause == 8 || cause == 9 || cause == 10 || cause == 15 ||
  @     18 == cause || 20 <= cause < 256 || (cause == 14 && (place == 3 || place == 0));
  @ predicate device(integer cause, integer place) = cause == 14 && place == 2;
  @ predicate port(integer cause, integer kind, integer cpl, integer iopl) = kind == 3 && cause == 13 && cpl <= iopl;
  @ predicate own(integer cause, integer kind, integer cpl) = cause < 256 && cause != 11 && cause != 12 && cause != 13 && cause != 14 &&
  @     (kind == 0 || kind == 4 || (kind == 1 && cpl == 3)) && (cause == 17 ==> cpl == 3);
  @ predicate denied(integer cause, integer kind, integer cpl) = cause == 13 && kind == 1 && cpl == 3;
  @*/

/*@ requires cause: cause < 258;
  @ requires kind: kind <= 4;
  @ requires place: place <= 3;
  @ requires levels: cpl <= 3 && iopl <= 3;
  @ assigns \nothing;
  @ ensures sensitive_never_reflected: kind == 2 ==> \result != 1;
  @ ensures supervisor_interpreted: kind == 1 && cpl == 0 && cause == 13 ==> \result == 0;
  @ ensures host_stops: place == 3 && cause == 14 ==> \result == 3;
  @ behavior stop:
  @   assumes broken(cause, place) || (cause == 256 && kind != 2);
  @   ensures stopped: \result == 3;
  @ behavior emulate:
  @   assumes device(cause, place) || port(cause, kind, cpl, iopl);
  @   ensures emulated: \result == 2;
  @ behavior reflect:
  @   assumes !broken(cause, place) && (own(cause, kind, cpl) || denied(cause, kind, cpl));
  @   ensures reflected: \result == 1;
  @ behavior interpret:
  @   assumes !broken(cause, place) && !(cause == 256 && kind != 2) && !device(cause, place) && !port(cause, kind, cpl, iopl) &&
  @     !own(cause, kind, cpl) && !denied(cause, kind, cpl);
  @   ensures interpreted: \result == 0;
  @ complete behaviors;
  @ disjoint behaviors;
  @*/
uint32_t x86_dispatch(uint32_t cause, uint32_t kind, uint32_t place, uint32_t cpl, uint32_t iopl);

#endif
