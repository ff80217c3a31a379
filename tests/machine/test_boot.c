/* What a boot loader tells a multiboot kernel: its command line and modules, on each backend, and what cannot be told. */
#include "../tests.h"

#include <stdlib.h>
#include <string.h>

/* In a folder of its own, because the kernel prints the names of files. */
#define BEGIN                                                                                                                                        \
    "popek=$(realpath \"$POPEK\"); cd \"$TEMPORARY\" && cp \"$(dirname \"$popek\")/guests/modules.elf\" . && "                                       \
    "printf 'text of one\\n' > one && printf two > two && "
#define RUN BEGIN "\"$popek\" run modules.elf "
#define TOLD "--append 'root=here  quiet' --module one --module two,a=1"
#define QEMU                                                                                                                                         \
    "timeout 20 qemu-system-i386 -M isapc -nodefaults -vga std -cpu pentium3 -m 32 -kernel modules.elf -append 'root=here  quiet' "                  \
    "-initrd 'one,two a=1' -serial stdio -monitor none -display none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=1"
static const char shown[] = "command line: modules.elf root=here  quiet\n"
                            "modules 00000002\n"
                            "module: one\n  bytes 0000000c\n  in its page at 00000000\ntext of one\n"
                            "module: two a=1\n  bytes 00000003\n  in its page at 00000000\ntwo";

static void test_told(void) {
    static const char *const commands[] = {RUN TOLD,
                                           RUN TOLD " --backend native",
                                           RUN TOLD " --backend unicorn",
                                           RUN TOLD " --backend kvm",
                                           RUN TOLD " --compare unicorn",
                                           RUN TOLD " --compare native",
                                           RUN TOLD " --backend native --compare unicorn",
                                           "command -v qemu-system-i386 >/dev/null || exit 77; " BEGIN QEMU};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct command_result r = run_command(commands[i]);
        if (r.code == 77) {
            (void)printf("       not run: %s: %s\n", commands[i], r.err);
        } else {
            CHECK(strcmp(r.out, shown) == 0, "%s: exit code %d:\n%s%s", commands[i], r.code, r.out, r.err);
        }
        command_result_free(&r);
    }
}

static void test_commands(void) {
#define SIXTEEN                                                                                                                                      \
    "--module one --module one --module one --module one --module one --module one --module one --module one "                                       \
    "--module one --module one --module one --module one --module one --module one --module one --module one "
    static const struct {
        const char *command;
        int code;
        const char *out, *err;
    } cases[] = {
        {RUN, 0, "command line: \nmodules 00000000\n", ""},
        {RUN "--command-line 'as it is'", 0, "command line: as it is\n", ""},
        {RUN SIXTEEN, 0, "modules 00000010\n", ""},
        {RUN TOLD " --technique scan", 0, "equivalent", ""},
        {RUN SIXTEEN "--module one", 2, "", "more than 16 modules"},
        {RUN "--append a --command-line b", 2, "", "exclude each other"},
        {RUN "--module nowhere,a", 3, "", "cannot read 'nowhere'"},
        {RUN "--module ,a", 3, "", "cannot read ''"},
        {RUN "--module /", 3, "", "cannot read '/'"},
        {RUN "--command-line $(printf '%511s' | tr ' ' x)", 0, "command line: xxx", ""},
        {RUN "--command-line $(printf '%512s' | tr ' ' x)", 3, "", "modules.elf: the command line is longer than 511 characters"},
        {RUN "--module one,$(printf '%3000s' | tr ' ' x)", 3, "", "modules.elf: the names and arguments of the modules are too long"},
        {BEGIN "head -c 2097152 /dev/zero > large; \"$popek\" run modules.elf --memory 2M --module large", 3, "",
         "modules.elf: a module lies beyond the memory; give it more with --memory"},
        {BEGIN "printf '\\364' > flat; \"$popek\" run flat --module one", 3, "", "flat: modules are for multiboot kernels, and this is none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct command_result r = run_command(cases[i].command);
        CHECK(r.code == cases[i].code && strstr(r.out, cases[i].out) != NULL && strstr(r.err, cases[i].err) != NULL, "%s: exit code %d:\n%s%s",
              cases[i].command, r.code, r.out, r.err);
        command_result_free(&r);
    }
}

static const struct test tests[] = {{"what a kernel is told", test_told}, {"what it cannot be told", test_commands}};
const struct suite boot_suite = SUITE("boot", tests);
