# A task in virtual-8086 mode, entered by JMP, and again by IRET; its exceptions are those of the first task, through a task gate. SDM vol. 3A, 10.3; vol. 3B,
# 23.2.5.
    .include "common.s"

    .set OTHER, 0x30            # its TSS
    .set SEGMENT, 0x0900        # its program is at 0x9000
    .set STACK_TOP, 0x0800
    .set VM, 0x20000
    .set TSS_EIP, 0x20
    .set TSS_FLAGS, 0x24
    .set TSS_EAX, 0x28
    .set TSS_ESP, 0x38
    .set TSS_SEGMENTS, 0x48     # ES, CS, SS, DS, FS, GS
    .set TSS_MAP, 0x66

main:
    mov $program, %esi
    mov $SEGMENT << 4, %edi
    mov $program_end - program, %ecx
    cld
    rep movsb
    mov $other, %eax            # its descriptor
    movw $104 + 132 - 1, gdt + OTHER
    mov %ax, gdt + OTHER + 2
    shr $16, %eax
    mov %al, gdt + OTHER + 4
    movb $0x89, gdt + OTHER + 5
    mov %ah, gdt + OTHER + 7
    movw $0, idt + 13 * 8       # #GP: a task gate to the first
    movw $TASK, idt + 13 * 8 + 2
    movw $0x8500, idt + 13 * 8 + 4
    movl $VM | 2, other + TSS_FLAGS
    movl $0x12345678, other + TSS_EAX
    movl $STACK_TOP, other + TSS_ESP
    movw $0xb800, other + TSS_SEGMENTS
    movw $SEGMENT, other + TSS_SEGMENTS + 4
    movw $SEGMENT, other + TSS_SEGMENTS + 8
    movw $SEGMENT, other + TSS_SEGMENTS + 12
    movw $0x1111, other + TSS_SEGMENTS + 16
    movw $0xffff, other + TSS_SEGMENTS + 20
    movw $104, other + TSS_MAP  # all ports below 0x400
    say "the task by JMP\n"
    ljmp $OTHER, $0             # it is left by INT 21h, which IOPL 0 does not allow
    call describe
    addl $2, other + TSS_EIP
    say "again by IRET\n"
    iret                        # it is left by HLT
    call describe
    say "an instruction beyond its segment\n"
    movl $0x10000, other + TSS_EIP
    iret
    call describe
    ret

# The error code of #GP, which is on the stack, and what the task was like.
describe:
    pop %edx
    pop %eax
    push %edx
    show "  #GP"
    mov other + TSS_EIP, %eax
    show "  EIP"
    mov other + TSS_FLAGS, %eax
    and $VM, %eax
    show "  VM"
    mov other + TSS_EAX, %eax
    show "  EAX"
    mov other + TSS_ESP, %eax
    show "  ESP"
    mov other + TSS_SEGMENTS, %eax
    show "  ES"
    mov other + TSS_SEGMENTS + 4, %eax
    show "  CS"
    mov other + TSS_SEGMENTS + 8, %eax
    show "  SS"
    mov other + TSS_SEGMENTS + 12, %eax
    show "  DS"
    movzwl 0xb8000, %eax
    show "  on the screen"
    movzwl 0x9000 + 0x7fe, %eax
    show "  on its stack"
    ret

# At CPL 3 of virtual-8086 mode.
    .code16
program:
    mov $0x0741, %bx            # 'A' in grey
    mov %bx, %es:0
    mov %gs, %ax                # beyond 1 MiB
    push %ax
    mov $0x3f8, %dx
    mov $'V', %al
    out %al, %dx
    mov $'\n', %al
    out %al, %dx
    mov %fs, %ax
    int $0x21
    mov $0xb900, %bx
    mov %bx, %ds
    pop %ax
    hlt
program_end:
    .code32

    .bss
    .align 256
other:
    .skip 104 + 132             # with an I/O map of zeros
