/* Maps files; a page that is gone is replaced by an empty one from the signal handler, and noted. The handler has to find the mappings without a
 * lock, so they are in a table of atomic fields, which is the one global state of the scanner. */
#include "mapping.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS = 512 };

static struct slot {
    atomic_uintptr_t start; /* 0: not used; 1: being filled */
    atomic_size_t size;
    atomic_bool shrunk;
} slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned users;
static struct sigaction before;
static atomic_uintptr_t page_size;

/* Only mmap and atomic fields: both may be used in a signal handler on Linux. */
static void on_bus_error(int number, siginfo_t *info, void *context) {
    uintptr_t at = (uintptr_t)info->si_addr;
    uintptr_t page = at & ~(atomic_load(&page_size) - 1);
    (void)context;
    for (unsigned i = 0; i < SLOTS; i++) {
        uintptr_t start = atomic_load(&slots[i].start);
        if (start > 1 && at >= start && at - start < atomic_load(&slots[i].size)) {
            atomic_store(&slots[i].shrunk, true);
            if (mmap((void *)page, atomic_load(&page_size), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) {
                return;
            }
        }
    }
    (void)sigaction(number, &before, NULL); /* the access is made again, and ends as it would have */
}

static int take_slot(void) {
    for (int i = 0; i < SLOTS; i++) {
        uintptr_t unused = 0;
        if (atomic_compare_exchange_strong(&slots[i].start, &unused, 1)) {
            return i;
        }
    }
    return -1;
}

static bool install(void) {
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    (void)sigemptyset(&action.sa_mask);
    (void)pthread_mutex_lock(&lock);
    atomic_store(&page_size, (uintptr_t)sysconf(_SC_PAGESIZE));
    bool good = users > 0 || sigaction(SIGBUS, &action, &before) == 0;
    users += good ? 1 : 0;
    (void)pthread_mutex_unlock(&lock);
    return good;
}

static void uninstall(void) {
    (void)pthread_mutex_lock(&lock);
    if (--users == 0) {
        (void)sigaction(SIGBUS, &before, NULL);
    }
    (void)pthread_mutex_unlock(&lock);
}

bool mapping_open(struct mapping *m, int file, size_t size) {
    int slot = take_slot();
    if (slot < 0) {
        return false;
    }
    void *bytes = install() ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
    if (bytes == MAP_FAILED) {
        atomic_store(&slots[slot].start, 0);
        return false;
    }
    (void)madvise(bytes, size, MADV_SEQUENTIAL);
    atomic_store(&slots[slot].shrunk, false);
    atomic_store(&slots[slot].size, size);
    atomic_store(&slots[slot].start, (uintptr_t)bytes);
    *m = (struct mapping){bytes, size, slot};
    return true;
}

bool mapping_close(struct mapping *m) {
    bool shrunk = atomic_load(&slots[m->slot].shrunk);
    (void)munmap((void *)(uintptr_t)m->bytes, m->size);
    atomic_store(&slots[m->slot].start, 0);
    uninstall();
    return shrunk;
}
