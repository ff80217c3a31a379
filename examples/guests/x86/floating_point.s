# x87, MMX and SSE: what CR0 and CR4 deny, results of each kind, images in memory, pending and unmasked exceptions. Prints what it sees. The pointers to
# the last x87 instruction are left out: SDM vol. 1, 8.1.8 leaves them to the processor.
    .include "common.s"

main:
    mov %cr0, %eax
    or $0x2e, %eax              # MP, EM, TS, NE
    mov %eax, %cr0
    attempt "FNINIT with EM and TS", fninit
    attempt "PADDB with EM and TS", paddb %mm0, %mm1
    mov %cr0, %eax
    and $~4, %eax
    mov %eax, %cr0
    attempt "FLD1 with TS", fld1
    attempt "WAIT with MP and TS", fwait
    attempt "PADDB with TS", paddb %mm0, %mm1
    clts
    attempt "ADDPS without OSFXSR", addps %xmm0, %xmm1
    mov %cr4, %eax
    or $0x600, %eax             # OSFXSR, OSXMMEXCPT
    mov %eax, %cr4
    fninit
    call arithmetic
    call images
    call pending
    call multimedia
    call vectors
    ret

    .macro show_double text
    fstpl buffer
    mov buffer + 4, %eax
    show "\text, high"
    mov buffer, %eax
    show "\text, low"
    .endm

    .macro show_status text
    fnstsw %ax
    and $0x7fff, %eax
    show "\text"
    .endm

arithmetic:
    fld1
    fldpi
    faddp
    show_double "1 + pi"
    fildl three
    fsqrt
    fld %st(0)
    fmul %st(1), %st
    fxch
    show_double "sqrt(3)"
    show_double "sqrt(3) squared"
    fldl2e
    fldln2
    fmulp
    fsin
    show_double "sin(log2(e) ln(2))"
    fld1
    fldz
    fdivrp                      # 0 / 1
    fistpl buffer
    mov buffer, %eax
    show "0 / 1"
    fildl three
    fld1
    fcomip %st(1), %st
    pushf
    pop %eax
    and $0x45, %eax
    show "flags of 1 and 3"
    fldz
    fxam
    show_status "status after FXAM of 0"
    fcmovbe %st(1), %st         # CF is what FCOMI left, or not
    fstp %st(0)
    fstp %st(0)
    fld1
    fldz
    fdivrp                      # divide by zero, masked
    fld1
    fchs
    fsqrt                       # invalid, masked
    fstp %st(0)
    fstp %st(0)
    show_status "status after invalid operations"
    fnclex
    fbld digits
    fbstp buffer
    mov buffer, %eax
    show "BCD"
    fldt digits
    fstpt buffer
    mov buffer + 6, %eax
    show "80 bits"
    ret

images:
    fninit
    fldpi
    fld1
    fldz
    fnstenv buffer
    movzwl buffer, %eax
    show "control"
    movzwl buffer + 4, %eax
    show "status"
    movzwl buffer + 8, %eax
    show "tags"
    fnsave buffer
    movzwl buffer + 8, %eax
    show "tags in the image of FNSAVE"
    mov buffer + 28 + 20, %eax
    show "pi in it"
    fnstcw buffer + 256
    movzwl buffer + 256, %eax
    show "control afterwards"
    frstor buffer
    fstp %st(0)
    fstp %st(0)
    show_double "pi from it"
    mov $image, %edi
    mov $128, %ecx
    mov $0x5a5a5a5a, %eax
    cld
    rep stosl
    fldpi
    movups pattern, %xmm7
    fxsave image
    mov image + 4, %eax
    and $0xff, %eax
    show "tags in the image of FXSAVE"
    mov image + 24, %eax
    show "MXCSR in it"
    mov image + 160 + 7 * 16, %eax
    show "XMM7 in it"
    mov image + 288, %eax
    show "what it leaves alone"
    movl $0xffff1f80, image + 24
    attempt "FXRSTOR with reserved bits", fxrstor image
    movl $0x1f80, image + 24
    attempt "FXRSTOR, misaligned", fxrstor image + 8
    xorps %xmm7, %xmm7
    fninit
    fxrstor image
    movd %xmm7, %eax
    show "XMM7 from it"
    show_double "pi from it"
    fninit
    movw $0x27f, buffer         # double precision
    fldcw buffer
    fildl three
    fldpi
    fdivp
    show_double "3 / pi in double precision"
    fnstcw buffer
    movzwl buffer, %eax
    show "control word as it was loaded"
    ret

pending:
    fninit
    movw $0x37a, buffer         # divide by zero and invalid are not masked
    fldcw buffer
    fld1
    fldz
    fdivrp
    show_status "status with an exception pending"
    attempt "WAIT", fwait
    attempt "FLD1", fld1
    attempt "PADDB", paddb %mm0, %mm1
    fnclex
    attempt "FLD1 after FNCLEX", fld1
    fninit
    ret

multimedia:
    movq pattern, %mm0
    paddusb pattern + 8, %mm0
    movq %mm0, buffer
    mov buffer, %eax
    show "PADDUSB"
    pmaddwd pattern, %mm0
    movd %mm0, %eax
    show "PMADDWD"
    psrlq $12, %mm0
    movd %mm0, %eax
    show "PSRLQ"
    mov $0x12345678, %ecx
    movd %ecx, %mm3
    punpcklbw %mm0, %mm3
    movd %mm3, %eax
    show "PUNPCKLBW"
    pmovmskb %mm3, %eax
    show "PMOVMSKB"
    fnstenv buffer
    movzwl buffer + 8, %eax
    show "tags after MMX"
    emms
    fnstenv buffer
    movzwl buffer + 8, %eax
    show "tags after EMMS"
    ret

    .macro show_xmm text, register
    movups \register, buffer
    mov buffer, %eax
    show "\text, 0"
    mov buffer + 12, %eax
    show "\text, 3"
    .endm

vectors:
    movaps numbers, %xmm0
    movaps %xmm0, %xmm1
    addps %xmm0, %xmm1
    show_xmm "ADDPS", %xmm1
    divps numbers + 16, %xmm1
    show_xmm "DIVPS", %xmm1
    sqrtps numbers, %xmm2
    show_xmm "SQRTPS", %xmm2
    shufps $0x1b, %xmm2, %xmm2
    show_xmm "SHUFPS", %xmm2
    stmxcsr buffer
    mov buffer, %eax
    show "MXCSR"
    cvtps2pd %xmm2, %xmm3
    mulpd %xmm3, %xmm3
    show_xmm "MULPD", %xmm3
    cvttsd2si %xmm3, %eax
    show "CVTTSD2SI"
    mov $-7, %ecx
    cvtsi2sd %ecx, %xmm4
    show_xmm "CVTSI2SD", %xmm4
    comisd %xmm3, %xmm4
    pushf
    pop %eax
    and $0x45, %eax
    show "flags of COMISD"
    movmskps %xmm2, %eax
    show "MOVMSKPS"
    movdqu pattern + 1, %xmm5
    pmuludq pattern, %xmm5
    show_xmm "PMULUDQ", %xmm5
    psadbw numbers, %xmm5
    show_xmm "PSADBW", %xmm5
    attempt "MOVAPS, misaligned", movaps pattern + 1, %xmm6
    attempt "ADDPS, misaligned", addps pattern + 4, %xmm6
    attempt "MOVSD, misaligned", movsd pattern + 1, %xmm6
    movl $0x1d80, buffer        # divide by zero is not masked
    ldmxcsr buffer
    xorps %xmm6, %xmm6
    attempt "DIVPS by 0", divps %xmm6, %xmm0
    show_xmm "what it leaves alone", %xmm0
    mov %cr4, %eax
    and $~0x400, %eax
    mov %eax, %cr4
    attempt "DIVPS by 0 without OSXMMEXCPT", divps %xmm6, %xmm0
    movl $0xffff, buffer
    attempt "LDMXCSR", ldmxcsr buffer
    movl $0x1ffff, buffer
    attempt "LDMXCSR with reserved bits", ldmxcsr buffer
    ret

    .data
    .align 16
pattern:
    .byte 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10
    .byte 0, 0, 0, 0
    .align 16
numbers:
    .float 1.5, 2.25, 3.125, 100
    .float 3, 7, 0.5, 9
three:
    .long 3
digits:
    .byte 0x12, 0x34, 0x56, 0x78, 0x90, 0, 0, 0, 0, 0x80
    .bss
    .align 16
image:
    .skip 512
buffer:
    .skip 512
    .text
