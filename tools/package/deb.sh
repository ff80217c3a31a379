#!/bin/sh
# Makes Debian packages of what `make install` installs: popek, popek-unicorn, libpopekABI and libpopek-dev.
# usage: deb.sh BUILD VERSION ABI
set -eu
build=$1
version=$2
abi=$3
here=$(dirname "$0")
work=$build/deb
architecture=$(dpkg --print-architecture)
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
umask 022
rm -rf "$work"
mkdir -p "$work/debian"
sed "s/@ABI@/$abi/" "$here/debian/control" >"$work/debian/control"
printf 'popek (%s) unstable; urgency=medium\n\n  * Version %s.\n\n -- popek contributors <popek@localhost>  %s\n' \
    "$version" "$version" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" >"$work/debian/changelog"
make --no-print-directory -s BUILD="$build" PREFIX=/usr DESTDIR="$(realpath "$work")/all" \
    libdir="/usr/lib/$multiarch" zshdir=/usr/share/zsh/vendor-completions install

# take PACKAGE PATH...: moves what was installed into the package.
take() {
    package=$1
    shift
    for path; do
        [ -e "$work/all/$path" ] || continue
        mkdir -p "$work/debian/$package/$(dirname "$path")"
        mv "$work/all/$path" "$work/debian/$package/$path"
    done
}
library=usr/lib/$multiarch
take "libpopek$abi" "$library/libpopek.so.$version" "$library/libpopek.so.$abi"
take libpopek-dev "$library/libpopek.so" "$library/libpopek.a" "$library/pkgconfig" usr/include
take popek-unicorn usr/lib/popek
take popek usr
packages=$(sed -n 's/^Package: //p' "$work/debian/control")

finish() {
    root=$work/debian/$1
    document=$root/usr/share/doc/$1
    mkdir -p "$root/DEBIAN"
    install -D -m 644 "$here/debian/copyright" "$document/copyright"
    sed -n '5,$ { s/^$/./; s/^/ /; p; }' LICENSE >>"$document/copyright"
    gzip -9n <"$work/debian/changelog" >"$document/changelog.gz"
    find "$root" -name '*.1' -exec gzip -9n {} +
    find "$root" -name '*.a' -exec strip --strip-debug --enable-deterministic-archives {} +
    find "$root" -type f \( -name '*.so*' -o -path '*/bin/*' \) -exec strip --strip-unneeded {} +
    (
        cd "$work"
        binaries=$(find "debian/$1" -type f \( -name '*.so*' -o -path '*/bin/*' \))
        rm -f debian/substvars
        # shellcheck disable=SC2086 # words
        [ -z "$binaries" ] || dpkg-shlibdeps -Tdebian/substvars $binaries
        [ "$1" != "libpopek$abi" ] || {
            printf 'libpopek %s libpopek%s (>= %s)\n' "$abi" "$abi" "$version" >"debian/$1/DEBIAN/shlibs"
            printf 'activate-noawait ldconfig\n' >"debian/$1/DEBIAN/triggers"
        }
        touch debian/substvars
        dpkg-gencontrol -p"$1" -ldebian/changelog -cdebian/control -Tdebian/substvars -Pdebian/"$1" -fdebian/files
        cd "debian/$1"
        find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums
        chmod 644 DEBIAN/*
    )
    dpkg-deb --root-owner-group --build "$root" "$build/${1}_${version}_$architecture.deb"
}
for package in $packages; do
    if [ -d "$work/debian/$package" ]; then
        finish "$package"
    fi
done
