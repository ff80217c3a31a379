#!/bin/sh
# Negative controls of the judge: each unit of proofs/controls must turn it red, and for the reason that is given. usage: controls.sh BUILD
set -u
build=$1/controls
out=$build/proofs
mkdir -p "$out" "$build/record"
cp "$1/proofs/why3.conf" "$out/"
good=0
bad=0
MODE='' # of the controls, not of the caller
SOURCE=''
check() { # check NAME EXPECTED-STATUS EXPECTED-TEXT: the output of what was run is in $out/said, its status in $status
    if { [ "$2" = red ] && [ "$status" -eq 0 ]; } || { [ "$2" = green ] && [ "$status" -ne 0 ]; } || ! grep -q "$3" "$out/said"; then
        echo "control $1: expected $2 and \"$3\", got status $status:"
        cat "$out/said"
        bad=$((bad + 1))
    else
        good=$((good + 1))
    fi
}
prove() { # prove UNIT [OPTION...]
    unit=$1
    shift
    proofs/prove.sh "$build" "${MODE:-scratch}" "$unit" "${SOURCE:-proofs/controls/$unit.c}" cvc4 "$@"
}
judge() { # judge UNITS [OPTION...]: proves the units and joins their ledgers
    units=$1
    shift
    ledgers=
    for each in $units; do
        prove "$each" "$@" || return 1
        ledgers="$ledgers $out/$each.ledger.json"
    done
    # shellcheck disable=SC2086
    proofs/join.sh "$out/ledger.json" "${ADMITTED:-/dev/null}" $ledgers
}
run() { # run NAME EXPECTED-STATUS EXPECTED-TEXT COMMAND...
    name=$1
    expected=$2
    text=$3
    shift 3
    "$@" >"$out/said" 2>&1
    status=$?
    check "$name" "$expected" "$text"
}
run sound green "all units: 3 / 3" judge sound
run no_goals red "no_goals: no goals" judge no_goals
run unproven_lemma red "not proven:  lemma_wrong" judge unproven_lemma
run admitted_lemma red "FAULT: axiom trusted is admitted" judge admitted_lemma
run axiom red "FAULT: axiom assumed is admitted" judge axiom
run admitted_in_code red "FAULT: admit same is admitted" judge admitted_in_code
run admitted_clause red "FAULT: admitted_clause: the contract of same" judge admitted_clause
run borrowed_contract red "FAULT: borrowed_contract: the contract of larger" judge borrowed_contract
run no_contract red "FAULT: no_contract: the contract of anything" judge no_contract
run skipped_assertion red "FAULT: skipped_assertion: the contract of same" judge skipped_assertion -wp-prop=-@assert
run other_words red "FAULT: other_words: the contract of doubled" judge "other_words sound"
run user_alone red "FAULT: user: the contract of doubled" judge user
run assumed_apart red "assumed_apart: assumed and not said: exchange .separated(a, b)" judge assumed_apart -wp-model Typed+Ref
run assumed_apart red "FAULT: assumed_apart: the memory model assumes what no precondition says: exchange .separated(a, b)" \
    proofs/join.sh "$out/ledger.json" /dev/null "$out/assumed_apart.ledger.json"
run assumed_apart red "not proven: exchange ensures_" judge assumed_apart
run said_apart green "all units: [0-9]* / [0-9]* goals" judge said_apart -wp-model Typed+Ref
run lemma_nowhere red "FAULT: sound: lemma grows is used and proven nowhere" judge sound -wp-prop=-@lemma
run user green "admitted 0" judge "user sound"
run contradiction_proven green "all units: 2 / 2" judge contradiction
run contradiction red "FAULT: contradiction: smoke test: same_wp_smoke_default_requires" \
    proofs/smoke.sh "$build" contradiction proofs/controls/contradiction.c cvc4
run contradiction red "FAULT: contradiction: smoke test: same_wp_smoke_default_requires" \
    proofs/smoke.sh "$build" contradiction proofs/controls/contradiction.c cvc4 -wp-no-smoke-dead-code
run dead_branch red "FAULT: dead_branch: smoke test: larger: larger_wp_smoke_dead_code" \
    proofs/smoke.sh "$build" dead_branch proofs/controls/dead_branch.c cvc4
run smoke green "sound: 1 smoke tests, 0 dead" proofs/smoke.sh "$build" sound proofs/controls/sound.c cvc4
# A fact that is admitted and in the list is counted; one in the list that nobody admits is not overlooked.
echo "axiom trusted: for this control" >"$build/admitted"
ADMITTED=$build/admitted
run admitted_known green "admitted 1" judge admitted_lemma
run admitted_stale red "FAULT: axiom trusted is in the list" judge sound
unset ADMITTED

# Faults that must not count as caught: one that does nothing, one that is not C, one whose clause does not exist, one that changes no behaviour.
cp "$1"/proofs/*.h "$1"/proofs/*_step.c "$out/"
mkdir -p "$build/jrst1"
cp -r "$1/jrst1/proofs" "$build/jrst1/"
cp "$out/why3.conf" "$build/jrst1/proofs/"
cat >"$build/faults" <<'EOF'
relocation clip clipped fast s/no such text//
relocation clip clipped fast s/return bound;/return bound/
relocation clip no_such_clause fast s/return 0/return 1/
relocation clip clipped fast s/base >= words/base > words/
EOF
FAULTS=$build/faults
export FAULTS
run faults red "faults: 0 of 4 caught; without them, 1 of 2 clauses proven" proofs/mutants.sh "$build" all
check no_change red "does not apply: relocation clip clipped s/no such"
check no_c red "does not compile: relocation clip clipped s/return bound;"
check no_goal red "no such goal: relocation clip no_such_clause s/return 0"
check no_behaviour red "NOT CAUGHT: relocation clip clipped s/base >= words"
unset FAULTS

# Theorem 1 fails for the machine with JRST 1, and the monitor with it: of all that is said of JRST 1 under the plain monitor, one clause alone is not
# proven; and it cannot be, because the virtual mode becomes another than the machine's.
plain() {
    proofs/prove.sh "$build/jrst1" scratch plain_monitor proofs/controls/plain_monitor.c cvc4 \
        -wp-fct run_JRST1,monitor_JRST1 -wp-prop=-@lemma -wp-steps 500000
    jq -r '"left: \([.goals[] | select(.unproven) | "\(.function) \(.goal) \(.unproven)"] | join(", "))"' \
        "$build/jrst1/proofs/plain_monitor.ledger.json"
    return 1
}
run plain_monitor red "^left: run_JRST1 ensures_next_privilege 1$" plain
differs() { proofs/prove.sh "$build/jrst1" scratch plain_monitor_differs proofs/controls/plain_monitor_differs.c cvc4 -wp-prop=-@lemma; }
run plain_monitor_differs green "plain_monitor_differs: \([0-9]*\) / \1 goals proven" differs

# A source of the monitor that nobody proves.
grep -v '^theorems ' proofs/units >"$build/units"
UNITS=$build/units
export UNITS
run forgotten_unit red "vmm-model/theorems.c is in no unit" proofs/all.sh "$build" replay
unset UNITS
# The same of Why3 files.
run wrong_theory red "not proven: wrong" proofs/theory.sh "$build" scratch wrong_theory proofs/controls/why3/wrong_theory.mlw cvc4+z3
theory() {
    proofs/theory.sh "$build" scratch axiom_theory proofs/controls/why3_axiom/axiom_theory.mlw cvc4 && proofs/join.sh "$out/ledger.json" "$1" "$out/axiom_theory.ledger.json"
}
run axiom_theory red "FAULT: axiom large is admitted" theory /dev/null
echo "axiom large: for this control" >"$build/admitted"
run axiom_theory_known green "all units: 1 / 1" theory "$build/admitted"

# A record holds for the inputs that it was made of, and for no others.
RECORD=$build/record
export RECORD
MODE=replay
SOURCE=$build/sound.c
cp proofs/controls/sound.c proofs/controls/doubled.h "$build/"
prove sound >/dev/null && cp "$out/sound.ledger.json" "$RECORD/sound.json"
run record green "recorded" prove sound
run record_options green "proven, [0-9]" prove sound -wp-prop=-@lemma
sed 's/DOUBLE(x) ((x) \* 2)/DOUBLE(x) ((x) * 3)/' proofs/controls/doubled.h >"$build/doubled.h"
run record_header red "not proven: doubled ensures_doubled" prove sound
cp proofs/controls/doubled.h "$build/"
sed 's/2u/4u/' proofs/controls/sound.c >"$SOURCE"
run record_source red "not proven: doubled ensures_doubled" prove sound
echo "controls of the judge: $good passed, $bad failed"
[ "$bad" -eq 0 ]
