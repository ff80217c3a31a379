# What the guests share: the multiboot header, flat segments, the serial port, and the port that ends the run. Include it first.
# `start` is the first instruction; it calls `main` with a stack, a GDT of its own, and exceptions that are reported.

    .set CODE0, 0x08            # selectors of the GDT below
    .set DATA0, 0x10
    .set CODE3, 0x1b
    .set DATA3, 0x23
    .set TASK, 0x28
    .set SERIAL, 0x3f8
    .set EXIT, 0xf4

# The page table maps the first 4 MiB one to one, with these rights. Changes EAX and ECX.
    .macro map_one_to_one table, rights
    mov $1023, %ecx
1:  mov %ecx, %eax
    shl $12, %eax
    or $\rights, %eax
    mov %eax, \table(, %ecx, 4)
    sub $1, %ecx
    jnc 1b
    .endm

    .text
    .align 4
    .long 0x1badb002, 0, -0x1badb002    # Multiboot Specification 0.6.96, section 3.1

    .globl start
start:
    cli
    .ifdef WANTS_INFORMATION    # set it before this file for `information`: where the boot loader's structure is
    mov %ebx, information
    .endif
    mov $0xff, %al              # a boot loader may have left interrupts on: none until the guest asks for them
    out %al, $0x21
    out %al, $0xa1
    mov $stack_top, %esp
    lgdt gdt_pointer
    ljmp $CODE0, $1f
1:  mov $DATA0, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %ax, %fs
    mov %ax, %gs
    mov %ax, %ss
    mov $tss, %eax
    mov %ax, tss_descriptor + 2
    shr $16, %eax
    mov %al, tss_descriptor + 4
    mov %ah, tss_descriptor + 7
    movl $kernel_stack_top, tss + 4
    movw $DATA0, tss + 8
    movw $104 + 132, tss + 102  # the I/O map lies beyond the limit: no port at CPL 3
    mov $TASK, %ax
    ltr %ax
    mov $255, %ecx              # entry %ecx of the IDT is the stub of that vector
2:  mov $stub_first, %eax
    lea (%eax, %ecx, 8), %eax
    mov $0x8e, %bl
    call set_gate
    sub $1, %ecx
    jnc 2b
    lidt idt_pointer
    call main
    xor %eax, %eax
# Ends the run with the exit code in AL.
finish:
    out %al, $EXIT
    cli
3:  hlt
    jmp 3b

# Entry %ecx of the IDT: a gate of type %bl to %eax in CODE0.
set_gate:
    mov %ax, idt(, %ecx, 8)
    movw $CODE0, idt + 2(, %ecx, 8)
    movb $0, idt + 4(, %ecx, 8)
    mov %bl, idt + 5(, %ecx, 8)
    push %eax
    shr $16, %eax
    mov %ax, idt + 6(, %ecx, 8)
    pop %eax
    ret

# The character in AL to the serial port.
put_character:
    push %edx
    push %eax
    mov $SERIAL + 5, %dx
1:  in %dx, %al
    test $0x20, %al
    jz 1b
    pop %eax
    mov $SERIAL, %dx
    out %al, %dx
    pop %edx
    ret

# The text at ESI, up to a zero byte.
put_text:
    push %eax
    push %esi
1:  mov (%esi), %al
    inc %esi
    test %al, %al
    jz 2f
    call put_character
    jmp 1b
2:  pop %esi
    pop %eax
    ret

# EAX as eight hexadecimal digits.
put_hexadecimal:
    push %eax
    push %ecx
    push %edx
    mov %eax, %edx
    mov $8, %ecx
1:  rol $4, %edx
    mov %dl, %al
    and $15, %al
    add $'0', %al
    cmp $'9', %al
    jbe 2f
    add $'a' - '9' - 1, %al
2:  call put_character
    loop 1b
    pop %edx
    pop %ecx
    pop %eax
    ret

put_line:
    push %eax
    mov $'\n', %al
    call put_character
    pop %eax
    ret

    .macro say text
    push %esi
    mov $9f, %esi
    call put_text
    pop %esi
    .section .rodata
9:  .asciz "\text"
    .text
    .endm

    .macro show text
    say "\text "
    call put_hexadecimal
    call put_line
    .endm

# Programs at CPL 3 may use the ports below 0x400, and so the serial port.
allow_ports:
    movw $104, tss + 102
    ret

# To %eax at CPL 3, with a stack of its own; comes back through `expected`.
enter_user:
    mov $DATA3, %cx
    mov %cx, %ds
    mov %cx, %es
    push $DATA3
    push $user_stack_top
    pushf
    push $CODE3
    push %eax
    iret

# Executes an instruction that is expected to fault, and says what it did.
    .macro attempt text, instruction:vararg
    movl $77f, expected
    mov %esp, expected_stack
    \instruction
    movl $0, %ss:expected
    say "\text: no exception\n"
    jmp 78f
77: mov $DATA0, %ax
    mov %ax, %ds
    say "\text: "
    call put_seen
78:
    .endm

# The vector that was seen, and its error code when it has one.
put_seen:
    mov seen_vector, %eax
    say "vector "
    call put_hexadecimal
    cmp $8, %eax
    je 1f
    cmp $10, %eax
    jb 2f
    cmp $14, %eax
    ja 2f
1:  mov seen_error, %eax
    say " error "
    call put_hexadecimal
2:  call put_line
    ret

# Stubs of the exceptions and interrupts, 8 bytes each: push the vector, and go on.
    .align 8
stub_first:
    .rept 256
    .align 8
    .byte 0x6a, (. - stub_first) / 8    # push
    jmp report
    .endr

# An exception that nobody expected: says which, and where, and ends the run. `expected`, when it is not 0, is where to go on instead, with the vector in
# `seen_vector`, the error code in `seen_error` and the stack in `expected_stack`.
report:
    cld
    push %ds
    push %eax
    mov $DATA0, %ax
    mov %ax, %ds
    mov 8(%esp), %eax           # the vector
    and $0xff, %eax
    mov %eax, seen_vector
    mov 12(%esp), %eax          # the error code, or EIP
    mov %eax, seen_error
    mov 16(%esp), %eax
    mov %eax, seen_second
    cmpl $0, expected
    je 1f
    mov $DATA0, %ax
    mov %ax, %ss
    mov %ax, %es
    mov expected_stack, %esp
    mov expected, %eax
    movl $0, expected
    jmp *%eax
1:  mov $DATA0, %ax
    mov %ax, %es
    mov seen_vector, %eax
    show "unexpected exception"
    mov seen_error, %eax
    show "  error code or EIP"
    mov seen_second, %eax
    show "  EIP or CS"
    mov $1, %al
    jmp finish

    .data
    .align 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff
    .quad 0x00cf93000000ffff
    .quad 0x00cffb000000ffff
    .quad 0x00cff3000000ffff
tss_descriptor:
    .word 104 + 132 - 1, 0
    .byte 0, 0x89, 0, 0         # the base is put in at the start
    .quad 0, 0, 0, 0            # for the guests
gdt_end:
gdt_pointer:
    .word gdt_end - gdt - 1
    .long gdt
idt_pointer:
    .word 256 * 8 - 1
    .long idt

    .bss
    .align 4096
idt:
    .skip 256 * 8
    .skip 2048
stack:
    .skip 8192
stack_top:
kernel_stack:
    .skip 8192
kernel_stack_top:
tss:
    .skip 104 + 132             # with an I/O map of zeros, up to port 0x400
    .align 4
user_stack:
    .skip 4096
user_stack_top:
information:
    .skip 4
seen_vector:
    .skip 4
seen_error:
    .skip 4
seen_second:
    .skip 4
expected:
    .skip 4
expected_stack:
    .skip 4
    .text
