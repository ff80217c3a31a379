/* A whole emulator of one instruction, PUSHF, for the suite: its stack pointer has 16, 32 or 64 bits. With FAULT the segment's B flag is not asked.
 */
#include <popek/handler.h>

#include <stdbool.h>
#include <string.h>

static uint64_t flags_of(const struct x86 *s) {
    const struct {
        unsigned place;
        uint8_t value;
    } bits[] = {{0, s->status_cf}, {2, s->status_pf},  {4, s->status_af},  {6, s->status_zf},  {7, s->status_sf},
                {8, s->status_tf}, {10, s->status_df}, {11, s->status_of}, {14, s->status_nt}, {9, s->interrupt_flag},
                {12, s->iopl},     {18, s->status_ac}, {19, s->vif},       {20, s->vip},       {21, s->status_id}};
    uint64_t flags = 2;
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        flags |= (uint64_t)bits[i].value << bits[i].place;
    }
    return flags;
}

static struct popek_outcome emulate(struct popek_call *call) {
    struct x86 *s = call->state;
    bool is_long = strcmp(call->mode, "long") == 0;
    bool is_32 = strcmp(call->mode, "protected") == 0 || strcmp(call->mode, "compatibility") == 0;
    bool prefixed = call->bytes[0] == 0x66;
    if (s->vm || call->bytes[prefixed ? 1 : 0] != 0x9C) {
        return (struct popek_outcome){POPEK_UNHANDLED, 0, 0};
    }
    uint32_t size = is_long ? (prefixed ? 2 : 8) : is_32 != prefixed ? 4 : 2;
#ifdef FAULT
    bool wide = true;
#else
    bool wide = s->ss_db;
#endif
    uint64_t mask = is_long ? UINT64_MAX : wide ? UINT32_MAX : UINT16_MAX;
    uint64_t pointer = (s->rsp - size) & mask;
    uint64_t image = flags_of(s);
    call->write(call->host, pointer + (is_long ? 0 : s->ss_base), &image, size);
    s->rsp = mask == UINT32_MAX ? pointer : (s->rsp & ~mask) | pointer;
    s->rip += call->length;
    s->rip = is_long ? s->rip : (uint32_t)s->rip;
    return (struct popek_outcome){POPEK_DONE, 0, 0};
}

static const struct popek_declaration declarations[] = {{POPEK_FIXES, "guest", 0, "no guests"},
                                                        {POPEK_MODES, "real,protected16,protected,compatibility,long", 0, "no virtual-8086 mode"}};
static const struct popek_plugin plugin = {
    POPEK_HANDLER_VERSION, sizeof(struct x86), "PUSHF", NULL, 0, emulate, declarations, sizeof declarations / sizeof declarations[0]};

const struct popek_plugin *popek_plugin(void) { return &plugin; }
