; For examples/isa/jrst1.isa: a return to user mode that is a plain jump when it is executed in user mode, where the monitor runs it.
        .org 0
        .word user
        .org 8
        .word 0, caught, 0, 0xffff

        LD  r1, r0              ; r1 = user
        JRST1 r1
user:   HALT                    ; privileged in user mode: a trap
        HALT
caught: ADD r7, r1              ; r7 shows that it came here
        HALT
