# Completion for fish from what options.sh writes.
function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/'/, "\\'", text)
    return text
}
# The flags of `complete` for a kind of argument.
function flags(kind) {
    if (kind ~ /^words /) {
        return " -x -a '" substr(kind, 7) "'"
    }
    if (kind == "isa") {
        return " -r -a '(popek list 2>/dev/null)'"
    }
    if (kind == "instruction") {
        return " -x -a '(__popek_names instruction)'"
    }
    if (kind == "profiles") {
        return " -x -a '(__fish_complete_list , \"__popek_names profile\")'"
    }
    if (kind == "directory") {
        return " -x -a '(__fish_complete_directories)'"
    }
    return kind == "file" ? " -r" : kind == "none" ? " -x" : " -x -a '(__popek_names " kind ")'"
}
BEGIN {
    FS = "\t"
    print "# fish completion of popek; generated from its --help."
    print "function __popek_names\n    set -l isa x86\n    set -l known (popek list 2>/dev/null)"
    print "    for word in (commandline -opc)[3..-1]\n        if contains -- $word $known; or begin; string match -q '*.isa' -- $word; and test -f $word; end"
    print "            set isa $word\n        end\n    end"
    print "    if test $argv[1] = instruction\n        popek list $isa 2>/dev/null | awk '/^[A-Z][A-Z0-9_]*  / { print $1 }'"
    print "    else\n        popek list $isa 2>/dev/null | awk -v kind=$argv[1] '$1 == kind { print $2 }'\n    end\nend"
    print "function __popek_in\n    set -l words (commandline -opc)\n    test (count $words) -ge 2; and test $words[2] = $argv[1]\nend"
    print "function __popek_first\n    test (count (commandline -opc)) -eq 1\nend"
    print "complete -c popek -f -n __popek_first"
}
$1 == "command" {
    print "complete -c popek -n __popek_first -a " $2 " -d '" quoted($3) "'"
    kind = kind_of("", $4)
    if (kind ~ /^isa/) {
        print "complete -c popek -n '__popek_in " $2 "' -a '(popek list 2>/dev/null)'"
    }
    if (kind == "isa_name") {
        print "complete -c popek -n '__popek_in " $2 "; and test (count (commandline -opc)) -ge 3' -a '(__popek_names instruction)'"
    }
}
$1 == "option" {
    print "complete -c popek -n '__popek_in " $2 "'" ($3 == "" || $3 == "?" ? "" : " -s " $3) " -l " $4 ($5 == "" ? "" : flags(kind_of($4, $5))) \
        " -d '" quoted($6) "'"
}
