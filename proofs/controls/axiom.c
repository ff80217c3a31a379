/* The same as an axiom. */
/*@ axiomatic Trusted { axiom assumed: \forall integer x; x > x + 1; } */

/*@ assigns \nothing;
  @ ensures wrong: \result > x;
  @*/
int same(int x) { return x; }
