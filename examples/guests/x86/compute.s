# A computation without any system instruction: sieve of Eratosthenes, a checksum with multiplication and division, a sort. Prints the results alone, so that
# every machine prints the same; `rounds` says how long it takes.
    .include "common.s"
    .set SIZE, 65536
    .ifndef ROUNDS
    .set ROUNDS, 20
    .endif

main:
    movl $ROUNDS, rounds
1:  call sieve
    call mix
    decl rounds
    jnz 1b
    mov primes, %eax
    show "primes below 65536:"
    mov mixed, %eax
    show "checksum:"
    call sort
    mov sorted, %eax
    show "inversions after sorting:"
    ret

sieve:
    mov $flags, %edi
    mov $SIZE, %ecx
    mov $1, %al
    cld
    rep stosb
    movl $0, primes
    mov $2, %ebx
2:  cmpb $0, flags(%ebx)
    je 4f
    incl primes
    mov %ebx, %esi
    add %ebx, %esi
3:  cmp $SIZE, %esi
    jae 4f
    movb $0, flags(%esi)
    add %ebx, %esi
    jmp 3b
4:  inc %ebx
    cmp $SIZE, %ebx
    jb 2b
    ret

mix:
    mov $1, %ebx
    mov $30000, %ecx
5:  mov %ebx, %eax
    mov $1103515245, %edx
    mul %edx
    add $12345, %eax
    adc $0, %edx
    xor %edx, %eax
    rol $5, %eax
    mov %eax, %ebx
    xor %edx, %edx
    lea 7(%ecx), %esi
    div %esi
    add %edx, %ebx
    bsr %ebx, %eax
    xor %eax, %ebx
    loop 5b
    add %ebx, mixed
    ret

# Insertion sort of 256 words, then a count of neighbours in the wrong order.
sort:
    mov $256, %ecx
    mov $1, %eax
6:  imul $1664525, %eax, %eax
    add $1013904223, %eax
    mov %eax, words - 4(, %ecx, 4)
    loop 6b
    mov $1, %ecx
7:  mov words(, %ecx, 4), %eax
    mov %ecx, %edx
8:  test %edx, %edx
    jz 9f
    mov words - 4(, %edx, 4), %ebx
    cmp %eax, %ebx
    jle 9f
    mov %ebx, words(, %edx, 4)
    dec %edx
    jmp 8b
9:  mov %eax, words(, %edx, 4)
    inc %ecx
    cmp $256, %ecx
    jb 7b
    movl $0, sorted
    mov $255, %ecx
0:  mov words - 4(, %ecx, 4), %eax
    cmp words(, %ecx, 4), %eax
    setg %bl
    movzx %bl, %ebx
    add %ebx, sorted
    loop 0b
    ret

    .bss
flags:
    .skip SIZE
words:
    .skip 1024
primes:
    .skip 4
mixed:
    .skip 4
sorted:
    .skip 4
rounds:
    .skip 4
