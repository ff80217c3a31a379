#!/bin/sh
# Proves the units, two at a time, joins their ledgers, judges and prints the counts. usage: all.sh BUILD MODE [UNIT...]
# MODE: see prove.sh; or smoke, for the smoke tests.
# With units named, only those are proven, and what they take from others is not demanded.
set -u
build=$1
mode=$2
shift 2
out=$build/proofs
wanted=" $* "
units=${UNITS:-proofs/units}
for source in vmm-model/*.c vmm-model/x86/*.c; do
    # What is not proven yet is said to be so, and stays out of the ledger.
    grep -q "^$source:" proofs/open && continue
    grep -q "^[a-z0-9_]*  *$source " "$units" || {
        echo "$source is in no unit of $units" >&2
        exit 1
    }
done
mkdir -p "$out"
[ "$mode" = smoke ] || rm -f "$out"/*.ledger.json "$out/ledger.json"
[ "$mode" = smoke ] || rm -rf "$out/cache"
sed 's/#.*//' "$units" | while read -r unit source prover options; do
    [ -n "$unit" ] || continue
    [ "$wanted" = "  " ] || case $wanted in *" $unit "*) ;; *) continue ;; esac
    case $mode,$source in
    smoke,*.mlw) ;;
    smoke,vmm-model/x86/*) echo "proofs/smoke.sh $build $unit $source $prover $(echo "$options" | grep -o -e '-\(inline-calls\|remove-inlined\) @inline' | tr '\n' ' ') -wp-no-smoke-dead-code" ;;
    smoke,*) echo "proofs/smoke.sh $build $unit $source $prover" ;;
    *.mlw) echo "proofs/theory.sh $build $mode $unit $source $prover" ;;
    *) echo "proofs/prove.sh $build $mode $unit $source $prover $options" ;;
    esac
done >"$out/jobs"
xargs -P "${JOBS:-2}" -I '{}' sh -c '{}' <"$out/jobs" || {
    echo "not everything is proven, or a smoke test failed" >&2
    exit 1
}
[ "$wanted" = "  " ] && [ "$mode" != smoke ] || exit 0
proofs/join.sh "$out/ledger.json" proofs/admitted "$out"/*.ledger.json
