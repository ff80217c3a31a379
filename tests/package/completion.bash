# What completion offers for the words given, the last of which is being typed; one a line.
# usage: bash completion.bash SCRIPT WORD...
set -u
source "$1"
shift
# As readline divides words: = stands alone.
COMP_WORDS=()
for word; do
    if [[ $word == --*=* ]]; then
        COMP_WORDS+=("${word%%=*}" '=')
        [[ -z ${word#*=} ]] || COMP_WORDS+=("${word#*=}")
    else
        COMP_WORDS+=("$word")
    fi
done
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
popek() { "$POPEK" "$@"; }
_popek
printf '%s\n' "${COMPREPLY[@]}" | sort
