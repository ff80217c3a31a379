# The ISA on the command line before the word that is typed; empty when there is none yet.
_popek_isa() {
    local word known
    known=" $(popek list 2>/dev/null | tr '\n' ' ')"
    for word in "${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
        if [[ $known == *" $word "* || ($word == *.isa && -f $word) ]]; then
            printf '%s\n' "$word"
            return
        fi
    done
}
# Names that it has (x86 when there is none): modes, profiles, instructions.
_popek_names() {
    local isa
    isa=$(_popek_isa)
    isa=${isa:-x86}
    case "$1" in
    instruction) popek list "$isa" 2>/dev/null | awk '/^[A-Z][A-Z0-9_]*  / && $1 != "mode" { print $1 }' ;;
    *) popek list "$isa" 2>/dev/null | awk -v kind="$1" '$1 == kind { print $2 }' ;;
    esac
}
_popek_complete() {
    case "$1" in
    words*) mapfile -t COMPREPLY < <(compgen -W "${1#words }" -- "$2") ;;
    profiles)
        local before=
        [[ $2 != *,* ]] || before=${2%,*},
        mapfile -t COMPREPLY < <(compgen -P "$before" -W "$(_popek_names profile)" -- "${2#"$before"}")
        ;;
    mode | profile | instruction) mapfile -t COMPREPLY < <(compgen -W "$(_popek_names "$1")" -- "$2") ;;
    isa) mapfile -t COMPREPLY < <(compgen -W "$(popek list 2>/dev/null)" -- "$2"; compgen -f -X '!*.isa' -- "$2"; compgen -d -- "$2") ;;
    isa_name)
        if [[ -z $(_popek_isa) ]]; then
            _popek_complete isa "$2"
        else
            _popek_complete instruction "$2"
        fi
        return
        ;;
    directory) mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    file) mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
    esac
    # Names are complete; a folder may go on.
    case "$1" in
    isa | file | directory) compopt -o filenames 2>/dev/null ;;
    esac
}
_popek() {
    local current=${COMP_WORDS[COMP_CWORD]} option='' command=${COMP_WORDS[1]} kind
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$_popek_commands --help --version" -- "$current")
        return
    fi
    # "--mode=lo" is the three words --mode, = and lo.
    if [[ $current == '=' ]]; then
        option=${COMP_WORDS[COMP_CWORD - 1]}
        current=
    elif [[ ${COMP_WORDS[COMP_CWORD - 1]} == '=' ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    else
        option=${COMP_WORDS[COMP_CWORD - 1]}
    fi
    if kind=$(_popek_kind "$command:$option"); then
        _popek_complete "$kind" "$current"
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_popek_options "$command")" -- "$current")
        [[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace 2>/dev/null
    else
        _popek_complete "$(_popek_place "$command")" "$current"
    fi
}
complete -F _popek popek
