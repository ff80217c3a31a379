/* What x87, MMX and SSE instructions compute is opaque in the tables; this machine has the host's processor compute it. The instruction is executed
 * by itself, with the guest's registers, all in user mode, and with a copy of its memory operand in the place of the operand. Internal to machine/.
 */
#ifndef POPEK_MACHINE_HOST_CODE_H
#define POPEK_MACHINE_HOST_CODE_H

#include "processor.h"

/* The largest image in memory: that of FXSAVE. */
#define AREA_BYTES 512u

/* The instruction as it is executed in 64-bit mode. `vectors`: an operand of it is an MMX or XMM register, or an image of them. Length 0 when the
 * host is not asked: no x87, MMX or SSE instruction, or one that cannot be moved. */
struct host_code host_translate(const struct decoded *d, bool vectors);

/* Room for a memory operand or an area, aligned as any instruction may ask; NULL when there is none on this host. Belongs to the processor. */
uint8_t *host_operand(struct processor *p);
/* Executes an instruction that passed all checks, on registers and the operand; `general` has the registers of encodings but ESP, `flags` the
 * arithmetic ones, `image` the state as FXSAVE has it. SIMD exceptions must be masked. False: not on this host. */
struct host_registers {
    uint64_t general[8];
    uint64_t flags;
    uint8_t *image;          /* AREA_BYTES, a multiple of 16 */
    uint32_t environment[7]; /* as FNSTENV has it, afterwards */
};
bool host_execute(struct processor *p, const struct host_code *code, struct host_registers *r);
/* Where it was executed, as an instruction pointer of x87 shows it. */
uint32_t host_place(const struct processor *p, const struct host_code *code);
void host_drop(struct processor *p);

/* vectors.c: x87 and SSE state in the image of FXSAVE (32-bit format: SDM vol. 1, table 10-2), and images of guests in memory. */
void vectors_to_image(const struct processor *p, uint8_t image[AREA_BYTES]);
void vectors_from_image(struct x86 *s, struct vectors *v, const uint8_t image[AREA_BYTES]);
/* The pointers to the last x87 instruction as FNSTENV has them: the FXSAVE of processors of AMD shows zeros unless an exception is pending (APM vol.
 * 3, FXSAVE). */
void image_take_pointers(uint8_t image[AREA_BYTES], const uint32_t environment[7]);
void image_set_mxcsr(uint8_t image[AREA_BYTES], uint32_t mxcsr);
/* MXCSR and the XMM registers of another image. */
void image_take_sse(uint8_t image[AREA_BYTES], const uint8_t from[AREA_BYTES]);
bool fetch_area(struct processor *p, const struct location *place, bool user, uint32_t *linear, struct fault *fault);
bool store_area(struct processor *p, const struct location *place, bool user, uint32_t linear, struct fault *fault);
bool area_has_reserved_mxcsr(struct processor *p);

#endif
