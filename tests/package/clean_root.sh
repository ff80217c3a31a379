#!/bin/sh
# Installs the packages of `make deb` in a root that has Debian's base system and nothing else, and uses them there: the program, the manual pages
# and completion, a program with the library; then removes them. Exit code 77 where that cannot be done.
# usage: clean_root.sh BUILD VERSION
set -eu
build=$1
version=$2
# shellcheck source=tests/package/root.sh
. "$(dirname "$0")/root.sh"
make_root "$build/clean-root" "$build/clean-root.log"
mkdir -p "$root/packages" "$root/work"
rm -f "$root"/packages/*
cp "$build"/*_"$version"_*.deb "$root/packages/"
failed=0
# try WHAT COMMAND EXPECTED: the last line that the command prints.
try() {
    got=$(inside "$2" 2>&1 | tail -1)
    if [ "$got" = "$3" ]; then
        echo "ok      $1"
    else
        echo "FAILED  $1: '$got', not '$3'"
        failed=1
    fi
}
inside 'apt-get update -q && apt-get install -y -q --no-install-recommends /packages/popek_*.deb' >"$build/clean-root.log" 2>&1 || {
    tail -5 "$build/clean-root.log" >&2
    exit 1
}
try "the program" "popek --version" "popek $version"
try "x86 from the program alone" "cd /work && popek classify x86 --mode protected --instruction SGDT | grep -c '^Theorem 1  no'" 1
try "a machine that is installed with it" "popek classify /usr/share/popek/examples/isa/third_generation.isa | grep -c '^Theorem 1  yes'" 1
try "a scan" "popek scan --summary /bin/ls | grep -c 'bin/ls'" 1
try "no compiler was needed for that" "command -v cc || echo none" none
try "without the plug-in Unicorn cannot run, and says so" "popek probe --backend unicorn --instruction CLTS >/dev/null 2>&1; echo \$?" 77
inside 'apt-get install -y -q --no-install-recommends /packages/*.deb gcc libc6-dev pkg-config' >>"$build/clean-root.log" 2>&1 || {
    tail -5 "$build/clean-root.log" >&2
    exit 1
}
try "the plug-in for Unicorn" "popek probe --backend unicorn --instruction CLTS --states 1 >/dev/null 2>&1; echo \$?" 0
try "a program with the library" "cd /work && cc -o holes /usr/share/popek/examples/library/holes.c \$(pkg-config --cflags --libs popek) && \
    ./holes /usr/share/popek/examples/isa/lra.isa" "all: LRA"
try "a plug-in with the headers" "cd /work && cc -shared -fPIC -o broken.so /usr/share/popek/examples/handlers/broken.c && \
    popek check broken.so --instruction CLTS --states 50 >/dev/null; echo \$?" 1
try "nothing is left when they are removed" "apt-get purge -y -q popek popek-unicorn 'libpopek*' >/dev/null && find / -xdev -path /proc -prune -o \
    -path /packages -prune -o -path /work -prune -o -name '*popek*' -print | grep -v /var/log/ | wc -l" 0
exit "$failed"
