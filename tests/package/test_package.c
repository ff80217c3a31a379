/* What `make install` installs works: the library's exports, programs that use it, completion; and `make uninstall` leaves nothing. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Without the variables of a make above this one; $ROOT is where things are installed, $LIBRARY the folder of the library there. */
#define MAKE "env -u MAKEFLAGS -u MAKELEVEL make -s --no-print-directory BUILD=$(dirname \"$POPEK\") PREFIX=/usr/local DESTDIR=$TEMPORARY/root "
#define SETTING                                                                                                                                      \
    "ROOT=$TEMPORARY/root; LIBRARY=$ROOT/usr/local/lib; SHARE=$ROOT/usr/local/share; export PKG_CONFIG_SYSROOT_DIR=$ROOT "                           \
    "PKG_CONFIG_LIBDIR=$LIBRARY/pkgconfig; "
#define COMPLETE "bash tests/package/completion.bash $SHARE/bash-completion/completions/popek popek "

static const struct {
    const char *what, *command;
    int code;
    const char *out; /* all that is printed */
} cases[] = {
    {"make install", MAKE "install >/dev/null", 0, ""},
    {"the program runs from there", "$ROOT/usr/local/bin/popek --version | sed 's/[0-9.]*$//'", 0, "popek \n"},
    {"the name that programs are linked with", "objdump -p $LIBRARY/libpopek.so | awk '$1 == \"SONAME\" { print $2 }'", 0, "libpopek.so.0\n"},
    {"no function of the ABI is gone",
     "nm -D --defined-only $LIBRARY/libpopek.so | awk '$2 == \"T\" { print $3 }' | LC_ALL=C sort >$ROOT/exported; "
     "LC_ALL=C comm -23 tests/package/abi.txt $ROOT/exported",
     0, ""},
    {"none is exported that the ABI does not list (add it there)", "LC_ALL=C comm -13 tests/package/abi.txt $ROOT/exported", 0, ""},
    {"the archive shows the same functions",
     "nm -g --defined-only $LIBRARY/libpopek.a | awk 'NF == 3 { print $3 \"@@POPEK_0\" }' | LC_ALL=C sort | "
     "LC_ALL=C comm -3 - $ROOT/exported",
     0, ""},
    {"a program with the shared library",
     "cc -Wall -Werror -o $ROOT/holes $SHARE/popek/examples/library/holes.c $(pkg-config --cflags --libs popek) && "
     "LD_LIBRARY_PATH=$LIBRARY $ROOT/holes $SHARE/popek/examples/isa/lra.isa",
     1, "all: LRA\n"},
    {"the shared library is needed by it", "objdump -p $ROOT/holes | grep -c 'NEEDED *libpopek.so.0'", 0, "1\n"},
    {"x86 by that program",
     "LD_LIBRARY_PATH=$LIBRARY $ROOT/holes $PKG_CONFIG_SYSROOT_DIR$(PKG_CONFIG_SYSROOT_DIR= pkg-config --variable=tables "
     "popek)/x86.isa SGDT | head -1",
     0, "real: SGDT m16&32\n"},
    {"a program with the archive",
     "cc -o $ROOT/static $SHARE/popek/examples/library/holes.c $(pkg-config --cflags popek) $LIBRARY/libpopek.a "
     "$(pkg-config --static --libs-only-l popek | sed s/-lpopek//) && $ROOT/static $SHARE/popek/examples/isa/third_generation.isa",
     0, ""},
    {"what no public header has cannot be linked with",
     "echo 'void *arena_get(void *, unsigned long); int main(void) { return arena_get(0, 1) != 0; }' "
     ">$ROOT/inside.c && cc -o $ROOT/inside $ROOT/inside.c $(pkg-config --libs popek) 2>&1 | grep -c 'undefined reference to .arena_get'",
     0, "1\n"},
    {"each public header stands for itself",
     "cd $ROOT/usr/local/include && find popek -name '*.h' | while read -r h; do echo \"#include <$h>\" | "
     "cc -std=c11 -I. -fsyntax-only -x c - || echo \"$h\"; done",
     0, ""},
    {"options are completed", COMPLETE "classify --st", 0, "--statistics\n"},
    {"values after a short option", COMPLETE "emit -l s", 0, "smt2\n"},
    {"modes of the ISA on the line", COMPLETE "classify x86 --mode=prot", 0, "protected\nprotected16\n"},
    {"profiles of the ISA on the line", COMPLETE "classify x86 -p sv", 0, "svm\n"},
    {"instructions of classify", COMPLETE "classify x86 --instruction=SGD", 0, "SGDT\n"},
    {"every subcommand is there for bash, zsh and fish",
     "for c in $(\"$POPEK\" --help | sed -n 's/^  \\([a-z-]*\\)  .*/\\1/p'); do "
     "grep -q \"'$c:\" $SHARE/zsh/site-functions/_popek && grep -q \" -a $c \" $SHARE/fish/vendor_completions.d/popek.fish || echo $c; done",
     0, ""},
};

static bool installable(void) {
    struct command_result built = run_command("test -f \"$(dirname \"$POPEK\")/package/exports\"");
    bool is = built.code == 0;
    command_result_free(&built);
    if (!is) {
        (void)printf("skipped: this build has no libpopek to install (sanitizers)\n");
    }
    return is;
}

static void expect(const char *what, const char *given, int code, const char *out) {
    char command[2048];
    (void)snprintf(command, sizeof command, SETTING "%s", given);
    struct command_result r = run_command(command);
    CHECK(r.code == code && strcmp(r.out, out) == 0, "%s: exit code %d: %.600s%.600s", what, r.code, r.out, r.err);
    command_result_free(&r);
}

/* What a shell makes of a line that ends where Tab is pressed: bash and fish list what fits; zsh is pressed Tab in, so there is the line as it is
 * then, and what fits when that is several. In a folder with the files kernel.elf and kept.txt. */
enum { BASH, ZSH, FISH, SHELL_COUNT };
static const struct {
    const char *name, *script;
} shells[SHELL_COUNT] = {
    {"bash", "bash $TESTS/completion.bash $SHARE/bash-completion/completions/popek "},
    {"zsh", "zsh -f $TESTS/completion.zsh $SHARE/zsh/site-functions "},
    {"fish", "fish --no-config $TESTS/completion.fish $SHARE/fish/vendor_completions.d/popek.fish "},
};
static const struct {
    const char *line, *out[SHELL_COUNT];
} lines[] = {
    {"popek cl", {"classify\n", "popek classify \n", "classify\n"}},
    {"popek scan --pro", {"--profile=\n", "popek scan --profile=\n", "--profile\n"}},
    {"popek scan ker", {"kernel.elf\n", "popek scan kernel.elf \n", "kernel.elf\n"}},
    {"popek classify va", {"vax\nvax_virtual\n", "popek classify vax\nvax\nvax_virtual\n", "vax\nvax_virtual\n"}},
    {"popek explain x86 SGD", {"SGDT\n", "popek explain x86 SGDT \n", "SGDT\n"}},
    {"popek emit --language=a", {"acsl\n", "popek emit --language=acsl \n", "--language=acsl\n"}},
    {"popek classify vax --profile=us", {"user_mode\n", "popek classify vax --profile=user_mode \n", "--profile=user_mode\n"}},
    {"popek compare x86 --profiles=umip_best,sv", {"umip_best,svm\n", "popek compare x86 --profiles=umip_best,svm \n", "--profiles=umip_best,svm\n"}},
    {"popek classify nothing_like_i", {"\n", "popek classify nothing_like_i\n", ""}},
};

static void test_line(size_t shell, size_t line) {
    char what[200];
    char command[1600];
    const char *quote = shell == BASH ? "" : "'";
    (void)snprintf(what, sizeof what, "%s completes '%s'", shells[shell].name, lines[line].line);
    (void)snprintf(command, sizeof command,
                   "TESTS=$PWD/tests/package; mkdir -p $TEMPORARY/files && cd $TEMPORARY/files && touch kernel.elf kept.txt && "
                   "export POPEK=$ROOT/usr/local/bin/popek PATH=$ROOT/usr/local/bin:$PATH && %s%s%s%s",
                   shells[shell].script, quote, lines[line].line, quote);
    expect(what, command, 0, lines[line].out[shell]);
}

/* Shells that are not here are left out, unless POPEK_SHELLS asks for all of them (make test-completion). */
static void test_shells(void) {
    for (size_t i = 0; i < SHELL_COUNT; i++) {
        char command[64];
        (void)snprintf(command, sizeof command, "command -v %s", shells[i].name);
        struct command_result r = run_command(command);
        bool here = r.code == 0;
        command_result_free(&r);
        if (!here) {
            (void)printf("skipped: completion of %s, which is not here\n", shells[i].name);
            CHECK(getenv("POPEK_SHELLS") == NULL, "%s is here", shells[i].name);
            continue;
        }
        for (size_t line = 0; line < sizeof lines / sizeof lines[0]; line++) {
            test_line(i, line);
        }
    }
}

static void test_installed(void) {
    if (installable()) {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            expect(cases[i].what, cases[i].command, cases[i].code, cases[i].out);
        }
        test_shells();
        expect("make uninstall", MAKE "uninstall && find $ROOT/usr -type f -o -type l", 0, "");
    }
}

/* The archive of sources has what git has, and is the same when it is made again. */
static void test_archive(void) {
    struct command_result r =
        run_command("tools/package/dist.sh popek-0 $TEMPORARY/a.tar.gz >/dev/null && tools/package/dist.sh popek-0 "
                    "$TEMPORARY/b.tar.gz >/dev/null && cmp $TEMPORARY/a.tar.gz $TEMPORARY/b.tar.gz && "
                    "tar -tzf $TEMPORARY/a.tar.gz | grep -c -e '^popek-0/Makefile$' -e '^popek-0/x86-tables/x86.isa$' -e /build/");
    CHECK(r.code == 0 && strcmp(r.out, "2\n") == 0, "the archive: exit code %d: %s%s", r.code, r.out, r.err);
    command_result_free(&r);
}

static const struct test tests[] = {{"installed", test_installed}, {"archive of sources", test_archive}};
const struct suite package_suite = SUITE("package", tests);
