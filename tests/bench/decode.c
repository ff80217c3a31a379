/* How fast the matcher decodes the code of a shared library in 64-bit mode, beside the disassembler, and where the two disagree about lengths. */
#include "../../isa-model/isa.h"
#include "../../x86-tables/matcher.h"

#include <capstone/capstone.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SHOWN 20u

struct code {
    uint8_t *bytes;
    size_t size;
};

static double now(void) {
    struct timespec t = {0, 0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void take_section(Elf *elf, Elf_Scn *section, size_t names, struct code *code) {
    Elf64_Shdr *header = elf64_getshdr(section);
    const char *name = header == NULL ? NULL : elf_strptr(elf, names, header->sh_name);
    Elf_Data *data = name != NULL && strcmp(name, ".text") == 0 ? elf_rawdata(section, NULL) : NULL;
    if (data != NULL && data->d_buf != NULL) {
        code->bytes = malloc(data->d_size + 1);
        code->size = code->bytes == NULL ? 0 : data->d_size;
        if (code->bytes != NULL) {
            memcpy(code->bytes, data->d_buf, data->d_size);
        }
    }
}

/* The section .text of an ELF file; size 0 when there is none. */
static struct code read_code(const char *path) {
    struct code code = {NULL, 0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    Elf *elf = file < 0 || elf_version(EV_CURRENT) == EV_NONE ? NULL : elf_begin(file, ELF_C_READ, NULL);
    size_t names = 0;
    if (elf != NULL && elf_getshdrstrndx(elf, &names) == 0) {
        for (Elf_Scn *s = elf_nextscn(elf, NULL); s != NULL && code.bytes == NULL; s = elf_nextscn(elf, s)) {
            take_section(elf, s, names, &code);
        }
    }
    (void)elf_end(elf);
    if (file >= 0) {
        (void)close(file);
    }
    return code;
}

/* Decodes from the start, one byte further where nothing decodes; how many instructions. */
static size_t run_matcher(const struct matcher *m, const struct code *code, bool operands, size_t *invalid) {
    size_t count = 0;
    struct matcher_operand list[MATCHER_OPERANDS];
    struct decoded d;
    *invalid = 0;
    for (size_t at = 0; at < code->size; count++) {
        if (matcher_decode(m, MATCHER_LONG, code->bytes + at, code->size - at, &d)) {
            at += d.length;
            if (operands) {
                (void)matcher_operands(m, &d, list);
            }
        } else {
            at++;
            ++*invalid;
        }
    }
    return count;
}

static size_t run_capstone(csh handle, cs_insn *insn, const struct code *code) {
    size_t count = 0;
    for (size_t at = 0; at < code->size; count++) {
        const uint8_t *bytes = code->bytes + at;
        size_t left = code->size - at;
        uint64_t address = 0;
        at += cs_disasm_iter(handle, &bytes, &left, &address, insn) ? insn->size : 1;
    }
    return count;
}

/* At every boundary that the matcher finds: does the disassembler find the same length? */
static size_t compare(const struct matcher *m, csh handle, cs_insn *insn, const struct code *code) {
    size_t different = 0;
    struct decoded d;
    for (size_t at = 0; at < code->size;) {
        const uint8_t *bytes = code->bytes + at;
        size_t left = code->size - at;
        uint64_t address = at;
        unsigned ours = matcher_decode(m, MATCHER_LONG, bytes, left, &d) ? d.length : 0;
        unsigned theirs = cs_disasm_iter(handle, &bytes, &left, &address, insn) ? insn->size : 0;
        if (ours != theirs && different++ < SHOWN) {
            (void)printf("  at %#zx:", at);
            for (unsigned i = 0; i < 12 && at + i < code->size; i++) {
                (void)printf(" %02x", code->bytes[at + i]);
            }
            (void)printf("  ours %u (%s), disassembler %u%s%s\n", ours, matcher_reason_text((enum matcher_reason)d.reason), theirs,
                         theirs == 0 ? "" : " ", theirs == 0 ? "" : insn->mnemonic);
        }
        at += ours != 0 ? ours : theirs != 0 ? theirs : 1;
    }
    return different;
}

static void measure(const struct matcher *m, csh handle, cs_insn *insn, const struct code *code) {
    double megabytes = (double)code->size / 1e6;
    size_t invalid = 0;
    double best[3] = {1e9, 1e9, 1e9};
    size_t count = 0;
    for (unsigned round = 0; round < 3; round++) {
        double start = now();
        count = run_matcher(m, code, false, &invalid);
        double middle = now();
        (void)run_matcher(m, code, true, &invalid);
        double end = now();
        best[0] = middle - start < best[0] ? middle - start : best[0];
        best[1] = end - middle < best[1] ? end - middle : best[1];
    }
    double start = now();
    (void)run_capstone(handle, insn, code);
    best[2] = now() - start;
    (void)printf("%.1f MB of code, %zu instructions, %zu bytes invalid\n", megabytes, count, invalid);
    (void)printf("matcher                 %8.1f MB/s\n", megabytes / best[0]);
    (void)printf("matcher with operands   %8.1f MB/s\n", megabytes / best[1]);
    (void)printf("Capstone, detail off    %8.1f MB/s\n", megabytes / best[2]);
    (void)printf("ratio                   %8.1f\n", best[2] / best[0]);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        (void)fputs("usage: decode TABLES.isa LIBRARY.so\n", stderr);
        return 2;
    }
    struct source_reader reader = source_reader_files();
    const struct isa_options no_semantics = {.only = ""};
    char *message = NULL;
    struct isa *isa = isa_load(argv[1], &reader, &no_semantics, &message);
    struct matcher *m = isa == NULL ? NULL : matcher_of_isa(isa, &message);
    struct code code = read_code(argv[2]);
    csh handle = 0;
    int result = 3;
    if (m == NULL || code.size == 0 || cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
        (void)fprintf(stderr, "decode: %s\n", message != NULL ? message : "no .text in the library, or no disassembler");
    } else {
        cs_insn *insn = cs_malloc(handle);
        (void)printf("%s\n", argv[2]);
        measure(m, handle, insn, &code);
        (void)printf("different lengths       %8zu\n", compare(m, handle, insn, &code));
        cs_free(insn, 1);
        (void)cs_close(&handle);
        result = 0;
    }
    matcher_free(m);
    isa_free(isa);
    free(code.bytes);
    free(message);
    return result;
}
