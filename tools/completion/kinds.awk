# What can stand for an argument. Included by the others with -f.

# "words a b", "mode", "profile", "profiles" (with commas between), "instruction", "isa", "isa_name", "directory", "file" or "none" (anything).
function kind_of(option, argument,    words) {
    if (option == "mode" || option == "instruction") {
        return option
    }
    if (option == "profiles") {
        return option
    }
    if (option == "profile" || option == "witnesses") {
        return "profile"
    }
    if (argument == "ISA" || argument == "[ISA]") {
        return "isa"
    }
    if (argument == "ISA NAME") {
        return "isa_name" # the ISA first, then one of its instructions
    }
    if (argument ~ /FILE|GUEST|IN\.|PLUGIN|COMPILER|PROGRAM/) {
        return "file"
    }
    if (argument == "DIR") {
        return "directory"
    }
    if (argument ~ /^[a-z0-9]+(\|[a-zA-Z0-9=,.]+)+$/) {
        words = argument
        gsub(/\|[^|]*=[^|]*/, "", words) # nested=N, K=V,...: for people
        gsub(/\|/, " ", words)
        return "words " words
    }
    return "none"
}
