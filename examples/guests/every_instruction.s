; Every instruction in supervisor mode, and the privileged ones again in user mode, where they trap. When it halts, r5 is the number of traps: 6.
; r3 walks over the constants, r4 is 1, r7 walks over the places where it goes on after a trap.

        .org 0
        .word constants
        .org 8
        .word 0, caught, 0, 0xffff

        LD  r3, r0
        LD  r4, r3              ; r4 = 1
        ADD r3, r4
        LD  r7, r3              ; r7 = places
        ADD r3, r4
        LD  r2, r3              ; r2 = somewhere
        ADD r3, r4
        ST  r4, r2
        LD  r1, r3              ; r1 = there
        ADD r3, r4
        BZ  r4, r1              ; not taken
        BZ  r0, r1              ; taken
        HALT
there:  LD  r1, r3              ; r1 = 0x200
        ADD r3, r4
        LRB r0, r1              ; the first 0x200 words
        SVC                     ; trap 1: a supervisor call in supervisor mode

; The same with another relocation: base 0x10, so that what was at there2 is at there2 - 0x10.
p1:     LD  r1, r3              ; r1 = there2 - 0x10
        ADD r3, r4
        LD  r2, r3              ; r2 = 0x10
        ADD r3, r4
        LD  r6, r3              ; r6 = a program status word: supervisor, base 0x10
        ADD r3, r4
        LPSW r6
there2: LRB r0, r2              ; 0x10 words from 0 on; the counter, 0x10 less than it looks, is outside of them
        HALT                    ; never: the fetch is a memory trap, trap 2

p2:     LD  r6, r3
        ADD r3, r4
        LPSW r6                 ; user mode
u2:     LPSW r6                 ; trap 3: privileged
p3:     LD  r6, r3
        ADD r3, r4
        LPSW r6
u3:     LRB r0, r0              ; trap 4
p4:     LD  r6, r3
        ADD r3, r4
        LPSW r6
u4:     HALT                    ; trap 5
p5:     LD  r6, r3
        ADD r3, r4
        LPSW r6
u5:     SVC                     ; trap 6
p6:     HALT

caught: ADD r5, r4
        LD  r6, r7
        ADD r7, r4
        JMP r6

constants:
        .word 1, places, somewhere, there, 0x200
        .word there2 - 0x10, 0x10, status
        .word status2, status3, status4, status5
places: .word p1, p2, p3, p4, p5, p6
status: .word 0, there2 - 0x10, 0x10, 0x1f0
status2: .word 1, u2, 0, 0x200
status3: .word 1, u3, 0, 0x200
status4: .word 1, u4, 0, 0x200
status5: .word 1, u5, 0, 0x200
somewhere: .space 1
