# Virtual-8086 mode without its extensions: a monitor for a program of the 8086, which IOPL 0 makes trap at CLI, STI, PUSHF, POPF, INT and IRET; the same with
# IOPL 3, where only INT does; its ports by the I/O map. SDM vol. 3B, chapter 23.
    .include "common.s"
    .set SEGMENT, 0x0900        # the program is at 0x9000
    .set STACK_TOP, 0x0800
    .set FRAME_IP, 4            # in the frame of #GP: behind the error code
    .set FRAME_CS, 8
    .set FRAME_FLAGS, 12
    .set FRAME_SP, 16
    .set FRAME_SS, 20
    .set SAVED, 36              # PUSHA and DS, below the error code

main:
    call allow_ports
    mov $program, %esi
    mov $SEGMENT << 4, %edi
    mov $program_end - program, %ecx
    cld
    rep movsb
    movl $(SEGMENT << 16) + handler_21 - program, 0x21 * 4  # the vector of INT 21h
    mov $13, %ecx
    mov $protection, %eax
    mov $0x8e, %bl
    call set_gate
    say "IOPL 0\n"
    mov $0x20002, %eax
    call enter
    say "IOPL 3\n"
    mov $0x23002, %eax
    call enter
    ret

# To the program with flags %eax; back by its HLT.
enter:
    mov %esp, monitor_stack
    movl $0, virtual_flag
    pushl $0                    # GS, FS, DS, ES
    pushl $0
    pushl $SEGMENT
    pushl $0xb800
    pushl $SEGMENT
    pushl $STACK_TOP
    push %eax
    pushl $SEGMENT
    pushl $0
    iret

# #GP: what the program did, done for it.
protection:
    push %ds
    pusha
    mov $DATA0, %ax
    mov %ax, %ds
    mov %ax, %es
    lea SAVED(%esp), %ebp
    testl $0x20000, FRAME_FLAGS(%ebp)
    jz own_fault
    movzwl FRAME_CS(%ebp), %ebx
    shl $4, %ebx
    add FRAME_IP(%ebp), %ebx
    movzwl FRAME_SS(%ebp), %edi
    shl $4, %edi
    movzwl FRAME_SP(%ebp), %ecx
    add %ecx, %edi              # the top of its stack
    mov (%ebx), %al
    cmp $0xfa, %al
    je cli_8086
    cmp $0xfb, %al
    je sti_8086
    cmp $0x9c, %al
    je pushf_8086
    cmp $0x9d, %al
    je popf_8086
    cmp $0xcd, %al
    je int_8086
    cmp $0xcf, %al
    je iret_8086
    cmp $0xf4, %al
    je hlt_8086
    movzbl %al, %eax
    show "something else"
    mov $1, %al
    jmp finish
own_fault:
    say "a fault of the monitor itself\n"
    mov $1, %al
    jmp finish

cli_8086:
    say "CLI\n"
    movl $0, virtual_flag
    jmp one_byte
sti_8086:
    say "STI\n"
    movl $0x200, virtual_flag
    jmp one_byte
pushf_8086:
    say "PUSHF\n"
    call flags_8086
    mov %ax, -2(%edi)
    subl $2, FRAME_SP(%ebp)
    jmp one_byte
popf_8086:
    say "POPF\n"
    mov (%edi), %ax
    addl $2, FRAME_SP(%ebp)
    call take_flags
    jmp one_byte
int_8086:
    movzbl 1(%ebx), %eax
    show "INT"
    mov %eax, %esi
    call flags_8086
    mov %ax, -2(%edi)
    mov FRAME_CS(%ebp), %ax
    mov %ax, -4(%edi)
    mov FRAME_IP(%ebp), %ax
    add $2, %ax
    mov %ax, -6(%edi)
    subl $6, FRAME_SP(%ebp)
    movl $0, virtual_flag
    movzwl (, %esi, 4), %eax
    mov %eax, FRAME_IP(%ebp)
    movzwl 2(, %esi, 4), %eax
    mov %eax, FRAME_CS(%ebp)
    jmp resume_8086
iret_8086:
    say "IRET\n"
    movzwl (%edi), %eax
    mov %eax, FRAME_IP(%ebp)
    movzwl 2(%edi), %eax
    mov %eax, FRAME_CS(%ebp)
    mov 4(%edi), %ax
    addl $6, FRAME_SP(%ebp)
    call take_flags
    jmp resume_8086
hlt_8086:
    say "HLT, AX of the program "
    mov 28(%esp), %eax
    movzwl %ax, %eax
    call put_hexadecimal
    call put_line
    mov monitor_stack, %esp
    ret
one_byte:
    incl FRAME_IP(%ebp)
resume_8086:
    popa
    pop %ds
    add $4, %esp
    iret

# The program's flags with its own IF, in %ax.
flags_8086:
    mov FRAME_FLAGS(%ebp), %eax
    and $0xfffffdff, %eax
    or virtual_flag, %eax
    ret
take_flags:
    movzwl %ax, %eax
    mov %eax, %ecx
    and $0x200, %ecx
    mov %ecx, virtual_flag
    and $0xcd5, %eax            # not IF, not IOPL
    andl $0xfffff32a, FRAME_FLAGS(%ebp)
    or %eax, FRAME_FLAGS(%ebp)
    ret

# ---- the program ----------------------------------------------------------------------------------------------------------------
    .code16
program:
    mov %cs, %ax
    mov %ax, %ds
    sti
    pushf
    pop %bx                     # with IF
    cli
    pushf
    pop %cx                     # without
    mov $0x1111, %ax
    int $0x21
    stc
    pushf
    popf
    jnc 1f
    mov $0x03fd, %dx            # the serial port is the program's own
    in %dx, %al
    mov $0x3f8, %dx
    mov $'8', %al
    out %al, %dx
    mov $'\n', %al
    out %al, %dx
    mov %bx, %ax
    and $0x200, %ax
    and $0x200, %cx
    xor %cx, %ax
    lcall $SEGMENT, $far_routine - program
1:  hlt
far_routine:
    inc %ax
    lret
handler_21:
    push %ax
    pop %ax
    iret
program_end:
    .code32

    .bss
monitor_stack:
    .skip 4
virtual_flag:
    .skip 4
    .text
