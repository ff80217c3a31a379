/* Does the child have nothing but what it should have? Asks the kernel. */
#include "engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The kernel shows this page in every process; calling it is a system call for the filter, which kills. */
#define VSYSCALL_PAGE UINT64_C(0xFFFFFFFFFF600000)

static bool inside(uint64_t start, uint64_t end, uint64_t first, uint64_t size) { return start >= first && end <= first + size; }

static bool expected(const struct direct *d, uint64_t start, uint64_t end, const char *rights, const char *what) {
    const struct code *c = &d->code;
    uint64_t mailbox = (uint64_t)(uintptr_t)d->child.mailbox;
    bool writes = strchr(rights, 'w') != NULL;
    bool executes = strchr(rights, 'x') != NULL;
    if (inside(start, end, c->data.start, c->data.size)) {
        return !executes && strstr(what, "/memfd:guest-memory") != NULL;
    }
    if (inside(start, end, c->executable.start, c->executable.size) || inside(start, end, c->dark.start, c->dark.size)) {
        return !writes && strstr(what, "/memfd:guest-code") != NULL;
    }
    return !writes && (inside(start, end, mailbox, DIRECT_PAGE) || start == VSYSCALL_PAGE);
}

bool direct_audit(struct direct *d, char *found, size_t size) {
    char name[64];
    char line[512];
    bool good = true;
    (void)snprintf(name, sizeof name, "/proc/%d/maps", (int)d->child.pid);
    (void)snprintf(found, size, "%s", "");
    FILE *file = d->child.pid == 0 ? NULL : fopen(name, "r");
    if (file == NULL) {
        (void)snprintf(found, size, "%s", "the child is gone");
        return false;
    }
    while (good && fgets(line, sizeof line, file) != NULL) {
        uint64_t start = 0;
        uint64_t end = 0;
        char rights[8] = "";
        int fields = sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &start, &end, rights); // NOLINT(cert-err34-c)
        good = fields == 3 && expected(d, start, end, rights, line);
        if (!good) {
            (void)snprintf(found, size, "%s", line);
        }
    }
    (void)fclose(file);
    return good;
}
