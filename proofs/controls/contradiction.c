/* A precondition that nothing satisfies: every postcondition is proven. The smoke test sees it. */
/*@ requires positive: x > 0;
  @ requires negative: x < 0;
  @ assigns \nothing;
  @ ensures wrong: \result > x;
  @*/
int same(int x) { return x; }
