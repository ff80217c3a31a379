# Breakpoints of the debug registers: execution, data and ports, general detect, single steps besides, and what RF and loads of SS hold back. SDM vol. 3B,
# 20.2 and 20.3. Prints where each debug exception came, relative to `origin`, and the causes in DR6.
    .include "common.s"

    .set STEP, 0x100            # EFLAGS
    .set RESUME, 0x10000
    .set CR4_DE, 8
    .set POST, 0x80             # a port without effect

    .macro watch number, address, control
    mov \address, %eax
    mov %eax, %dr\number
    mov \control, %eax
    mov %eax, %dr7
    .endm
    .macro origin_here
    movl $8f, origin
8:
    .endm
    .macro forget
    xor %eax, %eax
    mov %eax, %dr7
    .endm

main:
    mov $on_debug, %eax
    mov $1, %ecx
    mov $0x8e, %bl
    call set_gate
    mov %cr4, %eax
    or $CR4_DE, %eax
    mov %eax, %cr4
    movl $1, resumes
    call execution
    call data
    call string
    call stack_segment
    call others
    ret

execution:
    say "execution\n"
    watch 0, $1f, $1            # L0
    origin_here
1:  nop
    nop
    watch 3, $2f, $0x80         # G3
    origin_here
    nop
2:  mov $1, %eax
    forget
    say "execution, without RF twice\n"
    movl $-2, resumes
    watch 2, $3f, $0x10
    origin_here
3:  nop
    forget
    movl $1, resumes
    say "execution of code that is not enabled\n"
    watch 1, $4f, $0x400
    origin_here
4:  nop
    ret

data:
    say "write of 4 bytes\n"
    watch 1, $words + 4, $0xd0000c
    origin_here
    mov words + 4, %ecx         # a read
    mov %ecx, words
    mov %cl, words + 8
    mov %ecx, words + 4
    mov %cl, words + 7
    mov %cx, words + 3          # one byte of it
    incl words + 4
    say "read or write of 2 bytes\n"
    watch 2, $words + 2, $0xf000020     # LEN 0: one byte
    watch 2, $words + 3, $0x7000020     # LEN 1: two, from a multiple of two
    origin_here
    mov words, %cx
    mov words + 2, %cl
    mov %cl, words + 3
    mov words + 4, %cl
    forget
    say "the stack\n"
    lea -4(%esp), %ebx
    watch 0, %ebx, $0xd0001
    origin_here
    push %eax
    pop %eax
    call 5f
5:  pop %eax
    forget
    say "two at once, and a step\n"
    mov $words, %eax
    mov %eax, %dr0
    mov %eax, %dr3
    mov $0xd00d00c1, %eax       # L0, L3, G3
    mov %eax, %dr7
    origin_here
    pushf
    orl $STEP, (%esp)
    popf
    incl words
    pushf
    andl $~STEP, (%esp)
    popf
    forget
    ret

string:
    say "a repetition\n"
    mov $words, %edi
    mov $4, %ecx
    cld
    watch 0, $words + 2, $0x10001
    origin_here
    rep stosb
    forget
    say "execution of a repetition\n"
    mov $words, %edi
    mov $4, %ecx
    watch 0, $6f, $1
    origin_here
6:  rep stosb
    forget
    ret

stack_segment:
    say "a load of SS that meets one\n"
    watch 0, $selector, $0x30001
    origin_here
    mov selector, %ss
    nop
    nop
    say "execution behind a load of SS\n"
    watch 0, $7f, $1
    origin_here
    mov selector, %ss
7:  nop
    nop
    forget
    ret

others:
    say "a port\n"
    watch 1, $POST, $0x200004
    origin_here
    out %al, $POST
    out %al, $POST + 1
    in $POST, %al
    say "general detect\n"
    mov $0x2000, %eax
    mov %eax, %dr7
    origin_here
    mov %dr0, %eax
    mov %dr7, %eax
    show "DR7"
    ret

# Says what was met. Sets RF in the flags that it returns to, but not where `resumes` is below 0, which it counts up.
on_debug:
    pusha
    mov 32(%esp), %ebx
    mov 40(%esp), %edi
    mov %dr6, %esi
    sub origin, %ebx
    mov %esi, %eax
    and $0xe00f, %eax
    say "  DR6 "
    call put_hexadecimal
    mov %ebx, %eax
    say " at "
    call put_hexadecimal
    mov %edi, %eax
    and $RESUME, %eax
    say " RF "
    call put_hexadecimal
    mov 24(%esp), %eax
    show " ECX"
    xor %eax, %eax
    mov %eax, %dr6
    incl resumes
    cmpl $1, resumes
    jl 9f
    orl $RESUME, 40(%esp)
9:  popa
    iret

    .data
    .align 8
words:
    .long 0, 0, 0, 0
origin:
    .long 0
resumes:
    .long 0
selector:
    .long DATA0
    .text
