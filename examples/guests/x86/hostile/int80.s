# INT 80h, the system call of a Linux host: EAX = 1 would end its process. First there is no gate for CPL 3, then there is one of the guest's own.
    .include "common.s"

main:
    call allow_ports
    movl $1f, expected
    mov %esp, expected_stack
    mov $user, %eax
    jmp enter_user
user:
    mov $1, %eax
    mov $42, %ebx
    int $0x80
    jmp user
1:  mov $DATA0, %ax
    mov %ax, %ds
    say "without a gate: "
    call put_seen
    mov $0x80, %ecx
    mov $handler, %eax
    mov $0xee, %bl
    call set_gate
    movl $1, from_user
    mov $user, %eax
    jmp enter_user
handler:
    mov $DATA0, %cx
    mov %cx, %ds
    mov %cx, %es
    show "the guest's own system call, EAX"
    mov %ebx, %eax
    show "EBX"
    mov 4(%esp), %eax
    show "CS of the caller"
    xor %eax, %eax
    jmp finish

    .bss
from_user:
    .skip 4
