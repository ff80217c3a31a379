# Page tables that point outside of the machine: a directory entry and a page entry to addresses where there is no memory. What is not there reads as ones,
# and cannot be written.
    .include "common.s"

main:
    map_one_to_one table, 3
    movl $table + 3, directory
    movl $other + 3, directory + 4          # 4 MiB: a table with entries to nowhere
    movl $0xf0000003, other
    movl $0xe0000003, directory + 8         # 8 MiB: a table that is nowhere
    mov $directory, %eax
    mov %eax, %cr3
    mov %cr0, %eax
    or $0x80000000, %eax
    mov %eax, %cr0
    mov 0x400000, %eax
    show "a page outside of the memory:"
    movl $0x12345678, 0x400000
    mov 0x400000, %eax
    show "the same after a write:"
    mov 0x800000, %eax
    show "a page of a table outside of the memory:"
    attempt "a page that is not there", mov 0xc00000, %eax
    ret

    .bss
    .align 4096
directory:
    .skip 4096
table:
    .skip 4096
other:
    .skip 4096
