; For examples/isa/rdtime.isa: the clock. Time is counted in the guest's instructions here, so what the monitor does takes none; see docs/simulate.md.
        .org 8
        .word 0, caught, 0, 0xffff
        RDTIME r1
        LRB r0, r2              ; privileged: the monitor is entered (and the bound is 0: a memory trap)
caught: RDTIME r3
        HALT
