#!/bin/sh
# One job of mutants.sh. usage: mutant.sh BUILD JOB     JOB: the number of a fault, or "UNIT FUNCTION CLAUSE" for the clause without a fault
set -u
build=$1
job=$2
dir=$build/mutants
out=$dir/proofs
case $job in
*\ *) fault= ;;
*)
    job=$(sed -n "${job}p" "$dir/list")
    fault=$(echo "$job" | cut -d ' ' -f 4-)
    ;;
esac
unit=$(echo "$job" | cut -d ' ' -f 1)
# The function whose clause it is, without the handler that it is a part of; and the function that the fault is put into, which is another when it is
# ENTRY@PLACE.
function=$(echo "$job" | cut -d ' ' -f 2)
function=${function#*/}
place=${function#*@}
function=${function%@*}
clause=$(echo "$job" | cut -d ' ' -f 3)
name=$(echo "$job" | sha256sum | cut -c 1-16)
source=$dir/$name.c
listed=$(sed 's/#.*//' proofs/units | awk -v unit="$unit" '$1 == unit { print $2 }')
original=${listed#*:}
case $listed in BUILD/*) original=$build/${listed#BUILD/} ;; esac
# A machine of its own has a build folder of its own.
folder=$dir
case $listed in *:*) folder=$dir/${listed%%:*} out=$dir/${listed%%:*}/proofs ;; esac
prover=$(sed 's/#.*//' proofs/units | awk -v unit="$unit" '$1 == unit { print $3 }')
# What changes the program that is proven; not what changes which goals are.
options=$(sed 's/#.*//' proofs/units | awk -v unit="$unit" '$1 == unit' | grep -o -e '-\(inline-calls\|remove-inlined\) @inline' || true)
# Only inside of the function: from its first line to the brace that ends it.
sed "/ $place(/,/^}/ { $fault
}" "$original" >"$source"
if [ -n "$fault" ] && cmp -s "$source" "$original"; then
    echo "does not apply: $job"
    exit 0
fi
if ! gcc -std=c11 -fsyntax-only -I"$out" -Ivmm-model "$source" 2>"$dir/$name.gcc"; then
    echo "does not compile: $job"
    exit 0
fi
# shellcheck disable=SC2086
proofs/prove.sh "$folder" scratch "$name" "$source" "$prover" $options -wp-fct "$function" -wp-prop="$clause" -wp-steps 500000 -wp-timeout 60 >"$dir/$name.said" 2>&1
if [ ! -s "$out/$name.ledger.json" ]; then
    echo "no verdict: $job; see $dir/$name.said"
    exit 0
fi
# all: the goals of this clause in this function; failed: those that are not proven
counts=$(jq -r --arg function "$function" --arg clause "${clause#@}" '[.goals[] | select(.function == $function and (.goal | test("(^|_)\($clause)(_|$)")))]
    | "\(length) \(map(select(.unproven)) | length)"' "$out/$name.ledger.json")
all=${counts% *}
failed=${counts#* }
if [ "$all" -eq 0 ]; then
    echo "no such goal: $job"
elif [ -n "$fault" ]; then
    if [ "$failed" -gt 0 ]; then echo "ok caught: $job"; else echo "NOT CAUGHT: $job"; fi
else
    if [ "$failed" -eq 0 ]; then echo "ok proven: $job"; else echo "not proven without a fault: $job"; fi
fi
