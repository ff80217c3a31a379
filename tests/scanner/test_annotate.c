/* popek annotate, annotate-cc and rewrite as their users see them: programs made here, assembled, compared, rewritten, restored, run. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the cases work on, made once in $TEMPORARY. */
static const char *const build_commands =
    "cd \"$TEMPORARY\"\n"
    "cat >plain.s <<'END'\n"
    "# a comment; sgdt (%rax)\n"
    ".text\n"
    ".globl _start, popek_emulate\n"
    ".macro set_control register\n"
    "  mov \\register, %cr0\n"
    ".endm\n"
    "_start: sgdt (%rax)   /* cli ; */\n"
    "one: two: pushfq; popfq   # cli\n"
    "  mov $';', %al\n"
    "  sti\n"
    "  hlt\n"
    "  set_control %rbx\n"
    "  lock; cmpxchg %eax, (%rbx)\n"
    "  rep; insb\n"
    ".rept 2\n"
    "  cpuid\n"
    ".endr\n"
    "  ljmp *1f(%rip)\n"
    "1: mov %ax, %ss\n"
    "  add %eax, %ebx\n"
    "popek_emulate: ret\n"
    ".section .rodata\n"
    "  .ascii \"a;sgdt\\\"\"\n"
    "END\n"
    "cat >intel.s <<'END'\n"
    ".intel_syntax noprefix\n"
    "f: mov rax, cr0\n"
    "  pop fs\n"
    "  lea rax, [rbx + rcx * 4]\n"
    "  mov cr3, rax\n"
    "  .att_syntax\n"
    "  smsw %ax\n"
    "  ret\n"
    "END\n"
    "cat >old.s <<'END'\n"
    "f: push %es\n"
    "  pop %ds\n"
    "  popf\n"
    "  sgdt table\n"
    "  .section .boot,\"ax\"\n"
    "  .code16\n"
    "  cli\n"
    "  mov %cr0, %eax\n"
    "  ljmp $0x10, $0\n"
    "END\n"
    "cat >hidden.s <<'END'\n"
    ".macro do instruction:vararg\n"
    "  \\instruction\n"
    ".endm\n"
    "f: do sidt (%rbx)\n"
    "  .byte 0x0f, 0x01, 0xc1\n"
    "  nop\n"
    "END\n"
    "printf 'f: mov $1,\\n' >bad.s\n"
    "cat >program.c <<'END'\n"
    "#include <stdio.h>\n"
    "int main(void) {\n"
    "    unsigned a = 0, b = 0, c = 0, d = 0;\n"
    "    unsigned short s = 0;\n"
    "    unsigned long f = 0;\n"
    "    __asm__ volatile(\"cpuid\" : \"+a\"(a), \"=b\"(b), \"=c\"(c), \"=d\"(d));\n"
    "    __asm__ volatile(\"mov %%ss, %0; pushfq; popq %1\" : \"=r\"(s), \"=r\"(f));\n"
    "    printf(\"%x %x %x %x %lx\\n\", a, b, c, d, f & 0x300);\n"
    "    return s == 0;\n"
    "}\n"
    "END\n"
    "printf '#define NAME pushfq\\n.section .note.GNU-stack,\"\"\\n.text\\n.globl g\\ng: NAME; popfq; ret\\n' >upper.S\n"
    "cat >listing.sh <<'END'\n"
    /* The instructions of an object without no-ops, addresses and what depends on them. */
    "objdump -d --no-show-raw-insn -M suffix $2 $1 | sed -n 's/^ *[0-9a-f]*:\\t//p' | sed -e 's/ *[0-9a-f]* *[<#].*//' -e 's/ *[0-9a-fx]*(%rip)//' | "
    "grep -v '^nop$'\n"
    "END\n"
    "gcc -O1 -S program.c -o compiled.s\n"
    "for f in plain intel compiled; do as $f.s -o $f.o || exit 1; done; as --32 old.s -o old.o && ld -e _start plain.o -o bare\n";

struct annotate_case {
    const char *command; /* in $TEMPORARY; $p is the program under test */
    int code;
    const char *out; /* an extended regular expression that a line of both streams together matches, NULL: nothing is written */
};

static const struct annotate_case cases[] = {
    /* The same instructions in the same order, and no-ops. */
    {"$p annotate plain.s -o a.s && as a.s -o a.o && sh listing.sh plain.o >x && sh listing.sh a.o | cmp x - && wc -l <x", 0, "^15$"},
    {"$p annotate intel.s -o a.s && as a.s -o a.o && sh listing.sh intel.o >x && sh listing.sh a.o | cmp x -", 0, NULL},
    {"$p annotate compiled.s -o a.s && as a.s -o a.o && sh listing.sh compiled.o >x && sh listing.sh a.o | cmp x -", 0, NULL},
    {"$p annotate --32 old.s -o a.s && as --32 a.s -o a.o && sh listing.sh old.o >x && sh listing.sh a.o | cmp x -", 0, NULL},
    /* Every line stays what it was. */
    {"$p annotate plain.s | wc -l; wc -l <plain.s", 0, "^23$"},
    /* As many records as a scan finds sites. */
    {"$p annotate plain.s -o a.s && as a.s -o a.o && strings -n 2 a.o | grep -cE '^(SGDT|PUSHF|POPF|STI|HLT|MOV |REP INS|CPUID|JMP)'", 0, "^11$"},
    {"$p annotate plain.s -o a.s && as a.s -o a.o; $p scan -f csv a.o | tail -n +2 | wc -l", 0, "^11$"},
    /* Room for a call, or as asked; none. */
    {"$p annotate plain.s | as -o a.o && objdump -d a.o | grep -A6 'sgdt'", 0, "^ +5:.*pushf"},
    {"$p annotate --room=8 plain.s | as -o a.o && objdump -d a.o | grep -A9 'sgdt'", 0, "^ +8:.*pushf"},
    {"$p annotate --room=0 plain.s | as -o a.o && objcopy -O binary -j .text a.o a.bin && objcopy -O binary -j .text plain.o b.bin && cmp a.bin "
     "b.bin",
     0, NULL},
    /* The interrupt shadow of STI covers HLT as before. */
    {"$p annotate plain.s | as -o a.o && objdump -d a.o | grep -A1 'sti'", 0, "hlt"},
    /* Selections. The control leaves a form out of the class table. */
    {"$p annotate --holes --except SGDT plain.s | grep -o 'asciz.*'", 0, "PUSHFQ"},
    {"$p annotate --holes --except SGDT plain.s | grep -cE 'asciz \"(SGDT|HLT)'", 1, "^0$"},
    {"$p annotate --drop-form 'SGDT m16&64' plain.s | grep -c 'asciz \"SGDT'", 1, "^0$"},
    {"$p annotate --except NOTHING plain.s", 2, "unknown instruction 'NOTHING'"},
    {"$p annotate --room 16 plain.s", 2, "needs a number from 0 to 15"},
    /* What cannot be labelled is said. */
    {"$p annotate hidden.s -o a.s", 1, "^hidden.s:4: warning: no label for SIDT m16&64 at 0 of its section"},
    {"$p annotate hidden.s -o a.s", 1, "no label for VMCALL at 0x3"},
    {"$p annotate bad.s", 3, "'bad.s' does not assemble: the program: Assembler messages:"},
    {"$p annotate nothing.s", 3, "cannot read 'nothing.s'"},
    {"$p annotate --as nothing plain.s", 77, "cannot run the assembler 'nothing'"},
    {"$p annotate", 2, "which program"},
    /* A compiler's output behaves as before. */
    {"gcc -O2 program.c -o p0 && ./p0 >x && CC=\"$p annotate-cc --except=ENDBR64 gcc\" && $CC -O2 -c program.c upper.S && gcc program.o upper.o -o "
     "p1 "
     "&& ./p1 | cmp x - && strings -n 5 p1",
     0, "^CPUID$"},
    {"$p annotate-cc gcc -pipe -O2 -g -c program.c -o p.o && strings -n 5 p.o", 0, "^PUSHFQ$"},
    {"$p annotate-cc gcc -c bad.s", 1, "does not assemble"},
    {"$p annotate-cc", 2, "which compiler"},
    /* Rewriting, and back byte by byte. */
    {"$p rewrite bare -o r && $p rewrite --undo r -o u && cmp bare u && ! cmp -s bare r", 0, "7 of 7 sites are traps now \\(0 annotated, 7 found"},
    {"$p rewrite bare -o r >/dev/null; objdump -d r | grep -A3 '<_start>:'", 0, "cc +.*int3"},
    {"$p rewrite --all-sites --to hypercall --vector 0x41 bare -o r >x; objdump -d r", 0, "cd 41.*int +.0x41"},
    {"$p rewrite --all-sites --to hypercall bare -o r", 1, "HLT +1 bytes  too short"},
    {"$p rewrite --all-sites --to hypercall bare -o r; $p rewrite --undo r -o u; cmp bare u", 0, "sites are hypercalls now"},
    /* Without section headers the file's own header lies in the code; with six HLT in its padding nothing of it is replaced. */
    {"ld -z noseparate-code -e _start plain.o -o k && head -c 8 /dev/zero | dd of=k bs=1 seek=40 conv=notrunc status=none && "
     "head -c 6 /dev/zero | dd of=k bs=1 seek=58 conv=notrunc status=none && printf '\\364\\364\\364\\364\\364\\364\\364' | "
     "dd of=k bs=1 seek=9 conv=notrunc status=none; $p rewrite --all-sites k -o r; $p rewrite --undo r -o u && cmp k u && cmp -n 40 k r",
     0, "HLT +1 bytes  in the headers of the file"},
    {"$p rewrite --only-annotated bare -o r", 3, "no section .popek.sites"},
    {"$p annotate plain.s | as -o a.o && ld -e _start a.o -o s && $p rewrite --all-sites --to call s -o r && $p rewrite --undo r -o u && cmp s u", 0,
     "11 of 11 sites are calls now \\(11 annotated, 0 found by the scan\\)"},
    {"$p rewrite --all-sites --to call s -o r >/dev/null; objdump -d r | grep -c 'call.*<popek_emulate>'", 0, "^11$"},
    {"strip -o t s && $p rewrite t -o r && readelf -SW r | grep original && $p rewrite --undo r -o u && cmp t u", 0, "popek.original"},
    {"$p rewrite --to call --entry nothing s -o r", 3, "no symbol 'nothing'"},
    {"$p rewrite s -o r >/dev/null; $p rewrite r -o r2", 3, "rewritten already"},
    {"$p rewrite --undo s -o u", 3, "nothing to undo"},
    {"$p rewrite plain.o -o r", 3, "only linked programs"},
    {"$p rewrite plain.s -o r", 3, "no ELF file for x86"},
    {"$p rewrite s", 2, "which binary, and where to"},
    {"$p rewrite --to other s -o r", 2, "unknown replacement 'other'"},
    /* A damaged record of the originals is not taken. */
    {"$p rewrite s -o r >/dev/null; at=$(grep -abo 'popek original 1' r | cut -d: -f1); printf '\\377' | dd of=r bs=1 seek=$((at + 39)) conv=notrunc "
     "2>/dev/null; $p rewrite --undo r -o u",
     3, "nothing to undo"},
};

static void test_cases(void) {
    struct command_result r = run_command(build_commands);
    bool made = CHECK(r.code == 0, "the programs cannot be made: %s", r.err);
    command_result_free(&r);
    for (size_t i = 0; made && i < sizeof cases / sizeof cases[0]; i++) {
        char command[1024];
        (void)setenv("PATTERN", cases[i].out == NULL ? "" : cases[i].out, 1);
        (void)snprintf(command, sizeof command, "p=$(realpath \"$POPEK\"); cd \"$TEMPORARY\"; { %s; } >both 2>&1", cases[i].command);
        r = run_command(command);
        bool code = r.code == cases[i].code;
        command_result_free(&r);
        r = run_command(cases[i].out == NULL ? "cat \"$TEMPORARY/both\"; test ! -s \"$TEMPORARY/both\""
                                             : "cat \"$TEMPORARY/both\"; grep -qE -e \"$PATTERN\" \"$TEMPORARY/both\"");
        CHECK(code && r.code == 0, "%s: %s: %s", cases[i].command, code ? "output" : "exit code", r.out);
        command_result_free(&r);
    }
}

/* Every cut of a rewritten file and every changed byte of its last kilobyte is refused or restored, and never more. */
static void test_damage(void) {
    struct command_result r = run_command(
        "p=$(realpath \"$POPEK\"); cd \"$TEMPORARY\"; $p rewrite s -o r >/dev/null; size=$(wc -c <r); bad=0; n=0; while [ $n -lt 60 ]; do "
        "head -c $((size - n * 31)) r >c; $p rewrite --undo c -o u 2>/dev/null; e=$?; [ $e -le 3 ] || bad=1; cp r c; printf '\\%03o' $((n * 4 % "
        "256)) | "
        "dd of=c bs=1 seek=$((size - 1 - n * 17)) conv=notrunc 2>/dev/null; $p rewrite --undo c -o u 2>/dev/null; e=$?; [ $e -le 3 ] || bad=1; "
        "n=$((n + 1)); done; exit $bad");
    CHECK(r.code == 0, "a damaged file ends popek rewrite --undo: %s", r.err);
    command_result_free(&r);
}

static const struct test tests[] = {{"cases", test_cases}, {"damaged originals", test_damage}};
const struct suite annotate_suite = SUITE("annotate", tests);
