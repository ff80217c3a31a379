# Completion for bash from what options.sh writes.
BEGIN {
    FS = "\t"
    print "# bash completion of popek; generated from its --help."
}
$1 == "command" {
    commands = commands " " $2
    places[$2] = kind_of("", $4)
}
$1 == "option" {
    options[$2] = options[$2] " --" $4 ($5 == "" ? "" : "=")
    if ($5 != "") {
        kind = kind_of($4, $5)
        pattern = $2 ":--" $4 ($3 == "" ? "" : "|" $2 ":-" $3)
        kinds = kinds "    " pattern ") printf '%s\\n' '" kind "' ;;\n"
    }
}
END {
    print "_popek_kind() {\n    case \"$1\" in\n" kinds "    *) return 1 ;;\n    esac\n}"
    print "_popek_options() {\n    case \"$1\" in"
    n = split(commands, order, " ")
    for (i = 1; i <= n; i++) {
        print "    " order[i] ") printf '%s\\n' '" substr(options[order[i]], 2) "' ;;"
    }
    print "    esac\n}"
    print "_popek_place() {\n    case \"$1\" in"
    for (i = 1; i <= n; i++) {
        print "    " order[i] ") printf '%s\\n' '" places[order[i]] "' ;;"
    }
    print "    esac\n}"
    print "_popek_commands='" substr(commands, 2) "'"
    while ((getline line < "tools/completion/popek.bash") > 0) {
        print line
    }
}
