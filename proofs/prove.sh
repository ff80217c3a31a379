#!/bin/sh
# Proves one unit with Frama-C and judges by the JSON report: no goals, or a goal that is not valid, is a failure.
# usage: prove.sh BUILD UNIT SOURCE CACHE [FRAMA-C OPTION...]     CACHE: replay, update or none
set -eu
build=$1
unit=$2
source=$3
cache=$4
shift 4
out=$build/proofs
mkdir -p "$out"
rm -f "$out/$unit.json"
start=$(date +%s)
# -no-autoload-plugins: only what is needed, and no graphical parts. CVC4 first: it proves most of what Qed leaves.
WHY3CONFIG=$out/why3.conf frama-c -no-autoload-plugins -load-module wp,rtegen -machdep gcc_x86_64 -cpp-extra-args="-I$out -Ivmm-model" \
    -wp -wp-rte -wp-model Typed -wp-prover cvc4,z3 -wp-par "${PROVERS:-1}" -wp-timeout 20 \
    -wp-cache "$cache" -wp-cache-dir proofs/cache -wp-report-json "$out/$unit.json" "$@" "$source" >"$out/$unit.log" 2>&1 || {
    echo "$unit: Frama-C failed; see $out/$unit.log"
    exit 1
}
# The whole unit's counts: "wp:global": { ... "wp:main": { ... "total": N, "valid": N ... } ... }
counts=$(jq -r '."wp:global"."wp:main" | "\(.valid // 0) \(.total // 0)"' "$out/$unit.json")
valid=${counts% *}
total=${counts#* }
printf '%-24s %4d / %4d goals proven, %d s\n' "$unit" "$valid" "$total" $(($(date +%s) - start))
if [ "$total" -eq 0 ] || [ "$valid" -ne "$total" ]; then
    grep -E '\] \[(Failed|Timeout|Unknown)|Goal .* : (Timeout|Unknown|Failed)' "$out/$unit.log" | head -20
    exit 1
fi
