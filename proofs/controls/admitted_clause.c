/* A postcondition that is admitted. */
/*@ assigns \nothing;
  @ ensures same: \result == x;
  @ admit ensures wrong: \result > x;
  @*/
int same(int x) { return x; }
