# What fish offers for a command line that ends where it is being typed; one a line. popek is the one that PATH finds.
# usage: fish completion.fish SCRIPT COMMAND-LINE
source $argv[1]
complete -C $argv[2] | string replace -r '\t.*' '' | sort
