; For examples/isa/operand_fault.isa: a privileged instruction that also faults on some operands. Theorem 1 holds; there is no difference.
        .org 0
        .word constants
        .org 8
        .word 0, caught, 0, 0xffff

        LD  r3, r0
        LD  r4, r3              ; r4 = 1
        ADD r3, r4
        LD  r7, r3              ; r7 = places
        ADD r3, r4
        LD  r1, r3              ; r1 = 0x8000
        ADD r3, r4
        LD  r2, r3              ; r2 = 0x100
        ADD r3, r4
        LRBC r0, r2             ; a good operand
        LRBC r1, r2             ; a bad one: a trap in supervisor mode
        HALT
p1:     LD  r6, r3
        LPSW r6
user:   LRBC r0, r2             ; and in user mode it is privileged
        HALT
p2:     HALT

caught: ADD r5, r4
        LD  r6, r7
        ADD r7, r4
        JMP r6

constants: .word 1, places, 0x8000, 0x100, status
places: .word p1, p2
status: .word 1, user, 0, 0x100
