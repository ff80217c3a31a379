# All instructions of Robin and Irvine (USENIX Security 2000), at CPL 0 and at CPL 3, and what each of them shows. On a machine that is virtualized by running
# the guest at CPL 3 without their help, nearly every line is another one.
    .include "common.s"

main:
    mov $0x30, %ecx             # INT n: a gate for every CPL
    mov $interrupt, %eax
    mov $0xee, %bl
    call set_gate
    mov $gate_target, %eax      # selector 0x30: a call gate for every CPL, with one parameter
    mov %ax, gdt + 0x30
    movw $CODE0, gdt + 0x32
    movw $0xec01, gdt + 0x34
    shr $16, %eax
    mov %ax, gdt + 0x36
    call allow_ports
    say "at CPL 0\n"
    call all
    say "at CPL 3\n"
    movl $back, expected
    mov %esp, expected_stack
    mov $user, %eax
    jmp enter_user
user:
    call all
    int3                        # the gate is not for CPL 3: #GP, and back
back:
    ret

    .macro store instruction, text
    movl $0, buffer
    movl $0, buffer + 4
    \instruction buffer
    mov buffer, %eax
    show "\text"
    .endm

all:
    movl $0, buffer + 4
    sgdt buffer
    movzwl buffer, %eax
    show "  SGDT limit"
    mov buffer + 2, %eax
    sub $gdt, %eax
    show "  SGDT base - gdt"
    sidt buffer
    movzwl buffer, %eax
    show "  SIDT limit"
    mov buffer + 2, %eax
    sub $idt, %eax
    show "  SIDT base - idt"
    store sldt, "  SLDT"
    store str, "  STR"
    smsw %ax
    and $15, %eax
    show "  SMSW"
    pushf
    pop %eax
    and $0x3200, %eax
    show "  PUSHF: IF and IOPL"
    pushf
    orl $0x3200, (%esp)
    popf
    pushf
    pop %eax
    and $0x3200, %eax
    show "  POPF: IF and IOPL after setting both"
    pushf
    andl $0xffffcdff, (%esp)
    popf
    pushf
    pop %eax
    and $0x3200, %eax
    show "  POPF: IF and IOPL after clearing both"
    mov $0xdead, %eax
    mov $CODE0, %ecx
    lar %ecx, %eax
    show "  LAR of a code segment of level 0"
    mov $0xdead, %eax
    mov $DATA3, %ecx
    lar %ecx, %eax
    show "  LAR of a data segment of level 3"
    mov $0xdead, %eax
    mov $TASK, %ecx
    lsl %ecx, %eax
    show "  LSL of the TSS"
    mov $0xdead, %eax
    mov $DATA3, %ecx
    lsl %ecx, %eax
    show "  LSL of a data segment of level 3"
    mov $DATA0, %ecx
    verr %cx
    call zero_flag
    show "  VERR of a data segment of level 0"
    mov $DATA3, %ecx
    verw %cx
    call zero_flag
    show "  VERW of a data segment of level 3"
    push $DATA3
    pop %fs
    push %fs
    pop %eax
    show "  POP FS, PUSH FS"
    push %cs
    pop %eax
    show "  PUSH CS"
    push %ss
    pop %eax
    show "  PUSH SS"
    mov %cs, %eax
    show "  MOV from CS"
    mov $DATA3, %eax
    mov %eax, %gs
    mov %gs, %eax
    show "  MOV to and from GS"
    movl $1f, buffer
    mov %cs, %eax
    mov %eax, buffer + 4
    ljmp *buffer
1:  mov %cs, %eax
    show "  far JMP, then CS"
    movl $2f, buffer
    lcall *buffer
    jmp 3f
2:  mov 4(%esp), %eax
    show "  far CALL, CS on the stack"
    lret
3:  mov %cs, %eax
    show "  far RET, then CS"
    push $0x1234
    lcall $0x30, $0
    mov %eax, %ecx
    mov %cs, %eax
    show "  CALL and RET through a call gate, then CS"
    int $0x30
    mov %cs, %eax
    show "  INT and IRET, then CS"
    ret

zero_flag:
    setz %al
    movzx %al, %eax
    ret

gate_target:
    push %ebp
    mov %esp, %ebp
    mov %cs, %eax
    show "  in the call gate: CS"
    mov 8(%ebp), %eax
    show "  in the call gate: CS of the caller"
    mov 12(%ebp), %eax
    show "  in the call gate: the parameter"
    pop %ebp
    lret $4

interrupt:
    push %eax
    mov %cs, %eax
    show "  in the interrupt: CS"
    mov 8(%esp), %eax
    show "  in the interrupt: CS of the caller"
    mov 12(%esp), %eax
    and $0x3200, %eax
    show "  in the interrupt: IF and IOPL of the caller"
    pop %eax
    iret

    .bss
    .align 8
buffer:
    .skip 16
