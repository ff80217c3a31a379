#!/bin/sh
# The sources as a compressed archive: what git has, or all but what was built where there is no git. Same sources, same bytes.
# usage: dist.sh NAME ARCHIVE
set -eu
name=$1
archive=$2
mkdir -p "$(dirname "$archive")"
list=$(mktemp)
trap 'rm -f "$list"' EXIT
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files >"$list"
    when=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
else
    find . -path './build*' -prune -o -type f -print | sed 's,^\./,,' >"$list"
    when=${SOURCE_DATE_EPOCH:-0}
fi
LC_ALL=C sort -o "$list" "$list"
tar --create --files-from="$list" --transform="flags=r;s,^,$name/," --mtime="@$when" --owner=0 --group=0 --numeric-owner \
    --mode='u=rwX,go=rX' --format=posix --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime | gzip -9n >"$archive"
echo "$archive: $(wc -l <"$list") files, $(wc -c <"$archive") bytes"
