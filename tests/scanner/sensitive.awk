# The addresses of sensitive and privileged instructions in what `objdump -d -w` prints of 64-bit code (AT&T syntax), by a list of names that was written by
# hand from the manuals: it knows nothing of the tables. Profile: ring compression. A run of INT3 counts as filling, as it does in popek scan.
BEGIN {
    FS = "\t"
    names = "cli sti hlt in out insb insw insl outsb outsw outsl lgdt lidt lldt ltr sgdt sidt sldt str smsw lmsw clts invd wbinvd wbnoinvd invlpg invpcid " \
        "rdmsr wrmsr rdpmc rdtsc rdtscp rdpid cpuid pushf pushfw pushfq popf popfw popfq iret iretw iretl iretq lret lretw lretl lretq retf sysretl sysretq sysret sysexit sysexitl sysexitq syscall " \
        "sysenter int int3 int1 icebp lar lsl verr verw lss lfs lgs lcall ljmp swapgs xsetbv monitor mwait vmread vmwrite vmlaunch vmresume vmxon " \
        "vmxoff vmptrld vmptrst vmclear invept invvpid vmrun vmload vmsave stgi clgi invlpga rsm getsec endbr64 incsspd incsspq rdsspd rdsspq saveprevssp rstorssp setssbsy clrssbsy wrssd wrssq " \
        "wrussd wrussq fxsave fxsave64 fxrstor fxrstor64 xrstor xrstor64 xrstors xrstors64 xsaves xsaves64 wrpkru bndldx bndstx enqcmds"
    count = split(names, list, " ")
    for (i = 1; i <= count; i++) {
        wanted[list[i]] = 1
    }
    split("rep repz repnz lock data16 data32 addr32 cs ds es ss fs gs bnd notrack xacquire xrelease", list, " ")
    for (i in list) {
        prefix[list[i]] = 1
    }
}

function give(address) {
    sub(/^ */, "", address)
    sub(/:$/, "", address)
    print "0x" address
}

# An INT3 waits for the next line: a second one beside it makes both a filling.
function settle(next_is_int3) {
    if (held != "" && !run && !next_is_int3) {
        give(held)
    }
    run = held != "" && next_is_int3
    held = ""
}

/^[0-9a-f]+ <.*>:$/ || /^$/ {
    settle(0)
    run = 0
    next
}

NF >= 3 {
    words = split($3, word, " ")
    at = 1
    while (at < words && (word[at] in prefix || word[at] ~ /^rex/)) {
        at++
    }
    name = word[at]
    operands = word[at + 1]
    settle(name == "int3")
    if (name == "int3") {
        held = $1
    } else if (name in wanted || (name ~ /^mov[wlq]?$/ && operands ~ /%(cr|db|dr)[0-9]/) || (name ~ /^mov[wlq]?$/ && operands ~ /(^|,)%[c-gs]s(,|$)/) ||
               (name ~ /^(push|pop)[wq]?$/ && operands ~ /^%[fg]s$/)) {
        run = 0
        give($1)
    } else {
        run = 0
    }
}

END {
    settle(0)
}
