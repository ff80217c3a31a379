/* A proof that fails shows nothing. So, positively: JRST 1, run directly in virtual supervisor mode, is done without a trap and leaves the virtual mode
 * other than the machine has it afterwards. */
#include "jrst1.h"

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires a_range: a < 8;
  @ requires supervisor: v->processor.privilege == SUPERVISOR;
  @ assigns v->processor.pc, v->processor.reg[0 .. 7], *host;
  @ ensures done: \result == DONE;
  @ ensures differs: v->processor.privilege != third_generation_JRST1_next_privilege;
  @*/
uint32_t run_in_supervisor_mode(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a) {
    (void)ram;
    load_processor(v, host, ram_count);
    uint32_t outcome = third_generation_JRST1(host, a);
    if (outcome == DONE) {
        save_processor(v, host);
    }
    return outcome;
}
