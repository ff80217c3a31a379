; For examples/isa/setr_nop.isa: sets the relocation-bounds register, and does nothing in user mode, where the monitor runs it.
        .org 0
        .word 0x40
        .org 8
        .word 0, caught, 0, 0xffff

        LD  r1, r0              ; r1 = 0x40
        SETR r0, r1             ; 0x40 words from 0 on
        ST  r1, r1              ; behind them: a memory trap
        HALT
caught: ADD r7, r1
        HALT
