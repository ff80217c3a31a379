# Gates that lead nowhere: not present, to a null selector, to data, beyond the table, beyond the IDT, to a TSS; and a call gate of the same kinds.
    .include "common.s"

    .macro gate low, high, text
    movl $\low, idt + 0x40 * 8
    movl $\high, idt + 0x40 * 8 + 4
    attempt "\text", int $0x40
    .endm

main:
    gate 0x00080000, 0x00000e00, "a gate that is not present"
    gate 0x00000000, 0x00008e00, "a gate to a null selector"
    gate 0x00100000, 0x00008e00, "a gate to data"
    gate 0x01000000, 0x00008e00, "a gate beyond the GDT"
    gate 0x001b0000, 0x00008e00, "a gate to an outer level"
    gate 0x000f0000, 0x00008e00, "a gate into an LDT that is not there"
    gate 0x00080000, 0x00008b00, "a TSS in place of a gate"
    gate 0x00080000, 0x00000000, "no gate"
    movw $0x41 * 8 - 1, short
    lidt short
    attempt "INT 41h beyond the IDT", int $0x41
    lidt idt_pointer
    movl $0x00080000, gdt + 0x30
    movl $0x00000c00, gdt + 0x34
    attempt "a call gate that is not present", lcall $0x30, $0
    movl $0x00000000, gdt + 0x30
    movl $0x00008c00, gdt + 0x34
    attempt "a call gate to a null selector", lcall $0x30, $0
    movl $0x00100000, gdt + 0x30
    attempt "a call gate to data", lcall $0x30, $0
    ret

    .data
short:
    .word 0
    .long idt
