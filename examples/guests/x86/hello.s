# The smallest guest: one line on the serial port.
    .include "common.s"

main:
    say "Hello from ring 0.\n"
    ret
