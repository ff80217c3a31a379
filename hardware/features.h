/* Which extensions of the tables this processor has, by CPUID. */
#ifndef POPEK_HARDWARE_FEATURES_H
#define POPEK_HARDWARE_FEATURES_H

enum feature_state { FEATURE_PRESENT, FEATURE_ABSENT, FEATURE_UNKNOWN /* CPUID does not tell */ };

/* `extension` as a form has it; "" is present. */
enum feature_state feature_state(const char *extension);
/* Whether EVEX forms of 128 and 256 bits exist (AVX512VL, or AVX10). */
enum feature_state feature_short_vectors(void);

#endif
