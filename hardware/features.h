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

#endif
