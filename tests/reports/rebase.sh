#!/bin/sh
# Writes the reports that reports.txt lists anew and shows what changed.
# usage: rebase.sh POPEK
set -eu
popek=$1
folder=tests/reports
grep -v '^#' "$folder/reports.txt" | while IFS='|' read -r file arguments; do
    golden=$folder/$(echo "$file" | tr -d ' ').txt
    new=$(mktemp)
    code=0
    # shellcheck disable=SC2086 # the arguments are words
    "$popek" $arguments >"$new" || code=$?
    if [ "$code" -gt 1 ]; then
        echo "popek $arguments: exit code $code" >&2
        exit 1
    fi
    [ -f "$golden" ] || : >"$golden"
    diff -u "$golden" "$new" || true
    cat "$new" >"$golden"
    rm -f "$new"
done
