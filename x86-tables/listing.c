/* Decodes bytes to a list of instructions. */
#include "listing.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cs_mode disassembler_mode(enum matcher_mode mode) {
    return mode == MATCHER_LONG ? CS_MODE_64 : mode >= MATCHER_PROTECTED ? CS_MODE_32 : CS_MODE_16;
}

/* The text is only taken when the disassembler agrees on the length. */
static void disassemble(csh handle, struct listing_row *row) {
    cs_insn *insn = NULL;
    if (cs_disasm(handle, row->bytes, row->size, row->offset, 1, &insn) == 1) {
        if (insn->size == row->size) {
            (void)snprintf(row->text, sizeof row->text, "%s%s%s", insn->mnemonic, insn->op_str[0] == '\0' ? "" : " ", insn->op_str);
        }
        cs_free(insn, 1);
    }
}

static struct listing_row *add_row(struct listing *l) {
    struct listing_row *rows = realloc(l->rows, (l->row_count + 1) * sizeof *rows);
    if (rows == NULL) {
        return NULL;
    }
    l->rows = rows;
    struct listing_row *row = &rows[l->row_count++];
    memset(row, 0, sizeof *row);
    return row;
}

static bool fill(struct listing *l, const struct matcher *m, const uint8_t *bytes, size_t size, csh handle) {
    for (size_t at = 0; at < size && l->complete;) {
        struct listing_row *row = add_row(l);
        if (row == NULL) {
            return false;
        }
        row->offset = at;
        row->bytes = bytes + at;
        l->complete = matcher_decode(m, l->mode, row->bytes, size - at, &row->decoded);
        row->size = l->complete ? row->decoded.length : size - at;
        row->form = row->decoded.form < l->isa->form_count ? &l->isa->forms[row->decoded.form] : NULL;
        if (l->complete) {
            row->operand_count = matcher_operands(m, &row->decoded, row->operands);
            if (handle != 0) {
                disassemble(handle, row);
            }
        }
        at += row->size;
    }
    return true;
}

struct listing *listing_make(const struct matcher *m, const struct isa *isa, enum matcher_mode mode, const uint8_t *bytes, size_t size,
                             const char *profile, listing_class class_of, void *context) {
    struct listing *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return NULL;
    }
    *l = (struct listing){.isa = isa, .profile = profile, .mode = mode, .complete = true};
    csh handle = 0;
    if (cs_open(CS_ARCH_X86, disassembler_mode(mode), &handle) != CS_ERR_OK) {
        handle = 0;
    }
    bool good = fill(l, m, bytes, size, handle);
    if (handle != 0) {
        (void)cs_close(&handle);
    }
    for (size_t i = 0; good && class_of != NULL && i < l->row_count; i++) {
        struct listing_row *row = &l->rows[i];
        row->class_name = row->decoded.reason == MATCHER_MATCHED ? class_of(context, isa, row->form, mode) : NULL;
    }
    if (!good) {
        listing_free(l);
        return NULL;
    }
    return l;
}

void listing_free(struct listing *l) {
    if (l != NULL) {
        free(l->rows);
        free(l);
    }
}
