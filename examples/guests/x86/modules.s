# What a boot loader brings along: the command line, and each module with its arguments and its text (Multiboot Specification 0.6.96, section 3.3).
    .set WANTS_INFORMATION, 1
    .include "common.s"

    .set FLAGS, 0
    .set COMMAND_LINE, 16
    .set MODULE_COUNT, 20
    .set MODULES, 24

main:
    mov information, %ebx
    mov FLAGS(%ebx), %edi
    say "command line: "
    test $4, %edi
    jz 1f
    mov COMMAND_LINE(%ebx), %esi
    call put_text
1:  call put_line
    xor %ecx, %ecx
    test $8, %edi
    jz 2f
    mov MODULE_COUNT(%ebx), %ecx
2:  mov %ecx, %eax
    show "modules"
    mov MODULES(%ebx), %ebx
    jecxz 5f
3:  say "module: "
    mov 8(%ebx), %esi
    call put_text
    call put_line
    mov (%ebx), %esi
    mov 4(%ebx), %eax
    sub %esi, %eax
    show "  bytes"
    mov %esi, %eax
    and $0xfff, %eax
    show "  in its page at"
    mov 4(%ebx), %edx
4:  cmp %edx, %esi
    jae 6f
    mov (%esi), %al
    inc %esi
    call put_character
    jmp 4b
6:  add $16, %ebx
    loop 3b
5:  ret
