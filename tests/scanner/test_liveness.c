/* What is live at sites: programs for which it is known by hand, the versions of records; guests and a program of this processor that overwrite what
 * is free at every site do what they did, and with one register that is needed they do not. */
#include "../tests.h"
#include "../machine/guest_list.h"
#include "clobber.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS "cf pf af zf sf of"

static const struct live_case {
    const char *what;
    bool narrow; /* 32-bit code */
    const char *source;
    const char *free; /* of all sites in the order of addresses, each ended by a semicolon; "-": none */
} cases[] = {
    {"what is overwritten in full; PUSHF itself reads the flags", false, "pushfq; mov $1, %ebx; mov $2, %cl; xor %edx, %edx; jmp *%rax", "rdx rbx;"},
    {"a loop: its first instruction overwrites the flags, its last does not", false,
     "cli; 1: add %rsi, %rax; dec %ecx; jnz 1b; mov $5, %edi; jmp *%rdx", "rdi " FLAGS ";"},
    {"a loop that keeps the carry: it is live", false, "cli; 1: inc %eax; dec %ecx; jnz 1b; mov $5, %edi; jmp *%rdx", "rdi pf af zf sf of;"},
    {"one of two ways reads it", false,
     "cli; test %eax, %eax; jz 1f; mov $1, %ebx; jmp 2f; 1: mov %ebx, %edx; 2: mov $1, %ebx; mov $1, %edx; jmp *%rax", "rdx " FLAGS ";"},
    {"a function of the same file, and then whoever called", false, "cli; call 1f; jmp *%rax; 1: mov $1, %ecx; ret", "rcx;"},
    {"a function of another file", false, "cli; call elsewhere; mov $1, %ecx; jmp *%rax; .globl elsewhere; .weak elsewhere", "-;"},
    {"the caller", false, "cli; ret", "-;"},
    {"a jump that memory decides", false, "cli; jmp *(%rbx)", "-;"},
    {"the end of the section", false, "mov $1, %eax; cli", "-;"},
    {"bytes that are no instruction", false, "cli; .byte 0x06", "-;"},
    {"into the middle of an instruction: what is executed there counts", false, "cli; jmp 1f+1; 1: .byte 0xb8, 0xbb, 1, 0, 0, 0; jmp *%rax", "rbx;"},
    {"exceptions that a program raises itself", false, "cli; int3; cli; ud2; cli; div %ecx; cli; int $0x80; mov $1, %ebx; jmp *%rax", "-;-;-;-;-;-;"},
    {"what waits goes on in a handler", false, "sti; hlt; mov $1, %ebx; jmp *%rax", "-;-;"},
    {"calls of a monitor", false, "cli; vmcall; mov $1, %ebx; jmp *%rax", "-;-;"},
    {"a site reads and writes: what it leaves is needed behind it, what it overwrites is not free", false,
     "cpuid; mov %ebx, %esi; mov $1, %eax; mov $1, %ebx; mov $1, %ecx; mov $1, %edx; jmp *%rsi", "rdx rsi;"},
    {"the same, 32 bits; EDX after CPUID hangs on conditions, and what a condition may keep is not free", true,
     "cpuid; mov %ebx, %esi; mov $1, %eax; mov $1, %ebx; mov $1, %ecx; mov $1, %edx; jmp *%esi", "esi;"},
    {"16 bits of a register are not all of it", true, "cli; mov $1, %bx; mov $1, %ecx; jmp *%eax", "ecx;"},
    {"32 bits of 64 are", false, "cli; mov %eax, %r9d; movzbl %al, %r10d; lea 1(%rax), %r11d; jmp *%rax", "r9 r10 r11;"},
    {"registers of an address are read", false, "cli; mov (%rbx,%rcx), %rdx; mov $1, %ebx; mov $1, %ecx; jmp *%rax", "rdx;"},
    {"an operand that is read and written", false, "cli; add $1, %ebx; xchg %ecx, %edx; jmp *%rax", FLAGS ";"},
    {"a condition may keep the old value", false, "pushfq; cmovz %eax, %ebx; setz %cl; bsf %eax, %edx; jmp *%rax", "-;"},
    {"with itself: XOR and SUB clear, SBB reads the carry, AND keeps", false,
     "cli; xor %ebx, %ebx; sub %ecx, %ecx; sbb %edx, %edx; and %esi, %esi; jmp *%rax", "rcx rbx " FLAGS ";"},
    {"the two halves of a product", false, "cli; mov $3, %eax; mul %ebx; jmp *%rcx", "rax rdx " FLAGS ";"},
    {"strings move their registers, repeated ones until the end", false, "cli; rep movsb; mov $1, %ecx; mov $1, %esi; mov $1, %edi; jmp *%rax", "-;"},
    {"all statements that a macro becomes", false,
     ".macro site\ncli\n.endm\nmov $1, %eax; site; mov $1, %ebx; mov $1, %ecx; jmp *%rax; site; mov $1, %ecx; jmp *%rbx", "rcx;rcx;"},
    {"no-ops and unused operands read nothing", false, "cli; nopl (%rax); nop %ebx; mov $1, %ebx; jmp *%rax", "rbx;"},
};

/* Each in a section of its own, so that nothing follows from one to the next; all of a size in one program. */
static const char *const list_command =
    "p=$(realpath \"$POPEK\"); cd \"$TEMPORARY\" && printf '%s\\n' \"$SOURCE\" >live.s && { \"$p\" annotate $WIDTH live.s -o a.s 2>err || [ $? -eq 1 "
    "]; } && "
    "as ${WIDTH:---64} a.s -o a.o && ld $LINK -e 0 a.o -o linked && \"$p\" rewrite --list --only-annotated --all-sites linked -o rewritten | "
    "sed -n -e 1d -e 's/.*  free: \\(.*\\)/\\1;/p;t' -e 's/.*/-;/p' | tr -d '\\n'";

/* The part of the list that belongs to one case: as many entries as it expects. */
static size_t entries_size(const char *list, const char *expected) {
    size_t size = 0;
    for (const char *e = expected; *e != '\0'; e++) {
        if (*e == ';') {
            const char *end = strchr(list + size, ';');
            size = end == NULL ? strlen(list) : (size_t)(end + 1 - list);
        }
    }
    return size;
}

static void check_cases(bool narrow) {
    char *source = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&source, &size);
    for (size_t i = 0; out != NULL && i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].narrow == narrow) {
            (void)fprintf(out, ".section .text.%zu,\"ax\"\n%s\n", i, cases[i].source);
        }
    }
    if (!CHECK(out != NULL && fclose(out) == 0, "out of memory")) {
        return;
    }
    (void)setenv("SOURCE", source, 1);
    (void)setenv("WIDTH", narrow ? "--32" : "", 1);
    (void)setenv("LINK", narrow ? "-m elf_i386" : "", 1);
    struct command_result r = run_command(list_command);
    const char *list = r.out;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].narrow == narrow) {
            size_t length = entries_size(list, cases[i].free);
            CHECK(r.code == 0 && length == strlen(cases[i].free) && memcmp(list, cases[i].free, length) == 0, "%s: '%.*s' is free, not '%s' %s",
                  cases[i].what, (int)length, list, cases[i].free, r.err);
            list += length;
        }
    }
    CHECK(*list == '\0', "more sites than expected: %s", list);
    command_result_free(&r);
    free(source);
}

static void test_by_hand(void) {
    check_cases(false);
    check_cases(true);
}

/* A record by hand in a program of one CLI: the first version has no registers; what comes after the second is refused. */
static void test_versions(void) {
    static const struct {
        const char *record;
        int code;
        const char *out, *err;
    } versions[] = {
        {".byte 5, 0, 1, 0, 64; .asciz \"CLI\"", 0, "1 of 1 sites are traps now (1 annotated", ""},
        {".byte 5, 0, 1, 0, 2, 64; .long 0xfffffffe; .asciz \"CLI\"", 0, "free: rax\n", ""},
        {".byte 5, 0, 1, 0, 2, 64; .long 0xffffffff; .asciz \"CLI\"", 0, "placed\n", ""},
        {".byte 5, 0, 1, 0, 3, 64; .long 0xffffffff; .asciz \"CLI\"", 3, "", "records of another version"},
        {".byte 5, 0, 1, 0, 2, 63; .long 0xffffffff; .asciz \"CLI\"", 3, "", ".popek.sites is damaged"},
        {".byte 5, 0, 1, 0, 2, 64; .word 0xffff", 3, "", ".popek.sites is damaged"},
    };
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        (void)setenv("SOURCE", versions[i].record, 1);
        struct command_result r = run_command(
            "p=$(realpath \"$POPEK\"); cd \"$TEMPORARY\" && printf '.globl _start\\n_start: cli; nop; nop; nop; nop\\n.section "
            ".popek.sites,\"\"\\n.quad "
            "_start; %s\\n' \"$SOURCE\" >v.s && as v.s -o v.o && ld v.o -o v && \"$p\" rewrite --list --only-annotated --all-sites v -o v1");
        CHECK(r.code == versions[i].code && strstr(r.out, versions[i].out) != NULL && strstr(r.err, versions[i].err) != NULL, "%s: %d %s%s",
              versions[i].record, r.code, r.out, r.err);
        command_result_free(&r);
    }
}

/* Writes $TEMPORARY/clobbered; how many instructions that took. */
static size_t clobber(const char *name, bool needed) {
    char path[256];
    size_t size = 0;
    (void)snprintf(path, sizeof path, "%s/%s", getenv("TEMPORARY"), name);
    char *bytes = read_text(path, &size);
    size_t count = bytes == NULL ? SIZE_MAX : clobber_sites((uint8_t *)bytes, size, needed);
    (void)snprintf(path, sizeof path, "%s/clobbered", getenv("TEMPORARY"));
    FILE *out = count == SIZE_MAX ? NULL : fopen(path, "wb");
    bool written = out != NULL && fwrite(bytes, 1, size, out) == size;
    written = out != NULL && fclose(out) == 0 && written;
    free(bytes);
    return written ? count : SIZE_MAX;
}

/* With no-ops in them they print what the originals do, where these are not counted. */
static void test_guests(void) {
    size_t all = 0;
    struct command_result r =
        run_command("p=$(realpath \"$POPEK\"); s=$(realpath examples/guests/x86); cd \"$TEMPORARY\" && mkdir -p hostile && \"$p\" annotate --32 "
                    "--room 15 --profile direct_execution_gated \"$s/common.s\" -o common.s");
    CHECK(r.code == 0, "common.s is not annotated: %s", r.err);
    command_result_free(&r);
    for (size_t i = 0; i < guest_count; i++) {
        const char *name = guests[i].name;
        if (guests[i].counts_steps) {
            continue;
        }
        (void)setenv("GUEST", name, 1);
        (void)setenv("KEPT", guest_base(name), 1);
        r = run_command(
            "p=$(realpath \"$POPEK\"); s=$(realpath examples/guests/x86); cd \"$TEMPORARY\" && { \"$p\" annotate --32 --room 15 --profile "
            "direct_execution_gated \"$s/$GUEST.s\" -o guest.s 2>/dev/null || [ $? -eq 1 ]; } && as --32 guest.s -o guest.o && "
            "ld -m elf_i386 -Ttext=0x100000 -e start -o guest guest.o");
        bool made = CHECK(r.code == 0, "%s cannot be made: %s", name, r.err);
        command_result_free(&r);
        for (unsigned needed = 0; made && needed < 2; needed++) {
            size_t count = clobber("guest", needed != 0);
            r = run_command("timeout 600 \"$POPEK\" run \"$TEMPORARY/clobbered\" >\"$TEMPORARY/out\" 2>\"$TEMPORARY/err\"; cmp \"$TEMPORARY/out\" "
                            "\"tests/machine/guests/$KEPT.txt\"");
            CHECK(count != SIZE_MAX && (r.code == 0) == (needed == 0), "%s with %zu changes of registers that are %s: exit code %d", name, count,
                  needed != 0 ? "needed prints the same" : "free prints something else", r.code);
            command_result_free(&r);
            all += needed == 0 ? count : 0;
        }
    }
    CHECK(all > 100, "only %zu registers are free in all guests", all);
}

/* What a compiler makes, on this processor. */
static void test_native(void) {
    struct command_result r =
        run_command("p=$(realpath \"$POPEK\"); cd \"$TEMPORARY\" && cat >native.c <<'END'\n"
                    "#include <stdio.h>\n"
                    "static unsigned long mix(unsigned long x) { return x * 0x9E3779B97F4A7C15ul ^ x >> 29; }\n"
                    "__attribute__((noinline)) static unsigned leaf(unsigned n) {\n"
                    "    unsigned a = n, b = 0, c = 0, d = 0;\n"
                    "    __asm__ volatile(\"cpuid\" : \"+a\"(a), \"=b\"(b), \"+c\"(c), \"=d\"(d));\n"
                    "    return n == 0 ? a ^ b ^ c ^ d : a;\n"
                    "}\n"
                    "__attribute__((noinline)) static unsigned long flags(unsigned long x) {\n"
                    "    unsigned long f = 0;\n"
                    "    __asm__ volatile(\"add %1, %1; pushfq; popq %0\" : \"=r\"(f), \"+r\"(x) : : \"cc\");\n"
                    "    return (f & 0x8d5) + x;\n"
                    "}\n"
                    "__attribute__((noinline)) static unsigned segment(void) {\n"
                    "    unsigned short s = 0;\n"
                    "    __asm__ volatile(\"mov %%ss, %0\" : \"=r\"(s));\n"
                    "    return s;\n"
                    "}\n"
                    "int main(int argc, char **argv) {\n"
                    "    unsigned long sum = (unsigned long)argc;\n"
                    "    (void)argv;\n"
                    "    for (unsigned i = 0; i < 200; i++) {\n"
                    "        sum = mix(sum + flags(mix(sum)) + (i % 7 == 0 ? leaf(0) : 3) + segment());\n"
                    "    }\n"
                    "    printf(\"%lx\\n\", sum);\n"
                    "    return 0;\n"
                    "}\n"
                    "END\n"
                    "\"$p\" annotate-cc --room=15 --except=ENDBR64 gcc -O2 native.c -o native && ./native >plain && ./native | cmp - plain");
    bool made = CHECK(r.code == 0, "the program cannot be made: %s", r.err);
    command_result_free(&r);
    for (unsigned needed = 0; made && needed < 2; needed++) {
        size_t count = clobber("native", needed != 0);
        r = run_command("cd \"$TEMPORARY\" && chmod +x clobbered && timeout 600 ./clobbered 2>/dev/null | cmp - plain");
        CHECK(count != SIZE_MAX && count > 0 && (r.code == 0) == (needed == 0), "natively, with %zu changes of registers that are %s: %s", count,
              needed != 0 ? "needed" : "free", r.out);
        command_result_free(&r);
    }
}

static const struct test tests[] = {{"by hand", test_by_hand}, {"versions", test_versions}, {"guests", test_guests}, {"native", test_native}};
const struct suite liveness_suite = SUITE("liveness", tests);
