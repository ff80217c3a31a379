#!/bin/sh
# Each fault of corpus.txt, put into the tables, becomes a plug-in; popek check has to find it. Arguments: build folder, corpus, and a word that rows
# must have (all). Times are processor time of popek check.
build=$1 corpus=$2 word=$3
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
# Of the child processes between `before` and `after`, in seconds: the second line of each has user and system as 1m2.5s.
processor_time() {
    awk 'function seconds(t) { split(t, part, /[ms]/); return part[1] * 60 + part[2] }
        FNR == 2 { sum[FILENAME] = seconds($1) + seconds($2) } END { printf "%.1f", sum[ARGV[2]] - sum[ARGV[1]] }' "$work/before" "$work/after"
}
all=0 caught=0
while IFS= read -r row; do
    case $row in '#'* | '') continue ;; esac
    case $row in *"$word"*) ;; *) continue ;; esac
    id=${row%% ;; *} rest=${row#* ;; }
    file=${rest%% ;; *} rest=${rest#* ;; }
    change=${rest%% ;; *} form=${rest#* ;; }
    all=$((all + 1))
    rm -rf "$work/x86-tables" "$work/x86.c" "$work/mutant.so"
    cp -r x86-tables "$work"
    sed -i "$change" "$work/x86-tables/$file"
    if cmp -s "x86-tables/$file" "$work/x86-tables/$file"; then
        echo "UNCHANGED  $id: the change does not fit the tables any more"
        continue
    fi
    parts=
    for part in 0 1; do
        "$build/emit" "$work/x86-tables/x86.isa" $part/1 "$work/x86_$part.c" "$form" || continue 2
        parts="$parts $work/x86_$part.c"
    done
    ${CC:-cc} -std=c11 -D_GNU_SOURCE= -Iinclude -I"$build/include" -Iisa-model -w -O0 -shared -fPIC -fvisibility=hidden -o "$work/mutant.so" \
        examples/handlers/reference.c examples/handlers/opaque.c $parts || continue
    times >"$work/before"
    "$build/popek" check "$work/mutant.so" --instruction "$form" --states 200 --stop-early --paths "$build/x86.paths" --format tap >"$work/result" 2>"$work/errors" </dev/null
    code=$?
    times >"$work/after"
    seconds=$(processor_time)
    if [ $code = 1 ]; then
        caught=$((caught + 1))
        echo "caught     $id ($seconds s): $(grep -m1 'rule:' "$work/result" | sed 's/ *rule: //')"
    else
        echo "MISSED     $id ($seconds s, exit code $code) $(head -1 "$work/errors")"
    fi
done <"$corpus"
echo "corpus: $caught of $all faults caught"
[ $caught = $all ] && [ $all -gt 0 ]
