# The ledger of a Why3 file: each prover answered all goals in the same order; a goal is proven by the first that says Valid.
[$answers | group_by(.prover)[] | to_entries[] | {at: .key} + .value] | group_by(.at)
| map({goal: .[0].goal, by: ([.[] | select(.answer == "Valid") | .prover] | sort | .[0])})
| {unit: $unit, inputs: $inputs, total: length, proven: (map(select(.by != null)) | length),
   goals: (group_by(.goal) | map({function: "", goal: .[0].goal,
       kinds: ([.[] | select(.by != null)] | group_by(.by) | map({key: .[0].by, value: length}) | from_entries)}
     + ((map(select(.by == null)) | length) as $left | if $left > 0 then {unproven: $left} else {} end))),
   contracts: [], lemmas: [], admitted: ($axioms | split(" ") | map(select(. != "" and . != ".") | "axiom \(.)"))}
