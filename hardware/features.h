/* Which extensions of the tables a processor has, by CPUID. */
#ifndef POPEK_HARDWARE_FEATURES_H
#define POPEK_HARDWARE_FEATURES_H

#include "hardware.h"

enum feature_state { FEATURE_PRESENT, FEATURE_ABSENT, FEATURE_UNKNOWN /* CPUID does not tell */ };

/* `extension` as a form has it; "" is present. */
enum feature_state feature_state(const struct world *w, const char *extension);
/* Whether EVEX forms of 128 and 256 bits exist (AVX512VL, or AVX10). */
enum feature_state feature_short_vectors(const struct world *w);
/* CPUID as that machine has it: EAX, EBX, ECX, EDX. Zeros where it has no such leaf. */
void feature_cpuid(const struct world *w, uint32_t leaf, uint32_t subleaf, uint32_t output[4]);
/* The backend has asked for exactly this leaf: nothing is known of others. */
bool feature_is_listed(const struct world *w, uint32_t leaf, uint32_t subleaf);

/* The processor that this program runs on. */
bool processor_is_amd(void); /* or one that does as they do */
/* "GenuineIntel, family 6, model 167": CPUID leaves 0 and 1. */
struct processor_name {
    char text[64];
};
struct processor_name processor_name(void);
/* The selectors of the last x87 instruction and its operand are in images (CPUID leaf 7, EBX bit 13: no longer). Such processors show a guest the
 * selectors that it runs with, and those of AMD lose the pointers when the system saves the state of a program without a pending exception. */
bool processor_stores_x87_selectors(void);

#endif
