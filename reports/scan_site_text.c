/* A site in words: the disassembler's text, its bytes, its kind. */
#include "scan_totals.h"

#include <capstone/capstone.h>
#include <string.h>

static csh handle_of(struct site_texts *t, unsigned mode) {
    if (t->handles[mode] == 0) {
        csh handle = 0;
        cs_mode bits = mode == MATCHER_LONG ? CS_MODE_64 : mode >= MATCHER_PROTECTED ? CS_MODE_32 : CS_MODE_16;
        t->handles[mode] = cs_open(CS_ARCH_X86, bits, &handle) == CS_ERR_OK ? handle : 0;
    }
    return t->handles[mode];
}

void site_text(struct site_texts *t, const struct scan_report *r, const struct scan_site *s, char *text, size_t size) {
    csh handle = handle_of(t, s->mode);
    cs_insn *insn = NULL;
    (void)snprintf(text, size, "%s", r->isa->forms[s->form].text);
    if (handle != 0 && cs_disasm(handle, s->bytes, s->length, s->address, 1, &insn) == 1) {
        if (insn->size == s->length) {
            (void)snprintf(text, size, "%s%s%s", insn->mnemonic, insn->op_str[0] == '\0' ? "" : " ", insn->op_str);
        }
        cs_free(insn, 1);
    }
}

void site_texts_close(struct site_texts *t) {
    for (unsigned i = 0; i < MATCHER_MODE_COUNT; i++) {
        csh handle = t->handles[i];
        if (handle != 0) {
            (void)cs_close(&handle);
        }
    }
}

void site_bytes(const struct scan_site *s, char *text) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < s->length; i++) {
        text[2 * i] = digits[s->bytes[i] >> 4];
        text[2 * i + 1] = digits[s->bytes[i] & 15];
    }
    text[2 * (size_t)s->length] = '\0';
}

const char *site_kind(const struct scan_form *f) {
    if (f->hole) {
        return "hole";
    }
    if (f->undecided) {
        return "undecided";
    }
    return strncmp(f->class_name, "privileged", 10) == 0 ? "privileged" : "sensitive";
}

const char *stop_reason(const struct scan_stop *s) {
    static const char *const names[SCAN_REASONS] = {[SCAN_STOP_REPLACE] = "replace", [SCAN_STOP_TRAPS] = "traps",   [SCAN_STOP_COMPUTED] = "computed",
                                                    [SCAN_STOP_OUTSIDE] = "outside", [SCAN_STOP_MIDDLE] = "middle", [SCAN_STOP_GAP] = "gap"};
    return names[s->reason];
}
