# One ledger of all units, and what is wrong with it. $allowed: the admitted facts that are known, one a line, each with its reason behind a colon.
def sum_kinds: map(.kinds) | reduce .[] as $k ({}; reduce ($k | to_entries[]) as $e (.; .[$e.key] += $e.value));
(. | sort_by(.unit)) as $units
| ($allowed | split("\n") | map(select(length > 0 and (startswith("#") | not)) | split(":")[0])) as $allowed
| ($used | split("\n") | map(split(" ") | select(length == 2)) | group_by(.[0]) | map({key: .[0][0], value: map(.[1])}) | from_entries) as $calls
| [$units[] | .unit as $unit | .contracts[] | select(.status == "proven" or $calls[$unit] == null or (.function as $f | $calls[$unit] | index($f)))
    | . + {unit: $unit}] as $contracts
| [$units[] | .unit as $unit | .lemmas[] | . + {unit: $unit}] as $lemmas
| ([$contracts[] | select(.status == "proven") | "\(.function) \(.digest)"] | unique) as $proven_contracts
| ([$lemmas[] | select(.status == "proven") | .name] | unique) as $proven_lemmas
| ([$units[] | .admitted[]] | unique) as $admitted
# A contract that nothing can prove, because the description leaves open what the function computes, is admitted by name.
| ([$contracts[] | select(.status != "proven") | "contract \(.function)" | select(. as $c | $allowed | index($c))]) as $open
| ($admitted + $open | unique) as $admitted
| ([$units[].goals] | add // []) as $goals
| {total: ([$units[].total] | add // 0), proven: ([$units[].proven] | add // 0),
   kinds: (({Qed: 0, Why3: 0, CVC4: 0, Z3: 0, Eva: 0} + ($goals | sum_kinds)) + {admitted: ($admitted | length)}),
   units: [$units[] | {unit, total, proven, kinds: (.goals | sum_kinds), goals}], admitted: $admitted,
   faults: ([
     ($units[] | select(.total == 0) | "\(.unit): no goals"),
     ($units[] | select(.proven != .total) | "\(.unit): \(.total - .proven) goals are not proven"),
     ($units[] | .unit as $u | .hypotheses[]? | "\($u): the memory model assumes what no precondition says: \(.)"),
     ($units[] | .unit as $u | .total as $t | (.goals | sum_kinds | [.[]] | add // 0) | select(. != $t) | "\($u): the ledger lists \(.) goals of \($t)"),
     ($lemmas[] | select(.status == "open" and (.name as $n | $proven_lemmas | index($n) | not)) | "\(.unit): lemma \(.name) is used and proven nowhere"),
     ($contracts[] | select(.status != "proven" and ("contract \(.function)" as $c | $open | index($c) | not) and ("\(.function) \(.digest)" as $c | $proven_contracts | index($c) | not))
         | "\(.unit): the contract of \(.function) is used and proven nowhere in these words"),
     ($admitted[] | select(. as $a | $allowed | index($a) | not) | "\(.) is admitted and not in the list of admitted facts"),
     ($allowed[] | select(. as $a | $admitted | index($a) | not) | "\(.) is in the list of admitted facts and nowhere in the proofs")] | unique)}
