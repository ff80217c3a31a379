#!/bin/sh
# Installs the Debian packages that are missing; on another system says which programs and libraries are needed and stops.
# usage: packages.sh STAMP PACKAGE...
set -eu
stamp=$1
shift
if ! command -v dpkg-query >/dev/null 2>&1; then
    if [ "${POPEK_PACKAGES:-check}" = present ]; then
        mkdir -p "$(dirname "$stamp")" && touch "$stamp"
        exit 0
    fi
    echo "This is not a Debian system. Install what these Debian packages hold, then run make with POPEK_PACKAGES=present:" >&2
    echo "    $*" >&2
    exit 1
fi
missing=
for package; do
    # shellcheck disable=SC2016
    state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ]; then
        root=
    elif command -v sudo >/dev/null 2>&1; then
        root=sudo
    else
        echo "Missing packages, and neither root nor sudo to install them:$missing" >&2
        exit 1
    fi
    echo "Installing:$missing" >&2
    $root apt-get update -q >&2
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2
fi
mkdir -p "$(dirname "$stamp")"
touch "$stamp"
