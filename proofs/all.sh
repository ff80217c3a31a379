#!/bin/sh
# Proves the units, three at a time (Frama-C waits for its provers: two do not keep two processors at work), joins their ledgers, judges and prints the
# counts. usage: all.sh BUILD MODE [UNIT...]
# MODE: see prove.sh; or smoke, for the smoke tests. scratch proves all units anew; scratch-teaching those of the third generation machine and the
# theorems for any machine, scratch-x86 those of x86: of the others the ledgers are taken, as in replay.
# With units named, only those are proven, and what they take from others is not demanded.
set -u
build=$1
mode=$2
shift 2
out=$build/proofs
wanted=" $* "
units=${UNITS:-proofs/units}
for source in vmm-model/*.c vmm-model/x86/*.c $(sed '/^#/d; s|.*|BUILD/x86_handlers/&.c|' vmm-model/x86/generated) $(grep -lE '^ *(goal|lemma|let .*lemma) ' proofs/abstract/*.mlw); do
    # What is not proven yet is said to be so, and stays out of the ledger.
    grep -q "^$source:" proofs/open && continue
    grep -Eq "^[a-z0-9_]*  *([a-z0-9]*:)?$source " "$units" || {
        echo "$source is in no unit of $units" >&2
        exit 1
    }
done
mkdir -p "$out"
case $mode in
scratch-*) group=${mode#scratch-} others=replay mode=scratch ;;
*) group=all others=$mode ;;
esac
proofs/machines.sh "$build" || {
    echo "what is generated of the two machines differs in more than JRST 1" >&2
    exit 1
}
cp "$out/why3.conf" "$build/jrst1/proofs/"
[ "$mode" = smoke ] || rm -f "$out"/*.ledger.json "$build"/jrst1/proofs/*.ledger.json "$out/ledger.json"
[ "$mode" = smoke ] || rm -rf "$out/cache" "$build/jrst1/proofs/cache"
sed 's/#.*//' "$units" | while read -r unit source prover options; do
    [ -n "$unit" ] || continue
    [ "$wanted" = "  " ] || case $wanted in *" $unit "*) ;; *) continue ;; esac
    case $source in vmm-model/x86/* | BUILD/*) belongs=x86 ;; *) belongs=teaching ;; esac
    how=$others
    case $group in all | "$belongs") how=$mode ;; esac
    # What is generated of another machine has a build folder of its own.
    place=$build
    case $source in *:*) place=$build/${source%%:*} source=${source#*:} ;; BUILD/*) source=$build/${source#BUILD/} ;; esac
    case $mode,$source in
    smoke,*.mlw) ;;
    smoke,vmm-model/x86/* | smoke,*/x86_handlers/*) echo "proofs/smoke.sh $place $unit $source $prover $(echo "$options" | grep -o -e '-\(inline-calls\|remove-inlined\) @inline' | tr '\n' ' ') -wp-no-smoke-dead-code" ;;
    smoke,*) echo "proofs/smoke.sh $place $unit $source $prover" ;;
    *.mlw) echo "proofs/theory.sh $build $how $unit $source $prover" ;;
    *) echo "proofs/prove.sh $place $how $unit $source $prover $options" ;;
    esac
done >"$out/jobs"
xargs -P "${JOBS:-3}" -I '{}' sh -c '{}' <"$out/jobs" || {
    echo "not everything is proven, or a smoke test failed" >&2
    exit 1
}
[ "$wanted" = "  " ] && [ "$mode" != smoke ] || exit 0
cp "$build"/jrst1/proofs/*.ledger.json "$out/"
[ ! -d "$build/jrst1/proofs/cache" ] || cp -r "$build/jrst1/proofs/cache" "$out/"
[ "$mode,$group" != scratch,all ] || touch "$out/cache/.whole"
proofs/join.sh "$out/ledger.json" proofs/admitted "$out"/*.ledger.json
