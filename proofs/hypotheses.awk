# Reads Frama-C's log of a unit and writes what WP's memory model assumes of a function that the function's own preconditions do not say, one a line:
# FUNCTION CLAUSE. With the model Typed+Ref, WP takes what lies behind a pointer parameter for a variable, and says what it then assumes: that pointers are
# valid, and apart. Preconditions are proven at every call, so what follows from them is no assumption.
function trimmed(text) {
    gsub(/[ \t]+/, " ", text)
    gsub(/^ | $/, "", text)
    return text
}
# The items of "a, {b, c}, d" at the top level of braces and parentheses, in items[1 .. n].
function split_list(text, items, i, c, depth, n, start) {
    depth = 0
    n = 0
    start = 1
    for (i = 1; i <= length(text) + 1; i++) {
        c = substr(text, i, 1)
        if (c ~ /[({]/) depth++
        if (c ~ /[)}]/) depth--
        if (i > length(text) || (c == "," && depth == 0)) {
            items[++n] = trimmed(substr(text, start, i - start))
            start = i + 1
        }
    }
    return n
}
# What a list of \separated says of two: an entry of pairs[], both ways round. Members of one set may overlap.
function pairs_of(list, pairs, items, n, i, j, a, b, na, nb, x, y) {
    n = split_list(list, items)
    for (i = 1; i <= n; i++) {
        na = members_of(items[i], a)
        for (j = 1; j <= n; j++) {
            if (i == j) continue
            nb = members_of(items[j], b)
            for (x = 1; x <= na; x++)
                for (y = 1; y <= nb; y++) pairs[a[x] SUBSEP b[y]] = 1
        }
    }
}
function members_of(item, members) {
    split("", members)
    if (item ~ /^\{.*\}$/) return split_list(substr(item, 2, length(item) - 2), members)
    members[1] = item
    return 1
}
# One clause: what is said of a function, or what is assumed of it.
function clause(function_name, text, assumed, inner) {
    text = trimmed(text)
    if (text ~ /^\\separated\(.*\)$/) {
        inner = substr(text, 12, length(text) - 12)
        split("", found)
        pairs_of(inner, found)
        for (pair in found) {
            split(pair, both, SUBSEP)
            if (assumed) {
                if (both[1] < both[2]) wanted[function_name SUBSEP "\\separated(" both[1] ", " both[2] ")"] = function_name
            } else {
                given[function_name SUBSEP "\\separated(" both[1] ", " both[2] ")"] = 1
            }
        }
    } else if (assumed) {
        wanted[function_name SUBSEP text] = function_name
    } else {
        given[function_name SUBSEP text] = 1
    }
}
# Of a precondition only what it says unconditionally: the parts of a conjunction.
function precondition(function_name, text, parts, n, i) {
    if (text ~ /∨|⇒|⇔|≡|¬|∀|∃|\?|\\let/) return
    n = split(text, parts, /∧/)
    for (i = 1; i <= n; i++) clause(function_name, parts[i], 0)
}
function end_of_clause() {
    sub(/^ *[A-Za-z0-9_]+: */, "", reading) # its name
    if (reading != "") precondition(section, reading)
    reading = ""
}
/^  Memory model hypotheses for function / {
    hypothesis = $0
    sub(/^[^']*'/, "", hypothesis)
    sub(/'.*/, "", hypothesis)
    block = ""
    next
}
hypothesis != "" {
    block = block " " $0
    if ($0 ~ /\*\//) {
        sub(/\*\/.*/, "", block)
        n = split(block, clauses, /(^|[^a-z])requires /)
        for (i = 2; i <= n; i++) {
            sub(/; *$/, "", clauses[i])
            clause(hypothesis, clauses[i], 1)
        }
        if (n < 2) wanted[hypothesis SUBSEP "something that cannot be read"] = hypothesis
        hypothesis = ""
    }
    next
}
/^--- Properties of Function/ {
    end_of_clause()
    section = $0
    sub(/^[^']*'/, "", section)
    sub(/'.*/, "", section)
    next
}
/^\[/ {
    end_of_clause()
    is_precondition = section != "" && $0 ~ /\] *Pre-condition/
    next
}
/^--/ { end_of_clause(); is_precondition = 0; next }
is_precondition && /^ +requires( |$)/ { reading = $0 " "; sub(/^ +requires/, "", reading); next }
is_precondition && /^ +([Bb]y |Unverifiable|tried with|Verified|Inconsistent|Dead|Locally|-)/ { end_of_clause(); is_precondition = 0; next }
is_precondition && reading != "" { reading = reading " " $0 }
END {
    end_of_clause()
    for (each in wanted) {
        if (!(each in given)) {
            split(each, both, SUBSEP)
            print both[1], both[2]
        }
    }
}
