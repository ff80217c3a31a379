#!/bin/sh
# Fetches GNU Mach for i386 from Debian into a directory of its own, runs it, and checks that it comes to its banner and its map of memory.
# usage: mach.sh POPEK DIRECTORY
set -eu
popek=$(realpath "$1")
mkdir -p "$2/state/lists/partial" "$2/cache/archives/partial"
cd "$2"
touch status
if [ ! -f gnumach ]; then
    here=$(pwd)
    set -- -q -o APT::Architecture=i386 -o APT::Architectures::=i386 -o "Dir::State=$here/state" -o "Dir::Cache=$here/cache" -o "Dir::State::status=$here/status" \
        -o APT::Sandbox::User=root
    timeout 300 apt-get "$@" update >apt.log 2>&1 || true
    if ! timeout 300 apt-get "$@" download gnumach-image-1.8-486 >>apt.log 2>&1; then
        echo "skipped: gnumach-image-1.8-486 of architecture i386 cannot be fetched (see $here/apt.log)"
        exit 0
    fi
    dpkg-deb -x gnumach-image-1.8-486_*_i386.deb package
    gunzip -c package/boot/gnumach-1.8-486.gz >gnumach.part
    mv gnumach.part gnumach
fi
"$popek" run gnumach --memory 128M --command-line console=com0 --screen --instructions 200000000 >console.txt 2>end.txt || true
cat end.txt
for line in "GNU Mach 1.8" "biosmem: physical memory map:" "vm_page: DIRECTMAP:" "using COM port 1 for console"; do
    if ! grep -q "$line" console.txt; then
        echo "GNU Mach did not come to '$line'" >&2
        exit 1
    fi
done
echo "GNU Mach comes to its banner and its console"
