/* Registers of Unicorn by name and number. */
#include "registers.h"

const int unicorn_general[16] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX, UC_X86_REG_RSP, UC_X86_REG_RBP,
                                 UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
                                 UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};
const int unicorn_narrow[8] = {UC_X86_REG_EAX, UC_X86_REG_ECX, UC_X86_REG_EDX, UC_X86_REG_EBX,
                               UC_X86_REG_ESP, UC_X86_REG_EBP, UC_X86_REG_ESI, UC_X86_REG_EDI};
const int unicorn_segments[SEGMENT_COUNT] = {UC_X86_REG_ES, UC_X86_REG_CS, UC_X86_REG_SS, UC_X86_REG_DS, UC_X86_REG_FS, UC_X86_REG_GS};

bool set_number(uc_engine *uc, int which, uint64_t value) { return uc_reg_write(uc, which, &value) == UC_ERR_OK; }

uint64_t get_number(uc_engine *uc, int which) {
    uint64_t value = 0;
    (void)uc_reg_read(uc, which, &value);
    return value;
}

bool set_table(uc_engine *uc, int which, uint16_t selector, uint64_t base, uint64_t limit, uint32_t flags) {
    const uc_x86_mmr table = {selector, base, (uint32_t)limit, flags};
    return uc_reg_write(uc, which, &table) == UC_ERR_OK;
}

bool set_msr(uc_engine *uc, uint32_t number, uint64_t value) {
    const uc_x86_msr msr = {number, value};
    return uc_reg_write(uc, UC_X86_REG_MSR, &msr) == UC_ERR_OK;
}

uint64_t get_msr(uc_engine *uc, uint32_t number) {
    uc_x86_msr msr = {number, 0};
    (void)uc_reg_read(uc, UC_X86_REG_MSR, &msr);
    return msr.value;
}
