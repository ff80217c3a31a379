# Reads Frama-C's report of all properties and writes, one a line: what, name, status. The text of each contract goes to a file of its own.
#   lemma NAME proven|open      axiom NAME admitted      admit FUNCTION admitted
#   contract FUNCTION proven|assumed|open: proven is a contract whose clauses, and whose function's assertions, are all proven by WP
function finish() {
    if (title == "") {
        return
    }
    proven = how ~ /^[Bb]y Wp/
    if (section == "") {
        if (title ~ /^Lemma/) {
            print "lemma", name, proven ? "proven" : "open"
        } else if (title ~ /^Axiomatic/) {
        } else {
            print "axiom", name, "admitted"
        }
    } else if (title ~ /^(Pre-condition|Default behavior|Froms)/) {
        # A precondition is what the caller promises: its instances at calls are properties of the caller.
    } else if (title ~ /^Assumption/) {
        # When a behavior applies. That behaviors are complete and disjoint are properties of their own.
    } else if (title ~ /^Admit/) {
        print "admit", section, "admitted"
    } else if (status ~ /Extern/) {
        assumed[section] = 1
    } else if (!proven && status !~ /Valid/) {
        open[section] = 1
    } else {
        good[section] = 1
    }
    if (section != "" && title ~ /^(Pre-condition|Post-condition|Assumption|Assigns)/) {
        printf "%s", text >(contracts "/" section)
    }
    title = ""
}
/^--- Global Properties/ { section = ""; reading = 1; next }
/^--- Properties of Function/ {
    finish()
    section = $0
    sub(/^[^']*'/, "", section)
    sub(/'.*/, "", section)
    # Declared by Frama-C itself for the compiler's built-in functions, which nothing here calls.
    reading = section !~ /^__(builtin|sync)_/
    next
}
/^--- Status Report Summary/ { finish(); reading = 0 }
!reading { next }
/^--/ { finish(); next }
/^\[/ {
    finish()
    status = $0
    sub(/\].*/, "", status)
    title = $0
    sub(/^\[[^]]*\] */, "", title)
    name = title
    sub(/^[^']*'/, "", name)
    sub(/'.*/, "", name)
    text = ""
    how = ""
    next
}
/^ +([Bb]y |Unverifiable|tried with|Verified|Inconsistent|Dead|Locally)/ { how = $0; sub(/^ +/, "", how); next }
{ text = text $0 "\n" }
END {
    finish()
    for (f in assumed) print "contract", f, "assumed"
    for (f in open) if (!(f in assumed)) print "contract", f, "open"
    for (f in good) if (!(f in assumed) && !(f in open)) print "contract", f, "proven"
}
