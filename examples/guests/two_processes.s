; A kernel and two processes that take turns, by a timer and by supervisor calls.
; When it halts, r0 and r1 are what the two processes have counted.
;
; The machine has no way to save a register without a register that holds an address, so r6 and r7 belong to the kernel: an interrupt may change them
; at any time, and processes leave them alone. Words 5 to 7 and all but the lowest bit of word 8 are free for the kernel.

        .timer 400

        .org 0
        .word 1                 ; before the first trap: the number 1, and where to go on
        .word resume
        .org 5
left:   .word 40                ; traps until it halts
        .word -1
        .word stop
        .word process_a         ; the new mode is supervisor (bit 0); the rest points to the process that runs
        .word trap, 0, 0xffff   ; the new counter, base and bound

; Execution starts here, at word 12: r0 to r7 are 0.
        LD  r6, r0              ; r6 = 1
        LD  r1, r6              ; r1 = resume
        ADD r7, r6
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7              ; r7 = 8
        LD  r7, r7              ; r7 = the process that runs
        JMP r1

; Every trap comes here. The old program status word is in words 0 to 3, its cause in word 4.
trap:   ADD r7, r7              ; sixteen times doubled, any number is 0
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7
        LD  r7, r7              ; r7 = the old mode, and that was user: 1
        ADD r7, r7
        ADD r7, r7
        ADD r7, r7              ; r7 = 8
        LD  r7, r7              ; r7 = the process that ran; r6 is made 1 in the same way
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        ADD r6, r6
        LD  r6, r6
        ST  r0, r7              ; its registers
        ADD r7, r6
        ST  r1, r7
        ADD r7, r6
        ST  r2, r7
        ADD r7, r6
        ST  r3, r7
        ADD r7, r6
        ST  r4, r7
        ADD r7, r6
        ST  r5, r7
        ADD r7, r6
        LD  r0, r7              ; r0 = 0
        ADD r7, r6
        LD  r1, r0              ; its program status word
        ST  r1, r7
        ADD r0, r6
        ADD r7, r6
        LD  r1, r0
        ST  r1, r7
        ADD r0, r6
        ADD r7, r6
        LD  r1, r0
        ST  r1, r7
        ADD r0, r6
        ADD r7, r6
        LD  r1, r0
        ST  r1, r7
        ADD r0, r6
        ADD r7, r6              ; r0 = 4
        LD  r1, r0              ; the cause
        ADD r0, r6
        LD  r2, r0              ; one trap less is left
        ADD r0, r6
        LD  r3, r0              ; r3 = -1
        ADD r2, r3
        ADD r0, r3
        ST  r2, r0
        ADD r0, r6
        ADD r0, r6
        LD  r4, r0              ; r4 = stop
        BZ  r2, r4
        ADD r0, r6              ; r0 = 8
        ADD r4, r3
        LD  r5, r4              ; r5 = call
        ADD r1, r3
        ADD r1, r3
        ADD r1, r3
        ADD r1, r3
        BZ  r1, r5              ; cause 4 is a supervisor call
next:   LD  r7, r7              ; the other process
        ST  r7, r0

resume: LD  r0, r7              ; r7 points to a process: its registers
        ADD r7, r6
        LD  r1, r7
        ADD r7, r6
        LD  r2, r7
        ADD r7, r6
        LD  r3, r7
        ADD r7, r6
        LD  r4, r7
        ADD r7, r6
        LD  r5, r7
        ADD r7, r6
        ADD r7, r6
        LPSW r7                 ; and its program status word

; The counter of a trap is that of the instruction that trapped: behind a supervisor call it goes on one word later.
call:   ADD r7, r3
        ADD r7, r3
        ADD r7, r3
        LD  r1, r7
        ADD r1, r6
        ST  r1, r7
        ADD r7, r6
        ADD r7, r6
        ADD r7, r6
        ADD r4, r3
        LD  r5, r4              ; r5 = next
        JMP r5

        .word window_a + 1, window_b + 1, next, call
stop:   ADD r4, r3              ; r4 = stop, r3 = -1
        ADD r4, r3
        ADD r4, r3
        LD  r1, r4
        LD  r1, r1
        ADD r4, r3
        LD  r0, r4
        LD  r0, r0
        HALT

; A process: r0 to r5, a zero, its program status word, and the process that is next. It lies at an even address.
        .org 0xa0
process_a:
        .word 0, 0, 0, 0, 0, 0, 0
        .word 1, 3, window_a, end_a - window_a
        .word process_b
process_b:
        .word 0, 0, 0, 0, 0, 0, 0
        .word 1, 4, window_b, end_b - window_b
        .word process_a

; Counts by one until the timer takes the processor away.
window_a:
        .word 1                 ; what is added
        .word 0                 ; the count
        .word loop_a - window_a
        LD  r1, r0
        ADD r2, r1              ; r2 = 1, where the count is
        ADD r3, r1
        ADD r3, r1
        LD  r3, r3
loop_a: LD  r4, r2
        ADD r4, r1
        ST  r4, r2
        JMP r3
end_a:

; Counts by two, and gives the processor away each time.
window_b:
        .word 1
        .word 0                 ; the count
        .word loop_b - window_b
        .word 2                 ; what is added
        LD  r1, r0
        ADD r2, r1              ; r2 = 1, where the count is
        ADD r3, r1
        ADD r3, r1
        ADD r1, r3
        LD  r1, r1
        LD  r3, r3
loop_b: LD  r4, r2
        ADD r4, r1
        ST  r4, r2
        SVC
        JMP r3
end_b:
