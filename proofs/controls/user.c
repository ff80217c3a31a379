/* Takes the lemma and the contract of doubled.h for granted. */
#include "doubled.h"

/*@ assigns \nothing;
  @ ensures four: \result == 4;
  @*/
uint32_t four(void) { return doubled(2u); }
