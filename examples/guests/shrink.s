; For examples/isa/shrink.isa: a smaller bound without a trap, in user mode. No form of that machine has a hole, yet a monitor that keeps the bound in
; its record and does not look at the real one does not know of it.
        .org 0
        .word 1, status, 0x40
        .org 8
        .word 0, caught, 0, 0xffff

        LD  r1, r0              ; r1 = 1
        LD  r2, r1              ; r2 = status
        ADD r3, r1
        ADD r3, r1
        LD  r3, r3              ; r3 = 0x40
        LPSW r2
user:   SHRINK r3
        SVC
caught: HALT

status: .word 1, user, 0, 0x100
