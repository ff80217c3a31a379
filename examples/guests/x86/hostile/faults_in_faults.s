# A fault whose handler faults: the double fault is seen; then one whose own handler faults, and the machine shuts down.
    .include "common.s"

main:
    movl $0, idt + 13 * 8       # no handler for #GP
    movl $0, idt + 13 * 8 + 4
    movl $0, idt + 11 * 8
    movl $0, idt + 11 * 8 + 4
    attempt "INT 41h without a gate, and none for #GP", call broken
    mov $1000, %ebx             # the same instruction faults again and again
    movl $again, idt_target
    mov $6, %ecx
    mov $again, %eax
    mov $0x8e, %bl
    call set_gate
    mov $1000, %ebx
    xor %edx, %edx
    ud2
    mov %edx, %eax
    show "UD2 seen"
    say "and now without a way out\n"
    movw $0, idt_pointer
    lidt idt_pointer
    int3
    say "nobody comes here\n"
    ret

broken:
    mov $0x33, %ecx
    mov %cx, %ds
    ret

again:
    inc %edx
    dec %ebx
    jnz 1f
    addl $2, (%esp)             # behind UD2
1:  iret

    .bss
idt_target:
    .skip 4
