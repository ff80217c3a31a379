# Two functions for `popek scan` (docs/scan.md): one stores a descriptor table register and the flags, one turns interrupts off.
        .text
        .globl  f
        .type   f, @function
f:      sgdt    (%rax)
        pushfq
        ret
        .globl  g
        .type   g, @function
g:      cli
        hlt
        mov     %cr0, %rax
        ret
