# The clock: set while it stands, in decimal and in binary, of 24 and of 12 hours, and read back. Motorola MC146818 data sheet.
    .include "common.s"
    .set RTC, 0x70
    .set STATUS_B, 0x0b

    .macro put number, value
    mov $\number, %al
    out %al, $RTC
    mov $\value, %al
    out %al, $RTC + 1
    .endm

    .macro get number
    mov $\number, %al
    out %al, $RTC
    xor %eax, %eax
    in $RTC + 1, %al
    .endm

    .macro tell text, number
    get \number
    show "\text"
    .endm

main:
    put STATUS_B, 0x82          # it stands; decimal, 24 hours
    put 0, 0x10
    put 2, 0x30
    put 4, 0x15
    put 6, 0x05
    put 7, 0x29
    put 8, 0x02
    put 9, 0x24
    tell "while it stands, seconds", 0
    put STATUS_B, 0x02
    call date
    put STATUS_B, 0x00          # 12 hours
    tell "of 12 hours", 4
    put STATUS_B, 0x06          # binary
    say "binary\n"
    call date
    put STATUS_B, 0x02
    put 9, 0x99                 # while it goes
    tell "another year", 9
    ret

date:
    tell "  hour", 4
    tell "  minute", 2
    tell "  day of the week", 6
    tell "  day", 7
    tell "  month", 8
    tell "  year", 9
    ret
