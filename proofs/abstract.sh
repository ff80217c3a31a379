#!/bin/sh
# Proves the theorems in the abstract (proofs/abstract/*.mlw) with Why3. A goal is proven when each of its parts, cut up in one of two ways, is valid
# by CVC4 or Z3. Fails on a file without goals and on a goal that is not proven. usage: abstract.sh BUILD [FILE...]
set -u
out=$1/proofs
shift
[ $# -gt 0 ] || set -- proofs/abstract/monitor.mlw proofs/abstract/hybrid.mlw proofs/abstract/recursion.mlw proofs/abstract/instances.mlw
failed=0
for file; do
    log=$out/$(basename "$file" .mlw).why3.log
    : >"$log"
    for cut in split_vc split_all_full; do
        for prover in cvc4 z3; do
            echo "Run $cut" >>"$log"
            timeout 900 why3 prove -C "$out/why3.conf" -L proofs/abstract -P "$prover" -t "${SECONDS_EACH:-6}" -a "$cut" "$file" >>"$log" 2>&1
            echo "End $?" >>"$log"
        done
    done
    # A part is known by its cut, theory, goal and number.
    awk -v file="$file" '
        /^Run / { cut = $2; split("", number) }
        /^End (124|1)$/ { broken = 1 }
        /rror/ { print; broken = 1 }
        /^(Goal|Sub-goal) / { goal = $NF; sub(/\.$/, "", goal); goals[goal]; part = cut SUBSEP goal SUBSEP (++number[goal]); parts[part] }
        /^Prover result is: Valid/ { valid[part] }
        END {
            for (p in parts) { split(p, k, SUBSEP); n[k[1], k[2]]++; if (p in valid) v[k[1], k[2]]++ }
            for (g in goals) {
                total++
                if ((n["split_vc", g] > 0 && n["split_vc", g] == v["split_vc", g]) ||
                    (n["split_all_full", g] > 0 && n["split_all_full", g] == v["split_all_full", g])) proven++
                else print file ": not proven: " g
            }
            printf "%s: %d / %d goals proven\n", file, proven, total
            exit !(total > 0 && proven == total && !broken)
        }' "$log" || failed=1
done
exit "$failed"
