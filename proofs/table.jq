# The ledger as a table for people, in Markdown.
def kinds: to_entries | map(if .value == 1 then .key else "\(.key) \(.value)" end) | join(", ");
def row: map(tostring) | "| " + join(" | ") + " |";
["unit", "goals", "Qed", "Why3", "CVC4", "Z3", "Eva"] as $head
| "# Every goal of the proofs, and what proved it", "",
  "Written by `make prove-record`, and compared by `make test` with the ledger of the proofs. What the units say is in `proofs/README.md`.", "",
  "Qed: WP's own simplifier. Why3: its transformations left nothing for the prover to do. CVC4, Z3: those provers. Eva: none is used.",
  "Admitted facts: \(if .admitted == [] then "none" else .admitted | join(", ") end).", "",
  ($head | row), ($head | map("---") | row),
  (.units[] | . as $u | [.unit, .total] + [("Qed", "Why3", "CVC4", "Z3", "Eva") | $u.kinds[.] // 0] | row),
  (. as $l | ["all", .total] + [("Qed", "Why3", "CVC4", "Z3", "Eva") | $l.kinds[.]] | row),
  (.units[] | "", "## \(.unit)", "", "| function | goal | proven by |", "|---|---|---|",
    (.goals[] | [(if .function == "" then "(lemma)" else .function end), (.goal | ltrimstr("lemma_")), (.kinds | kinds)] | row))
