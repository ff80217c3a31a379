#!/bin/sh
# Decides SMT-LIB files with cvc4 and compares with the answer that each file expects.
# usage: second_solver.sh DIRECTORY; prints one line for each disagreement, then `N agree, N disagree, N without an answer`.
set -eu
export LC_ALL=C
decide() {
    for file; do
        expected=$(sed -n 's/.*(set-info :status \([a-z]*\)).*/\1/p' "$file" | head -n 1)
        answer=$(sed '/(set-info :status/d; /(get-model)/d; /(get-value/d' "$file" | cvc4 --lang smt2 --tlimit 60000 2>&1 | head -n 1) || true
        case "$expected/$answer" in
        sat/sat | unsat/unsat) echo agree ;;
        unknown/* | /* | */timeout* | */unknown | */*interrupted*) echo "open $file: expected '$expected', got '$answer'" ;;
        *) echo "disagree $file: expected '$expected', got '$answer'" ;;
        esac
    done
}
if [ "${1:-}" = --decide ]; then
    shift
    decide "$@"
    exit 0
fi
answers=$(mktemp)
trap 'rm -f "$answers"' EXIT
find "$1" -name '*.smt2' -print0 | sort -z | xargs -0 -r -n 20 -P 2 "$0" --decide >"$answers"
grep -v '^agree' "$answers" || true
echo "$(grep -c '^agree' "$answers" || true) agree, $(grep -c '^disagree' "$answers" || true) disagree, $(grep -c '^open' "$answers" || true) without an answer"
