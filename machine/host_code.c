/* Executes single instructions on the host's processor: a page of code, in which each has a place of its own, and a page for operands beside it. */
#include "host_code.h"

#include <stdlib.h>

#ifdef __x86_64__
#include <sys/mman.h>

#define PAGES_BYTES ((size_t)2 * PAGE_SIZE_4K)
#define PLACES 256u
#define PLACE_BYTES 16u
#define RETURN 0xC3u

struct host {
    uint8_t *pages;                 /* code, then the operand */
    struct host_code codes[PLACES]; /* what stands at each place; length 0: nothing */
};

static struct host *host_of(struct processor *p) {
    if (p->host == NULL) {
        p->host = calloc(1, sizeof *p->host);
        void *pages = p->host == NULL ? MAP_FAILED : mmap(NULL, PAGES_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) {
            free(p->host);
            p->host = NULL;
            return NULL;
        }
        p->host->pages = pages;
    }
    return p->host;
}

void host_drop(struct processor *p) {
    if (p->host != NULL) {
        (void)munmap(p->host->pages, PAGES_BYTES);
        free(p->host);
        p->host = NULL;
    }
}

uint8_t *host_operand(struct processor *p) {
    struct host *h = host_of(p);
    return h == NULL ? NULL : h->pages + PAGE_SIZE_4K;
}

static unsigned place_of(const struct host_code *code) {
    uint32_t hash = code->length;
    for (unsigned i = 0; i < code->length; i++) {
        hash = (hash ^ code->bytes[i]) * 0x01000193u;
    }
    return (hash ^ hash >> 16) % PLACES;
}

uint32_t host_place(const struct processor *p, const struct host_code *code) {
    return p->host == NULL ? 0 : (uint32_t)(uintptr_t)(p->host->pages + (size_t)place_of(code) * PLACE_BYTES);
}

static bool put(struct host *h, unsigned place, const struct host_code *code) {
    uint8_t *at = h->pages + (size_t)place * PLACE_BYTES;
    if (mprotect(h->pages, PAGE_SIZE_4K, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    memcpy(at, code->bytes, code->length);
    at[code->length] = RETURN;
    if (code->displacement_at != 0) {
        int32_t distance = (int32_t)(h->pages + PAGE_SIZE_4K - (at + code->length));
        memcpy(at + code->displacement_at, &distance, sizeof distance);
    }
    h->codes[place] = *code;
    return mprotect(h->pages, PAGE_SIZE_4K, PROT_READ | PROT_EXEC) == 0;
}

/* void popek_host_call(struct host_registers *r, const void *code): the host's own control words are kept; the instruction reaches no register beyond
 * the eight of 32-bit code, and not the stack pointer. */
void popek_host_call(struct host_registers *r, const void *code);
__asm__(".text\n"
        ".hidden popek_host_call\n"
        ".globl popek_host_call\n"
        ".type popek_host_call, @function\n"
        "popek_host_call:\n"
        "    push %rbx\n    push %rbp\n    push %r12\n    push %r13\n    sub $16, %rsp\n"
        "    mov %rdi, %r12\n    mov %rsi, %r13\n"
        "    fnstcw (%rsp)\n    stmxcsr 8(%rsp)\n"
        "    mov 72(%r12), %rax\n    fxrstor (%rax)\n"
        "    pushq 64(%r12)\n    popfq\n"
        "    mov (%r12), %rax\n    mov 8(%r12), %rcx\n    mov 16(%r12), %rdx\n    mov 24(%r12), %rbx\n"
        "    mov 40(%r12), %rbp\n    mov 48(%r12), %rsi\n    mov 56(%r12), %rdi\n"
        "    call *%r13\n"
        "    mov %rax, (%r12)\n    mov %rcx, 8(%r12)\n    mov %rdx, 16(%r12)\n    mov %rbx, 24(%r12)\n"
        "    mov %rbp, 40(%r12)\n    mov %rsi, 48(%r12)\n    mov %rdi, 56(%r12)\n"
        "    pushfq\n    popq 64(%r12)\n"
        "    mov 72(%r12), %rax\n    fxsave (%rax)\n    fnstenv 80(%r12)\n"
        "    fninit\n    fldcw (%rsp)\n    ldmxcsr 8(%rsp)\n"
        "    add $16, %rsp\n    pop %r13\n    pop %r12\n    pop %rbp\n    pop %rbx\n"
        "    ret\n"
        ".size popek_host_call, . - popek_host_call\n");

bool host_execute(struct processor *p, const struct host_code *code, struct host_registers *r) {
    struct host *h = host_of(p);
    unsigned place = place_of(code);
    if (h == NULL || code->length == 0) {
        return false;
    }
    if (memcmp(&h->codes[place], code, sizeof *code) != 0 && !put(h, place, code)) {
        return false;
    }
    popek_host_call(r, h->pages + (size_t)place * PLACE_BYTES);
    image_take_pointers(r->image, r->environment);
    return true;
}

#else

void host_drop(struct processor *p) { (void)p; }

uint8_t *host_operand(struct processor *p) {
    (void)p;
    return NULL;
}

uint32_t host_place(const struct processor *p, const struct host_code *code) {
    (void)p;
    (void)code;
    return 0;
}

bool host_execute(struct processor *p, const struct host_code *code, struct host_registers *r) {
    (void)p;
    (void)code;
    (void)r;
    return false;
}

#endif

/* D9 /4, D9 /6, DD /4, DD /6: in 16-bit code the prefix 66 chooses the larger image. SDM vol. 1, 8.1.10. */
static bool is_x87_image(const struct decoded *d) {
    unsigned reg = d->modrm >> 3 & 7;
    return d->map == 0 && (d->opcode == 0xD9 || d->opcode == 0xDD) && d->modrm < 0xC0 && (reg == 4 || reg == 6);
}

/* SDM vol. 1, 8.6: those forms whose names have an N, as FNSTSW, do not wait. */
static bool does_not_wait(const struct decoded *d) {
    unsigned reg = d->modrm >> 3 & 7;
    if (d->modrm < 0xC0) {
        return (d->opcode == 0xD9 && reg >= 6) || (d->opcode == 0xDD && reg >= 6);
    }
    return (d->opcode == 0xDB && reg == 4) || (d->opcode == 0xDF && d->modrm == 0xE0);
}

struct host_code host_translate(const struct decoded *d, bool vectors) {
    struct host_code c = {.length = 0};
    bool x87 = d->map == 0 && d->opcode >= 0xD8 && d->opcode <= 0xDF;
    bool has_memory = d->has_modrm != 0 && d->modrm < 0xC0;
    bool vector = vectors && d->map == 1 && d->opcode != 0xF7; /* MASKMOVQ and MASKMOVDQU have an operand at EDI */
    if (d->scheme != SCHEME_LEGACY || !(x87 || vector) || d->has_modrm == 0 || d->immediate_size > 1) {
        return c;
    }
    bool wide = d->mode == MATCHER_PROTECTED || d->mode == MATCHER_COMPATIBILITY;
    bool prefix = (d->prefixes & PREFIX_66) != 0;
    c.x87 = x87;
    c.waits = !x87 || !does_not_wait(d);
    if (vector ? prefix : is_x87_image(d) && wide == prefix) {
        c.bytes[c.length++] = 0x66;
    }
    if (vector && d->repeat != 0) {
        c.bytes[c.length++] = d->repeat;
    }
    if (vector) {
        c.bytes[c.length++] = 0x0F;
    }
    c.bytes[c.length++] = d->opcode;
    c.bytes[c.length++] = has_memory ? (uint8_t)((d->modrm & 0x38) | 5) : d->modrm; /* 5: relative to the instruction pointer */
    if (has_memory) {
        c.displacement_at = c.length;
        c.length = (uint8_t)(c.length + 4);
    }
    if (d->immediate_size == 1) {
        c.bytes[c.length++] = (uint8_t)d->immediate;
    }
    return c;
}
