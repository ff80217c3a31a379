#!/bin/sh
# Negative controls of the comparison of handlers: compiles each fault of proofs/mutants that is one of an x86 unit, and compares its handlers with the
# emitted steps, which must find a difference; without a fault, none. usage: [FAULTS=FILE] [PART=K/N] handler_mutants.sh BUILD all|fast
#   PART: every Nth fault, from the Kth on
set -u
build=$1
which=$2
part=${PART:-1/1}
dir=$build/handler-faults/part${part%/*}
rm -rf "$dir"
mkdir -p "$dir"
sanitizers=
if grep -q __asan_init "$build/libpopek.a"; then
    sanitizers=-fsanitize=address,undefined
fi
link() { # link OBJECT...: the comparison, with these in the place of what the library has
    # shellcheck disable=SC2086 # one word or none
    ${CC:-cc} $sanitizers -o "$dir/compare" "$@" "$build/tests/bench/handlers.o" "$build/tests/vmm-model/handler_search.o" "$build/tests/vmm-model/handler_states.o" "$build/tests/isa-model/emitted_states.o" \
        "$build/emitted/x86_handlers.o" "$build/libpopek.a" -lz3
}
compare() { "$dir/compare" x86-tables/x86.isa "${STATES:-200000}" "$@" >"$dir/said" 2>&1; }
link && STATES=300 compare || {
    cat "$dir/said"
    exit 1
}
grep '^x86_' "${FAULTS:-proofs/mutants}" | awk -v first="${part%/*}" -v step="${part#*/}" 'NR % step == first % step' | while read -r unit function clause fast fault; do
    [ "$which" = all ] || [ "$fast" = fast ] || continue
    original=$({
        sed 's/#.*//' proofs/units
        sed -n 's/^\([^:#]*\): \([a-z0-9_]*\):.*/\2 \1/p' proofs/open
    } | awk -v unit="$unit" '$1 == unit { print $2; exit }')
    case $original in BUILD/*) original=$build/${original#BUILD/} ;; esac
    handler=${function%@*}
    handler=${handler%%/*}
    place=${function#*@}
    place=${place#*/}
    # What is no handler (the allocator) has no step to be compared with.
    grep -q "\"$handler\"" "$build/emitted/x86_handlers.c" || continue
    sed "/ $place(/,/^}/ { $fault
}" "$original" >"$dir/fault.c"
    if cmp -s "$dir/fault.c" "$original"; then
        echo "does not apply: $unit $function $fault"
    elif ! ${CC:-cc} -std=c11 -O1 -I"$build/proofs" -Ivmm-model -c -o "$dir/fault.o" "$dir/fault.c" 2>"$dir/said" || ! link "$dir/fault.o"; then
        echo "does not compile: $unit $function $fault"
    elif compare "$handler"; then
        echo "NOT NOTICED: $unit $function $clause $fault"
    else
        echo "ok noticed: $unit $function $clause $fault"
    fi
done >"$dir/verdicts"
grep -v '^ok' "$dir/verdicts"
all=$(wc -l <"$dir/verdicts")
noticed=$(grep -c '^ok' "$dir/verdicts")
echo "faults in handlers: $noticed of $all noticed by the comparison of states"
[ "$all" -gt 0 ] && [ "$noticed" -eq "$all" ]
