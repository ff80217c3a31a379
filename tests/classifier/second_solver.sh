#!/bin/sh
# Decides SMT-LIB files with cvc4 and compares with the answer that each file expects.
# usage: second_solver.sh DIRECTORY [COUNT]; COUNT: only so many files, spread evenly over all. Prints one line for each disagreement, then `N agree, N disagree, N without an answer, N of them unsat`.
set -eu
export LC_ALL=C
limit=${SECOND_SOLVER_SECONDS:-120}
# Conditions are bit vectors of one bit in the files; that they become Boolean first, and choices simplified, is what makes some queries easy: without it the
# solver spends minutes on some that then take a second. A process for each file, which simplifies more than one process with a reset between them.
decide() {
    for file; do
        expected=$(sed -n '1,20s/.*(set-info :status \([a-z]*\)).*/\1/p' "$file")
        answer=$(sed '/(set-info :status/d; /(get-model)/d; /(get-value/d; /(exit)/d' "$file" |
            (ulimit -t "$limit" && exec cvc4 --lang smt2 --bv-to-bool --ite-simp --repeat-simp 2>&1) | head -n 1) || true
        case "$expected/$answer" in
        sat/sat | unsat/unsat) echo agree ;;
        sat/unsat | unsat/sat) echo "disagree $file: expected '$expected', got '$answer'" ;;
        *) echo "open $file: expected '$expected', got '${answer:-none}' within $limit s of processor time" ;;
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
total=$(find "$1" -name '*.smt2' | wc -l)
wanted=${2:-$total}
find "$1" -name '*.smt2' | sort | awk -v total="$total" -v wanted="$wanted" 'int(NR * wanted / total) > int((NR - 1) * wanted / total)' |
    tr '\n' '\0' | xargs -0 -r -n 10 -P 2 "$0" --decide >"$answers"
grep -v '^agree' "$answers" || true
echo "$(grep -c '^agree' "$answers" || true) agree, $(grep -c '^disagree' "$answers" || true) disagree, $(grep -c '^open' "$answers" || true) without an answer, $(grep -c "^open.*expected 'unsat'" "$answers" || true) of them unsat"
