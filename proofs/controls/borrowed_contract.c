/* A contract that is taken for granted and proven nowhere. */
/*@ assigns \nothing;
  @ ensures wrong: \result > x;
  @*/
int larger(int x);

/*@ assigns \nothing;
  @ ensures wrong: \result > x;
  @*/
int same(int x) { return larger(x); }
