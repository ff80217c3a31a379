#!/bin/sh
# Fetches libraries of Debian that are full of VEX and EVEX instructions, and unpacks them; prints their paths. Nothing is installed.
# usage: vector_libraries.sh DIRECTORY
set -eu
packages="libx264-164 libx265-199 libopenblas0-pthread libavcodec59 libswscale6 libdav1d6 libsvtav1enc1 libssl3"
mkdir -p "$1/packages"
cd "$1"
for package in $packages; do
    if ! ls packages/"$package"_*.deb >/dev/null 2>&1; then
        (cd packages && apt-get -q download "$package" >/dev/null 2>&1) || {
            echo "vector_libraries: skipped, $package cannot be fetched" >&2
            exit 77
        }
    fi
done
for package in packages/*.deb; do
    dpkg -x "$package" root
done
find "$PWD/root" -type f -name '*.so*' | LC_ALL=C sort
