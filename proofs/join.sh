#!/bin/sh
# Joins the ledgers of units and judges the whole: every goal proven, every lemma and every contract that one unit takes for granted proven in another,
# word for word the same, and nothing admitted that is not in the list. Prints the counts.
# usage: join.sh LEDGER ADMITTED UNIT-LEDGER...
set -eu
ledger=$1
admitted=$2
shift 2
# The header of the x86 handlers has the contracts of all of them; which of these a unit uses, the compiler says: "UNIT FUNCTION", one a line.
used=$(for each in "$@"; do
    unit=$(basename "$each" .ledger.json)
    source=$(sed 's/#.*//' proofs/units | awk -v unit="$unit" '$1 == unit { print $2 }')
    case $source in vmm-model/x86/*.c | BUILD/*)
        echo "$unit -"
        case $source in BUILD/*) source=$(dirname "$each")/../${source#BUILD/} ;; esac
        gcc -std=c11 -I"$(dirname "$each")" -Ivmm-model -c -o "$ledger.o" "$source"
        nm -u "$ledger.o" | awk -v unit="$unit" '{ print unit, $2 }'
        rm -f "$ledger.o"
        ;;
    esac
done)
jq -s --arg used "$used" --rawfile allowed "$admitted" -f "$(dirname "$0")/join.jq" "$@" >"$ledger"
jq -r '"all units: \(.proven) / \(.total) goals proven (\(.kinds | to_entries | map("\(.key) \(.value)") | join(", ")))",
    (.faults[] | "FAULT: \(.)")' "$ledger"
jq -e '.faults == []' "$ledger" >/dev/null
