# Priorities of the interrupt controllers, and what ends an interrupt: rotation, special mask mode, automatic ends, polling, the special fully nested mode. Two
# lines can be raised at will: 1 by a byte that the keyboard controller sends as the keyboard's, 4 by the transmitter of the serial port. Then commands of the
# keyboard controller. Intel 8259A data sheet, OCW2 and OCW3.
    .include "common.s"
    .set PIC1, 0x20
    .set PIC2, 0xa0
    .set KEYBOARD, 0x60

    .macro write port, value
    mov $\value, %al
    out %al, $\port
    .endm

    .macro initialize fourth
    write PIC1, 0x11
    write PIC1 + 1, 0x20
    write PIC1 + 1, 4
    write PIC1 + 1, \fourth
    write PIC1 + 1, 0xff
    write PIC2 + 1, 0xff
    .endm

# A poll, and what is in service after it, as two bytes at EDI.
    .macro poll
    write PIC1, 0x0c
    in $PIC1, %al
    stosb
    write PIC1, 0x0b
    in $PIC1, %al
    stosb
    .endm

    .macro begin
    mov $results, %edi
    call raise_lines
    write PIC1 + 1, 0xed        # lines 1 and 4
    .endm

    .macro results_of text
    call lower_lines
    say "\text"
    call put_results
    .endm

main:
    mov $0x21, %ecx
    mov $on_keyboard, %eax
    mov $0x8e, %bl
    call set_gate
    mov $0x24, %ecx
    mov $on_serial, %eax
    mov $0x8e, %bl
    call set_gate
    mov $SERIAL + 4, %dx
    mov $0x0b, %al
    out %al, %dx
    write KEYBOARD + 4, 0x60
    write KEYBOARD, 0x41        # interrupts
    initialize 1

    begin
    poll                        # 1 goes first
    poll                        # and keeps 4 away
    write PIC1, 0x20
    poll
    write PIC1, 0x64            # the end of line 4
    poll                        # nobody
    results_of "fixed priorities:"

    begin
    write PIC1, 0xc1            # line 1 is the last
    poll
    write PIC1, 0xa0            # line 4 ends, and is the last
    poll
    write PIC1, 0xe1            # line 1 ends, and is the last
    call lower_lines
    call raise_lines
    poll
    write PIC1, 0x64
    poll
    write PIC1, 0x61
    results_of "rotation:"
    write PIC1, 0xc7

    begin
    poll
    write PIC1, 0x68            # special mask mode
    write PIC1 + 1, 0xef
    poll                        # 1 is masked, and no longer in the way
    write PIC1, 0x20            # ends 4
    poll
    write PIC1, 0x48
    write PIC1, 0x61
    poll
    results_of "special mask mode:"

    initialize 3                # automatic ends
    mov $results, %edi
    write PIC1, 0x80            # and rotation
    write PIC1 + 1, 0xed
    mov $3, %ebx
1:  call lower_lines
    call raise_lines
    sti
    nop
    nop
    cli
    dec %ebx
    jnz 1b
    results_of "automatic ends with rotation:"

    call keyboard
    ret

raise_lines:
    write KEYBOARD + 4, 0xd2
    write KEYBOARD, 0x5a
    mov $SERIAL + 1, %dx
    mov $2, %al
    out %al, %dx
    ret

lower_lines:
    in $KEYBOARD, %al
    mov $SERIAL + 1, %dx
    mov $0, %al
    out %al, %dx
    ret

put_results:
    mov $results, %ecx
1:  cmp %edi, %ecx
    jae 2f
    mov $' ', %al
    call put_character
    movzbl (%ecx), %eax
    mov %eax, %edx
    shr $4, %eax
    call put_digit
    mov %edx, %eax
    and $15, %eax
    call put_digit
    inc %ecx
    jmp 1b
2:  jmp put_line
put_digit:
    add $'0', %al
    cmp $'9', %al
    jbe 1f
    add $'a' - '9' - 1, %al
1:  jmp put_character

on_keyboard:
    push %eax
    in $KEYBOARD, %al
    mov $0x21, %al
    stosb
    pop %eax
    iret
on_serial:
    push %eax
    push %edx
    mov $SERIAL + 1, %dx
    mov $0, %al
    out %al, %dx
    mov $0x24, %al
    stosb
    pop %edx
    pop %eax
    iret

# Command \command of the keyboard controller, with a parameter, and its answer at EDI.
    .macro command command, parameter
    write KEYBOARD + 4, \command
    .ifnb \parameter
    write KEYBOARD, \parameter
    .endif
    .endm
    .macro answer
    in $KEYBOARD + 4, %al
    and $1, %al
    stosb
    in $KEYBOARD, %al
    stosb
    .endm

keyboard:
    mov $results, %edi
    command 0x60, 0x40
    command 0xad                # disabled
    command 0x20
    answer
    command 0xae
    command 0x20
    answer
    command 0xa7
    command 0x20
    answer
    command 0xa8
    command 0x20
    answer
    command 0xaa
    answer
    command 0xab
    answer
    command 0xd2, 0x77
    answer
    command 0xad
    write KEYBOARD, 0xee        # an echo of the keyboard
    answer
    command 0x20                # which is enabled again
    answer
    say "keyboard controller:"
    jmp put_results

    .bss
results:
    .skip 256
    .text
