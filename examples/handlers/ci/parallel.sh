#!/bin/sh
# Checks a plug-in in parts with GNU parallel, on this machine or on others, and joins the reports: the result is that of one run.
#   parallel.sh PARTS RESULT.json PLUGIN.so [OPTION OF popek check...]
# HOSTS: what `parallel -S` takes ("host1,4/host2,:"; the default, ":", is this machine). The plug-in and popek are at the same place everywhere.
set -eu
parts=$1 result=$2
shift 2
popek=${POPEK:-popek}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seq "$parts" | parallel --quote --workdir "$PWD" -S "${HOSTS:-:}" --joblog "$work/log" --results "$work/part{}" \
    "$popek" check "$@" --shard "{}/$parts" --format json >"$work/out" || true
worst=$(awk 'NR > 1 && $7 > worst { worst = $7 } END { print worst + 0 }' "$work/log")
if [ "$worst" -gt 1 ]; then
    cat "$work"/part*.err >&2
    exit "$worst"
fi
for part in $(seq "$parts"); do
    set -- "$@" "$work/part$part"
done
shift $(($# - parts))
"$popek" merge "$@" -o "$result"
exit "$worst"
