#!/bin/sh
# Fetches GNU Mach for i386 from Debian into a directory of its own, and boots it on the model, natively and under QEMU: the console must be the same.
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

# What depends on the firmware and on what is plugged in: QEMU has a BIOS, whose map of memory and PCI services show, and a floppy controller.
common() {
    sed -z 's/qlogicisp : PCI bios not present\r*\n//g' "$1" | tr -d '\r' |
        grep -av -e '^biosmem: 0' -e '^vm_page: DIRECTMAP: pages' -e '^pci' -e '^Probing PCI' -e '^FDC' -e '^floppy0' -e '^RTC time'
}

# The model first, as far as it comes in a minute: its drivers wait for hardware that is not there.
"$popek" run gnumach --memory 128M --command-line console=com0 --instructions "${INSTRUCTIONS:-30000000}" >model.txt 2>model.end || true
for line in "GNU Mach 1.8" "biosmem: physical memory map:" "vm_page: DIRECTMAP:" "pci_init: no BIOS32 detected"; do
    if ! grep -q "$line" model.txt; then
        echo "GNU Mach did not come to '$line' on the model; see $(pwd)/model.txt and model.end" >&2
        exit 1
    fi
done
echo "on the model GNU Mach comes to its drivers"

status=0
timeout 900 "$popek" run gnumach --memory 128M --command-line console=com0 --backend native --stats --instructions 100000000000 >native.all 2>native.end ||
    status=$?
if [ "$status" = 77 ]; then
    echo "skipped natively: $(cat native.end)"
    exit 0
fi
sed '/^\r*backend: native$/,$d' native.all >native.txt
sed -n '/^\r*backend: native$/,$p' native.all
if ! cmp -s -n "$(wc -c <model.txt)" model.txt native.txt; then
    echo "GNU Mach shows something else natively than on the model; see $(pwd)/native.txt and model.txt" >&2
    exit 1
fi
if ! grep -aq "bootstrap_create: No bootstrap code loaded with the kernel!" native.txt; then
    echo "GNU Mach did not come to the end of its boot natively; see $(pwd)/native.txt and native.end" >&2
    exit 1
fi
echo "natively GNU Mach comes to the end of its boot: it asks for the servers that a loader brings along"

if ! command -v qemu-system-i386 >/dev/null 2>&1; then
    echo "skipped: not compared with QEMU (package qemu-system-x86)"
    exit 0
fi
timeout 900 qemu-system-i386 -M isapc -nodefaults -vga std -cpu pentium3 -rtc base=2000-01-01T00:00:00 -m 128 -kernel gnumach -append console=com0 \
    -serial stdio -monitor none -display none -no-reboot >qemu.txt 2>qemu.end || true
common native.txt >native.common
common qemu.txt >qemu.common
if ! diff native.common qemu.common; then
    echo "GNU Mach shows something else natively (<) than under QEMU (>)" >&2
    exit 1
fi
echo "the same console as under QEMU: $(wc -l <qemu.common) lines, without those about firmware and floppy controller"
