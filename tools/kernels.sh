#!/bin/sh
# Fetches kernels and boot loaders of Debian through apt-get, unpacks them, and scans them (docs/kernels.md). Nothing is installed.
# usage: kernels.sh POPEK DIRECTORY
set -eu
popek=$1
directory=$2
mkdir -p "$directory/packages"
popek=$(realpath "$popek")
cd "$directory"

# The 32-bit packages need an index of their own, which apt keeps beside that of the system.
state=$PWD/apt
mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
touch "$state/status"
apt_i386() {
    apt-get -q -o APT::Architecture=i386 -o APT::Architectures::=i386 -o Dir::State="$state" -o Dir::State::lists="$state/lists" \
        -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
}
fetch() { # tool package...
    tool=$1
    shift
    for package; do
        (cd packages && ls "$package"_* >/dev/null 2>&1) || (cd packages && $tool download "$package" >/dev/null 2>&1) || return 1
    done
}
fail() {
    echo "kernels: skipped, $1" >&2
    exit 0
}
command -v apt-get >/dev/null 2>&1 || fail "this is not a Debian system"
image=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/^  Depends: \(linux-image-[^ ]*\)$/\1/p' | head -1)
[ -n "$image" ] || fail "apt knows no linux-image-amd64 (apt-get update)"
(cd packages && ls gnumach-image-1.8-xen-486_* >/dev/null 2>&1) || apt_i386 update >/dev/null 2>&1 || true
fetch apt_i386 gnumach-image-1.8-486 gnumach-image-1.8-xen-486 || fail "GNU Mach cannot be fetched"
fetch "apt-get -q" "$image" systemd-boot-efi grub-efi-amd64-bin || fail "the packages cannot be fetched"

for package in packages/*.deb; do
    name=$(basename "$package")
    name=${name%%_*}
    [ -d "root/$name" ] || { mkdir -p root && dpkg -x "$package" "root/$name"; }
done
gzip -dc root/gnumach-image-1.8-486/boot/gnumach-*.gz >gnumach
gzip -dc root/gnumach-image-1.8-xen-486/boot/gnumach-*.gz >gnumach-xen

# The kernel inside of a bzImage (Linux, Documentation/arch/x86/boot.rst): setup_sects at 0x1F1, payload_offset at 0x248, payload_length at 0x24C.
boot=$(ls root/"$image"/boot/vmlinuz-*)
field() { od -An -t "u$2" -j "$1" -N "$2" "$boot" | tr -d ' '; }
tail -c +$(((1 + $(field 497 1)) * 512 + $(field 584 4) + 1)) "$boot" | head -c "$(field 588 4)" >payload
xz -dc --single-stream payload >vmlinux 2>/dev/null || zstd -dcq payload >vmlinux 2>/dev/null || gzip -dcq payload >vmlinux || fail "$boot holds its kernel in a way that is not known here"
rm -f payload

scan() { # title file...
    title=$1
    shift
    echo "== $title"
    code=0
    "$popek" scan --summary "$@" >result || code=$?
    [ "$code" -le 1 ] || exit "$code"
    sed '/^$/q' result
    sed '1,/^$/d;/^$/q' result
}
{
    scan "GNU Mach, i386" --jobs 2 gnumach
    scan "GNU Mach for Xen, i386" --jobs 2 gnumach-xen
    scan "$image: vmlinux" --jobs 2 vmlinux
    scan "$image: modules" --jobs 2 root/"$image"/lib
    scan "systemd-boot" root/systemd-boot-efi/usr/lib/systemd/boot/efi/systemd-bootx64.efi
    scan "GRUB, EFI" root/grub-efi-amd64-bin/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi
} >kernels.txt
rm -f result
cat kernels.txt
echo "These lines are in $PWD/kernels.txt, the files that were scanned beside it."
