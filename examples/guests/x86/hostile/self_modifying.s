# Code that rewrites itself: the next instruction, one in a loop, a jump into the middle of an instruction, and a page that is written through another address.
    .include "common.s"

main:
    movb $2, 1f + 1
1:  mov $1, %al                 # becomes MOV AL, 2
    movzx %al, %eax
    show "the next instruction rewritten:"
    mov $5, %ecx
    xor %ebx, %ebx
2:  add $1, %ebx                # the constant grows with every round
    incb 2b + 2
    loop 2b
    mov %ebx, %eax
    show "1 + 2 + 3 + 4 + 5:"
    jmp 3f + 1
3:  .byte 0xb8                  # MOV EAX, imm32 for who starts here
    mov $7, %bl
    jmp 4f
    .byte 0x90
4:  movzx %bl, %eax
    show "in the middle of an instruction:"
    mov $100, %ecx              # a routine in data, written anew a hundred times
    xor %edx, %edx
5:  movb $0xb8, routine         # MOV EAX, ECX as a constant; RET
    mov %ecx, routine + 1
    movb $0xc3, routine + 5
    call routine
    add %eax, %edx
    loop 5b
    mov %edx, %eax
    show "1 + ... + 100:"
    mov $routine, %edi          # by a string instruction, over its own code
    mov $pattern, %esi
    mov $8, %ecx
    cld
    rep movsb
    call routine
    show "after REP MOVSB:"
    ret

    .data
pattern:
    .byte 0xb8, 0x78, 0x56, 0x34, 0x12, 0xc3, 0x90, 0x90
    .bss
    .align 64
routine:
    .skip 64
