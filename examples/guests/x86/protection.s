# What segments and gates allow: LAR, LSL, VERR and VERW of descriptors of every type, expand-down and conforming segments, 16-bit code, call gates with
# parameters and returns to an outer level, interrupts from level 3, the I/O map, alignment checks, single-stepping. SDM vol. 3A, chapters 3, 6 and 7.
    .include "common.s"
    .set SUBJECT, 0x30          # selectors: the descriptor that is looked at,
    .set GATE, 0x38
    .set CODE16, 0x40

main:
    call queries
    call expand_down
    call conforming
    call code_of_16_bits
    call gates
    call from_level_3
    call steps
    call alignment
    ret

# ---- LAR, LSL, VERR, VERW -------------------------------------------------------------------------------------------------------

# Bits: 0 LAR, 1 LSL, 2 VERR, 3 VERW; a line for each level and RPL, a digit for each of 32 types (S and type).
queries:
    mov $SUBJECT, %edi
    say "CPL 0, DPL 0, RPL 0: "
    mov $0x80, %ebp
    call all_types
    mov $SUBJECT + 3, %edi
    say "CPL 0, DPL 0, RPL 3: "
    call all_types
    mov $0xe0, %ebp
    say "CPL 0, DPL 3, RPL 3: "
    call all_types
    mov $0x60, %ebp
    say "not present: "
    call all_types
    call allow_ports
    movl $1f, expected
    mov %esp, expected_stack
    mov $2f, %eax
    jmp enter_user
2:  mov $SUBJECT, %edi
    mov $0x80, %ebp
    say "CPL 3, DPL 0, RPL 0: "
    call all_types
    mov $0xe0, %ebp
    say "CPL 3, DPL 3, RPL 0: "
    call all_types
    cli
1:  mov $DATA0, %ax
    mov %ax, %ds
    ret

# %ebp: P and DPL of the descriptor, %edi: its selector. 16 system types, then 16 segments.
all_types:
    xor %ecx, %ecx
1:  mov %ecx, %eax
    or %ebp, %eax
    movl $0x1234, gdt + SUBJECT
    movl $0x00cf0000, gdt + SUBJECT + 4
    mov %al, gdt + SUBJECT + 5
    call query
    inc %ecx
    cmp $32, %ecx
    jb 1b
    call put_line
    ret

query:
    xor %ebx, %ebx
    lar %edi, %eax
    jnz 1f
    or $1, %ebx
1:  lsl %edi, %eax
    jnz 1f
    or $2, %ebx
1:  verr %di
    jnz 1f
    or $4, %ebx
1:  verw %di
    jnz 1f
    or $8, %ebx
1:  mov %bl, %al
    add $'0', %al
    cmp $'9', %al
    jbe 1f
    add $'a' - '9' - 1, %al
1:  call put_character
    ret

# ---- segments -------------------------------------------------------------------------------------------------------------------

    .macro descriptor selector, low, high
    movl $\low, gdt + \selector
    movl $\high, gdt + \selector + 4
    .endm

expand_down:
    descriptor SUBJECT, 0x0000ffff, 0x00409700  # limit 0xffff: from 0x10000 on, 4 GiB
    mov $SUBJECT, %eax
    mov %ax, %es
    attempt "expand-down: below the limit", mov %es:0xfffc, %eax
    mov $SUBJECT, %eax
    mov %ax, %es
    attempt "expand-down: across the limit", mov %es:0xfffe, %eax
    mov $SUBJECT, %eax
    mov %ax, %es
    attempt "expand-down: above the limit", mov %es:0x100000, %eax
    descriptor SUBJECT, 0x000000ff, 0x00009700  # up to 64 KiB
    mov $SUBJECT, %eax
    mov %ax, %es
    attempt "expand-down of 16 bits: the last word", mov %es:0xfffc, %eax
    mov $SUBJECT, %eax
    mov %ax, %es
    attempt "expand-down of 16 bits: beyond it", mov %es:0xfffe, %eax
    mov $SUBJECT, %eax
    mov %ax, %es
    attempt "expand-down of 16 bits: the first byte", movb %es:0x100, %al
    descriptor SUBJECT, 0x0000ffff, 0x00409500  # read-only
    mov $SUBJECT, %eax
    mov %ax, %es
    attempt "expand-down, read-only", movl $1, %es:0x300000
    mov $DATA0, %ax
    mov %ax, %es
    ret

conforming:
    descriptor SUBJECT, 0x0000ffff, 0x00cf9e00  # level 0, conforming, readable
    movl $1f, expected
    mov %esp, expected_stack
    mov $2f, %eax
    jmp enter_user
2:  ljmp $SUBJECT, $3f
3:  mov %cs, %eax
    show "conforming code, CS at CPL 3"
    mov $SUBJECT, %eax
    mov %ax, %ds                # and it may be read from any level
    mov %ds:gdt + 8, %eax
    mov $DATA3, %cx
    mov %cx, %ds
    show "a word through it"
    cli
1:  mov $DATA0, %ax
    mov %ax, %ds
    attempt "code of level 3 from level 0", ljmp $CODE3, $0
    descriptor SUBJECT, 0x0000ffff, 0x00cffe00
    attempt "conforming code whose level is an outer one", ljmp $SUBJECT, $0
    ret

code_of_16_bits:
    mov $narrow, %eax           # a segment that begins there
    movw $0xfff, gdt + CODE16
    mov %ax, gdt + CODE16 + 2
    shr $16, %eax
    mov %al, gdt + CODE16 + 4
    movw $0x009b, gdt + CODE16 + 5
    mov %ah, gdt + CODE16 + 7
    mov $0x12345678, %ebx
    lcall $CODE16, $0
    mov %ebx, %eax
    show "16-bit code, EBX"
    mov narrow_flags, %eax
    show "  the word that PUSHF left"
    ret

    .code16
narrow:
    mov $0xabcd, %bx
    pushf
    pop %ax
    and $0x0040, %ax
    addr32 mov %ax, narrow_flags
    loopw 1f
1:  lretl
    .code32

# ---- gates ----------------------------------------------------------------------------------------------------------------------

# Selector GATE: a call gate of level 3 to %eax in segment %ecx with %edx parameters.
make_gate:
    mov %ax, gdt + GATE
    mov %cx, gdt + GATE + 2
    mov %dl, gdt + GATE + 4
    movb $0xec, gdt + GATE + 5
    shr $16, %eax
    mov %ax, gdt + GATE + 6
    ret

gates:
    mov $inner, %eax
    mov $CODE0, %ecx
    mov $3, %edx
    call make_gate
    movl $1f, expected
    mov %esp, expected_stack
    mov $2f, %eax
    jmp enter_user
2:  mov %esp, %ebp
    pushl $0x333
    pushl $0x222
    pushl $0x111
    lcall $GATE, $0
    mov %ds, %ebx
    mov $DATA3, %ax
    mov %ax, %ds
    sub %esp, %ebp
    mov %ebp, %eax
    show "after LRET, what is left on the stack"
    mov %ebx, %eax
    show "  DS"
    cli
1:  mov $DATA0, %ax
    mov %ax, %ds
    mov $same, %eax             # the same level: no change of stacks, no parameters
    mov $CODE0, %ecx
    mov $3, %edx
    call make_gate
    lcall $GATE, $0
    movb $0x8c, gdt + GATE + 5
    movl $1f, expected
    mov %esp, expected_stack
    mov $2f, %eax
    jmp enter_user
2:  lcall $GATE, $0             # the gate is of level 0
1:  mov $DATA0, %ax
    mov %ax, %ds
    say "a gate of level 0 from level 3: "
    call put_seen
    movb $0xe4, gdt + GATE + 5  # a 16-bit gate: 16-bit words
    mov $tiny, %eax
    mov %ax, gdt + CODE16 + 2
    shr $16, %eax
    mov %al, gdt + CODE16 + 4
    movw $0x409b, gdt + CODE16 + 5
    mov %ah, gdt + CODE16 + 7
    movl $0, gdt + GATE
    movw $0, gdt + GATE + 6
    movw $CODE16, gdt + GATE + 2
    movb $2, gdt + GATE + 4
    movl $1f, expected
    mov %esp, expected_stack
    mov $2f, %eax
    jmp enter_user
2:  pushw $0x44
    pushw $0x55
    mov %esp, %ebp
    lcall $GATE, $0
1:  mov $DATA0, %ax
    mov %ax, %ds
    mov tiny_seen, %eax
    show "two parameters through a 16-bit gate"
    mov tiny_seen + 4, %eax
    show "  bytes on the stack"
    ret

inner:
    mov %cs, %eax
    mov $DATA0, %cx
    mov %cx, %ds
    show "inner, CS"
    mov %ss, %eax
    show "  SS"
    mov $kernel_stack_top, %eax
    sub %esp, %eax
    show "  bytes on its stack"
    mov 8(%esp), %eax
    show "  first parameter"
    mov 16(%esp), %eax
    show "  third parameter"
    lret $12                    # DS becomes null: it is of level 0
same:
    mov %cs, %eax
    show "same level, CS"
    mov 4(%esp), %eax
    show "  CS on the stack"
    lret
tiny:
    mov $DATA0, %cx
    mov %cx, %ds
    mov 4(%esp), %eax           # two words
    mov %eax, tiny_seen
    mov $kernel_stack_top, %eax
    sub %esp, %eax
    mov %eax, tiny_seen + 4
    int3

from_level_3:
    mov $0x31, %ecx
    mov $interrupted, %eax
    mov $0xee, %bl
    call set_gate
    movw $104 + 132, tss + 102  # no ports
    movl $1f, expected
    mov %esp, expected_stack
    mov $2f, %eax
    jmp enter_user
2:  mov $0x600d, %edx
    int $0x31
    in $0x60, %al
1:  mov $DATA0, %ax
    mov %ax, %ds
    say "IN at level 3 without an I/O map: "
    call put_seen
    call allow_ports
    movb $0x01, tss + 104 + 0x60 / 8    # port 0x60 alone is denied
    movl $1f, expected
    mov %esp, expected_stack
    mov $2f, %eax
    jmp enter_user
2:  mov $0x61, %dx
    in %dx, %al
    mov $0x5f, %dx
    in %dx, %ax                 # two bytes: 0x5f and 0x60
1:  mov $DATA0, %ax
    mov %ax, %ds
    say "a word of which one port is denied: "
    call put_seen
    movb $0, tss + 104 + 0x60 / 8
    ret
interrupted:
    push %ds
    mov $DATA0, %ax
    mov %ax, %ds
    mov %edx, %eax
    show "INT from level 3, EDX"
    mov $kernel_stack_top, %eax
    sub %esp, %eax
    show "  bytes on the stack"
    mov 8(%esp), %eax
    show "  CS in the frame"
    mov 20(%esp), %eax
    show "  SS in the frame"
    pop %ds
    iret

# ---- single steps and alignment -------------------------------------------------------------------------------------------------

steps:
    mov $1, %ecx
    mov $stepped, %eax
    mov $0x8e, %bl
    call set_gate
    movl $0, step_count
    pushf
    orl $0x100, (%esp)
    popf                        # the first step is the next instruction
    nop
    mov %ss, %ax
    mov %ax, %ss                # nothing between it and the next
    nop
    mov $3, %ecx
    mov $step_text, %esi
    mov $step_copy, %edi
    rep movsb                   # a step for each byte
    pushf
    andl $0xfffffeff, (%esp)
    popf
    mov step_count, %eax
    show "single steps"
    mov step_pushed, %eax
    and $0x100, %eax
    show "  TF in the frame"
    mov %dr6, %eax
    and $0x4000, %eax
    show "  BS in DR6"
    ret
stepped:
    push %eax
    incl step_count
    mov 12(%esp), %eax
    mov %eax, step_pushed
    pop %eax
    iret

alignment:
    mov %cr0, %eax
    or $0x40000, %eax           # AM
    mov %eax, %cr0
    pushf
    orl $0x40000, (%esp)        # AC
    popf
    mov tiny_seen + 1, %eax
    say "a misaligned word at level 0: fine\n"
    movl $1f, expected
    mov %esp, expected_stack
    mov $2f, %eax
    jmp enter_user              # which takes the flags along
2:  mov tiny_seen + 2, %ax
    mov tiny_seen + 1, %al
    mov tiny_seen + 2, %eax
1:  mov $DATA0, %ax
    mov %ax, %ds
    say "a misaligned word at level 3: "
    call put_seen
    mov %cr0, %eax
    and $0xfffbffff, %eax
    mov %eax, %cr0
    pushf
    andl $0xfffbffff, (%esp)
    popf
    ret

    .bss
    .align 8
tiny_seen:
    .skip 8
narrow_flags:
    .skip 4
step_count:
    .skip 4
step_pushed:
    .skip 4
step_copy:
    .skip 4
step_text:
    .skip 4
    .text
