# The ledger of one unit, from WP's report (goals by prover), the properties and the digests of the contracts.
def kind($prover; $verdict):
    if $prover == "qed" then "Qed" elif $verdict.rank == null then "Why3" else $prover | split(":")[0] end;
def kinds: # how many goals of a property were proven by what; Why3: its own simplification left nothing for the prover to do
    to_entries | map(select(.key != "wp:main" and (.value.valid // 0) > 0) | {key: kind(.key; .value), value: .value.valid}) | from_entries;
def goals($function): to_entries[] | select(.key != "wp:section")
    | {function: $function, goal: (.key | ltrimstr($function + "_")), kinds: (.value | kinds)}
    + ((.value."wp:main".total - (.value."wp:main".valid // 0)) as $left | if $left > 0 then {unproven: $left} else {} end);
($digests | split("\n") | map(split("  ") | select(length == 2) | {key: .[1], value: .[0]}) | from_entries) as $digest
| ($properties | split("\n") | map(split(" ") | select(length == 3) | {what: .[0], name: .[1], status: .[2]})) as $facts
| ($report[0] // {}) as $wp
| [($wp."wp:functions" // {} | to_entries[] | .key as $f | .value | goals($f)), ($wp."wp:axiomatics" // {} | to_entries[] | .value | goals(""))]
| sort_by(.function, .goal)
| {unit: $unit, inputs: $inputs, total: ($wp."wp:global"."wp:main".total // 0), proven: ($wp."wp:global"."wp:main".valid // 0), goals: .,
   contracts: [$facts[] | select(.what == "contract") | {function: .name, status, digest: $digest[.name]}] | sort_by(.function),
   hypotheses: ($hypotheses | split("\n") | map(select(length > 0))),
   lemmas: [$facts[] | select(.what == "lemma") | {name, status}] | sort_by(.name),
   admitted: [$facts[] | select(.status == "admitted") | "\(.what) \(.name)"] | sort}
