# The devices of a PC as small kernels use them: both interrupt controllers, the timer in modes 0, 2 and 3, the clock with its periodic interrupt, the
# keyboard controller, address line A20, the serial port in its loop and with interrupts. What is printed does not depend on speed.
    .include "common.s"
    .set PIC1, 0x20
    .set PIC2, 0xa0
    .set RTC, 0x70
    .set KEYBOARD, 0x60

    .macro write port, value
    mov $\value, %al
    out %al, $\port
    .endm

    .macro read port, text
    xor %eax, %eax
    in $\port, %al
    show "\text"
    .endm

main:
    call controllers
    call timer
    call clock
    call keyboard
    call serial
    ret

# ---- interrupts -----------------------------------------------------------------------------------------------------------------

    .macro handler number, label
    mov $\number, %ecx
    mov $\label, %eax
    mov $0x8e, %bl
    call set_gate
    .endm

# Vectors 0x20 and 0x28; everything masked.
controllers:
    write PIC1, 0x11
    write PIC2, 0x11
    write PIC1 + 1, 0x20
    write PIC2 + 1, 0x28
    write PIC1 + 1, 4
    write PIC2 + 1, 2
    write PIC1 + 1, 1
    write PIC2 + 1, 1
    write PIC1 + 1, 0xa5
    write PIC2 + 1, 0x5a
    read PIC1 + 1, "mask of the first controller"
    read PIC2 + 1, "mask of the second"
    write PIC1 + 1, 0xff
    write PIC2 + 1, 0xff
    handler 0x20, on_timer
    handler 0x21, on_keyboard
    handler 0x24, on_serial
    handler 0x28, on_clock
    ret

# What is in service on both controllers.
    .macro in_service text
    write PIC1, 0x0b
    xor %eax, %eax
    in $PIC1, %al
    mov %eax, %edx
    write PIC2, 0x0b
    xor %eax, %eax
    in $PIC2, %al
    shl $8, %eax
    or %edx, %eax
    show "\text"
    write PIC1, 0x0a
    write PIC2, 0x0a
    .endm

# Until %ebx interrupts were counted.
wait_for:
    cmp %ebx, count
    jae 1f
    sti                         # no interrupt comes before HLT
    hlt
    cli
    jmp wait_for
1:  ret

on_timer:
    push %eax
    incl count
    write PIC1, 0x20
    pop %eax
    iret
on_clock:
    pusha
    cmpl $0, count
    jne 1f
    in_service "in service while the clock interrupts"
1:  incl count
    write RTC, 0x0c
    in $RTC + 1, %al            # lets the next one come
    mov %al, clock_reason
    write PIC2, 0x20
    write PIC1, 0x20
    popa
    iret
on_keyboard:
    push %eax
    incl count
    in $KEYBOARD, %al
    mov %al, answer
    write PIC1, 0x61            # the end of line 1 alone
    pop %eax
    iret
on_serial:
    pusha
    incl count
    mov $SERIAL + 2, %dx
    in %dx, %al
    mov %al, serial_reason
    write PIC1, 0x20
    popa
    iret

# ---- 8254 -----------------------------------------------------------------------------------------------------------------------

timer:
    movl $0, count
    write 0x43, 0x30            # counter 0, mode 0: once
    write 0x40, 0x00
    write 0x40, 0x10
    write PIC1 + 1, 0xfe
    mov $1, %ebx
    call wait_for
    say "mode 0 has interrupted\n"
    write 0x43, 0xe2            # read back the status of counter 0
    in $0x40, %al
    and $0xbf, %eax
    show "  its status"
    movl $0, count
    write 0x43, 0x34            # mode 2
    write 0x40, 0x00
    write 0x40, 0x08
    mov $3, %ebx
    call wait_for
    say "mode 2 has interrupted three times\n"
    movl $0, count
    write 0x43, 0x36            # mode 3
    write 0x40, 0x00
    write 0x40, 0x08
    mov $3, %ebx
    call wait_for
    say "mode 3 has interrupted three times\n"
    write PIC1 + 1, 0xff
    in $0x61, %al
    and $0xfc, %al
    out %al, $0x61              # counter 2 stands
    write 0x43, 0xb0            # mode 0
    write 0x42, 0x34
    write 0x42, 0x12
    in $0x61, %al
    and $0x20, %eax
    show "output of counter 2 before its gate opens"
    in $0x61, %al
    or $1, %al
    out %al, $0x61
1:  in $0x61, %al
    test $0x20, %al
    jz 1b
    say "  and it rises\n"
    write 0x43, 0x80            # latch: both bytes of one moment
    in $0x42, %al
    in $0x42, %al
    write 0x43, 0x50            # counter 1, mode 0, the low byte alone
    write 0x41, 0x55
    write 0x43, 0xc4            # status and count of counter 1, read back together
    in $0x41, %al
    and $0x3f, %eax
    show "status of counter 1"
    ret

# ---- MC146818 -------------------------------------------------------------------------------------------------------------------

    .macro cmos number
    write RTC, \number
    xor %eax, %eax
    in $RTC + 1, %al
    .endm

clock:
    cmos 0x0d
    show "battery of the clock"
    cmos 0x0b
    and $0x07, %eax
    show "  24 hours, decimal"
    cmos 0x40
    push %eax
    mov $0x3c, %al
    out %al, $RTC + 1
    cmos 0x40
    show "  a byte of its memory"
    write RTC, 0x40
    pop %eax
    out %al, $RTC + 1
    cmos 0x0c
    movl $0, count
    cmos 0x0b
    or $0x40, %al               # the periodic interrupt, 1024 times a second
    mov %al, %ah
    write RTC, 0x0b
    mov %ah, %al
    out %al, $RTC + 1
    write PIC1 + 1, 0xfb
    write PIC2 + 1, 0xfe
    mov $3, %ebx
    call wait_for
    movzbl clock_reason, %eax
    and $0xc0, %eax
    show "three periodic interrupts, because of"
    cmos 0x0b
    and $0xbf, %al
    mov %al, %ah
    write RTC, 0x0b
    mov %ah, %al
    out %al, $RTC + 1
    write PIC1 + 1, 0xff
    write PIC2 + 1, 0xff
    ret

# ---- 8042 -----------------------------------------------------------------------------------------------------------------------

# Sends %al as a command, when the controller takes it.
command:
    push %eax
1:  in $0x64, %al
    test $2, %al
    jnz 1b
    pop %eax
    out %al, $0x64
    ret

# The next byte, in %eax.
receive:
    in $0x64, %al
    test $1, %al
    jz receive
    xor %eax, %eax
    in $KEYBOARD, %al
    ret

keyboard:
1:  in $0x64, %al               # what a loader has left
    test $1, %al
    jz 2f
    in $KEYBOARD, %al
    jmp 1b
2:  mov $0xaa, %al
    call command
    call receive
    show "self-test of the controller"
    mov $0xab, %al
    call command
    call receive
    show "test of the lines"
    mov $0xae, %al
    call command
    mov $0xd0, %al
    call command
    call receive
    and $3, %eax
    show "output port: A20 and no reset"
    in $0x92, %al
    or $2, %al
    and $0xfe, %al
    out %al, $0x92
    in $0x92, %al
    and $3, %eax
    show "system control port A"
    movl $0x1111, 0x200800
    movl $0x2222, 0x300800      # the same address but for bit 20
    mov 0x200800, %eax
    show "memory with A20"
    write KEYBOARD, 0xee
    call receive
    show "echo of the keyboard"
    write KEYBOARD, 0xff
    call receive
    show "its reset"
    call receive
    show "  and its test"
    mov $0x20, %al
    call command
    call receive
    mov %eax, %ebx
    mov $0x60, %al
    call command
    mov %ebx, %eax
    or $1, %al                  # with interrupts
    out %al, $KEYBOARD
    movl $0, count
    write PIC1 + 1, 0xfd
    write KEYBOARD, 0xee
    mov $1, %ebx
    call wait_for
    movzbl answer, %eax
    show "echo by an interrupt"
    write PIC1 + 1, 0xff
    ret

# ---- 16550 ----------------------------------------------------------------------------------------------------------------------

    .macro set register, value
    mov $SERIAL + \register, %dx
    mov $\value, %al
    out %al, %dx
    .endm

serial:
    set 4, 0x1e                 # the loop
    set 0, 0xae
    mov $SERIAL + 5, %dx
1:  in %dx, %al
    test $1, %al
    jz 1b
    mov $SERIAL, %dx
    xor %eax, %eax
    in %dx, %al
    mov %eax, %ebx
    mov $SERIAL + 6, %dx
    xor %eax, %eax
    in %dx, %al
    and $0xf0, %eax
    mov %eax, %esi
    set 4, 0x0b
    mov %ebx, %eax
    show "what the loop gave back"
    mov %esi, %eax
    show "  and its lines"
    set 7, 0x5a
    in %dx, %al
    movzbl %al, %eax
    show "the scratch register"
    movl $0, count
    write PIC1 + 1, 0xef
    set 1, 2                    # an interrupt whenever the transmitter is empty
    mov $1, %ebx
    call wait_for
    set 1, 0
    write PIC1 + 1, 0xff
    movzbl serial_reason, %eax
    and $0x0f, %eax
    show "the reason of a serial interrupt"
    ret

    .bss
count:
    .skip 4
clock_reason:
    .skip 1
answer:
    .skip 1
serial_reason:
    .skip 1
    .text
