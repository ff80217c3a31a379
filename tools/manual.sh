#!/bin/sh
# Writes popek.1 and a page for each subcommand, all from the text of --help.
# usage: manual.sh POPEK FOLDER
set -eu
popek=$1
folder=$2
mkdir -p "$folder"
rm -f "$folder"/*.1
version=$("$popek" --version | cut -d ' ' -f 2)
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || date -r "$0" +%s)
fi
day=$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)
page() {
    ARGP_HELP_FMT=rmargin=10000 "$popek" ${1:+"$1"} --help |
        awk -v name="$1" -v title="$2" -v version="$version" -v date="$day" -f "$(dirname "$0")/manual.awk" |
        fold -s -w 78 | sed 's/ *$//'
}
page "" "whether an instruction set can be virtualized, and why not" >"$folder/popek.1"
# Names and titles are the lines of the groups of `popek --help`.
"$popek" --help | sed -n '/^To begin with/q; s/^  \([a-z][a-z-]*\)  *\(.*\)/\1|\2/p' | while IFS='|' read -r name title; do
    page "$name" "$title" >"$folder/popek-$name.1"
done
