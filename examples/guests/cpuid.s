; For examples/isa/cpuid.isa: which machine it is. That is neither mode nor resource; a monitor that shows its own machine makes no difference.
        .org 8
        .word 0, caught, 0, 0xffff
        CPUID r1
caught: HALT
