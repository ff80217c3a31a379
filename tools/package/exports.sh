#!/bin/sh
# The functions that libpopek exports: those that the archive defines and a public header declares, one a line.
# usage: exports.sh CC ARCHIVE HEADER...
set -eu
compiler=$1
archive=$2
shift 2
declared=$(mktemp)
trap 'rm -f "$declared"' EXIT
# Without comments, so that a name that is only spoken of does not count.
for header; do
    "$compiler" -E -P -fpreprocessed -x c "$header" 2>/dev/null
done | grep -o '[A-Za-z_][A-Za-z0-9_]* *(' | tr -d ' (' | LC_ALL=C sort -u >"$declared"
nm -g --defined-only "$archive" | awk '$2 == "T" { print $3 }' | LC_ALL=C sort -u | LC_ALL=C comm -12 "$declared" -
