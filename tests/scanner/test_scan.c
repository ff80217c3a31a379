/* popek scan as its users see it: small binaries with known sites, made here; formats, options, exit codes. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the cases scan, made once in $TEMPORARY. The comments give addresses. */
static const char *const build_commands =
    "cd \"$TEMPORARY\"\n"
    "cat >sites.s <<'END'\n"
    ".text\n"
    ".globl first, _start\n"
    ".type first,@function\n"
    "first: nop\n"    /* 0 */
    "  sgdt (%rax)\n" /* 1: 0f 01 00 */
    "  pushfq\n"      /* 4: 9c */
    "  ret\n"         /* 5 */
    ".size first,.-first\n"
    "_start:\n"
    ".type second,@function\n"
    "second: cli\n"  /* 6: fa */
    "  .byte 0xb8\n" /* 7: starts MOV, whose immediate would be the next function */
    ".size second,.-second\n"
    ".type third,@function\n"
    "third: mov %cr0, %rax\n" /* 8: 0f 20 c0 */
    "  mov $0xf4, %eax\n"     /* b: b8 f4 00 00 00, HLT inside */
    "  ret\n"
    ".size third,.-third\n"
    ".section .rodata\n"
    "  .byte 0x0f, 0x01, 0x00\n" /* data is not looked at */
    "END\n"
    "printf '.text\\nsgdt (%%eax)\\npushf\\npush %%es\\nret\\n' >legacy.s\n"
    "printf '.text\\nadd %%eax, %%ebx\\nret\\n' >plain.s\n"
    "printf '.text\\nhlt\\nret\\n' >privileged.s\n"
    /* Basic blocks: 0 to 9, 9 to e, e to 10, 10 to 11, 11 to 13, 13 to 1e, 1e to 1f; a byte that is no instruction; 20 to 22. */
    "cat >plan.s <<'END'\n"
    ".text\n"
    ".globl _start\n"
    "_start: nop\n"
    "  sgdt (%rax)\n"
    "  cli\n"
    "  test %eax, %eax\n"
    "  jz one\n"
    "  call two\n"
    "one: jmp *%rax\n"
    "two: ret\n"
    "three: jmp middle+1\n"
    "middle: mov $0xf4, %eax\n"
    "  jnz 0x500000\n"
    "  nop\n"
    "  .byte 0x06\n"
    "  jmp _start\n"
    "END\n"
    "as --64 plan.s -o plan.o && ld -o plan plan.o -Ttext=0x401000 || exit 1\n"
    "as --64 -g sites.s -o sites.o && as --32 legacy.s -o legacy.o && as --64 plain.s -o plain.o && as --64 privileged.s -o privileged.o &&\n"
    "ld -o sites sites.o -Ttext=0x401000 && strip -o stripped sites && ar rc all.a sites.o plain.o legacy.o && ar rcT thin.a sites.o &&\n"
    "objcopy -O binary -j .text sites.o raw.bin && printf 'text\\n' >note.txt && mkdir -p tree/below && cp sites.o tree/below/ && cp plain.o tree/ "
    "&&\n"
    "mkdir -p nobody modules && cp note.txt nobody/ && : >empty && mkfifo pipe && { cp sites.o arm.o; printf '\\267\\0' | dd of=arm.o bs=1 seek=18 "
    "conv=notrunc "
    "2>/dev/null; } && as --x32 sites.s -o x32.o && printf '\\3757zXZ\\0more' >module.ko.xz && printf '\\037\\213\\010more' >module.ko.gz && cp "
    "module.ko.xz note.txt modules/ &&\n"
    "cp note.txt tree/ && head -c 700 sites >cut && head -c 30 sites.o >short && head -c 514 /dev/zero >boot && printf 'HdrS1234' >>boot\n"
    /* A PE file of one section: headers, then NOP, SGDT, RET at offset 0x200, image base 0x140000000, address 0x1000. */
    "{ printf 'MZ'; head -c 58 /dev/zero; printf '\\100\\0\\0\\0'; printf 'PE\\0\\0'; printf '\\144\\206\\1\\0'; head -c 12 /dev/zero;\n"
    "printf '\\360\\0\\0\\0'; printf '\\013\\2'; head -c 22 /dev/zero; printf '\\0\\0\\0\\100\\1\\0\\0\\0'; head -c 208 /dev/zero;\n"
    "printf '.text\\0\\0\\0\\5\\0\\0\\0\\0\\20\\0\\0\\0\\2\\0\\0\\0\\2\\0\\0'; head -c 12 /dev/zero; printf '\\040\\0\\0\\140'; } >pe.exe\n"
    "head -c $((512 - $(wc -c <pe.exe))) /dev/zero >>pe.exe; printf '\\220\\017\\001\\000\\303' >>pe.exe; head -c 507 /dev/zero >>pe.exe\n";

struct scan_case {
    const char *arguments; /* in $TEMPORARY, after "scan" */
    int code;
    const char *out, *err; /* extended regular expressions: every line of `out` must be in the output; NULL: must be empty */
};

#define SITE(section, address, bytes) ",\\" section ",0x" address ",0x[0-9a-f]+," bytes ","
#define STOP(start, end, count, address, reason) "^plan,.text,0x40" start ",0x40" end "," count ",0x40" address "," reason ","
static const struct scan_case cases[] = {
    {"-f csv sites.o", 1,
     SITE(".text", "1", "0f0100") "sgdt [^,]*,SGDT,SGDT m16&64,long,sensitive-unprivileged,hole,no,cr4.umip=1,first,.*sites.s,5\n" SITE(
         ".text", "4", "9c") ".*,first,\n" SITE(".text", "6", "fa") ".*,privileged,no,,(second|_start),\n" SITE(".text", "8", "0f20c0") ".*,third,",
     NULL},
    {"-f csv sites", 1, SITE(".text", "401001", "0f0100") "\n" SITE(".text", "401008", "0f20c0"), NULL},
    {"-f csv stripped", 1, SITE(".text", "401001", "0f0100") ".*no,cr4.umip=1,,,\r", NULL},
    {"--summary sites.o", 1, "runs under trap and emulate as it is: no, 2 sites of 4 are a hole\n^SGDT +1  hole +sensitive-unprivileged", NULL},
    {"--symbols sites.o", 1, "^first +2 +2\n^third +0 +1", NULL},
    {"--all-bytes -f csv sites.o", 1, SITE(".text", "c", "f4") ".*,privileged,yes,", NULL},
    {"plain.o", 0, "yes, no hole in 0 sites", NULL},
    {"privileged.o", 0, "yes, no hole in 1 sites\nhlt", NULL},
    {"-f csv legacy.o", 1, SITE(".text", "0", "0f0100") ".*,protected,\n" SITE(".text", "3", "9c"), NULL},
    {"--profile umip_best sites.o --summary", 1, "no, 1 site of 4 is a hole", NULL},
    {"--profile v386 sites.o --summary", 0, "yes, no hole", NULL},
    {"-f csv all.a", 1, "^all.a\\(sites.o\\),\n^all.a\\(legacy.o\\),.*,protected,", NULL},
    {"tree", 1, "tree/below/sites.o: ELF object, mode long, 4 sites\ntree/plain.o: ELF object, mode long, 0 sites", NULL},
    {"--base 0x7c00 --mode 64 -f csv raw.bin", 1, SITE("raw", "7c01", "0f0100"), NULL},
    {"--raw --mode real -f csv raw.bin", 1, ",real,", NULL},
    {"-f csv pe.exe", 1, SITE(".text", "140001001", "0f0100") "sgdt", NULL},
    {"-f json sites.o", 1, "\"holes\": 2\n\"address\":\"0x1\"", NULL},
    {"-f sarif sites.o", 1, "\"ruleId\": \"hole/SGDT\"\n\"version\": \"2.1.0\"", NULL},
    {"--breakpoints -f csv plan", 1,
     STOP("1000", "1009", "5", "1001", "replace") "sgdt [^,]*,SGDT m16&64,_start,\n" STOP("1000", "1009", "5", "1004", "traps") "cli,\n" STOP(
         "100e", "1010", "1", "100e",
         "computed") "\n" STOP("1010", "1011", "1", "1010",
                               "computed") "ret,\n" STOP("1011", "1013", "1", "1011",
                                                         "middle") ".*,three,0x401014\r\n" STOP("1013", "101e", "2", "1018",
                                                                                                "outside") ".*,0x500000\r\n" STOP("101e", "101f", "1",
                                                                                                                                  "101e",
                                                                                                                                  "gap") "nop,.*,"
                                                                                                                                         "0x40101f\r",
     NULL},
    {"--breakpoints --summary plan", 1,
     "^8 basic blocks, of them 2 without a stop; stops:\n^  replace +1 \n^  traps +1 \n^  computed +2 \n^  outside +1 \n^  middle +1 \n^  gap +1 ",
     NULL},
    {"--breakpoints -f json plan", 1, "\"blocks\": 8, \"free_blocks\": 2\n\"reason\":\"middle\",.*\"target\":\"0x401014\"", NULL},
    /* What a linker still has to say is not known. */
    {"--breakpoints -f csv plan.o", 1, "0x18,outside,[^,]*,[^,]*,middle,\r", NULL},
    {"--breakpoints -f sarif plan", 2, "", "--breakpoints goes neither with"},
    /* Negative control: a form that is no site is no stop. */
    {"--breakpoints --summary --drop-form 'SGDT m16&64' plan", 0, "^  replace +0 \nof them 2 without", NULL},
    {"thin.a", 3, "", "thin archive"},
    /* Nothing that was scanned is no "yes". */
    {"empty", 3, "", "'empty': it is empty"},
    {"nobody", 3, "", "there is no binary in what was given"},
    {"module.ko.xz", 3, "", "it is compressed: unpack it first, xz -dc"},
    {"module.ko.gz", 3, "", "it is compressed: unpack it first, gzip -dc"},
    {"modules", 3, "", "modules/module.ko.xz': it is compressed"},
    {"pipe", 3, "", "cannot read 'pipe': no regular file"},
    {"arm.o", 3, "", "the ELF file is not for x86"},
    {"x32.o", 1, "x32.o: ELF object, mode long, 4 sites", NULL},
    {"boot", 3, "", "extract-vmlinux"},
    {"note.txt", 3, "", "no ELF file, no archive and no PE file"},
    {"short", 3, "", "'short': the ELF header is damaged"},
    {"nothing-here", 3, "", "cannot read 'nothing-here'"},
    {"plain.o note.txt", 3, "plain.o: ELF object", "note.txt"},
    {"", 2, "", "which files?"},
    {"--mode other sites.o", 2, "", "unknown mode 'other'"},
    {"--format other sites.o", 2, "", "unknown format 'other'"},
    {"--profile other sites.o", 2, "", "unknown profile 'other'"},
    {"--jobs 0 sites.o", 2, "", "--jobs needs a number from 1 to 256"},
    {"--base x sites.o", 2, "", "--base needs a number"},
    /* Negative control: without the form in the table its site is not there, and the case with SGDT above would fail. */
    {"--drop-form 'SGDT m16&64' --summary sites.o", 1, "no, 1 site of 3 is a hole", NULL},
};

static bool made(void) {
    struct command_result r = run_command(build_commands);
    bool good = CHECK(r.code == 0, "the binaries cannot be made: %s", r.err);
    command_result_free(&r);
    return good;
}

/* Every line of the patterns is found by grep -E. */
static void check_patterns(const struct scan_case *c, const char *patterns, const char *file) {
    char *copy = strdup(patterns);
    char *rest = NULL;
    for (char *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char command[512];
        (void)setenv("PATTERN", line, 1);
        (void)snprintf(command, sizeof command, "grep -qE -e \"$PATTERN\" \"$TEMPORARY/%s\"", file);
        struct command_result r = run_command(command);
        CHECK(r.code == 0, "scan %s: no line of its %s matches %s", c->arguments, file, line);
        command_result_free(&r);
    }
    free(copy);
}

static void test_cases(void) {
    if (!made()) {
        return;
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[1024];
        const struct scan_case *c = &cases[i];
        (void)snprintf(command, sizeof command, "p=$(realpath \"$POPEK\"); cd \"$TEMPORARY\"; \"$p\" scan %s >out 2>err", c->arguments);
        struct command_result r = run_command(command);
        CHECK(r.code == c->code, "scan %s: exit code %d instead of %d", c->arguments, r.code, c->code);
        command_result_free(&r);
        check_patterns(c, c->out, "out");
        r = run_command("test -s \"$TEMPORARY/err\"");
        CHECK((r.code == 0) == (c->err != NULL), "scan %s: messages %s", c->arguments, c->err == NULL ? "where there should be none" : "missing");
        command_result_free(&r);
        check_patterns(c, c->err == NULL ? "" : c->err, "err");
    }
}

/* The same bytes out whatever the number of threads, for many files and for one. */
static void test_jobs(void) {
    struct command_result r = run_command(
        "p=$(realpath \"$POPEK\"); cd \"$TEMPORARY\"; \"$p\" scan -f csv \"$p\" sites.o all.a >one; \"$p\" scan -j 3 -f csv \"$p\" sites.o "
        "all.a >three; cmp one three && \"$p\" scan -j 3 -f csv \"$p\" >alone; grep -v '^sites\\|^all' one | cmp - alone");
    CHECK(r.code == 0, "threads change the result: %s %s", r.out, r.err);
    command_result_free(&r);
}

/* Code without symbols is cut where nobody knows that an instruction starts: noise, filling, and code of which two readings never meet. */
static void test_guesses(void) {
    struct command_result r = run_command(
        "p=$(realpath \"$POPEK\"); cd \"$TEMPORARY\"; awk 'BEGIN { x = 7; for (i = 0; i < 400000; i++) { x = (x * 1103515245 + 12345) % 2147483648; "
        "printf \"%c\", int(x / 65536) % 256 } }' | LC_ALL=C cat >noise.bin; { printf '\\220'; head -c 700000 /dev/zero | tr '\\0' '\\260'; printf "
        "'\\364\\364'; head -c 500001 /dev/zero | tr '\\0' '\\314'; printf '\\364'; } >apart.bin; for f in noise.bin apart.bin; do for j in 1 2 7; "
        "do "
        "\"$p\" scan --raw -f csv -j $j $f >guess.$j; \"$p\" scan --raw --summary -j $j $f >>guess.$j; done; cmp guess.1 guess.2 && cmp guess.1 "
        "guess.7 && test "
        "$(wc -l <guess.1) -gt 5 || exit 1; done");
    CHECK(r.code == 0, "guessed starts change the result: %s %s", r.out, r.err);
    command_result_free(&r);
}

/* Every site is a stop, and the only ones of these two kinds. */
static void test_stops(void) {
    struct command_result r =
        run_command("p=$(realpath \"$POPEK\"); cd \"$TEMPORARY\"; \"$p\" scan -f csv \"$p\" | cut -d, -f3 | tail -n +2 >sites.txt; \"$p\" scan "
                    "--breakpoints -f csv "
                    "\"$p\" | awk -F, '$7 == \"replace\" || $7 == \"traps\" { print $6 }' | cmp - sites.txt && test -s sites.txt");
    CHECK(r.code == 0, "stops are not the sites: %s %s", r.out, r.err);
    command_result_free(&r);
}

static void test_first_screen(void) {
    struct command_result r = run_command(
        "p=$(realpath \"$POPEK\"); cd \"$TEMPORARY\"; \"$p\" scan sites.o | head -24 | awk 'length > 80 { print; bad = 1 } END { exit bad }'");
    CHECK(r.code == 0, "lines of the first screen are longer than 80 columns: %s", r.out);
    command_result_free(&r);
}

static const struct test tests[] = {
    {"cases", test_cases}, {"threads", test_jobs}, {"guessed starts", test_guesses}, {"stops", test_stops}, {"first screen", test_first_screen}};
const struct suite scan_suite = SUITE("scan", tests);
