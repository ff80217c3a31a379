/* The guests that the suites about machines and about binaries run. */
#include "guest_list.h"

#include "../tests.h"

#include <string.h>

const struct listed_guest guests[] = {
    {"hello", 0, false, false, false},
    {"compute", 0, false, true, false},
    {"two_processes", 0, true, true, false},
    {"robin_irvine", 0, false, false, false},
    {"floating_point", 0, false, false, false},
    {"tasks", 0, true, false, false},
    {"paging", 0, true, false, false},
    {"protection", 0, false, false, true},
    {"virtual_8086", 0, false, false, false},
    {"devices", 0, false, false, false},
    {"priorities", 0, false, false, false},
    {"set_clock", 0, false, false, false},
    {"breakpoints", 0, true, false, true},
    {"task_8086", 0, false, false, true},
    {"hostile/far_jump", 0, false, false, false},
    {"hostile/host_segments", 0, false, false, false},
    {"hostile/int80", 0, false, false, false},
    {"hostile/sysenter", 0, true, false, false},
    {"hostile/beyond", 0, true, false, false},
    {"hostile/self_modifying", 0, false, false, false},
    {"hostile/gates_to_nowhere", 0, false, false, false},
    {"hostile/faults_in_faults", 1, false, false, false},
    {"hostile/popf_games", 0, false, false, true},
    {"hostile/tables_outside", 0, true, false, false},
};
const size_t guest_count = sizeof guests / sizeof guests[0];

const char *guest_base(const char *name) {
    const char *slash = strrchr(name, '/');
    return slash == NULL ? name : slash + 1;
}

char *guest_output(const char *name) {
    char path[256];
    size_t size = 0;
    (void)snprintf(path, sizeof path, "tests/machine/guests/%s.txt", guest_base(name));
    return read_text(path, &size);
}

bool guest_difference(const char *list, const char *name, const char *how, char *text, size_t size) {
    char start[128];
    (void)snprintf(start, sizeof start, "\n%s %s | ", name, how);
    const char *row = strstr(list, start);
    if (row == NULL) {
        return false;
    }
    row += strlen(start);
    const char *end = strstr(row, " | ");
    (void)snprintf(text, size, "%.*s", end == NULL ? 0 : (int)(end - row), row);
    return end != NULL && end > row;
}
