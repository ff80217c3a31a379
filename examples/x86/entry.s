# A few instructions of a kernel for popek annotate: some trap in user mode, some do not and are holes.
        .text
        .globl  switch_tables, save_and_disable, idle

        .macro  load_task selector
        ltr     \selector
        .endm

switch_tables:                          # rdi: the old table is stored here; rsi: the new one
        sgdt    (%rdi)
        lgdt    (%rsi)
        mov     $0x28, %ax
        load_task %ax
        ret

save_and_disable:                       # the flags before, in rax
        pushfq
        pop     %rax
        cli
        ret

idle:                                   # the interrupt shadow of sti covers hlt: no room is made between the two
        sti
        hlt
        jmp     idle
