; For examples/isa/undefined_in_user.isa: anything may happen in user mode, so also that the real processor leaves it.
        .org 0
        .word 1, status
        .org 8
        .word 0, caught, 0, 0xffff

        LD  r1, r0              ; r1 = 1
        LD  r2, r1              ; r2 = status
        LPSW r2
user:   SETRU r1, r2
        SVC
caught: HALT

status: .word 1, user, 0, 0x100
