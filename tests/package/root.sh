#!/bin/sh
# Sourced: a root with Debian's base system. make_root DIRECTORY LOG makes it, or takes one that is there, and mounts /proc, by which programs find
# their own place, and /dev/pts, for pseudo-terminals, until the script ends; exit code 77 where that cannot be done.
# inside COMMAND runs in $root.
make_root() {
    root=$1
    if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null 2>&1; then
        echo "this needs root and debootstrap (apt-get install debootstrap): skipped" >&2
        exit 77
    fi
    if [ ! -f "$root/made" ]; then
        rm -rf "$root"
        debootstrap --variant=minbase bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$2" 2>&1 || {
            tail -3 "$2" >&2
            echo "no Debian root could be made (network?): skipped" >&2
            exit 77
        }
        echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/fast" # a root for a test need not survive a power cut
        touch "$root/made"
    fi
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    mount -t proc proc "$root/proc" || exit 77
    trap 'umount -l "$root/proc"' EXIT
    mount -t devpts devpts "$root/dev/pts" || exit 77
    trap 'umount -l "$root/dev/pts" "$root/proc"' EXIT
}
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive sh -c "$1"; }
