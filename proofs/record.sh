#!/bin/sh
# Keeps what the last run of all units found: the ledgers, the table, and after a run from scratch the verdicts; after one of all units, in place of the
# older ones.
# usage: record.sh BUILD
set -eu
out=$1/proofs
jq -e '.faults == []' "$out/ledger.json" >/dev/null
if [ -d "$out/cache" ]; then
    [ ! -f "$out/cache/.whole" ] || rm -f proofs/cache/*.json
    cp "$out"/cache/*.json proofs/cache/
fi
rm -rf proofs/record
mkdir -p proofs/record
jq -r -f proofs/table.jq "$out/ledger.json" >docs/proofs.md
for ledger in "$out"/*.ledger.json; do
    # One goal a line, so that changes can be read.
    jq -r --arg between ",
" 'def lines: map("  " + tojson) | join($between);
        to_entries | map((.key | tojson) + ": " + (.value | if type == "array" and . != [] then "[\n" + lines + "\n]" else tojson end))
        | "{\n" + join($between) + "\n}"' "$ledger" >"proofs/record/$(basename "$ledger" .ledger.json).json"
done
