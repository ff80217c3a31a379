# What becomes of a command line when the Tab key is pressed in an interactive zsh, which runs on a terminal of its own. popek is the one that PATH
# finds. Where several words are possible, the line has what they begin with, and the words follow, one a line.
# usage: zsh -f completion.zsh FOLDER-OF-_popek COMMAND-LINE
zmodload zsh/zpty || exit 77
result=$(mktemp -d)
trap 'zpty -d shell 2>/dev/null; rm -rf $result' EXIT
# The keys ^X^D write down what is on the line. compadd, which every completion calls at last, writes down what fits as well.
cat >$result/rc <<END
fpath=($1 \$fpath)
autoload -Uz compinit && compinit -u -D
PROMPT=
unsetopt beep
compadd() {
    if [[ \${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
        local -a fitting
        builtin compadd -O fitting "\$@"
        print -rl -- \$fitting >>$result/words
    fi
    builtin compadd "\$@"
}
write_line() { print -r -- "\$BUFFER" >$result/line.new && mv $result/line.new $result/line }
zle -N write_line
bindkey '^X^D' write_line
print ready >$result/ready
END
zpty -b shell env ZDOTDIR=$result TERM=dumb zsh -f -i
zpty -w shell "source $result/rc"
# At most a minute for each step.
wait_for() { for ((i = 0; i < 600; i++)); do [[ -e $1 ]] && return; sleep 0.1; done; return 1; }
wait_for $result/ready || { print -u2 "zsh does not start"; exit 1; }
zpty -w -n shell "$2"$'\t\x18\x04'
wait_for $result/line || { print -u2 "zsh does not complete"; exit 1; }
print -r -- "$(<$result/line)"
if [[ -e $result/words ]]; then
    words=(${(uf)"$(<$result/words)"})
    ((${#words} < 2)) || print -rl -- ${(o)words}
fi
