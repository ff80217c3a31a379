; An answer to exercise 6: the program gives the kernel its own address of the word, and the kernel, which knows where the program lies, makes
; the real address of it. What the monitor has to know is in the supervisor call, and nothing depends on where the machine is.

        .org 0
        .word 1, constants
        .org 8
        .word 0, service, 0, 0xffff     ; a trap: to the kernel, with all of the storage

; Execution starts here, in supervisor mode; r0 to r7 are 0. The program gets the processor.
        LD   r1, r0             ; r1 = 1
        LD   r7, r1             ; r7 = constants
        LD   r2, r7             ; r2 = status
        LPSW r2

; The kernel. The old mode, counter, base and bound are in words 0 to 3. It writes r6 to the address r5 of the program, and stops with the program's word 1 in r0.
service:
        ADD  r3, r1             ; r3 = 2, where the old base is
        ADD  r3, r1
        LD   r3, r3
        ADD  r5, r3             ; r5 = base + 1
        ST   r6, r5
        ADD  r7, r1
        LD   r4, r7             ; r4 = window + 1
        LD   r0, r4
        HALT

constants:
        .word status, window + 1
status: .word 1, 2, window, 8   ; user mode, counter 2, base, bound

; The program, in a window of eight words: its word 1 is to get the 42.
window: .word 42, 0
        LD   r6, r0             ; r6 = 42
        ADD  r5, r1             ; r5 = 1, the address of the word in the window
        SVC
        HALT                    ; never: the kernel stops
