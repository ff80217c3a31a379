/* The KVM backend: a minimal guest in a virtual machine of Linux. What is tested is the processor and its hypervisor. */
#include "hardware.h"

#include "features.h"
#include "guest_backend.h"
#include "kvm_child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct backend_operations operations = {"kvm", guest_backend_worlds, guest_backend_run, guest_backend_description, guest_backend_close};

/* Which of KVM's modules is there tells what it makes guests with. */
static const char *hardware_support(void) {
    static const struct {
        const char *module, *support;
    } modules[] = {{"/sys/module/kvm_intel", "VT-x"},
                   {"/sys/module/kvm_amd", "SVM"},
                   {"/sys/module/kvm_pvm", "none, PVM: user code on the processor, everything else in KVM's emulator"}};
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        if (access(modules[i].module, F_OK) == 0) {
            return modules[i].support;
        }
    }
    return "none that is known";
}

struct backend *kvm_open(const char **reason) {
    struct kvm_machine machine;
    *reason = NULL;
    if (access("/dev/kvm", R_OK | W_OK) != 0) {
        *reason = errno == ENOENT ? "there is no /dev/kvm" : "/dev/kvm may not be used";
        return NULL;
    }
    struct guest_backend *k = calloc(1, sizeof *k);
    if (k == NULL) {
        *reason = "out of memory";
        return NULL;
    }
    k->base.operations = &operations;
    if (!kvm_machine_open(&machine, NULL, GUEST_MEMORY_SIZE)) {
        *reason = "/dev/kvm makes no virtual machine";
    } else {
        k->cpuid_count = kvm_supported_cpuid(machine.system, k->cpuid, GUEST_CPUID_VALUES);
        guest_make(&k->guest, k->cpuid, k->cpuid_count);
        for (unsigned i = 0; i < GUEST_WORLDS; i++) {
            k->guest.worlds[i].documented_only = true;
        }
        (void)snprintf(k->description, sizeof k->description,
                       "processor: %s\nhardware virtualization: %s\nwhat is tested is the processor and its hypervisor\n", processor_name().text,
                       hardware_support());
        k->worker = worker_new(kvm_child_main, &k->guest);
        *reason = k->worker == NULL ? "out of memory" : NULL;
    }
    kvm_machine_close(&machine);
    if (*reason == NULL && guest_check(&k->guest, &k->base) == 0) {
        *reason = "the virtual machine of /dev/kvm executes nothing";
    }
    if (*reason != NULL) {
        guest_backend_close(&k->base);
        return NULL;
    }
    return &k->base;
}
