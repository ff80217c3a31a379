#!/bin/sh
# Proves one unit with Frama-C and writes its ledger, BUILD/proofs/UNIT.ledger.json. Fails on no goals and on a goal that is not proven.
# usage: prove.sh BUILD MODE UNIT SOURCE PROVER [OPTION OF WP...]
#   MODE scratch  every prover runs; the verdicts go to BUILD/proofs/cache
#        replay   the ledger in proofs/record, if it was written of these very inputs; or else, goal by goal, the verdicts in proofs/cache
#        update   as replay, and keeps new verdicts in proofs/cache
#        cache    as replay, without the record
set -eu
build=$1
mode=$2
unit=$3
source=$4
prover=$5
shift 5
out=$build/proofs
ledger=$out/$unit.ledger.json
here=$(dirname "$0")
rm -f "$ledger" "$out/$unit.json"
start=$(date +%s)

# What a verdict depends on: the tools, the options, every file that the unit includes (the generated ones too), and what judges.
files=$(gcc -MM -I"$out" -Ivmm-model "$source")
version=$(frama-c -version)
# Of the contracts of x86, those of the instructions that the unit asks for.
inputs=$({
    echo "$version $prover $*"
    grep -E '^(name|version) ' "$out/why3.conf"
    # shellcheck disable=SC2046
    awk -v "asked=$(sed -n 's/^#define \([A-Za-z0-9_]*_of_[A-Za-z0-9_]*\)$/(\1)/p' "$source" | tr '\n' ' ')" \
        '/^#if !defined\([A-Za-z0-9_]*_of_SOME\)/ { skipped = index(asked, "_of_SOME)") != 0 && index(asked, substr($NF, 8)) == 0 } !skipped { print } /^#endif/ { skipped = 0 }' \
        $(echo "$files" | sed 's/^[^:]*://; s/\\$//') "$here/prove.sh" "$here/report.awk" "$here/hypotheses.awk" "$here/unit.jq"
} | sha256sum | cut -d ' ' -f 1)

counts() { # how many goals are proven, and of how many, and where that comes from
    jq -r --arg unit "$unit" --arg how "$1" '"\($unit): \(.proven) / \(.total) goals proven, \($how)"' "$ledger"
}
record=${RECORD:-proofs/record}/$unit.json
if { [ "$mode" = replay ] || [ "$mode" = update ]; } && [ -f "$record" ] && [ "$(jq -r .inputs "$record")" = "$inputs" ]; then
    cp "$record" "$ledger"
    counts "recorded"
    exit 0
fi
# A limit in the prover's own steps, so that a verdict does not depend on the load of the machine; the seconds are far above it.
limits='-wp-steps 4000000 -wp-timeout 120'
case $mode in
# Frama-C looks at its tasks twenty times a second, and most take less: some at a time keep two processors at work. Verdicts from the cache want many.
scratch) mkdir -p "$out/cache" && cache="-wp-cache rebuild -wp-cache-dir $out/cache -wp-par 8" ;;
update) cache="-wp-cache update -wp-cache-dir proofs/cache -wp-par 8" ;;
*) cache="-wp-cache replay -wp-cache-dir proofs/cache -wp-par ${PROVERS:-100}" ;;
esac
case " $* " in *' -wp-model '*) model= ;; *) model='-wp-model Typed' ;; esac
# OCAMLRUNPARAM: more memory before Frama-C's collector runs. -no-autoload-plugins: only what is needed, and no graphical parts.
# shellcheck disable=SC2086
OCAMLRUNPARAM=s=16M,o=400 WHY3CONFIG=$out/why3.conf frama-c -no-autoload-plugins -load-module wp,rtegen,report -machdep gcc_x86_64 \
    -cpp-extra-args="-I$out -Ivmm-model" -wp -wp-rte $model -wp-prover "$prover" $limits $cache "$@" -wp-report-json "$out/$unit.json" \
    "$source" -then -no-wp -report -report-print-properties -report-untried >"$out/$unit.log" 2>&1 || {
    echo "$unit: Frama-C failed; see $out/$unit.log" >&2
    exit 1
}
contracts=$out/contracts/$unit
rm -rf "$contracts"
mkdir -p "$contracts"
touch "$contracts/.none"
awk -v contracts="$contracts" -f "$here/report.awk" "$out/$unit.log" >"$out/$unit.properties"
(cd "$contracts" && sha256sum -- .none *) >"$out/$unit.digests" 2>/dev/null || true
LC_ALL=C awk -f "$here/hypotheses.awk" "$out/$unit.log" | LC_ALL=C sort >"$out/$unit.hypotheses"
jq -n --arg unit "$unit" --arg inputs "$inputs" --slurpfile report "$out/$unit.json" --rawfile properties "$out/$unit.properties" \
    --rawfile digests "$out/$unit.digests" --rawfile hypotheses "$out/$unit.hypotheses" -f "$here/unit.jq" >"$ledger.new"
mv "$ledger.new" "$ledger"
counts "$(($(date +%s) - start)) s"
jq -e '.total > 0 and .proven == .total and .hypotheses == []' "$ledger" >/dev/null || {
    jq -r --arg unit "$unit" 'if .total == 0 then "\($unit): no goals" else (.goals[] | select(.unproven) | "\($unit): not proven: \(.function) \(.goal)"),
        (.hypotheses[] | "\($unit): assumed and not said: \(.)") end' "$ledger" >&2
    exit 1
}
