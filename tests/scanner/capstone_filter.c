/* Finds the forms of the tables that have Capstone's name, and looks at the operands' text only where some of them are sites and some are not. */
#include "capstone_filter.h"

#include "../x86-tables/compare_names.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum known { UNKNOWN, NO_SITE, SITE, OPERANDS_DECIDE };

/* Far transfers have names of their own there. */
static bool is_far(const char *mnemonic) { return strcmp(mnemonic, "ljmp") == 0 || strcmp(mnemonic, "lcall") == 0; }

static bool same_instruction(const struct capstone_filter *f, const struct form *form, const char *mnemonic) {
    if (is_far(mnemonic)) {
        return strncasecmp(form->text, mnemonic + 1, strlen(mnemonic) - 1) == 0 && strchr(form->text, ':') != NULL;
    }
    if (strcmp(mnemonic, "retfq") == 0) {
        return strncmp(form->text, "RETF", 4) == 0;
    }
    bool far = strchr(form->text, ':') != NULL && (strncmp(form->text, "JMP ", 4) == 0 || strncmp(form->text, "CALL ", 5) == 0);
    return !far && same_name(f->names, form, mnemonic);
}

/* "cr0", "dr7" and the names of segment registers are written out in the forms; anything else is not. */
static bool is_special(const char *operand, size_t size) {
    bool segment = size == 2 && (operand[1] | 32) == 's' && operand[0] != '\0' && strchr("cdefgsCDEFGS", operand[0]) != NULL;
    bool numbered =
        size >= 3 && (operand[1] | 32) == 'r' && operand[0] != '\0' && strchr("cdCD", operand[0]) != NULL && operand[2] >= '0' && operand[2] <= '9';
    return segment || numbered;
}

static bool has_special(const char *operands) {
    while (*operands != '\0') {
        size_t size = strcspn(operands, ", ");
        if (is_special(operands, size)) {
            return true;
        }
        operands += strcspn(operands, ",");
        operands += strspn(operands, ", ");
    }
    return false;
}

static const char *operands_of(const char *text) {
    text += strcspn(text, " ");
    return text + strspn(text, " ");
}

static enum known ask(const struct capstone_filter *f, const char *mnemonic, bool special) {
    bool yes = false;
    bool no = false;
    for (size_t i = 0; i < f->table->isa->form_count; i++) {
        const struct form *form = &f->table->isa->forms[i];
        bool here = (form->modes >> isa_find_mode(f->table->isa, "long") & 1) != 0;
        if (here && has_special(operands_of(form->text)) == special && same_instruction(f, form, mnemonic)) {
            yes = yes || f->table->forms[i].site;
            no = no || !f->table->forms[i].site;
        }
    }
    return yes && no ? OPERANDS_DECIDE : yes ? SITE : NO_SITE;
}

/* The special operands are the same in both, place by place. */
static bool same_operands(const char *ours, const char *theirs) {
    while (*ours != '\0' || *theirs != '\0') {
        size_t our_size = strcspn(ours, ", ");
        size_t size = strcspn(theirs, ",");
        bool special = is_special(ours, our_size);
        if (special != is_special(theirs, size) || (special && (our_size != size || strncasecmp(ours, theirs, size) != 0))) {
            return false;
        }
        ours += strcspn(ours, ",");
        ours += strspn(ours, ", ");
        theirs += size;
        theirs += strspn(theirs, ", ");
    }
    return true;
}

static bool operands_decide(const struct capstone_filter *f, const cs_insn *insn) {
    for (size_t i = 0; i < f->table->isa->form_count; i++) {
        const struct form *form = &f->table->isa->forms[i];
        if (f->table->forms[i].site && same_instruction(f, form, insn->mnemonic) && same_operands(operands_of(form->text), insn->op_str)) {
            return true;
        }
    }
    return false;
}

bool capstone_is_site(struct capstone_filter *f, const cs_insn *insn) {
    unsigned prefixed = strchr(insn->mnemonic, ' ') != NULL ? 1 : 0;
    bool special = has_special(insn->op_str);
    uint8_t *known = &f->known[insn->id < X86_INS_ENDING ? insn->id : 0][prefixed + (special ? 2 : 0)];
    if (*known == UNKNOWN) {
        *known = (uint8_t)ask(f, insn->mnemonic, special);
    }
    return *known == SITE || (*known == OPERANDS_DECIDE && operands_decide(f, insn));
}
