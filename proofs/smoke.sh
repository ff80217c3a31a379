#!/bin/sh
# Smoke tests of one unit: no precondition may be contradictory, and no branch and no end of a call unreachable but those of proofs/dead.
# A test passes when the prover has not derived a contradiction within a number of its steps. usage: smoke.sh BUILD UNIT SOURCE PROVER [OPTION...]
set -eu
build=$1
unit=$2
source=$3
prover=$4
shift 4
# Only what is tested is asked: that every branch and every end of a call can be reached shows that preconditions do not contradict each other, too. Where
# branches are not tested (x86: each is a part of a contract) the preconditions themselves are, and WP makes those tests for functions of which a goal is asked.
asked=-@ensures,-@assert,-@lemma
case " $* " in *' -wp-no-smoke-dead-code '*) ;; *) asked=$asked,-@assigns,-@requires ;; esac
out=$build/proofs
rm -f "$out/$unit.smoke.json"
start=$(date +%s)
OCAMLRUNPARAM=s=16M,o=400 WHY3CONFIG=$out/why3.conf frama-c -no-autoload-plugins -load-module wp,rtegen -machdep gcc_x86_64 \
    -cpp-extra-args="-I$out -Ivmm-model" -wp -wp-rte -wp-model Typed -wp-prover "$prover" -wp-cache none -wp-par 2 -wp-no-pruning -wp-no-ground \
    -wp-smoke-tests -wp-smoke-timeout 60 -wp-steps 100000 -wp-prop="$asked" \
    "$@" -wp-report-json "$out/$unit.smoke.json" "$source" >"$out/$unit.smoke.log" 2>&1 || {
    echo "$unit: Frama-C failed; see $out/$unit.smoke.log" >&2
    exit 1
}
if ! grep -q 'goals\{0,1\} scheduled' "$out/$unit.smoke.log"; then
    if grep -q 'annotating function' "$out/$unit.smoke.log" && ! grep -q "^$unit - " proofs/dead; then
        echo "$unit: no smoke tests were made; see $out/$unit.smoke.log" >&2
        exit 1
    fi
    echo "$unit: 0 smoke tests, it has no functions, or none with a precondition or a branch"
    exit 0
fi
jq -r --arg unit "$unit" --rawfile dead proofs/dead '
    def failed: select(.value."wp:main" | (.valid // 0) < .total) | .key;
    ($dead | split("\n") | map(split(" ") | select(.[0] == $unit) | {key: .[1], value: {code: (.[2] | tonumber), calls: (.[3] | tonumber)}}) | from_entries) as $dead
    | [."wp:functions" // {} | to_entries[] | {function: .key, tests: [.value | to_entries[] | select(.key | test("_wp_smoke_"))]}]
    | map(. + {failed: [.tests[] | failed]}
        | . + {code: [.failed[] | select(test("_dead_code_s[0-9]+$"))], calls: [.failed[] | select(test("_dead_call_s[0-9]+$"))]}) as $functions
    | ([$functions[] | (.failed - .code - .calls)[]]
        + [$functions[] | select({code: (.code | length), calls: (.calls | length)} != ($dead[.function] // {code: 0, calls: 0}))
            | "\(.function): \(.failed | join(" ")), which is not what proofs/dead says"]
        + [$dead | keys[] | select(. as $f | $functions | map(.function) | index($f) | not) | "\(.) of proofs/dead has no smoke tests"])
    | (.[] | "FAULT: \($unit): smoke test: \(.)"), "\($unit): \([$functions[].tests[]] | length) smoke tests, \([$functions[].failed[]] | length) dead, SECONDS s"
    ' "$out/$unit.smoke.json" | sed "s/SECONDS/$(($(date +%s) - start))/" >"$out/$unit.smoke"
cat "$out/$unit.smoke"
! grep -q '^FAULT' "$out/$unit.smoke"
