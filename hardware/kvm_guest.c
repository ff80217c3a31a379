/* A whole guest on KVM. */
#include "kvm_guest.h"

#include "kvm_child.h"
#include "kvm_state.h"

#include <errno.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>

struct kvm_guest {
    struct kvm_machine machine;
    struct engine_ports ports;
    struct sigaction old_action;
    struct itimerval old_timer;
    unsigned failure;
};

/* The signal ends KVM_RUN, and nothing else. */
static void on_alarm(int number) { (void)number; }

static void start_alarm(struct kvm_guest *g) {
    struct sigaction action;
    const struct itimerval every = {{0, 1000}, {0, 1000}};
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    (void)sigaction(SIGALRM, &action, &g->old_action);
    (void)setitimer(ITIMER_REAL, &every, &g->old_timer);
}

struct kvm_guest *kvm_guest_open(uint8_t *memory, size_t size, const struct machine_state *start, const struct engine_ports *ports,
                                 const char **reason) {
    struct kvm_guest *g = calloc(1, sizeof *g);
    *reason = "out of memory";
    if (g == NULL) {
        return NULL;
    }
    g->ports = *ports;
    *reason = NULL;
    if (!kvm_machine_open(&g->machine, memory, size)) {
        *reason = "there is no usable /dev/kvm";
    } else if (!kvm_write_state(g->machine.processor, start)) {
        *reason = "KVM does not take the state in which a guest starts";
    }
    if (*reason != NULL) {
        kvm_machine_close(&g->machine);
        free(g);
        return NULL;
    }
    start_alarm(g);
    return g;
}

void kvm_guest_close(struct kvm_guest *g) {
    (void)setitimer(ITIMER_REAL, &g->old_timer, NULL);
    (void)sigaction(SIGALRM, &g->old_action, NULL);
    kvm_machine_close(&g->machine);
    free(g);
}

static void use_port(struct kvm_guest *g) {
    struct kvm_run *k = g->machine.shared;
    uint8_t *data = (uint8_t *)k + k->io.data_offset;
    for (uint32_t i = 0; i < k->io.count; i++, data += k->io.size) {
        uint32_t value = 0;
        if (k->io.direction == KVM_EXIT_IO_IN) {
            value = g->ports.read(g->ports.context, 0, k->io.port, k->io.size);
            memcpy(data, &value, k->io.size);
        } else {
            memcpy(&value, data, k->io.size);
            (void)g->ports.write(g->ports.context, 0, k->io.port, k->io.size, value);
        }
    }
}

/* Memory that is not there: reads as ones. */
static void answer_memory(struct kvm_run *k) {
    if (k->mmio.is_write == 0) {
        memset(k->mmio.data, 0xFF, sizeof k->mmio.data);
    }
}

enum kvm_stop kvm_guest_run(struct kvm_guest *g, bool pending, uint8_t (*acknowledge)(void *context), void *context) {
    struct kvm_run *k = g->machine.shared;
    if (pending && k->ready_for_interrupt_injection != 0 && k->if_flag != 0) {
        const struct kvm_interrupt interrupt = {acknowledge(context)};
        (void)ioctl(g->machine.processor, KVM_INTERRUPT, &interrupt);
        pending = false;
    }
    k->request_interrupt_window = pending;
    if (ioctl(g->machine.processor, KVM_RUN, 0) != 0) {
        g->failure = (unsigned)errno;
        return errno == EINTR || errno == EAGAIN ? KVM_STOP_AGAIN : KVM_STOP_FAILED;
    }
    switch (k->exit_reason) {
    case KVM_EXIT_IO:
        use_port(g);
        return KVM_STOP_AGAIN;
    case KVM_EXIT_MMIO:
        answer_memory(k);
        return KVM_STOP_AGAIN;
    case KVM_EXIT_IRQ_WINDOW_OPEN:
    case KVM_EXIT_INTR:
        return KVM_STOP_AGAIN;
    case KVM_EXIT_HLT:
        return KVM_STOP_HALT;
    case KVM_EXIT_SHUTDOWN:
        return KVM_STOP_SHUTDOWN;
    default:
        g->failure = k->exit_reason;
        return KVM_STOP_FAILED;
    }
}

bool kvm_guest_enabled(const struct kvm_guest *g) { return g->machine.shared->if_flag != 0; }

unsigned kvm_guest_failure(const struct kvm_guest *g) { return g->failure; }
