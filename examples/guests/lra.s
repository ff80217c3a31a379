; For examples/isa/lra.isa: the real address shows where the guest lies. In user mode, so that the hybrid monitor does not hide it either.
        .org 0
        .word 1, status
        .org 8
        .word 0, caught, 0, 0xffff

        LD  r1, r0              ; r1 = 1
        LD  r2, r1              ; r2 = status
        LPSW r2
user:   LRA r3, r1              ; 1 on the bare machine
        SVC
caught: HALT

status: .word 1, user, 0, 0x100
