# Completion for zsh from what options.sh writes.
function quoted(text) {
    gsub(/\\|\[|\]|:/, "\\\\&", text)
    gsub(/'/, "'\\''", text)
    return text
}
# The action of _arguments for a kind of argument; with a blank before it, _arguments adds nothing to the words of a command.
function action(kind) {
    if (kind ~ /^words /) {
        return "(" substr(kind, 7) ")"
    }
    return kind == "file" ? "_files" : kind == "directory" ? "_files -/" : kind == "none" ? "" : " _popek_names " kind
}
BEGIN {
    FS = "\t"
    print "#compdef popek\n# zsh completion of popek; generated from its --help."
}
$1 == "command" {
    count++
    names[count] = $2
    titles[$2] = quoted($3)
    places[$2] = action(kind_of("", $4))
    labels[$2] = quoted($4)
}
$1 == "option" {
    value = $5 == "" ? "" : ":" quoted($5) ":" action(kind_of($4, $5))
    text = "[" quoted($6) "]"
    if ($3 == "") {
        one = "'*--" $4 ($5 == "" ? "" : "=") text value "'"
    } else {
        one = "{'*-" $3 ($5 == "" ? "" : "+") "','*--" $4 ($5 == "" ? "" : "=") "'}'" text value "'"
    }
    options[$2] = options[$2] " \\\n            " one
}
END {
    print "_popek_names() {\n    local isa word\n    local -a known found\n    known=(${(f)\"$(popek list 2>/dev/null)\"})"
    print "    for word in ${words[2,CURRENT-1]}; do\n        [[ ${known[(I)$word]} == 0 && ! ( $word == *.isa && -f $word ) ]] || isa=$word\n    done"
    print "    if [[ $1 == isa || ( $1 == isa_name && -z $isa ) ]]; then\n        compadd -a known\n        _files -g '*.isa'\n        return\n    fi"
    print "    if [[ $1 == profiles ]]; then\n        compset -P '*,'\n        set -- profile\n    fi"
    print "    isa=${isa:-x86}\n    case $1 in"
    print "    instruction | isa_name) found=(${(f)\"$(popek list $isa 2>/dev/null | awk '/^[A-Z][A-Z0-9_]*  / { print $1 }')\"}) ;;"
    print "    *) found=(${(f)\"$(popek list $isa 2>/dev/null | awk -v kind=$1 '$1 == kind { print $2 }')\"}) ;;\n    esac"
    print "    compadd -a found\n}"
    print "_popek() {\n    local -a commands\n    commands=("
    for (i = 1; i <= count; i++) {
        print "        '" names[i] ":" titles[names[i]] "'"
    }
    print "    )\n    if ((CURRENT == 2)); then\n        _describe subcommand commands\n        return\n    fi"
    print "    local subcommand=$words[2]\n    shift words\n    ((CURRENT--))\n    case $subcommand in"
    for (i = 1; i <= count; i++) {
        print "    " names[i] ")\n        _arguments -s" options[names[i]] (places[names[i]] == "" ? "" : " \\\n            '*:" labels[names[i]] ":" places[names[i]] "'") "\n        ;;"
    }
    print "    esac\n}\n_popek \"$@\""
}
