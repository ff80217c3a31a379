#!/bin/sh
# Proves one Why3 file and writes its ledger, as prove.sh does for a unit in C. Its axioms are admitted facts. A goal is cut into parts in one of two
# ways, and proven when a prover says so of each part; the second way and the second prover are tried for the modules of which something is left.
# usage: theory.sh BUILD MODE UNIT SOURCE PROVER[+PROVER]
set -eu
build=$1
mode=$2
unit=$3
source=$4
provers=$5
out=$build/proofs
ledger=$out/$unit.ledger.json
here=$(dirname "$0")
record=${RECORD:-proofs/record}/$unit.json
rm -f "$ledger"
start=$(date +%s)
# All files of the folder, because one may use another.
inputs=$({
    why3 --version
    grep -E '^(name|version) ' "$out/why3.conf"
    echo "$provers"
    cat "$source" "$(dirname "$source")"/*.mlw "$here/theory.sh" "$here/theory.jq"
} | sha256sum | cut -d ' ' -f 1)
if { [ "$mode" = replay ] || [ "$mode" = update ]; } && [ -f "$record" ] && [ "$(jq -r .inputs "$record")" = "$inputs" ]; then
    cp "$record" "$ledger"
    jq -r --arg unit "$unit" '"\($unit): \(.proven) / \(.total) goals proven, recorded"' "$ledger"
    exit 0
fi
: >"$out/$unit.answers"
: >"$out/$unit.log"
judge() { jq -n --arg unit "$unit" --arg inputs "$inputs" --arg axioms "$axioms" --slurpfile answers "$out/$unit.answers" -f "$here/theory.jq"; }
ask() { # ask MODULE CUT PROVER: adds the answers about the parts of the module's goals
    case $3 in
    cvc4) full=CVC4,1.8, steps=200000 ;;
    z3) full=Z3,4.8.12, steps=20000000 ;;
    esac
    # A limit in the prover's own steps, some seconds of work; -t is far above it. Exit code 2 of Why3 says that some goal is not proven, which is for
    # the judge.
    why3 prove --json -C "$out/why3.conf" -L "$(dirname "$source")" -P "$full" -a "$2" -t 120 -s "$steps" "$source" -T "$1" \
        >"$out/$unit.answer" 2>>"$out/$unit.log" || [ $? -eq 2 ] || {
        echo "$unit: Why3 failed; see $out/$unit.log" >&2
        exit 1
    }
    jq -c --arg theory "$1" --arg cut "$2" --arg prover "$3" \
        '{module: $theory, cut: $cut, prover: ($prover | ascii_upcase), goal: .term.goal_name, answer: ."prover-result".answer}' \
        "$out/$unit.answer" >>"$out/$unit.answers"
}
left() { # left MODULE: whether a goal of the module is not proven yet
    judge | jq -e --arg theory "$1" 'any(.goals[]; .function == $theory and .unproven)' >/dev/null
}
# Of all files of the folder; without comments, which do not nest.
axioms=$(cat "$(dirname "$source")"/*.mlw | sed 's/(\*.*\*)//' | sed '/(\*/,/\*)/d' | sed -n 's/.*axiom  *\([A-Za-z_0-9'"'"']*\).*/\1/p' | sort -u | tr '\n' ' ')
for module in $(sed -n 's/^module  *\([A-Za-z_0-9]*\).*/\1/p' "$source"); do
    for cut in split_vc split_all_full; do
        for prover in $(echo "$provers" | tr + ' '); do
            ask "$module" "$cut" "$prover"
            left "$module" || break 2
        done
    done
done
judge >"$ledger.new"
mv "$ledger.new" "$ledger"
jq -r --arg unit "$unit" --arg seconds "$(($(date +%s) - start))" '"\($unit): \(.proven) / \(.total) goals proven, \($seconds) s"' "$ledger"
jq -e '.total > 0 and .proven == .total' "$ledger" >/dev/null || {
    jq -r --arg unit "$unit" 'if .total == 0 then "\($unit): no goals" else .goals[] | select(.unproven) | "\($unit): not proven: \(.goal)" end' "$ledger" >&2
    exit 1
}
