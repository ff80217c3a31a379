/* A backend that runs the guest in a child process: what virtual machines of KVM and the emulator have in common. */
#ifndef POPEK_HARDWARE_GUEST_BACKEND_H
#define POPEK_HARDWARE_GUEST_BACKEND_H

#include "guest.h"
#include "worker.h"

#define GUEST_CPUID_VALUES 128u

struct guest_backend {
    struct backend base;   /* its operations are the functions below, with a name of the backend's own */
    struct worker *worker; /* owned; NULL until there is a child */
    struct guest guest;
    struct cpuid_value cpuid[GUEST_CPUID_VALUES]; /* what the machine says of itself */
    size_t cpuid_count;
    char description[512];
};

/* As in struct backend_operations; the backend is a struct guest_backend. */
const struct world *guest_backend_worlds(struct backend *b, size_t *count);
bool guest_backend_run(struct backend *b, const struct world *world, const struct run *runs, size_t count, struct run_result *results);
const char *guest_backend_description(struct backend *b);
/* Ends the child, and frees the backend, which calloc made. */
void guest_backend_close(struct backend *b);

#endif
