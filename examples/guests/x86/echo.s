# What comes in at the serial port goes out again in capital letters: the first line by polling, then by interrupts, until a line that is empty. Without
# input it waits.
    .include "common.s"

    .set PIC0, 0x20
    .set SERIAL_LINE, 0x24      # the vector of line 4

main:
    say "polling\n"
1:  call receive_byte
    call put_capital
    cmp $'\n', %al
    jne 1b
    mov $0x11, %al              # 8259: cascade, four words, vectors from 0x20
    out %al, $PIC0
    mov $0x20, %al
    out %al, $PIC0 + 1
    mov $4, %al
    out %al, $PIC0 + 1
    mov $1, %al
    out %al, $PIC0 + 1
    mov $0xef, %al              # line 4 alone
    out %al, $PIC0 + 1
    mov $received, %eax
    mov $SERIAL_LINE, %ecx
    mov $0x8e, %bl
    call set_gate
    mov $SERIAL + 4, %dx        # OUT2 lets the interrupt through on a PC
    mov $0x0b, %al
    out %al, %dx
    mov $SERIAL + 1, %dx        # an interrupt for each byte
    mov $1, %al
    out %al, %dx
    say "interrupts\n"
2:  sti
    hlt
    cli
    cmpl $0, ended
    je 2b
    mov interrupts, %eax
    show "interrupts:"
    ret

# The next byte to AL.
receive_byte:
    mov $SERIAL + 5, %dx
1:  in %dx, %al
    test $1, %al
    jz 1b
    mov $SERIAL, %dx
    in %dx, %al
    cmp $'\r', %al              # Enter on a terminal
    jne 2f
    mov $'\n', %al
2:  ret

put_capital:
    cmp $'a', %al
    jb 1f
    cmp $'z', %al
    ja 1f
    sub $'a' - 'A', %al
1:  jmp put_character

# A byte has come in: what identifies the interrupt says so. One at a time, so that there is an interrupt for each.
received:
    pusha
    mov $SERIAL + 2, %dx
    in %dx, %al
    and $0x0f, %al
    cmp $4, %al
    jne 2f
    incl interrupts
    call receive_byte
    mov last, %ah
    mov %al, last
    call put_capital
    cmp $0x0a0a, %ax            # a line feed after a line feed
    jne 2f
    movl $1, ended
    mov $SERIAL + 1, %dx        # nothing more
    mov $0, %al
    out %al, %dx
2:  mov $0x20, %al
    out %al, $PIC0
    popa
    iret

    .data
last:
    .byte 0
    .align 4
ended:
    .long 0
interrupts:
    .long 0
