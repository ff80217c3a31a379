/* A virtual machine of Linux: /dev/kvm, one processor, memory at address 0. */
#include "kvm_child.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define CPUID_MOST 128u

static struct kvm_cpuid2 *supported(int system) {
    struct kvm_cpuid2 *c = calloc(1, sizeof *c + CPUID_MOST * sizeof c->entries[0]);
    if (c != NULL) {
        c->nent = CPUID_MOST;
        if (ioctl(system, KVM_GET_SUPPORTED_CPUID, c) != 0) {
            free(c);
            c = NULL;
        }
    }
    return c;
}

size_t kvm_supported_cpuid(int system, struct cpuid_value *values, size_t most) {
    struct kvm_cpuid2 *c = supported(system);
    size_t count = 0;
    for (uint32_t i = 0; c != NULL && i < c->nent && count < most; i++) {
        const struct kvm_cpuid_entry2 *e = &c->entries[i];
        values[count++] = (struct cpuid_value){e->function, e->index, e->eax, e->ebx, e->ecx, e->edx};
    }
    free(c);
    return count;
}

bool kvm_machine_open(struct kvm_machine *m, uint8_t *own_memory, size_t memory_size) {
    *m = (struct kvm_machine){-1, -1, -1, NULL, 0, own_memory, memory_size, own_memory == NULL};
    m->system = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (m->system < 0 || ioctl(m->system, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) {
        return false;
    }
    int size = ioctl(m->system, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (m->owns_memory) {
        void *memory = mmap(NULL, memory_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        m->memory = memory == MAP_FAILED ? NULL : memory;
    }
    m->machine = ioctl(m->system, KVM_CREATE_VM, 0);
    struct kvm_userspace_memory_region region = {.memory_size = memory_size, .userspace_addr = (uint64_t)(uintptr_t)m->memory};
    if (m->memory == NULL || m->machine < 0 || size <= 0 || ioctl(m->machine, KVM_SET_USER_MEMORY_REGION, &region) != 0) {
        return false;
    }
    (void)ioctl(m->machine, KVM_SET_TSS_ADDR, 0xFFFBD000UL); /* what old processors need for real-address mode */
    m->processor = ioctl(m->machine, KVM_CREATE_VCPU, 0);
    struct kvm_cpuid2 *cpuid = supported(m->system);
    bool good = m->processor >= 0 && cpuid != NULL && ioctl(m->processor, KVM_SET_CPUID2, cpuid) == 0;
    free(cpuid);
    if (good) {
        void *shared = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, m->processor, 0);
        m->shared = shared == MAP_FAILED ? NULL : shared;
        m->shared_size = (size_t)size;
    }
    return good && m->shared != NULL;
}

void kvm_machine_close(struct kvm_machine *m) {
    if (m->shared != NULL) {
        (void)munmap(m->shared, m->shared_size);
    }
    if (m->memory != NULL && m->owns_memory) {
        (void)munmap(m->memory, m->memory_size);
    }
    const int files[] = {m->processor, m->machine, m->system};
    for (size_t i = 0; i < 3; i++) {
        if (files[i] >= 0) {
            (void)close(files[i]);
        }
    }
}
