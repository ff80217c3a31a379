/* CPUID: SDM vol. 2A, CPUID; APM vol. 3, appendix E; Intel Architecture Instruction Set Extensions, chapter 1. */
#include "features.h"

#include <cpuid.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { EAX, EBX, ECX, EDX };

/* Extension, leaf, subleaf, register, bit. AVX10.2 is version 2 in EBX[7:0]: its bit 1 tells it from version 1. */
static const struct feature {
    const char *name;
    uint32_t leaf;
    uint8_t subleaf, output, bit;
} features[] = {{"MMX", 0x1, 0, 3, 23},
                {"SSE", 0x1, 0, 3, 25},
                {"SSE2", 0x1, 0, 3, 26},
                {"SSE3", 0x1, 0, 2, 0},
                {"SSSE3", 0x1, 0, 2, 9},
                {"SSE4.1", 0x1, 0, 2, 19},
                {"SSE4.2", 0x1, 0, 2, 20},
                {"SSE4a", 0x80000001, 0, 2, 6},
                {"3DNow!", 0x80000001, 0, 3, 31},
                {"3DNow! extensions", 0x80000001, 0, 3, 30},
                {"3DNow! of Geode", 0x80000001, 0, 3, 31},
                {"3DNow! prefetch", 0x80000001, 0, 2, 8},
                {"AVX", 0x1, 0, 2, 28},
                {"AVX2", 0x7, 0, 1, 5},
                {"FMA", 0x1, 0, 2, 12},
                {"F16C", 0x1, 0, 2, 29},
                {"AES", 0x1, 0, 2, 25},
                {"PCLMULQDQ", 0x1, 0, 2, 1},
                {"VAES", 0x7, 0, 2, 9},
                {"VPCLMULQDQ", 0x7, 0, 2, 10},
                {"GFNI", 0x7, 0, 2, 8},
                {"SHA", 0x7, 0, 1, 29},
                {"BMI1", 0x7, 0, 1, 3},
                {"BMI2", 0x7, 0, 1, 8},
                {"LZCNT", 0x80000001, 0, 2, 5},
                {"POPCNT", 0x1, 0, 2, 23},
                {"ADX", 0x7, 0, 1, 19},
                {"MOVBE", 0x1, 0, 2, 22},
                {"RDRAND", 0x1, 0, 2, 30},
                {"RDPID", 0x7, 0, 2, 22},
                {"RDTSCP", 0x80000001, 0, 3, 27},
                {"RDSEED", 0x7, 0, 1, 18},
                {"XSAVE", 0x1, 0, 2, 26},
                {"XSAVEOPT", 0xD, 1, 0, 0},
                {"XSAVEC", 0xD, 1, 0, 1},
                {"XSAVES", 0xD, 1, 0, 3},
                {"FXSR", 0x1, 0, 3, 24},
                {"FSGSBASE", 0x7, 0, 1, 0},
                {"INVPCID", 0x7, 0, 1, 10},
                {"RTM", 0x7, 0, 1, 11},
                {"CLFSH", 0x1, 0, 3, 19},
                {"CLFLUSHOPT", 0x7, 0, 1, 23},
                {"CLWB", 0x7, 0, 1, 24},
                {"PREFETCHWT1", 0x7, 0, 2, 0},
                {"PKU", 0x7, 0, 2, 3},
                {"WAITPKG", 0x7, 0, 2, 5},
                {"CET_SS", 0x7, 0, 2, 7},
                {"CET_IBT", 0x7, 0, 3, 20},
                {"MOVDIRI", 0x7, 0, 2, 27},
                {"MOVDIR64B", 0x7, 0, 2, 28},
                {"ENQCMD", 0x7, 0, 2, 29},
                {"KL", 0x7, 0, 2, 23},
                {"AESKLE", 0x19, 0, 1, 0},
                {"WIDE_KL", 0x19, 0, 1, 2},
                {"SERIALIZE", 0x7, 0, 3, 14},
                {"TSXLDTRK", 0x7, 0, 3, 16},
                {"PCONFIG", 0x7, 0, 3, 18},
                {"UINTR", 0x7, 0, 3, 5},
                {"AMX-BF16", 0x7, 0, 3, 22},
                {"AMX-TILE", 0x7, 0, 3, 24},
                {"AMX-INT8", 0x7, 0, 3, 25},
                {"AMX-FP16", 0x7, 1, 0, 21},
                {"AMX-COMPLEX", 0x7, 1, 3, 8},
                {"AMX-FP8", 0x1E, 1, 0, 4},
                {"AMX-TF32", 0x1E, 1, 0, 6},
                {"AMX-AVX512", 0x1E, 1, 0, 7},
                {"AMX-MOVRS", 0x1E, 1, 0, 8},
                {"AVX512F", 0x7, 0, 1, 16},
                {"AVX512DQ", 0x7, 0, 1, 17},
                {"AVX512_IFMA", 0x7, 0, 1, 21},
                {"AVX512PF", 0x7, 0, 1, 26},
                {"AVX512ER", 0x7, 0, 1, 27},
                {"AVX512CD", 0x7, 0, 1, 28},
                {"AVX512BW", 0x7, 0, 1, 30},
                {"AVX512_VBMI", 0x7, 0, 2, 1},
                {"AVX512_VBMI2", 0x7, 0, 2, 6},
                {"AVX512_VNNI", 0x7, 0, 2, 11},
                {"AVX512_BITALG", 0x7, 0, 2, 12},
                {"AVX512_VPOPCNTDQ", 0x7, 0, 2, 14},
                {"AVX512_4VNNIW", 0x7, 0, 3, 2},
                {"AVX512_4FMAPS", 0x7, 0, 3, 3},
                {"AVX512_VP2INTERSECT", 0x7, 0, 3, 8},
                {"AVX512_FP16", 0x7, 0, 3, 23},
                {"AVX512_BF16", 0x7, 1, 0, 5},
                {"AVX-VNNI", 0x7, 1, 0, 4},
                {"SHA512", 0x7, 1, 0, 0},
                {"SM3", 0x7, 1, 0, 1},
                {"SM4", 0x7, 1, 0, 2},
                {"RAO-INT", 0x7, 1, 0, 3},
                {"CMPCCXADD", 0x7, 1, 0, 7},
                {"HRESET", 0x7, 1, 0, 22},
                {"LKGS", 0x7, 1, 0, 18},
                {"FRED", 0x7, 1, 0, 17},
                {"WRMSRNS", 0x7, 1, 0, 19},
                {"MSRLIST", 0x7, 1, 0, 27},
                {"MSR_IMM", 0x7, 1, 2, 5},
                {"AVX-IFMA", 0x7, 1, 0, 23},
                {"AVX-VNNI-INT8", 0x7, 1, 3, 4},
                {"AVX-NE-CONVERT", 0x7, 1, 3, 5},
                {"AVX-VNNI-INT16", 0x7, 1, 3, 10},
                {"PREFETCHI", 0x7, 1, 3, 14},
                {"USER_MSR", 0x7, 1, 3, 15},
                {"AVX10.2", 0x24, 0, 1, 1},
                {"MOVRS", 0x7, 1, 0, 31},
                {"PBNDKB", 0x7, 1, 1, 1},
                {"MONITOR", 0x1, 0, 2, 3},
                {"VMX", 0x1, 0, 2, 5},
                {"SMX", 0x1, 0, 2, 6},
                {"SEP", 0x1, 0, 3, 11},
                {"SYSCALL", 0x80000001, 0, 3, 11},
                {"SVM", 0x80000001, 0, 2, 2},
                {"SKINIT", 0x80000001, 0, 2, 12},
                {"FMA4", 0x80000001, 0, 2, 16},
                {"XOP", 0x80000001, 0, 2, 11},
                {"LWP", 0x80000001, 0, 2, 15},
                {"TBM", 0x80000001, 0, 2, 21},
                {"MONITORX", 0x80000001, 0, 2, 29},
                {"CLZERO", 0x80000008, 0, 1, 0},
                {"RDPRU", 0x80000008, 0, 1, 4},
                {"INVLPGB", 0x80000008, 0, 1, 3},
                {"MCOMMIT", 0x80000008, 0, 1, 8},
                {"WBNOINVD", 0x80000008, 0, 1, 9},
                {"SEV-ES", 0x8000001F, 0, 0, 3},
                {"SEV-SNP", 0x8000001F, 0, 0, 4},
                {"SGX1", 0x12, 0, 0, 0},
                {"SGX OSS", 0x12, 0, 0, 5},
                {"MPX", 0x7, 0, 1, 14},
                {"PTWRITE", 0x14, 0, 1, 4}};

void feature_cpuid(const struct world *w, uint32_t leaf, uint32_t subleaf, uint32_t output[4]) {
    memset(output, 0, 4 * sizeof *output);
    if (w->cpuid == NULL) {
        (void)__get_cpuid_count(leaf, subleaf, &output[EAX], &output[EBX], &output[ECX], &output[EDX]);
        return;
    }
    for (size_t i = 0; i < w->cpuid_count; i++) {
        const struct cpuid_value *c = &w->cpuid[i];
        if (c->leaf == leaf && c->subleaf == subleaf) {
            const uint32_t values[4] = {c->eax, c->ebx, c->ecx, c->edx};
            memcpy(output, values, sizeof values);
            return;
        }
    }
}

bool feature_is_listed(const struct world *w, uint32_t leaf, uint32_t subleaf) {
    for (size_t i = 0; i < w->cpuid_count; i++) {
        if (w->cpuid[i].leaf == leaf && w->cpuid[i].subleaf == subleaf) {
            return true;
        }
    }
    return false;
}

static bool cpuid_bit(const struct world *w, uint32_t leaf, uint32_t subleaf, unsigned output, unsigned bit) {
    uint32_t r[4];
    feature_cpuid(w, leaf, subleaf, r);
    return (r[output] >> bit & 1) != 0;
}

enum feature_state feature_state(const struct world *w, const char *extension) {
    if (extension[0] == '\0') {
        return FEATURE_PRESENT;
    }
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        const struct feature *f = &features[i];
        if (strcmp(f->name, extension) == 0) {
            return cpuid_bit(w, f->leaf, f->subleaf, f->output, f->bit) ? FEATURE_PRESENT : FEATURE_ABSENT;
        }
    }
    return FEATURE_UNKNOWN;
}

enum feature_state feature_short_vectors(const struct world *w) { return cpuid_bit(w, 7, 0, EBX, 31) ? FEATURE_PRESENT : FEATURE_ABSENT; }

struct vendor {
    char text[13];
};

static struct vendor find_vendor(void) {
    struct vendor vendor = {""};
    uint32_t r[4] = {0};
    if (__get_cpuid(0, &r[EAX], &r[EBX], &r[ECX], &r[EDX]) != 0) {
        memcpy(vendor.text, &r[EBX], 4);
        memcpy(vendor.text + 4, &r[EDX], 4);
        memcpy(vendor.text + 8, &r[ECX], 4);
    }
    return vendor;
}

bool processor_is_amd(void) {
    struct vendor vendor = find_vendor();
    return strcmp(vendor.text, "AuthenticAMD") == 0 || strcmp(vendor.text, "HygonGenuine") == 0;
}

/* SDM vol. 2A, CPUID, figure 3-6: the extended fields count in family 15, and in family 6 for the model. */
struct processor_name processor_name(void) {
    struct processor_name name;
    uint32_t r[4] = {0};
    (void)__get_cpuid(1, &r[EAX], &r[EBX], &r[ECX], &r[EDX]);
    unsigned family = r[EAX] >> 8 & 15;
    unsigned model = (r[EAX] >> 4 & 15) + (family == 6 || family == 15 ? r[EAX] >> 12 & 0xF0 : 0);
    family += family == 15 ? r[EAX] >> 20 & 0xFF : 0;
    (void)snprintf(name.text, sizeof name.text, "%s, family %u, model %u", find_vendor().text, family, model);
    return name;
}

bool processor_stores_x87_selectors(void) {
    uint32_t r[4] = {0};
    return __get_cpuid_count(7, 0, &r[EAX], &r[EBX], &r[ECX], &r[EDX]) == 0 || (r[EBX] >> 13 & 1) == 0;
}
