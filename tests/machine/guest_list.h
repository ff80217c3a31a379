/* The guests of examples/guests/x86, how they end, and what other machines are known to do otherwise. */
#ifndef POPEK_TESTS_MACHINE_GUEST_LIST_H
#define POPEK_TESTS_MACHINE_GUEST_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct listed_guest {
    const char *name;
    int code;         /* exit code of popek run */
    bool model_alone; /* in lockstep with Unicorn the model executes something for both: SYSENTER, MOV DR, or what uses pages elsewhere than their
                         address */
    bool is_long;     /* not stepped instruction by instruction */
};
static const struct listed_guest guests[] = {{"hello", 0, false, false},
                                             {"compute", 0, false, true},
                                             {"two_processes", 0, true, true},
                                             {"robin_irvine", 0, false, false},
                                             {"floating_point", 0, false, false},
                                             {"tasks", 0, true, false},
                                             {"paging", 0, true, false},
                                             {"protection", 0, false, false},
                                             {"virtual_8086", 0, false, false},
                                             {"devices", 0, false, false},
                                             {"priorities", 0, false, false},
                                             {"set_clock", 0, false, false},
                                             {"breakpoints", 0, true, false},
                                             {"task_8086", 0, false, false},
                                             {"hostile/far_jump", 0, false, false},
                                             {"hostile/host_segments", 0, false, false},
                                             {"hostile/int80", 0, false, false},
                                             {"hostile/sysenter", 0, true, false},
                                             {"hostile/beyond", 0, true, false},
                                             {"hostile/self_modifying", 0, false, false},
                                             {"hostile/gates_to_nowhere", 0, false, false},
                                             {"hostile/faults_in_faults", 1, false, false},
                                             {"hostile/popf_games", 0, false, false},
                                             {"hostile/tables_outside", 0, true, false}};
#define GUEST_COUNT (sizeof guests / sizeof guests[0])

#endif
