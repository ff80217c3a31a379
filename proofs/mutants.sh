#!/bin/sh
# Negative controls: each fault is put into a copy of the monitor, and the proof of the function that it is in must fail.
# usage: mutants.sh BUILD
set -u
build=$1
escaped=0
caught=0
# unit, function, what is replaced (a sed expression): one fault a line
faults='
relocation clip s/return (uint16_t)(words - base);/return bound;/
relocation clip s/return 0;/return bound;/
relocation clip s/bound <= words - base/bound <= words/
relocation load_processor s/host->privilege = USER/host->privilege = v->processor.privilege/
relocation load_processor s/ + v->origin);/);/
relocation load_processor s/host->reg\[3\] = v->processor.reg\[3\]/host->reg[3] = v->processor.reg[2]/
relocation save_processor s/v->processor.pc = host->pc;//
interpreter interpret_LPSW s/(mode \& 1) == 1/(mode \& 2) == 2/
interpreter interpret_LPSW s/v->origin + base + third/base + third/
interpreter interpret_LPSW s/(address + 3)/(address + 2)/
interpreter interpret_LRB s/v->processor.r_base = v->processor.reg\[a\]/v->processor.r_base = v->processor.reg[b]/
interpreter interpret_HALT s/v->processor.halted = 1;//
interpreter reaches s/address < words - base/address <= words - base/
machine take_trap s/word\[9\]/word[10]/
machine take_trap s/word\[1\] = pc;/word[1] = s->pc;/
machine machine_LRB s/outcome != DONE/outcome == MEMORY_TRAP/
direct run_ADD s/third_generation_ADD(host, d, a)/third_generation_ADD(host, a, d)/
direct run_BZ s/if (outcome == DONE)/if (outcome != DONE)/
direct run_JMP s/load_processor(v, host, ram_count);//
interrupt count_instruction s/t->left > 0/t->left > 1/
interrupt machine_interrupt s/t->left = t->interval;//
interrupt machine_interrupt s/s->privilege != USER/s->privilege == USER/
interrupt monitor_interrupt s/v->processor.halted != 0/v->processor.halted == 2/
interrupt monitor_interrupt s/TIMER_INTERRUPT);/MEMORY_TRAP);/
interrupt monitor_interrupt s/v->entries = v->entries + 1;//
'
mkdir -p "$build/proofs/mutants"
echo "$faults" >"$build/proofs/mutants/list"
while read -r unit function fault; do
    [ -n "$unit" ] || continue
    if [ -n "${ONLY:-}" ] && [ "$ONLY" != "$unit" ]; then
        continue
    fi
    mutant=$build/proofs/mutants/$unit.c
    # Only inside of the function: from its first line to the brace that ends it.
    sed "/ $function(/,/^}/ $fault" "vmm-model/$unit.c" >"$mutant"
    if cmp -s "$mutant" "vmm-model/$unit.c"; then
        echo "does not apply: $unit $function $fault"
        escaped=$((escaped + 1))
    elif proofs/prove.sh "$build" "mutant" "$mutant" none -wp-fct "$function" -wp-prop=-@lemma -wp-timeout 5 >/dev/null 2>&1; then
        echo "NOT CAUGHT: $unit $function $fault"
        escaped=$((escaped + 1))
    elif [ ! -s "$build/proofs/mutant.json" ]; then
        echo "no verdict: $unit $function $fault; see $build/proofs/mutant.log"
        escaped=$((escaped + 1))
    else
        caught=$((caught + 1))
    fi
done <"$build/proofs/mutants/list"
echo "faults: $caught caught, $escaped not"
[ "$escaped" -eq 0 ] && [ "$caught" -gt 0 ]
