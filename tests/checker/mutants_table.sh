#!/bin/sh
# The results of tests/checker/mutants as Markdown: totals, what survived and why (survivors.txt), and a row for each instruction. Exit code 1: fewer
# than 98 of 100 faults were caught. Arguments: the file of reasons, the file of results.
awk -F '\t' '
FILENAME == ARGV[1] {
    if ($0 !~ /^(#|$)/) { split($0, part, / ;; /); pattern[++reasons] = part[1]; reason[reasons] = part[2] }
    next
}
$1 == "score" {
    name[++count] = $2; all[$2] = $3; caught[$2] = $4; none[$2] = $5; open[$2] = $6; undecided[$2] = $7; missed[$2] = $8; median[$2] = $9
    sum_all += $3; sum_caught += $4; sum_none += $5; sum_open += $6; sum_undecided += $7; sum_missed += $8
    if ($10 > longest) { longest = $10; slowest = $2 }
    next
}
$1 == "false alarm" { alarms++ }
{
    why = "not explained"
    for (i = reasons; i > 0; i--) { if ($1 " " $2 " [" $3 "] " $4 " " $5 ~ pattern[i]) why = reason[i] }
    cause[$1 "\t" why]++
    sites = $1 "\t" why "\t" $4 ", " $5
    if (!(sites in site)) { site[sites] = $2 " [" $3 "]"; order[++rows] = sites }
    times[sites]++
}
# Names are few: insertion is quick enough.
function sort_names(    i, k, x) {
    for (i = 2; i <= count; i++) { x = name[i]; for (k = i - 1; k > 0 && name[k] > x; k--) name[k + 1] = name[k]; name[k + 1] = x }
}
# The median over all mutants is not known from those of instructions; this is the one of the instructions.
function middle(    i, k, x, n, m) {
    n = 0; for (i = 1; i <= count; i++) if (caught[name[i]] > 0) m[++n] = median[name[i]] + 0
    for (i = 2; i <= n; i++) { x = m[i]; for (k = i - 1; k > 0 && m[k] > x; k--) m[k + 1] = m[k]; m[k + 1] = x }
    return n == 0 ? 0 : m[int((n + 1) / 2)]
}
END {
    real = sum_all - sum_none - sum_open
    sort_names()
    print "# The mutation score of the checker\n\nWritten by `make mutants-table` from the results of `make mutants`; docs/checker.md says what the mutants are.\n"
    printf "Of %d mutants of %d instructions (system forms, all operating modes) %d are proven to be no faults: no state tells them from the form. %d change what the tables leave open and were not caught. ", sum_all, count, sum_none, sum_open
    printf "Of the other %d the checker catches %d (%.2f %%); %d are undecided and %d are faults that it missed. With those of open values counted as missed it is %.2f %%.\n\n", real, sum_caught, real == 0 ? 0 : 100 * sum_caught / real, sum_undecided, sum_missed, real == 0 ? 0 : 100 * sum_caught / (real + sum_open)
    printf "Time to catch: half of the instructions have a median of %.0f microseconds or less; the longest was %.3f s (%s).\n", middle(), longest / 1e6, slowest
    print "\n## What was not caught\n\n| standing | cause | mutants |\n|---|---|---|"
    for (c in cause) { split(c, part, "\t"); lines[++n] = "| " part[1] " | " part[2] " | " cause[c] " |" }
    for (i = 2; i <= n; i++) { x = lines[i]; for (k = i - 1; k > 0 && lines[k] > x; k--) lines[k + 1] = lines[k]; lines[k + 1] = x }
    for (i = 1; i <= n; i++) print lines[i]
    print "\n| missed or undecided | one of the forms | forms and modes | cause |\n|---|---|---|---|"
    for (i = 1; i <= rows; i++) { split(order[i], part, "\t"); if (part[1] != "open") print "| " part[3] " | " site[order[i]] " | " times[order[i]] " | " part[2] " |" }
    print "\n| of open values | one of the forms | forms and modes |\n|---|---|---|"
    for (i = 1; i <= rows; i++) { split(order[i], part, "\t"); if (part[1] == "open") print "| " part[3] " | " site[order[i]] " | " times[order[i]] " |" }
    print "\n## By instruction\n\n| instruction | mutants | no faults (proven) | caught | of open values | undecided | missed | median time, microseconds |\n|---|---|---|---|---|---|---|---|"
    for (i = 1; i <= count; i++) { x = name[i]; print "| " x " | " all[x] " | " none[x] " | " caught[x] " | " open[x] " | " undecided[x] " | " missed[x] " | " median[x] " |" }
    exit !(alarms == 0 && real > 0 && sum_caught * 100 >= real * 98)
}' "$1" "$2"
