/* A small emulator, and the adapter that makes it a plug-in of the second shape: bytes and a state in, a state and an outcome out.
 *
 * The first half stands for an emulator that somebody else wrote, with registers and memory of its own kind. The second half is what an adapter has
 * to do: copy the state into the emulator, give it memory, run one instruction, copy the state back, and name what it does not model. */
#include <popek/handler.h>

#include <stdbool.h>
#include <string.h>

/* ---- the emulator ------------------------------------------------------------------------------------------------------------------------------ */

enum { NO_FAULT = -1, FAULT_UD = 6, FAULT_GP = 13, NOT_IMPLEMENTED = -2 };

struct machine {
    uint64_t registers[16], ip, flags, cr0, cr4;
    uint64_t gdt_base, idt_base;
    uint16_t gdt_limit, idt_limit;
    uint8_t cpl, bits; /* 16, 32 or 64 */
    bool halted;
    uint64_t data_base; /* of the segment DS */
    void (*read)(void *context, uint64_t address, void *to, unsigned size);
    void (*write)(void *context, uint64_t address, const void *from, unsigned size);
    void *context;
    const uint8_t *code;
};

#define FLAG_IF 0x200u
#define FLAG_VIF 0x80000u
#define FLAG_VIP 0x100000u
#define CR4_PVI 2u
#define CR4_VME 1u
#define CR4_UMIP 0x800u
#define CR0_TS 8u

/* The address of a memory operand with the base register SI and one byte of displacement, or a plain displacement; false for other kinds. */
static bool memory_operand(struct machine *m, const uint8_t *modrm, uint64_t *address, unsigned *length) {
    unsigned mod = modrm[0] >> 6;
    unsigned rm = modrm[0] & 7;
    if (mod != 1 || (m->bits == 16 ? rm != 4 : rm != 6)) {
        return false;
    }
    uint64_t sum = m->registers[6] + (uint64_t)(int64_t)(int8_t)modrm[1];
    sum &= m->bits == 16 ? 0xFFFFu : m->bits == 32 ? UINT32_MAX : UINT64_MAX;
    *address = m->bits == 64 ? sum : (uint32_t)(sum + m->data_base);
    *length = 2;
    return true;
}

static int interrupt_flag(struct machine *m, bool set) {
    unsigned iopl = (unsigned)(m->flags >> 12) & 3;
    bool v86 = (m->flags & 0x20000) != 0;
    bool is_virtual = m->cpl == 3 && (m->cr4 & (v86 ? CR4_VME : CR4_PVI)) != 0;
    if (m->cpl <= iopl) {
        m->flags = set ? m->flags | FLAG_IF : m->flags & ~(uint64_t)FLAG_IF;
        return NO_FAULT;
    }
    if (!is_virtual || (set && (m->flags & FLAG_VIP) != 0)) {
        return FAULT_GP;
    }
    m->flags = set ? m->flags | FLAG_VIF : m->flags & ~(uint64_t)FLAG_VIF;
    return NO_FAULT;
}

static bool is_canonical(uint64_t address) { return (uint64_t)((int64_t)(address << 16) >> 16) == address; }

/* LGDT, LIDT, SGDT, SIDT. Loads with a 16-bit operand take 24 bits of the base. */
static int table_register(struct machine *m, unsigned digit, uint64_t address, bool other_size) {
    uint64_t *base = (digit & 1) == 0 ? &m->gdt_base : &m->idt_base;
    uint16_t *limit = (digit & 1) == 0 ? &m->gdt_limit : &m->idt_limit;
    unsigned size = m->bits == 64 ? 8 : 4;
    uint64_t value = 0;
    if (digit < 2) {
        if ((m->cr4 & CR4_UMIP) != 0 && m->cpl > 0) {
            return FAULT_GP;
        }
        m->write(m->context, address, limit, 2);
        m->write(m->context, address + 2, base, size);
        return NO_FAULT;
    }
    if (m->cpl != 0) {
        return FAULT_GP;
    }
    m->read(m->context, address + 2, &value, size);
    if (m->bits == 64 && !is_canonical(value)) {
        return FAULT_GP;
    }
    m->read(m->context, address, limit, 2);
    *base = (m->bits == 16) != other_size && m->bits != 64 ? value & 0xFFFFFF : value;
    return NO_FAULT;
}

/* One instruction; a fault's vector, or one of the enumeration above. */
static int execute(struct machine *m) {
    const uint8_t *c = m->code;
    unsigned prefixes = c[0] == 0x66 ? 1 : 0;
    unsigned length = 1;
    int fault = NO_FAULT;
    c += prefixes;
    if (c[0] == 0xFA || c[0] == 0xFB) {
        fault = interrupt_flag(m, c[0] == 0xFB);
    } else if (c[0] == 0xF4) {
        fault = m->cpl != 0 ? FAULT_GP : NO_FAULT;
        m->halted = fault == NO_FAULT;
    } else if (c[0] == 0x0F && c[1] == 0x06) {
        length = 2;
        fault = m->cpl != 0 ? FAULT_GP : NO_FAULT;
        m->cr0 = fault == NO_FAULT ? m->cr0 & ~(uint64_t)CR0_TS : m->cr0;
    } else if (c[0] == 0x0F && c[1] == 0x01 && (c[2] >> 3 & 7) < 4) {
        uint64_t address = 0;
        unsigned more = 0;
        if (!memory_operand(m, c + 2, &address, &more)) {
            return NOT_IMPLEMENTED;
        }
        length = 2 + more;
        fault = table_register(m, c[2] >> 3 & 7, address, prefixes != 0);
    } else {
        return NOT_IMPLEMENTED;
    }
    if (fault == NO_FAULT) {
        length += prefixes;
        m->ip = m->bits == 64 ? m->ip + length : (uint32_t)(m->ip + length);
    }
    return fault;
}

/* ---- the adapter ------------------------------------------------------------------------------------------------------------------------------- */

static void read_memory(void *context, uint64_t address, void *to, unsigned size) {
    const struct popek_call *call = context;
    call->read(call->host, address, to, size);
}

static void write_memory(void *context, uint64_t address, const void *from, unsigned size) {
    const struct popek_call *call = context;
    call->write(call->host, address, from, size);
}

static uint64_t *general(struct x86 *s, unsigned number) {
    uint64_t *const registers[] = {&s->rax, &s->rcx, &s->rdx, &s->rbx, &s->rsp, &s->rbp, &s->rsi, &s->rdi,
                                   &s->r8,  &s->r9,  &s->r10, &s->r11, &s->r12, &s->r13, &s->r14, &s->r15};
    return registers[number];
}

/* The tables have each flag in an integer of its own, and VM, IF, IOPL, VIF and VIP apart from what any program may set. */
static uint64_t flags_of(const struct x86 *s) {
    return 2u | (uint64_t)s->interrupt_flag << 9 | (uint64_t)s->iopl << 12 | (uint64_t)s->vm << 17 | (uint64_t)s->vif << 19 | (uint64_t)s->vip << 20;
}

static struct popek_outcome emulate(struct popek_call *call) {
    struct x86 *s = call->state;
    bool wide = strcmp(call->mode, "long") == 0;
    bool middle = strcmp(call->mode, "protected") == 0 || strcmp(call->mode, "compatibility") == 0;
    struct machine m = {.ip = s->rip,
                        .flags = flags_of(s),
                        .cr0 = (uint64_t)s->cr0_ts << 3 | s->pe,
                        .cr4 = (uint64_t)s->cr4_umip << 11 | (uint64_t)s->cr4_pvi << 1 | s->cr4_vme,
                        .gdt_base = s->gdtr_base,
                        .gdt_limit = s->gdtr_limit,
                        .idt_base = s->idtr_base,
                        .idt_limit = s->idtr_limit,
                        .cpl = s->cpl,
                        .bits = wide     ? 64
                                : middle ? 32
                                         : 16,
                        .data_base = s->ds_base,
                        .read = read_memory,
                        .write = write_memory,
                        .context = call,
                        .code = call->bytes};
    for (unsigned i = 0; i < 16; i++) {
        m.registers[i] = *general(s, i);
    }
    int fault = execute(&m);
    if (fault == NOT_IMPLEMENTED) {
        return (struct popek_outcome){POPEK_UNHANDLED, 0, 0};
    }
    if (fault != NO_FAULT) {
        return (struct popek_outcome){POPEK_FAULT, (uint32_t)fault, 0};
    }
    for (unsigned i = 0; i < 16; i++) {
        *general(s, i) = m.registers[i];
    }
    s->rip = m.ip;
    s->interrupt_flag = (uint8_t)(m.flags >> 9 & 1);
    s->vif = (uint8_t)(m.flags >> 19 & 1);
    s->cr0_ts = (uint8_t)(m.cr0 >> 3 & 1);
    s->gdtr_base = m.gdt_base;
    s->gdtr_limit = m.gdt_limit;
    s->idtr_base = m.idt_base;
    s->idtr_limit = m.idt_limit;
    s->halted = m.halted;
    return (struct popek_outcome){POPEK_DONE, 0, 0};
}

/* Everything that the emulator does not have is said here, and is part of every report. */
static const struct popek_declaration declarations[] = {
    {POPEK_FIXES, "guest", 0, "no nested virtualization"},
    {POPEK_FIXES, "vmx_operation", 0, "no VMX"},
    {POPEK_FIXES, "cr4_supported", 0, "linear addresses of 48 bits"},
};
static const struct popek_plugin plugin = {
    POPEK_HANDLER_VERSION, sizeof(struct x86), "a small emulator", NULL, 0, emulate, declarations, sizeof declarations / sizeof declarations[0]};

const struct popek_plugin *popek_plugin(void) { return &plugin; }
