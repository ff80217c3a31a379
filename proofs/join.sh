#!/bin/sh
# Joins the ledgers of units and judges the whole: every goal proven, every lemma and every contract that one unit takes for granted proven in another,
# word for word the same, and nothing admitted that is not in the list. Prints the counts.
# usage: join.sh LEDGER ADMITTED UNIT-LEDGER...
set -eu
ledger=$1
admitted=$2
shift 2
jq -s --rawfile allowed "$admitted" -f "$(dirname "$0")/join.jq" "$@" >"$ledger"
jq -r '"all units: \(.proven) / \(.total) goals proven (\(.kinds | to_entries | map("\(.key) \(.value)") | join(", ")))",
    (.faults[] | "FAULT: \(.)")' "$ledger"
jq -e '.faults == []' "$ledger" >/dev/null
