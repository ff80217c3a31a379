# A page of man(7) from the text that --help prints, unwrapped (ARGP_HELP_FMT=rmargin=...).
# usage: awk -v name=NAME -v title=TEXT -v version=N -v date=DAY -f manual.awk   (an empty NAME: popek itself)

function escape(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/'/, "\\(aq", text)
    gsub(/`/, "\\(ga", text)
    gsub(/ \./, " \\\\\\&.", text) # a word that may come first in a line is no macro
    if (text ~ /^\./)
        text = "\\&" text
    return text
}

# `fresh`: right after a heading, where a paragraph macro has no place.
function section(heading) {
    print ".SH " heading
    fresh = 1
}

# A source line for each sentence, as manual pages are written.
function paragraph(text,    n, i, part) {
    if (!fresh)
        print ".PP"
    fresh = 0
    n = split(text, part, /\. +/)
    for (i = 1; i <= n; i++)
        print escape(part[i]) (i < n ? "." : "")
}

function item(head, body) {
    print ".TP\n.B " escape(head)
    print escape(body)
    fresh = 0
}

# "  -x, --long=VALUE     text"; the text of a long name is the next line.
function option(text,    at) {
    sub(/^ +/, "", text)
    at = match(text, /  +/)
    if (at == 0 && match(text, /^(-[a-zA-Z?], )?--[a-z0-9-]+(=[^ ]+)? /))
        at = RLENGTH
    print ".TP\n.B " escape(at ? substr(text, 1, at - 1) : text)
    if (at) {
        text = substr(text, at)
        sub(/^ +/, "", text)
        print escape(text)
    }
}

# "0 fine, 1 findings; 2: bad usage" as a list.
function exit_codes(text,    before, code) {
    sub(/^Exit codes?:? */, "", text)
    while (match(text, /(^|[,;.] +(and )?)[0-9]+:? /)) {
        before = substr(text, 1, RSTART - 1)
        if (code != "")
            item(code, before)
        code = substr(text, RSTART, RLENGTH)
        gsub(/[^0-9]/, "", code)
        text = substr(text, RSTART + RLENGTH)
    }
    sub(/\. *$/, "", text)
    item(code, text)
}

function synopsis(text) {
    sub(/^(Usage:|  or:) +/, "", text)
    if (!fresh)
        print ".br"
    fresh = 0
    print ".B " escape(text)
}

function line_of_subcommand() {
    if (state == "usage" && /^(Usage:|  or:) /)
        synopsis($0)
    else if (/^Exit codes?:? /) {
        section("EXIT STATUS")
        exit_codes($0)
        state = "notes"
    } else if (/^  +-/ && state != "notes") {
        if (state != "options")
            section("OPTIONS")
        state = "options"
        option($0)
    } else if (/^                    / && state == "options") {
        sub(/^ +/, "")
        if ($0 != "")
            print escape($0)
    } else if (!/^ *$/ && !/^Mandatory or optional arguments/) {
        if (state == "usage")
            section("DESCRIPTION")
        else if (state == "options")
            section("NOTES")
        state = state == "usage" ? "description" : state == "options" ? "notes" : state
        paragraph($0)
    }
}

# What popek alone prints is wrapped: paragraphs, and headings with a list below each.
function line_of_program() {
    if (/^Usage: /) {
        synopsis($0)
        state = "text"
    } else if (/^  [a-z]/) {
        if (text != "") {
            if (groups++ == 0)
                section("COMMANDS")
            print ".SS " escape(text)
            text = ""
        }
        match($0, /[^ ]  +/)
        item(substr($0, 3, RSTART - 2), substr($0, RSTART + RLENGTH))
    } else if (/^ *$/)
        flush_text()
    else
        text = text (text == "" ? "" : " ") $0
}

function flush_text() {
    if (text ~ /^Exit codes/) {
        section("EXIT STATUS")
        exit_codes(text)
    } else if (text != "") {
        if (groups == 0)
            section("DESCRIPTION")
        paragraph(text)
    }
    text = ""
}

BEGIN {
    full = name == "" ? "popek" : "popek-" name
    state = "usage"
    print ".\\\" Made from what --help prints."
    print ".TH " escape(toupper(full)) " 1 " date " \"popek " version "\" \"popek\""
    section("NAME")
    print escape(full) " \\- " escape(title)
    section("SYNOPSIS")
}

name == "" { line_of_program() }
name != "" { line_of_subcommand() }

END {
    flush_text()
    section("SEE ALSO")
    if (name == "") {
        print "The manual page of each subcommand:"
        print ".BR popek\\-classify (1)"
        print "and so on; the documentation in docs, CAVEATS.md."
    } else
        print ".BR popek (1)"
}
