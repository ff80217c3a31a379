# Hardware task switches: CALL, JMP, INT and IRET between tasks, task gates, exceptions that have a task of their own, tasks at CPL 3, with page tables of
# their own and of 16 bits, and what is wrong with a task that cannot be entered. SDM vol. 3A, chapter 10.
    .include "common.s"
    .set OTHER, 0x30            # selectors: a task that does work,
    .set SPARE, 0x38            # one for a single use,
    .set GATE, 0x40             # a task gate to the first,
    .set NARROW_CODE, 0x48      # and code with its own base for a 16-bit task

    .macro describe selector, address, limit, type
    mov $\selector, %edi
    mov $\address, %eax
    mov $\limit, %edx
    mov $\type, %ecx
    call put_descriptor
    .endm

    .macro task address, entry, stack, code=CODE0, data=DATA0
    mov $\address, %edi
    mov $\entry, %eax
    mov $\stack, %edx
    mov $\code, %ecx
    mov $\data, %esi
    call put_tss
    .endm

# The descriptor %edi: base %eax, limit %edx, type %cl.
put_descriptor:
    mov %dx, gdt(%edi)
    mov %ax, gdt + 2(%edi)
    shr $16, %eax
    mov %al, gdt + 4(%edi)
    mov %cl, gdt + 5(%edi)
    movb $0, gdt + 6(%edi)
    mov %ah, gdt + 7(%edi)
    ret

# A 32-bit TSS at %edi: EIP %eax, ESP %edx, CS %ecx, the other segments %esi, the page tables in use.
put_tss:
    mov %eax, 0x20(%edi)
    movl $2, 0x24(%edi)
    mov %edx, 0x38(%edi)
    mov %esi, 0x48(%edi)
    mov %ecx, 0x4c(%edi)
    mov %esi, 0x50(%edi)
    mov %esi, 0x54(%edi)
    mov %esi, 0x58(%edi)
    movl $0, 0x5c(%edi)
    movl $0, 0x60(%edi)
    movl $104 << 16, 0x64(%edi)
    mov %cr3, %eax
    mov %eax, 0x1c(%edi)
    ret

main:
    describe OTHER, other, 103, 0x89
    task other, other_entry, other_stack
    movw $OTHER, gdt + GATE + 2
    movw $0xe500, gdt + GATE + 4
    mov $0x31, %ecx
    call set_task_gate
    call calls
    call jumps
    call gates
    call exceptions
    call bad_tasks
    call user_task
    call paged_task
    call narrow_task
    ret

# Entry %ecx of the IDT: a task gate to OTHER.
set_task_gate:
    movw $OTHER, idt + 2(, %ecx, 8)
    movw $0xe500, idt + 4(, %ecx, 8)
    ret

# Which task runs, what is busy, NT and TS.
put_task:
    xor %eax, %eax
    str %ax
    show "  TR"
    movzbl gdt + TASK + 5, %eax
    show "  type of the first task"
    movzbl gdt + OTHER + 5, %eax
    show "  type of the other"
    pushf
    pop %eax
    and $0x4000, %eax
    show "  NT"
    mov %cr0, %eax
    and $8, %eax
    show "  TS"
    clts
    ret

# The other task: says what it sees, and goes back the way that it came.
other_entry:
    say "in the other task\n"
    call put_task
    movzwl other, %eax
    show "  its link"
    mov tss + 0x34, %eax
    show "  EBX of the first task"
    mov $0x5678, %ebx
    pushf
    pop %eax
    test $0x4000, %eax
    jz 1f
    iret
    jmp other_entry
1:  ljmp $TASK, $0
    jmp other_entry

    .macro through text, instruction:vararg
    say "\text\n"
    mov $0x1234, %ebx
    \instruction
    mov %ebx, %eax
    show "back, with EBX"
    call put_task
    .endm

calls:
    through "CALL TSS", lcall $OTHER, $0
    through "CALL TSS again", lcall $OTHER, $0
    ret

jumps:
    through "JMP TSS", ljmp $OTHER, $0
    attempt "JMP to the task itself, which is busy", ljmp $TASK, $0
    attempt "CALL of it", lcall $TASK, $0
    ret

gates:
    through "CALL task gate", lcall $GATE, $0
    through "JMP task gate", ljmp $GATE, $0
    through "INT task gate", int $0x31
    pushf
    orl $0x4000, (%esp)         # IRET with a link to nowhere
    popf
    movw $0, tss
    attempt "IRET without a link", iret
    pushf
    andl $0xffffbfff, (%esp)
    popf
    ret

# ---- exceptions -----------------------------------------------------------------------------------------------------------------

# A task for one exception: takes its error code, has the first task go on elsewhere, and goes back.
handler_entry:
    pop %eax
    show "a task for the exception, error code"
    xor %eax, %eax
    str %ax
    show "  TR"
    mov tss + 0x20, %eax
    sub faulting, %eax
    show "  EIP of the first task, from the instruction"
    mov tss + 0x24, %eax
    and $0x10000, %eax
    show "  RF in its flags"
    mov expected, %eax
    mov %eax, tss + 0x20
    movl $0, expected
    iret
    jmp handler_entry

exceptions:
    describe SPARE, spare, 103, 0x89
    task spare, handler_entry, spare_stack
    mov idt + 13 * 8, %eax      # #GP
    mov idt + 13 * 8 + 4, %edx
    push %eax
    push %edx
    mov $13, %ecx
    call set_task_gate
    movw $SPARE, idt + 13 * 8 + 2
    movl $1f, expected
    movl $2f, faulting
    mov $0x77, %eax
2:  mov %ax, %fs
1:  say "back from #GP\n"
    movl $0xe00, idt + 13 * 8 + 4       # now its gate is not present: #NP in the delivery of #GP is a double fault
    mov idt + 8 * 8, %eax
    mov idt + 8 * 8 + 4, %edx
    push %eax
    push %edx
    mov $8, %ecx
    call set_task_gate
    movw $SPARE, idt + 8 * 8 + 2
    movl $1f, expected
    movl $2f, faulting
    mov $0x77, %eax
2:  mov %ax, %fs
1:  say "back from #DF\n"
    popl idt + 8 * 8 + 4
    popl idt + 8 * 8
    popl idt + 13 * 8 + 4
    popl idt + 13 * 8
    ret

# ---- tasks that cannot be entered -----------------------------------------------------------------------------------------------

# The exception belongs to the new task, if the switch came that far. That is at CPL 3, so the handler gets a good stack whatever is wrong.
    .macro bad text, change:vararg
    describe SPARE, spare, 235, 0x89
    task spare, 88f, user_stack_top, CODE3, DATA3
    movl $spare_stack, spare + 4
    movl $DATA0, spare + 8
    \change
    movl $77f, expected
    movl $spare_stack, expected_stack
    ljmp $SPARE, $0
    jmp 79f
77: mov $DATA0, %ax
    mov %ax, %ds
    say "\text: "
    call put_seen
    xor %eax, %eax
    str %ax
    show "  TR"
    cmp $SPARE, %eax
    jne 78f
    ljmp $TASK, $0
88: int3                        # whose gate is not for CPL 3
78: mov first_pointer, %esp
79: movl $0, expected
    .endm

bad_tasks:
    mov %esp, first_pointer
    bad "a good one", nop
    bad "SS of the wrong kind", movl $CODE3, spare + 0x50
    bad "SS of another level", movl $DATA0, spare + 0x50
    bad "SS null", movl $0, spare + 0x50
    bad "CS null", movl $3, spare + 0x4c
    bad "CS a data segment", movl $DATA3, spare + 0x4c
    bad "CS a TSS", movl $TASK + 3, spare + 0x4c
    bad "DS beyond the table", movl $0x1000, spare + 0x54
    bad "LDT a code segment", movl $CODE0, spare + 0x60
    bad "a TSS too short", movw $102, gdt + SPARE
    bad "a TSS not present", movb $0x09, gdt + SPARE + 5
    bad "a TSS that is busy", movb $0x8b, gdt + SPARE + 5
    bad "a trap on entry", movb $1, spare + 0x64
    mov %dr6, %eax
    and $0x8000, %eax
    show "  BT in DR6"
    ret

# ---- other kinds of tasks -------------------------------------------------------------------------------------------------------

user_task:
    call allow_ports
    describe SPARE, spare, 235, 0x89
    task spare, user_entry, user_stack_top, CODE3, DATA3
    movl $DATA0, spare + 8
    movl $kernel_stack_top, spare + 4
    say "a task at CPL 3\n"
    lcall $SPARE, $0
    say "back from CPL 3\n"
    ret
user_entry:
    mov %cs, %eax
    show "  CS"
    pushf
    pop %eax
    and $0x7000, %eax
    show "  NT and IOPL"
    iret                        # with NT, at any level

# The task sees its own frame at 4 MiB.
paged_task:
    map_one_to_one low_table, 7
    movl $low_table + 7, directory_a
    movl $low_table + 7, directory_b
    movl $frame_table_a + 7, directory_a + 4
    movl $frame_table_b + 7, directory_b + 4
    movl $0x200000 + 7, frame_table_a
    movl $0x201000 + 7, frame_table_b
    movl $0xaaaa, 0x200000
    movl $0xbbbb, 0x201000
    mov $directory_a, %eax
    mov %eax, %cr3
    mov %eax, tss + 0x1c
    mov %cr0, %eax
    or $0x80000000, %eax
    mov %eax, %cr0
    describe SPARE, spare, 103, 0x89
    task spare, paged_entry, spare_stack
    movl $directory_b, spare + 0x1c
    mov 0x400000, %eax
    show "the frame of the first task"
    lcall $SPARE, $0
    mov 0x400000, %eax
    show "again that of the first task"
    mov %cr0, %eax
    and $0x7fffffff, %eax
    mov %eax, %cr0
    ret
paged_entry:
    mov 0x400000, %eax
    show "the frame of the other task"
    iret

narrow_task:
    mov $narrow_entry, %eax
    movw $0xff, gdt + NARROW_CODE
    mov %ax, gdt + NARROW_CODE + 2
    shr $16, %eax
    mov %al, gdt + NARROW_CODE + 4
    movw $0x409b, gdt + NARROW_CODE + 5
    mov %ah, gdt + NARROW_CODE + 7
    describe SPARE, spare, 43, 0x81
    movl $0, spare
    movw $0, spare + 0x0e       # IP
    movw $2, spare + 0x10
    movw $0x4321, spare + 0x12  # AX
    movw $0, spare + 0x1a       # SP
    movw $DATA0, spare + 0x22   # ES, CS, SS, DS
    movw $NARROW_CODE, spare + 0x24
    movw $DATA0, spare + 0x26
    movw $DATA0, spare + 0x28
    movw $0, spare + 0x2a
    mov $0x87654321, %ebx
    lcall $SPARE, $0
    say "back from a 16-bit task\n"
    mov narrow_seen, %eax
    show "  its EAX"
    mov narrow_seen + 4, %eax
    show "  its FS"
    mov narrow_seen + 8, %eax
    show "  its NT"
    mov %ebx, %eax
    show "  EBX of the first task"
    ret
narrow_entry:
    mov %eax, narrow_seen
    xor %eax, %eax
    mov %fs, %ax
    mov %eax, narrow_seen + 4
    mov $narrow_stack, %esp
    pushf
    pop %eax
    and $0x4000, %eax
    mov %eax, narrow_seen + 8
    iret

    .bss
    .align 4096
directory_a:
    .skip 4096
directory_b:
    .skip 4096
low_table:
    .skip 4096
frame_table_a:
    .skip 4096
frame_table_b:
    .skip 4096
other:
    .skip 104
    .align 256
spare:
    .skip 104 + 132
    .skip 1024
other_stack:
    .skip 2048
spare_stack:
    .skip 256
narrow_stack:
first_pointer:
    .skip 4
faulting:
    .skip 4
narrow_seen:
    .skip 12
