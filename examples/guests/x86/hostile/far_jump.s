# Far transfers to selectors that the guest never made: those of a Linux host, the LDT, entries beyond the table, data, the TSS.
    .include "common.s"

main:
    attempt "JMP 33h, the 64-bit code of a Linux host", ljmp $0x33, $main
    attempt "JMP 0Fh, in the LDT", ljmp $0x0f, $main
    attempt "JMP 73h, beyond the table", ljmp $0x73, $main
    attempt "JMP 10h, data", ljmp $DATA0, $main
    attempt "JMP 0, null", ljmp $0, $main
    attempt "JMP 1Bh, code of level 3 from level 0", ljmp $CODE3, $main
    attempt "CALL 33h", lcall $0x33, $main
    attempt "RET to 33h", call far_return
    attempt "IRET to 33h", call interrupt_return
    ret

far_return:
    push $0x33
    push $main
    lret

interrupt_return:
    pushf
    push $0x33
    push $main
    iret
