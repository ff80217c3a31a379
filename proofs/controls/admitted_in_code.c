/* A fact that is admitted on the way. */
/*@ assigns \nothing;
  @ ensures wrong: \result > x;
  @*/
int same(int x) {
    /*@ admit larger: x > x + 1; */
    return x;
}
