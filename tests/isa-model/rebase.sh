#!/bin/sh
# Writes the expected messages of errors/*.isa anew and shows what changed.
# usage: rebase.sh POPEK
set -eu
popek=$1
for file in tests/isa-model/errors/*.isa; do
    golden=${file%.isa}.txt
    new=$(mktemp)
    if "$popek" list "$file" >/dev/null 2>"$new"; then
        echo "$file is accepted" >&2
    fi
    [ -f "$golden" ] || : >"$golden"
    diff -u "$golden" "$new" || true
    cat "$new" >"$golden"
    rm -f "$new"
done
