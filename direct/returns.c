/* Returns that run by themselves: trampolines, and where they lead. */
#include "returns.h"

#include "marks.h"

#include <string.h>
#include <sys/mman.h>

#define OFTEN 4u         /* times that a return comes back before it is linked */
#define JUMP_BYTES 5u    /* JMP rel32 */
#define FIRST_SLOT 1u    /* execution that runs off the end of the guest's addresses meets HLT */
#define MOST_CHANGES 32u /* after so many changes of the segments it is not worth it */

/* XCHG ECX, [ESP] */
#define EXCHANGE_BYTES 3u
static const uint8_t exchange[EXCHANGE_BYTES] = {0x87, 0x0C, 0x24};
/* Of a link: LEA ECX, [ECX+disp32]; JECXZ over; JMP next; over: LEA; XCHG; and the return. */
#define LEA_BYTES 6u
#define LINK_BYTES (LEA_BYTES + 2 + 2 + LEA_BYTES + EXCHANGE_BYTES)

static unsigned return_length(const struct linked_return *l) { return (unsigned)l->length - l->at; }
static unsigned link_size(const struct linked_return *l) { return LINK_BYTES + return_length(l); }

_Static_assert(RETURNS_BYTES == RETURNS_SLOTS * RETURNS_SLOT_BYTES, "the size of all trampolines");

/* ---- where things are -------------------------------------------------------------------------------------------------------------------------- */

static uint32_t slot_start(const struct returns *r, const struct linked_return *l) {
    return r->start + (uint32_t)(l - r->slots) * RETURNS_SLOT_BYTES;
}

/* The slot of the run that a byte belongs to; 0, which is never used: none. */
static unsigned find_run(const struct returns *r, uint32_t linear) {
    unsigned slot = RETURNS_SLOTS - 1;
    while (slot > 0 && !(r->slots[slot].used && linear - r->slots[slot].begin < r->slots[slot].length)) {
        slot--;
    }
    return slot;
}

uint8_t returns_byte(const struct returns *r, uint32_t linear) {
    const struct linked_return *l = &r->slots[find_run(r, linear)];
    return l->used ? l->bytes[linear - l->begin] : CODE_HIDING;
}

bool returns_enter(const struct returns *r, uint32_t linear, uint32_t *moved) {
    const struct linked_return *l = &r->slots[find_run(r, linear)];
    if (!l->used) {
        return false;
    }
    uint32_t offset = linear - l->begin;
    for (unsigned k = 0; k < l->tail; k++) {
        if (l->from[k] == offset) {
            *moved = slot_start(r, l) + l->to[k];
            return true;
        }
    }
    *moved = slot_start(r, l) + l->check;
    return offset == l->at;
}

enum returns_place returns_leave(const struct returns *r, uint32_t moved, uint32_t *linear) {
    uint32_t slot = (moved - r->start) / RETURNS_SLOT_BYTES;
    if (!r->mapped || moved - r->start >= RETURNS_BYTES || !r->slots[slot].used) {
        return RETURNS_OUTSIDE;
    }
    const struct linked_return *l = &r->slots[slot];
    uint32_t offset = (moved - r->start) % RETURNS_SLOT_BYTES;
    for (unsigned k = 0; k < l->tail; k++) {
        if (l->to[k] == offset) {
            *linear = l->begin + l->from[k];
            return RETURNS_BEFORE;
        }
    }
    *linear = l->begin + l->at;
    uint32_t links = l->check + EXCHANGE_BYTES;
    uint32_t end = links + l->link_count * link_size(l);
    if (offset == l->check || (offset > links && offset < end && (offset - links) % link_size(l) == LINK_BYTES)) {
        return RETURNS_CHECK;
    }
    return offset == end + LEA_BYTES + EXCHANGE_BYTES ? RETURNS_MISSED : RETURNS_WITHIN;
}

/* ---- trampolines ------------------------------------------------------------------------------------------------------------------------------- */

static uint8_t *put(uint8_t *at, const void *bytes, size_t size) {
    memcpy(at, bytes, size);
    return at + size;
}

static uint8_t *put_lea(uint8_t *at, uint32_t displacement) {
    static const uint8_t lea[] = {0x8D, 0x89};
    return put(put(at, lea, sizeof lea), &displacement, sizeof displacement);
}

/* The comparison with all links. ECX has what the stack had, less what was compared last. */
static void write_check(const struct returns *r, const struct linked_return *l) {
    static const uint8_t over[] = {0xE3, 0x02};
    const uint8_t next[] = {0xEB, (uint8_t)(LEA_BYTES + EXCHANGE_BYTES + return_length(l))};
    uint8_t *at = r->bytes + (slot_start(r, l) - r->start) + l->check;
    uint32_t less = 0;
    at = put(at, exchange, sizeof exchange);
    for (unsigned k = 0; k < l->link_count; k++) {
        at = put_lea(at, less - l->links[k]);
        less = l->links[k];
        at = put(at, over, sizeof over);
        at = put(at, next, sizeof next);
        at = put_lea(at, less);
        at = put(at, exchange, sizeof exchange);
        at = put(at, l->bytes + l->at, return_length(l));
    }
    at = put_lea(at, less);
    at = put(at, exchange, sizeof exchange);
    *at = CODE_HIDING;
}

static bool is_conditional(const struct instruction *i) {
    return (i->bytes[0] & 0xF0) == 0x70 || (i->bytes[0] == 0x0F && (i->bytes[1] & 0xF0) == 0x80);
}

/* The same instruction at another place. A conditional jump gets 32 bits: 0F 80 to 0F 8F. */
static uint8_t *put_moved(const struct code *c, uint8_t *at, const struct instruction *i) {
    uint32_t target = 0;
    if (!target_of(c, i, &target)) {
        return put(at, i->bytes, i->decoded.length);
    }
    const uint8_t jump[] = {0x0F, (uint8_t)(0x80 | (i->decoded.opcode & 0x0F))};
    uint32_t behind = c->returns.start + (uint32_t)(at - c->returns.bytes) + sizeof jump + sizeof behind;
    uint32_t relative = target - behind;
    return put(put(at, jump, sizeof jump), &relative, sizeof relative);
}

/* May it be executed at another place? x87 instructions are remembered with theirs. A jump backwards ends a loop, and a trampoline in a loop costs
 * more than it saves. */
static bool is_movable(const struct code *c, const struct instruction *i) {
    uint32_t target = 0;
    bool remembers = i->decoded.map == 0 && (i->decoded.opcode == 0x9B || (i->decoded.opcode & 0xF8) == 0xD8);
    bool goes = target_of(c, i, &target);
    return i->matched && i->kind == DIRECT_NATIVE && !remembers && (!goes || (is_conditional(i) && target > i->linear));
}

/* The visible instructions before the return, back to the fifth byte. False: there are too few, or something goes to one of them. */
static bool find_tail(const struct code *c, const struct instruction *i, struct instruction tail[RETURNS_TAIL], struct linked_return *l) {
    uint32_t begin = i->linear;
    uint32_t behind = i->linear + i->decoded.length;
    for (uint32_t k = 1; k < i->decoded.length; k++) {
        if ((mark_at(c, begin + k) & TARGET) != 0) {
            return false;
        }
    }
    while (behind - begin < JUMP_BYTES) {
        uint32_t at = begin - 1;
        if ((mark_at(c, begin) & TARGET) != 0 || begin % DIRECT_PAGE == 0 || l->tail == RETURNS_TAIL) {
            return false;
        }
        while ((mark_at(c, at) & KIND) == MIDDLE && (mark_at(c, at) & TARGET) == 0 && at % DIRECT_PAGE != 0) {
            at--;
        }
        if ((mark_at(c, at) & (KIND | LINKED)) != START) {
            return false;
        }
        struct instruction *t = &tail[l->tail];
        code_look(c, i->base, at - i->base, true, t);
        if (!is_movable(c, t) || at + t->decoded.length != begin) {
            return false;
        }
        l->tail++;
        begin = at;
    }
    l->begin = begin;
    l->length = (uint8_t)(behind - begin);
    l->at = (uint8_t)(i->linear - begin);
    return behind / DIRECT_PAGE == begin / DIRECT_PAGE;
}

static void write_run(struct code *c, const struct linked_return *l) {
    uint32_t relative = slot_start(&c->returns, l) - (l->begin + JUMP_BYTES);
    uint8_t *at = c->copy + l->begin;
    memset(at, CODE_HIDING, l->length);
    *at = 0xE9;
    memcpy(at + 1, &relative, sizeof relative);
    for (uint32_t k = 0; k < l->length; k++) {
        set_mark(c, l->begin + k, LINKED | (k == 0 ? START : MIDDLE));
    }
}

/* A new trampoline, with no link. NULL: there is none for this return. */
static struct linked_return *install(struct code *c, const struct instruction *i) {
    struct returns *r = &c->returns;
    struct instruction tail[RETURNS_TAIL];
    struct linked_return made = {.used = true};
    unsigned slot = FIRST_SLOT;
    while (slot < RETURNS_SLOTS && r->slots[slot].used) {
        slot++;
    }
    if (slot == RETURNS_SLOTS || !c->pages[i->linear / DIRECT_PAGE].scanned || !find_tail(c, i, tail, &made)) {
        return NULL;
    }
    struct linked_return *l = &r->slots[slot];
    uint8_t *first = r->bytes + (size_t)slot * RETURNS_SLOT_BYTES;
    uint8_t *at = first;
    for (unsigned k = 0; k < made.tail; k++) { /* `tail` goes backwards */
        const struct instruction *t = &tail[made.tail - 1 - k];
        made.from[k] = (uint8_t)(t->linear - made.begin);
        made.to[k] = (uint8_t)(at - first);
        at = put_moved(c, at, t);
    }
    made.check = (uint8_t)(at - first);
    for (uint32_t k = 0; k < made.length; k++) {
        made.bytes[k] = *guest_byte(c, made.begin + k);
    }
    *l = made;
    c->statistics.linked++;
    write_check(r, l);
    write_run(c, l);
    return l;
}

void returns_unlink(struct returns *r, uint32_t begin) {
    struct linked_return *l = &r->slots[find_run(r, begin)];
    l->used = false;
    memset(r->bytes + (slot_start(r, l) - r->start), CODE_HIDING, RETURNS_SLOT_BYTES);
}

/* ---- what is learnt ---------------------------------------------------------------------------------------------------------------------------- */

/* RET and RET imm16, with REP or BND before it at most. */
static bool is_return(const struct instruction *i) {
    bool plain = i->decoded.opcode_at == 0 || (i->decoded.opcode_at == 1 && i->decoded.repeat != 0);
    return i->matched && i->wide && i->kind == DIRECT_TRANSFER && i->decoded.scheme == SCHEME_LEGACY && i->decoded.map == 0 && plain &&
           (i->decoded.opcode == 0xC3 || i->decoded.opcode == 0xC2);
}

void returns_came_back(struct returns *r, const struct instruction *i) {
    r->waiting = r->usable && is_return(i);
    r->site = i->linear;
}

static bool came_often(struct returns *r) {
    unsigned place = r->site % (sizeof r->met / sizeof r->met[0]);
    if (r->met[place].site != r->site) {
        r->met[place].site = r->site;
        r->met[place].count = 0;
    }
    if (r->met[place].count < OFTEN) {
        r->met[place].count++;
    }
    return r->met[place].count >= OFTEN;
}

static bool map_trampolines(struct code *c) {
    struct returns *r = &c->returns;
    if (!r->mapped) {
        memset(r->bytes, CODE_HIDING, RETURNS_BYTES);
        r->mapped = child_map(c->child, c->executable.start + r->start, RETURNS_BYTES, true, (uint64_t)(r->bytes - c->copy), PROT_READ | PROT_EXEC);
    }
    return r->mapped;
}

static void add_link(const struct returns *r, struct linked_return *l, uint32_t eip) {
    l->links[l->next] = eip;
    l->link_count = l->link_count > l->next ? l->link_count : (uint8_t)(l->next + 1);
    l->next = (uint8_t)((l->next + 1) % RETURNS_LINKS);
    write_check(r, l);
}

bool returns_landed(struct code *c, uint32_t base, uint32_t eip) {
    struct returns *r = &c->returns;
    uint32_t landed = base + eip;
    bool waiting = r->waiting && r->usable && base == r->base;
    r->waiting = false;
    if (!waiting || landed == r->site || landed / DIRECT_PAGE >= c->page_count || !came_often(r)) {
        return true;
    }
    if (!map_trampolines(c)) {
        return false;
    }
    struct instruction i;
    code_look(c, base, r->site - base, true, &i);
    struct linked_return *l = (mark_at(c, r->site) & LINKED) != 0 ? &r->slots[find_run(r, r->site)] : is_return(&i) ? install(c, &i) : NULL;
    if (l == NULL || (mark_at(c, landed) & KIND) == MIDDLE) { /* nothing may go to a middle, be it that of a run */
        return true;
    }
    if (!mark_target(c, landed)) {
        return false;
    }
    add_link(r, l, eip);
    return true;
}

static void unlink_all(struct code *c) {
    for (unsigned k = FIRST_SLOT; k < RETURNS_SLOTS; k++) {
        if (c->returns.slots[k].used) {
            hide(c, c->returns.slots[k].begin);
        }
    }
}

void returns_follow(struct code *c, uint32_t base, bool reached) {
    struct returns *r = &c->returns;
    if (c->policy != DIRECT_CHECKED || (r->usable == reached && (!reached || r->base == base))) {
        return;
    }
    if (r->usable) {
        unlink_all(c);
        r->changes++;
    }
    r->usable = reached && r->changes < MOST_CHANGES;
    r->base = base;
}
