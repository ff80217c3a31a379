#!/bin/sh
# Proves one Why3 file and writes its ledger, as prove.sh does for a unit in C. Its axioms are admitted facts.
# usage: theory.sh BUILD MODE UNIT SOURCE PROVER[+PROVER]     the second prover is asked when the first leaves something
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
for prover in $(echo "$provers" | tr + ' '); do
    case $prover in
    cvc4) full=CVC4,1.8, ;;
    z3) full=Z3,4.8.12, ;;
    *) full=$prover ;;
    esac
    # Exit code 2 of Why3 says that some goal is not proven, which is for the judge.
    why3 prove --json -C "$out/why3.conf" -L "$(dirname "$source")" -P "$full" -a split_vc -t 120 -s 4000000 "$source" \
        >"$out/$unit.$prover.json" 2>"$out/$unit.log" || [ $? -eq 2 ] || {
        echo "$unit: Why3 failed; see $out/$unit.log" >&2
        exit 1
    }
    jq -c --arg prover "$prover" '{prover: ($prover | ascii_upcase), goal: .term.goal_name, answer: ."prover-result".answer}' "$out/$unit.$prover.json" >>"$out/$unit.answers"
    jq -se 'length > 0 and all(."prover-result".answer == "Valid")' "$out/$unit.$prover.json" >/dev/null && break
done
# Of all files of the folder; without comments, which do not nest.
axioms=$(cat "$(dirname "$source")"/*.mlw | sed 's/(\*.*\*)//' | sed '/(\*/,/\*)/d' | sed -n 's/.*axiom  *\([A-Za-z_0-9'"'"']*\).*/\1/p' | sort -u | tr '\n' ' ')
jq -n --arg unit "$unit" --arg inputs "$inputs" --arg axioms "$axioms" --slurpfile answers "$out/$unit.answers" -f "$here/theory.jq" >"$ledger.new"
mv "$ledger.new" "$ledger"
jq -r --arg unit "$unit" --arg seconds "$(($(date +%s) - start))" '"\($unit): \(.proven) / \(.total) goals proven, \($seconds) s"' "$ledger"
jq -e '.total > 0 and .proven == .total' "$ledger" >/dev/null || {
    jq -r --arg unit "$unit" 'if .total == 0 then "\($unit): no goals" else .goals[] | select(.unproven) | "\($unit): not proven: \(.goal)" end' "$ledger" >&2
    exit 1
}
