/* An assertion that does not hold; proven with an option that leaves assertions out, so that it is only a hypothesis. */
/*@ assigns \nothing;
  @ ensures wrong: \result > x;
  @*/
int same(int x) {
    /*@ assert larger: x > x + 1; */
    return x;
}
