# SYSENTER: a fault without IA32_SYSENTER_CS, then an entry of the guest's own from CPL 3, and SYSEXIT back.
    .include "common.s"

main:
    call allow_ports
    attempt "SYSENTER without a code segment", sysenter
    attempt "SYSEXIT without a code segment", sysexit
    mov $0x174, %ecx
    mov $CODE0, %eax
    xor %edx, %edx
    wrmsr
    inc %ecx
    mov $kernel_stack_top, %eax
    wrmsr
    inc %ecx
    mov $entry, %eax
    wrmsr
    mov $user, %eax
    jmp enter_user
user:
    mov $back, %edx
    mov %esp, %ecx
    sysenter
back:
    mov %cs, %eax
    show "back from SYSEXIT, CS"
    movl $1f, expected
    movl $stack_top, expected_stack
    sysexit                     # not at CPL 3
1:  mov $DATA0, %ax
    mov %ax, %ds
    say "SYSEXIT at CPL 3: "
    call put_seen
    xor %eax, %eax
    jmp finish
entry:
    mov $DATA0, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %cs, %eax
    show "SYSENTER, CS"
    mov %ss, %eax
    show "SYSENTER, SS"
    mov $DATA3, %ax
    mov %ax, %ds
    mov %ax, %es
    sysexit
