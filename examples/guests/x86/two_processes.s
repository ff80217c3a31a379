# A kernel with two processes, each in an address space of its own at CPL 3. The timer takes the processor away from them (interrupt 0x20), system calls
# (interrupt 0x30) print characters, tell the number of the time slice, and end a process. What is printed does not depend on how long a slice is.
    .include "common.s"
    .set PROCESS, 0x400000      # where each process sees its page
    .set FRAMES, 0x300000       # where the pages of the processes are
    .set LETTER, 0xff0
    .set PRINT, 1
    .set SLICE, 2
    .set LEAVE, 3

main:
    call make_address_spaces
    mov $0x20, %ecx
    mov $timer, %eax
    mov $0x8e, %bl
    call set_gate
    mov $0x30, %ecx
    mov $system_call, %eax
    mov $0xee, %bl
    call set_gate
    call start_timer
    movl $2, alive
    mov $directory_a, %eax
    mov %eax, %cr3
    mov %cr0, %eax
    or $0x80010000, %eax        # PG, WP
    mov %eax, %cr0
    jmp resume                  # the first process; interrupts begin with its flags

# Both directories map the first 4 MiB one to one for the kernel; each maps the page of its process.
make_address_spaces:
    map_one_to_one kernel_table, 3
    movl $kernel_table + 3, directory_a
    movl $kernel_table + 3, directory_b
    movl $table_a + 7, directory_a + 4
    movl $table_b + 7, directory_b + 4
    movl $FRAMES + 7, table_a
    movl $FRAMES + 0x1000 + 7, table_b
    movl $directory_a, directories
    movl $directory_b, directories + 4
    mov $FRAMES, %ebx
    mov $'A', %dl
    call load_process
    mov $FRAMES + 0x1000, %ebx
    mov $'B', %dl
    call load_process
    mov $stack_a_top, %ebx
    call make_frame
    mov %ebx, saved
    mov $stack_b_top, %ebx
    call make_frame
    mov %ebx, saved + 4
    movl $stack_a_top, stacks
    movl $stack_b_top, stacks + 4
    ret

load_process:
    mov $process, %esi
    mov %ebx, %edi
    mov $process_end - process, %ecx
    cld
    rep movsb
    mov %dl, LETTER(%ebx)
    ret

# What `resume` takes from the kernel stack of a process that has not run yet.
make_frame:
    mov %esp, %edx
    mov %ebx, %esp
    push $DATA3
    push $PROCESS + 0xfe0
    push $0x202
    push $CODE3
    push $PROCESS
    push $DATA3
    pusha
    mov %esp, %ebx
    mov %edx, %esp
    ret

# The interrupt controllers at 0x20 and 0x28, with the timer alone; 100 interrupts a second.
start_timer:
    mov $0x11, %al
    out %al, $0x20
    out %al, $0xa0
    mov $0x20, %al
    out %al, $0x21
    mov $0x28, %al
    out %al, $0xa1
    mov $4, %al
    out %al, $0x21
    mov $2, %al
    out %al, $0xa1
    mov $1, %al
    out %al, $0x21
    out %al, $0xa1
    mov $0xfe, %al
    out %al, $0x21
    mov $0xff, %al
    out %al, $0xa1
    mov $0x34, %al
    out %al, $0x43
    mov $11932 & 255, %al
    out %al, $0x40
    mov $11932 >> 8, %al
    out %al, $0x40
    ret

timer:
    push %ds
    pusha
    mov $DATA0, %ax
    mov %ax, %ds
    mov $0x20, %al
    out %al, $0x20
    incl slices
next_process:
    mov current, %ebx
    mov %esp, saved(, %ebx, 4)
    xor $1, %ebx
    cmpl $0, ended(, %ebx, 4)
    jne resume
    mov %ebx, current
resume:
    mov current, %ebx
    mov directories(, %ebx, 4), %eax
    mov %eax, %cr3
    mov stacks(, %ebx, 4), %eax
    mov %eax, tss + 4
    mov saved(, %ebx, 4), %esp
    popa
    pop %ds
    iret

system_call:
    push %ds
    pusha
    mov $DATA0, %cx
    mov %cx, %ds
    cmp $PRINT, %eax
    je 1f
    cmp $SLICE, %eax
    je 2f
    mov current, %ebx           # LEAVE
    movl $1, ended(, %ebx, 4)
    decl alive
    jnz next_process
    mov slices, %eax
    cmp $7, %eax
    jb 3f
    say "both have ended\n"
    xor %eax, %eax
    jmp finish
3:  say "too few time slices\n"
    mov $1, %al
    jmp finish
1:  mov %bl, %al
    call put_character
    jmp 4f
2:  mov slices, %eax
    mov %eax, 28(%esp)          # EAX of the process
4:  popa
    pop %ds
    iret

# ---- the process: position-independent; four lines, one in each time slice ----
process:
    mov $1, %edi
1:  mov $SLICE, %eax
    int $0x30
    mov %eax, %ebp
    call 5f
5:  pop %esi
    and $0xfffff000, %esi
    mov LETTER(%esi), %bl
    mov $PRINT, %eax
    int $0x30
    lea '0'(%edi), %ebx
    mov $PRINT, %eax
    int $0x30
    mov $'\n', %bl
    mov $PRINT, %eax
    int $0x30
2:  mov $1000, %ecx             # until the time slice is over
3:  loop 3b
    mov $SLICE, %eax
    int $0x30
    cmp %ebp, %eax
    je 2b
    inc %edi
    cmp $5, %edi
    jb 1b
    mov $LEAVE, %eax
    int $0x30
process_end:

    .bss
    .align 4096
directory_a:
    .skip 4096
directory_b:
    .skip 4096
kernel_table:
    .skip 4096
table_a:
    .skip 4096
table_b:
    .skip 4096
stack_a:
    .skip 4096
stack_a_top:
stack_b:
    .skip 4096
stack_b_top:
directories:
    .skip 8
stacks:
    .skip 8
saved:
    .skip 8
ended:
    .skip 8
current:
    .skip 4
alive:
    .skip 4
slices:
    .skip 4
