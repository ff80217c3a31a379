# Paging as kernels use it: pages of 4 KiB and 4 MiB, the rights of levels and CR0.WP, accessed and dirty flags, reserved bits, INVLPG; and PAE, with
# pages of 4 KiB and 2 MiB, and what is wrong with its pointers. SDM vol. 3A, chapter 5.
    .include "common.s"
    .set PLACE, 0x800000        # where pages are tried
    .set FRAME, 0x400000        # which frame is behind them

main:
    mov $14, %ecx
    mov $page_fault, %eax
    mov $0x8e, %bl
    call set_gate
    call small_pages
    call large_pages
    call with_pae
    ret

# Keeps the error code and CR2, and goes on at `resume`.
page_fault:
    popl %ss:fault_error
    push %eax
    mov %cr2, %eax
    mov %eax, %ss:fault_address
    mov %ss:resume, %eax
    mov %eax, 4(%esp)
    pop %eax
    iret

# Executes an instruction that may page-fault, and says what it did.
    .macro touch text, instruction:vararg
    movl $-1, fault_error
    movl $66f, resume
    \instruction
66: say "\text: "
    call put_fault
    .endm

put_fault:
    mov fault_error, %eax
    cmp $-1, %eax
    je 1f
    say "error "
    call put_hexadecimal
    mov fault_address, %eax
    say " at "
    call put_hexadecimal
    call put_line
    ret
1:  say "fine\n"
    ret

# The same by a routine at CPL 3, which comes back by CLI: #GP there.
    .macro from_user text, routine
    movl $-1, fault_error
    movl $65f, expected
    mov %esp, expected_stack
    mov $\routine, %eax
    jmp enter_user
65: mov $DATA0, %ax
    mov %ax, %ds
    say "\text: "
    call put_fault
    .endm

user_read:
    movl $1f, resume
    mov PLACE, %eax
1:  cli
user_write:
    movl $1f, resume
    movl $1, PLACE
1:  cli

    .macro all_rights text
    say "\text\n"
    touch "  CPL 0 reads", mov PLACE, %eax
    touch "  CPL 0 writes", movl $1, PLACE
    from_user "  CPL 3 reads", user_read
    from_user "  CPL 3 writes", user_write
    .endm

    .macro set_control bits
    mov %cr0, %eax
    or $\bits, %eax
    mov %eax, %cr0
    .endm

    .macro clear_control bits
    mov %cr0, %eax
    and $~\bits, %eax
    mov %eax, %cr0
    .endm

    .macro page value
    movl $\value, place_table
    invlpg PLACE
    .endm

# The flags of the entry that maps PLACE, and of the one above it.
    .macro put_flags upper, lower
    mov \upper, %eax
    and $0xfff, %eax
    say "  flags "
    call put_hexadecimal
    mov \lower, %eax
    and $0xfff, %eax
    say " "
    call put_hexadecimal
    call put_line
    .endm

small_pages:
    map_one_to_one low_table, 7
    movl $low_table + 7, directory
    movl $place_table + 7, directory + 8
    mov $directory, %eax
    mov %eax, %cr3
    set_control 0x80000000
    page 0
    all_rights "not present"
    page FRAME+1
    all_rights "of the supervisor, read-only"
    set_control 0x10000
    all_rights "the same with WP"
    page FRAME+5
    all_rights "of the user, read-only, with WP"
    clear_control 0x10000
    page FRAME+7
    all_rights "of the user"
    movl $place_table + 3, directory + 8
    page FRAME+7
    all_rights "of the user below an entry of the supervisor"
    set_control 0x10000
    movl $place_table + 5, directory + 8
    page FRAME+7
    all_rights "below a read-only entry, with WP"
    clear_control 0x10000
    movl $place_table + 7, directory + 8
    page FRAME+7
    say "accessed and dirty\n"
    put_flags directory+8, place_table
    mov PLACE, %eax
    put_flags directory+8, place_table
    movl $5, PLACE
    put_flags directory+8, place_table
    touch "two pages, the second not there", mov PLACE + 0xffe, %eax
    touch "two pages, the second not there, written", movl $1, PLACE + 0xffe
    clear_control 0x80000000
    ret

large_pages:
    mov %cr4, %eax
    or $0x90, %eax              # PSE, PGE
    mov %eax, %cr4
    movl $0x87, directory
    movl $FRAME + 0x187, directory + 8  # 4 MiB, global
    mov $directory, %eax
    mov %eax, %cr3
    set_control 0x80000000
    say "4 MiB\n"
    movl $0x1234, PLACE + 0x3ffffc
    mov PLACE + 0x3ffffc, %eax
    show "  the last word"
    put_flags directory, directory+8
    movl $0x200000 + 0x87, directory + 8
    invlpg PLACE
    touch "  a reserved bit is set", mov PLACE, %eax
    movl $FRAME + 0x81, directory + 8
    invlpg PLACE
    all_rights "of the supervisor, read-only"
    clear_control 0x80000000
    mov FRAME + 0x3ffffc, %eax
    show "the word in its frame"
    ret

with_pae:
    mov %cr4, %eax
    and $~0x90, %eax
    or $0x20, %eax              # PAE
    mov %eax, %cr4
    movl $pae_directory + 1, pointers
    movl $pae_places + 1, pointers + 8
    movl $0x87, pae_directory   # 2 MiB each
    movl $0x200087, pae_directory + 8
    movl $FRAME + 0x87, pae_directory + 16
    movl $pae_table + 7, pae_directory + 4 * 8
    movl $FRAME + 7, pae_table
    mov $pointers, %eax
    mov %eax, %cr3
    set_control 0x80000000
    say "PAE\n"
    movl $0x7777, 0x400000
    mov PLACE, %eax
    show "  one frame by a page of 2 MiB and one of 4 KiB"
    put_flags pae_directory+16, pae_directory+32
    put_flags pae_directory+32, pae_table
    touch "  the third GiB", mov 0x80000000, %eax
    movl $FRAME + 0x87, pae_places
    mov 0x40000000, %eax
    show "  the second GiB"
    movl $1, pae_table + 4
    invlpg PLACE
    touch "  an address beyond all memory", mov PLACE, %eax
    movl $0x10, pae_table + 4
    invlpg PLACE
    touch "  an address beyond 36 bits", mov PLACE, %eax
    movl $0x80000000, pae_table + 4
    invlpg PLACE
    touch "  no execution, which is not enabled", mov PLACE, %eax
    movl $0, pae_table + 4
    movl $FRAME + 5, pae_table
    invlpg PLACE
    all_rights "of the user, read-only"
    movl $0x2087, pae_directory + 16
    invlpg 0x400000
    touch "  a reserved bit in a page of 2 MiB", mov 0x400000, %eax
    movl $FRAME + 0x87, pae_directory + 16
    movl $pae_directory + 3, pointers + 16      # R/W of a pointer is reserved
    mov $pointers, %eax
    attempt "  a pointer with a reserved bit", mov %eax, %cr3
    movl $0, pointers + 16
    movl $0, pointers + 8       # the pointers are registers: no change until CR3 is loaded
    invlpg 0x40000000
    mov 0x40000000, %eax
    show "  the second GiB, without a pointer in memory"
    mov $pointers, %eax
    mov %eax, %cr3
    touch "  after a load of CR3", mov 0x40000000, %eax
    clear_control 0x80000000
    mov %cr4, %eax
    and $~0x20, %eax
    mov %eax, %cr4
    ret

    .bss
    .align 4096
directory:
    .skip 4096
low_table:
    .skip 4096
place_table:
    .skip 4096
pae_directory:
    .skip 4096
pae_places:
    .skip 4096
pae_table:
    .skip 4096
pointers:
    .skip 32
fault_error:
    .skip 4
fault_address:
    .skip 4
resume:
    .skip 4
