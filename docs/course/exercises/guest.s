; Exercise 6, for the machine `lra`: a program has its kernel write a number into one of its words, as a device would. It gives the kernel the real
; address of that word, which it takes with LRA. Under a monitor that is an address of the monitor's machine (popek exercise 6).

        .org 0
        .word 1, constants
        .org 8
        .word 0, service, 0, 0xffff     ; a trap: to the kernel, with all of the storage

; Execution starts here, in supervisor mode; r0 to r7 are 0. The program gets the processor.
        LD   r1, r0             ; r1 = 1
        LD   r7, r1             ; r7 = constants
        LD   r2, r7             ; r2 = status
        LPSW r2

; The kernel. The old mode, counter, base and bound are in words 0 to 3. It writes r6 to the real address r5, and stops with the program's word 1 in r0.
service:
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
        LRA  r5, r1             ; r5 = the real address of word 1
        SVC
        HALT                    ; never: the kernel stops
