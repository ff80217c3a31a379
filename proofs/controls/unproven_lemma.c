/* A lemma that does not hold, and a contract that follows from it: WP proves the contract. */
/*@ lemma wrong: \forall integer x; x > x + 1; */

/*@ assigns \nothing;
  @ ensures wrong: \result > x;
  @*/
int same(int x) { return x; }
