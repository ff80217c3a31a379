# Data segments of a host, of the LDT, beyond the table, of the wrong kind; and the null selector, which can be loaded but not used.
    .include "common.s"

    .macro load selector
    mov $\selector, %ecx
    attempt "MOV DS, \selector", mov %cx, %ds
    mov $DATA0, %ax
    mov %ax, %ds
    mov $\selector, %ecx
    attempt "MOV SS, \selector", mov %cx, %ss
    mov $DATA0, %ax
    mov %ax, %ds
    mov %ax, %ss
    .endm

main:
    load 0x2b
    load 0x53
    load 0x63
    load 0x0f
    load 0x7b
    load 0x28
    load 0x08
    load 0x1b
    load 0x23
    load 0x11
    xor %ecx, %ecx
    mov %cx, %fs
    attempt "a word at FS = 0", mov %fs:0, %eax
    attempt "MOV CS", .byte 0x8e, 0xc8
    ret
