# Accesses that leave what the page tables give: not present, read-only, the kernel's pages from CPL 3, the upper end of the address space.
    .include "common.s"

main:
    call allow_ports
    map_one_to_one table, 7
    movl $table + 7, directory
    movl $0x003ff005, table + 0x3ff * 4     # read-only
    movl $0x003fe003, table + 0x3fe * 4     # of the kernel
    mov $directory, %eax
    mov %eax, %cr3
    mov %cr0, %eax
    or $0x80010000, %eax
    mov %eax, %cr0
    attempt "write at 80000000", movl $1, 0x80000000
    call put_address
    attempt "read at FFFFFFFC", mov 0xfffffffc, %eax
    call put_address
    attempt "write to a read-only page", movl $1, 0x3ff000
    call put_address
    attempt "a word across the border to it", movl $1, 0x3feffe
    call put_address
    attempt "read of the page of the kernel at CPL 0", mov 0x3fe000, %eax
    movl $2f, expected
    mov %esp, expected_stack
    mov $user, %eax
    jmp enter_user
user:
    mov 0x3fe000, %eax
    jmp user
2:  mov $DATA0, %ax
    mov %ax, %ds
    say "the same at CPL 3: "
    call put_seen
    call put_address
    mov $3f, %edx
    movl $3f, expected
    mov %esp, expected_stack
    mov $0x90000000, %eax
    jmp *%eax
3:  say "JMP to 90000000: "
    call put_seen
    call put_address
    ret

put_address:
    mov %cr2, %eax
    show "  at"
    ret

    .bss
    .align 4096
directory:
    .skip 4096
table:
    .skip 4096
