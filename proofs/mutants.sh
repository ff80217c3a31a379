#!/bin/sh
# Negative controls: puts the faults of proofs/mutants into copies of the monitor, one by one, two at a time; the proof of the clause that is named
# must fail, in the function that has the fault. What does not apply, does not compile or has no such goal is not caught. usage: mutants.sh BUILD all|fast
# Without a fault, the same clause must be proven under the same limits: so it is the fault that the proof fails of, not the limit.
set -u
build=$1
which=$2
export build
dir=$build/mutants
out=$dir/proofs
rm -rf "$dir"
mkdir -p "$out"
cp "$build/proofs/why3.conf" "$out/"
cp "$build"/proofs/*.h "$build"/proofs/*_step.c "$out/"
mkdir -p "$dir/jrst1"
cp -r "$build/jrst1/proofs" "$dir/jrst1/"
cp "$out/why3.conf" "$dir/jrst1/proofs/"
grep -v '^#' "${FAULTS:-proofs/mutants}" | while read -r unit function clause fast fault; do
    [ "$which" = all ] || [ "$fast" = fast ] || continue
    grep -q "^[^:]*: $unit:" proofs/open && continue # not proven without a fault either
    echo "$unit $function $clause $fault"
done >"$dir/list"
# The job of the mutant N is N; that of the clause without a fault is its three words.
{
    seq "$(wc -l <"$dir/list")"
    cut -d ' ' -f 1-3 "$dir/list" | sort -u
} | xargs -P "${JOBS:-2}" -I '{}' proofs/mutant.sh "$build" '{}' >"$dir/said"
grep -v '^ok' "$dir/said"
caught=$(grep -c '^ok caught' "$dir/said")
proven=$(grep -c '^ok proven' "$dir/said")
faults=$(wc -l <"$dir/list")
clauses=$(cut -d ' ' -f 1-3 "$dir/list" | sort -u | wc -l)
echo "faults: $caught of $faults caught; without them, $proven of $clauses clauses proven"
[ "$faults" -gt 0 ] && [ "$caught" -eq "$faults" ] && [ "$proven" -eq "$clauses" ]
