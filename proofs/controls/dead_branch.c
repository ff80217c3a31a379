/* A branch that is never taken: its assertion is proven, whatever it says. The smoke test sees it. */
/*@ requires positive: 0 < x < 100;
  @ assigns \nothing;
  @ ensures larger: \result > x;
  @*/
int larger(int x) {
    if (x > 100) {
        /*@ assert wrong: x < 0; */
        return x;
    }
    return x + 1;
}
