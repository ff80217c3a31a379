#!/bin/sh
# The mutation score of some instructions, each a plug-in of its own, which is compiled in seconds. Arguments: build folder, and instructions.
build=$1
shift
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
for name; do
    parts=
    for part in 0 1; do
        "$build/emit" x86-tables/x86.isa mutants-$part/1 "$work/x86_$part.c" "$name" || exit 70
        parts="$parts $work/x86_$part.c"
    done
    # shellcheck disable=SC2086
    ${CC:-cc} -std=c11 -D_GNU_SOURCE= -Iinclude -I"$build/include" -Iisa-model -w -O0 -shared -fPIC -fvisibility=hidden -o "$work/mutants.so" \
        examples/handlers/reference.c examples/handlers/opaque.c $parts || exit 70
    "$build/tests/checker/mutants" x86-tables/x86.isa "$work/mutants.so" "$build/x86.paths" "$work/results" "$name" || exit 70
done
tests/checker/mutants_table.sh tests/checker/survivors.txt "$work/results"
