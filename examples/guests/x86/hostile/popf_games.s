# POPF and IRET at CPL 3: which of IF, IOPL, VM, NT, AC, ID and TF they change; and TF, which traps after each instruction.
    .include "common.s"

    .macro set bits, text
    pushf
    orl $\bits, (%esp)
    popf
    pushf
    pop %eax
    and $\bits, %eax
    pushl $2
    popf
    show "\text"
    .endm

main:
    call allow_ports
    mov $1, %ecx
    mov $count, %eax
    mov $0xee, %bl
    call set_gate
    movl $0, traps
    pushf
    orl $0x100, (%esp)
    popf                        # TF: a trap after each of the next five
    nop
    nop
    nop
    pushl $2
    popf
    mov traps, %eax
    show "instructions traced at CPL 0:"
    movl $1f, expected
    mov %esp, expected_stack
    mov $user, %eax
    jmp enter_user
user:
    set 0x200, "IF"
    set 0x3000, "IOPL"
    set 0x20000, "VM"
    set 0x4000, "NT"
    set 0x40000, "AC"
    set 0x200000, "ID"
    pushf
    orl $0x3200, (%esp)
    push %cs
    push $2f
    iret
2:  pushf
    pop %eax
    and $0x3200, %eax
    show "IRET: IF and IOPL"
    cli                         # #GP: IOPL is 0
    jmp user
1:  mov $DATA0, %ax
    mov %ax, %ds
    say "CLI at CPL 3: "
    call put_seen
    ret

count:
    incl traps
    iret

    .bss
traps:
    .skip 4
