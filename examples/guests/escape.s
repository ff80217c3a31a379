; Tries to get at what is not its own. Every attempt must trap; when it halts, r5 is the number of attempts that did: 9.
; Where an attempt does not trap, the next instruction is HALT with r5 as it was.
; Written for a storage of 4096 words, as `popek simulate` gives it; with another size the first attempt reads what there is.
; r3 walks over the constants, r4 is 1, r7 walks over the places where it goes on after a trap. r0 is 0.

        .org 0
        .word constants
        .org 8
        .word 0, caught, 0, 0xffff

        LD  r3, r0
        LD  r4, r3              ; r4 = 1
        ADD r3, r4
        LD  r7, r3              ; r7 = places
        ADD r3, r4
        LD  r2, r3              ; r2 = 0xffff
        ADD r3, r4

; A bound beyond the storage, and a store right behind it.
        LRB r0, r2
        LD  r1, r3              ; r1 = 4096
        ADD r3, r4
        ST  r2, r1              ; trap 1
        HALT
; The last address there is.
p1:     ST  r2, r2              ; trap 2
        HALT
; A base beyond the storage: no word is reached, not even the next instruction.
p2:     LD  r1, r3              ; r1 = 0xfff0
        ADD r3, r4
        LRB r1, r2              ; trap 3
        HALT
; A base in the last words, so that base and address together go around 65536.
p3:     LD  r6, r3              ; base 4092, counter 1: behind what is fetched from 4093 the storage ends
        ADD r3, r4
        LPSW r6                 ; trap 4: the word there is no instruction
        HALT
; In user mode: everything privileged.
p4:     LD  r6, r3
        ADD r3, r4
        LPSW r6
u4:     LRB r0, r2              ; trap 5
        HALT
p5:     LD  r6, r3
        ADD r3, r4
        LPSW r6
u5:     HALT                    ; trap 6
p6:     LD  r6, r3
        ADD r3, r4
        LPSW r6
u6:     LPSW r6                 ; trap 7
        HALT
; In user mode with four words: a store to the fifth.
p7:     LD  r1, r3              ; r1 = 4
        ADD r3, r4
        LD  r6, r3
        ADD r3, r4
        LPSW r6                 ; at 0 of small
        HALT                    ; small stores: trap 8
; A jump out of it.
p8:     LD  r6, r3
        ADD r3, r4
        LPSW r6                 ; at 2 of small; it jumps to 0xffff: trap 9
p9:     HALT

caught: ADD r5, r4
        LD  r6, r7
        ADD r7, r4
        JMP r6

constants:
        .word 1, places, 0xffff
        .word 4096, 0xfff0, at_the_end, status4, status5, status6, 4, status7, status8
places: .word p1, p2, p3, p4, p5, p6, p7, p8, p9
at_the_end: .word 0, 1, 4092, 0xffff
status4: .word 1, u4, 0, 0xffff
status5: .word 1, u5, 0, 0xffff
status6: .word 1, u6, 0, 0xffff
status7: .word 1, 0, small, 4
status8: .word 1, 2, small, 4
small:  ST  r2, r1
        HALT
        JMP r2
        HALT
