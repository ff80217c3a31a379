/* Brings an engine to a privilege level and to control registers by instructions of its own: written from outside, the level cannot be changed, and
 * CR0 and CR4 do not reach what the emulator keeps of EM, TS and OSFXSR. */
#include "level.h"

#include "registers.h"

#define SIZE 0x10000u
#define TO_SUPERVISOR (LEVEL_PAGE + 0x1000u)
#define TO_USER (LEVEL_PAGE + 0x1100u) /* not the same code: the emulator keeps what it translated together with where a run was to end */
#define USER (LEVEL_PAGE + 0x1200u)
#define STACK (LEVEL_PAGE + 0x2000u)
#define CR0_PG 0x80000000u

/* MOV CR4, EAX; MOV CR0, ECX; and, for CPL 3, IRET. */
static const uint8_t loads[] = {0x0F, 0x22, 0xE0, 0x0F, 0x22, 0xC1};
static const uint8_t loads_and_return[] = {0x0F, 0x22, 0xE0, 0x0F, 0x22, 0xC1, 0xCF};

bool level_make(struct level_entry *l, uc_engine *uc) {
    static const uint64_t table[] = {0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF, 0x00CFFB000000FFFF, 0x00CFF3000000FFFF};
    static const uint32_t frame[] = {USER, 0x1B, 2, STACK, 0x23};
    static const uint8_t pause[] = {0x90};
    bool good = uc_mem_map(uc, LEVEL_PAGE, SIZE, UC_PROT_ALL) == UC_ERR_OK && uc_mem_write(uc, LEVEL_PAGE, table, sizeof table) == UC_ERR_OK &&
                uc_mem_write(uc, STACK, frame, sizeof frame) == UC_ERR_OK && uc_mem_write(uc, TO_SUPERVISOR, loads, sizeof loads) == UC_ERR_OK &&
                uc_mem_write(uc, TO_USER, loads_and_return, sizeof loads_and_return) == UC_ERR_OK &&
                uc_mem_write(uc, USER, pause, sizeof pause) == UC_ERR_OK;
    good = good && set_table(uc, UC_X86_REG_GDTR, 0, LEVEL_PAGE, sizeof table - 1, 0) && set_number(uc, UC_X86_REG_CS, 0x08) &&
           set_number(uc, UC_X86_REG_SS, 0x10) && set_number(uc, UC_X86_REG_DS, 0x10) && set_number(uc, UC_X86_REG_ES, 0x10) &&
           set_number(uc, UC_X86_REG_FS, 0x10) && set_number(uc, UC_X86_REG_GS, 0x10);
    return good && uc_context_alloc(uc, &l->fresh) == UC_ERR_OK && uc_context_save(uc, l->fresh) == UC_ERR_OK;
}

/* PG is written from outside: the page here is in no page table of the guest. */
bool level_enter(const struct level_entry *l, uc_engine *uc, const struct machine_state *s) {
    uint64_t start = s->cpl == 3 ? TO_USER : TO_SUPERVISOR;
    uint64_t end = s->cpl == 3 ? USER : TO_SUPERVISOR + sizeof loads;
    bool good = uc_context_restore(uc, l->fresh) == UC_ERR_OK && set_number(uc, UC_X86_REG_EAX, s->cr4) &&
                set_number(uc, UC_X86_REG_ECX, s->cr0 & ~(uint64_t)CR0_PG) && set_number(uc, UC_X86_REG_ESP, STACK);
    return good && uc_emu_start(uc, start, end, 0, 0) == UC_ERR_OK && set_number(uc, UC_X86_REG_CR3, s->cr3) &&
           set_number(uc, UC_X86_REG_CR0, s->cr0);
}

void level_drop(struct level_entry *l) { (void)uc_context_free(l->fresh); }
