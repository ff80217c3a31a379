#!/bin/sh
# That a unit proven for the third generation machine holds for the machine with JRST 1 too: what is generated of the two is the same text, except the
# title and what is about JRST 1. usage: machines.sh BUILD
set -eu
ours=$1/proofs
other=$1/jrst1/proofs
part() { # without the title, and without the part of JRST 1, which is the last
    sed -e 1d -e '/^\/\*@ \/\/ third_generation_JRST1$/,$d' "$1" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}
part "$ours/third_generation.h" >"$ours/machine.text"
part "$other/third_generation.h" >"$other/machine.text"
cmp "$ours/machine.text" "$other/machine.text"
grep -q third_generation_JRST1 "$other/third_generation.h"
