#!/bin/sh
# The sites of 64-bit binaries as popek scan finds them, and as objdump and a list of names by hand do (sensitive.awk). Exit code 1 when they differ.
# usage: compare_objdump.sh POPEK "OPTIONS OF SCAN" FILE...
set -eu
popek=$1
options=$2
shift 2
list=$(dirname "$0")/sensitive.awk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
code=0
for file; do
    objdump -d -w "$file" | awk -f "$list" | LC_ALL=C sort >"$work/objdump"
    # shellcheck disable=SC2086 # options are words
    "$popek" scan -f csv $options "$file" >"$work/csv" || [ $? -le 1 ]
    awk -F, 'NR > 1 { print $3 }' "$work/csv" | LC_ALL=C sort >"$work/popek"
    both=$(LC_ALL=C comm -12 "$work/objdump" "$work/popek" | wc -l)
    theirs=$(LC_ALL=C comm -23 "$work/objdump" "$work/popek" | wc -l)
    ours=$(LC_ALL=C comm -13 "$work/objdump" "$work/popek" | wc -l)
    echo "$file: $both by both, $theirs by objdump alone, $ours by popek alone"
    [ "$theirs" -eq 0 ] && [ "$ours" -eq 0 ] || code=1
done
exit $code
