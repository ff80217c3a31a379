/* A lemma that nobody proves, and a contract that follows from it. */
/*@ admit lemma trusted: \forall integer x; x > x + 1; */

/*@ assigns \nothing;
  @ ensures wrong: \result > x;
  @*/
int same(int x) { return x; }
