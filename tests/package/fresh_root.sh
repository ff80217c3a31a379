#!/bin/sh
# The two commands of README.md in a root that has Debian's base system and make: `make audit` and `make test`, with their times.
# usage: fresh_root.sh BUILD ARCHIVE NAME, of the sources as `make dist` makes them
set -eu
build=$1
archive=$2
name=$3
# shellcheck source=tests/package/root.sh
. "$(dirname "$0")/root.sh"
make_root "$build/fresh-root" "$build/fresh-root.log"
rm -rf "$root/work"
mkdir -p "$root/work"
tar -xzf "$archive" -C "$root/work"
inside 'apt-get update -q && apt-get install -y -q --no-install-recommends make' >"$build/fresh-root.log" 2>&1
failed=0
# timed COMMAND: runs it where the sources are; wall clock, processor time and the last line.
timed() {
    code=0
    inside "cd /work/$name && bash -c 'TIMEFORMAT=\"%0R s, %0U s of processor time\"; time $1' >/work/out 2>/work/err; code=\$?; \
        tail -1 /work/err >/work/time; exit \$code" || code=$?
    # shellcheck disable=SC2016 # the code of Markdown
    printf '| `%s` | %s | %s |\n' "$1" "$(cat "$root/work/time")" "$(tail -1 "$root/work/out")"
    if [ "$code" != 0 ]; then
        grep -h FAILED "$root/work/out" "$root/work/err" | head -20 >&2
        failed=1
    fi
}
echo "$(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg) at the start, $(uname -m)"
timed 'make audit'
timed 'make test'
exit "$failed"
