#!/bin/sh
# What popek's own help says, for the scripts of completion beside this one. Fields are divided by tabs:
#   command NAME TITLE ARGUMENTS
#   option COMMAND SHORT LONG ARGUMENT TEXT   SHORT like "f" or empty, LONG like "format", ARGUMENT like "text|json" or empty
# usage: options.sh POPEK
set -eu
popek=$1
# Every option on one line, its text in column 100.
ARGP_HELP_FMT='rmargin=2000,opt-doc-col=100'
export ARGP_HELP_FMT
"$popek" --help | sed -n 's/^  \([a-z][a-z-]*\)  *\(.*\)/\1 \2/p' | while read -r command title; do
    [ "$command" != popek ] || continue
    "$popek" "$command" --help | awk -v command="$command" -v title="$title" '
        function trimmed(text) { gsub(/^ +| +$/, "", text); return text }
        /^Usage:/ {
            sub(/^Usage: popek [a-z-]+ (\[OPTION\.\.\.\] ?)?/, "")
            printf "command\t%s\t%s\t%s\n", command, title, $0
        }
        /^  +-/ {
            names = trimmed(substr($0, 1, 100))
            text = trimmed(substr($0, 101))
            short = match(names, /^-[^-]/) ? substr(names, 2, 1) : ""
            sub(/^-[^-], /, "", names)
            argument = ""
            if ((at = index(names, "=")) > 0) {
                argument = substr(names, at + 1)
                names = substr(names, 1, at - 1)
            }
            printf "option\t%s\t%s\t%s\t%s\t%s\n", command, short, substr(names, 3), argument, text
        }'
done
