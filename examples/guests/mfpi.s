; For examples/isa/mfpi.isa: an address through the previous mode. The storage must reach beyond 0x8000, where the other half lies.
        .equ here, 0x40
        .org 0
        .word 1, here
        .org 8
        .word 0, caught, 0, 0xffff

        LD  r1, r0              ; r1 = 1
        SPM r1                  ; the previous mode: user
        LD  r2, r1              ; r2 = here
        MFPI r3, r2             ; 7 on the bare machine
caught: HALT

        .org here
        .word 7
        .org here + 0x8000
        .word 9
