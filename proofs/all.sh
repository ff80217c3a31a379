#!/bin/sh
# Proves all units and prints the counts. usage: all.sh BUILD CACHE UNIT...
set -u
build=$1
cache=$2
shift 2
failed=0
for unit; do
    options=
    # The lemmas that a unit takes from a header are proven in the unit that the header belongs to.
    case $unit in
    dispatcher | interrupt | step) options=-wp-prop=-@lemma ;;
    esac
    # shellcheck disable=SC2086
    proofs/prove.sh "$build" "$unit" "vmm-model/$unit.c" "$cache" $options || failed=1
done
if [ "$failed" -ne 0 ]; then
    echo "not everything is proven" >&2
    exit 1
fi
