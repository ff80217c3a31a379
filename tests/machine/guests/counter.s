# Shows the time-stamp counter after a while: no two backends that count time differently show the same.
    .include "common.s"

main:
    mov $1000003, %ecx
1:  loop 1b
    rdtsc
    show "the counter:"
    ret
