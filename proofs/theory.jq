# The ledger of a Why3 file, from the answers of the provers about the parts of its goals. A goal is proven by the first cut of which every part is
# proven; a part, by the first prover that says Valid. Every run lists all parts of a goal in the same order.
def parts: group_by(.prover) | map(to_entries[] | {at: .key} + .value) | group_by(.at) | map({by: ([.[] | select(.answer == "Valid") | .prover] | sort | .[0])});
def cuts: group_by(.cut) | sort_by(.[0].cut != "split_vc") | map(parts);
[$answers | group_by([.module, .goal])[] | {function: .[0].module, goal: .[0].goal, cuts: cuts}
 | (first(.cuts[] | select(all(.by != null))) // .cuts[0]) as $parts
 | {function, goal, total: ($parts | length), left: ($parts | map(select(.by == null)) | length),
    kinds: ([$parts[] | select(.by != null)] | group_by(.by) | map({key: .[0].by, value: length}) | from_entries)}] as $goals
| {unit: $unit, inputs: $inputs, total: ([$goals[].total] | add // 0), proven: ([$goals[] | .total - .left] | add // 0),
   goals: [$goals[] | {function, goal, kinds} + (if .left > 0 then {unproven: .left} else {} end)],
   contracts: [], lemmas: [], admitted: ($axioms | split(" ") | map(select(. != "" and . != ".") | "axiom \(.)"))}
