/* The compute guest on the real CPU: against the same run without a scan, and against Unicorn. The quickest of some rounds counts, which take turns;
 * of Unicorn there is one; processor time, the child's included. usage: guest TABLES KINDS GUEST */
#include "../../direct/kind_table.h"
#include "../../isa-model/isa.h"
#include "../../machine/session.h"

#include <stdlib.h>

#define ROUNDS 7u
#define MOST_BYTES (1u << 20)
#define MEMORY (16u << 20)

static char *read_whole(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    char *bytes = file == NULL ? NULL : malloc(MOST_BYTES);
    *size = bytes == NULL ? 0 : fread(bytes, 1, MOST_BYTES, file);
    if (file != NULL) {
        (void)fclose(file);
    }
    return bytes;
}

enum way { NATIVELY, UNSCANNED, UNICORN, WAYS };

static const char *run_once(const struct decoder *decoder, const struct direct_kind_table *kinds, const char *bytes, size_t size, enum way way,
                            double *least) {
    const struct native_tables tables = {kinds};
    const struct session_request request = {
        .backend = way == UNICORN ? BACKEND_UNICORN : BACKEND_NATIVE, .instructions = 2000000000, .native = &tables, .unscanned = way == UNSCANNED};
    struct session_result result;
    enum boot_kind kind = BOOT_FLAT;
    struct computer *c = computer_new(decoder, MEMORY);
    const char *reason = c == NULL ? "out of memory" : computer_boot(c, (const uint8_t *)bytes, size, "", &kind);
    if (reason == NULL) {
        session_run(c, &request, &result);
        reason = result.unusable;
    }
    if (reason == NULL) {
        reason = result.end == COMPUTER_ENDED && !result.differs ? NULL : "the guest did not come to its end";
        *least = *least == 0 || result.seconds < *least ? result.seconds : *least;
    }
    computer_free(c);
    return reason;
}

int main(int argc, char **argv) {
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.only = ""};
    struct direct_kind_table kinds = {.form_count = 0};
    double seconds[WAYS] = {0, 0, 0};
    const char *reasons[WAYS] = {NULL, NULL, NULL};
    const char *message = NULL;
    char *messages = NULL;
    size_t table_size = 0;
    size_t size = 0;
    if (argc != 4) {
        (void)fputs("usage: guest TABLES KINDS GUEST\n", stderr);
        return 2;
    }
    struct isa *isa = isa_load(argv[1], &reader, &options, &messages);
    size_t form_count = isa == NULL ? 0 : isa->form_count;
    struct decoder *decoder = isa == NULL ? NULL : decoder_new(isa, &message);
    char *table = read_whole(argv[2], &table_size);
    char *bytes = read_whole(argv[3], &size);
    bool good = decoder != NULL && table != NULL && bytes != NULL && kind_table_read(&kinds, table, table_size, form_count);
    for (unsigned round = 0; good && round < ROUNDS; round++) {
        for (unsigned way = 0; way < (round == 0 ? WAYS : UNICORN); way++) { /* the emulator takes long: once */
            reasons[way] = reasons[way] == NULL ? run_once(decoder, &kinds, bytes, size, (enum way)way, &seconds[way]) : reasons[way];
        }
    }
    if (good && reasons[NATIVELY] == NULL && reasons[UNSCANNED] == NULL) {
        (void)printf("compute guest: natively %.4f s, without a scan %.4f s (ratio %.3f, asked for 1.05)\n", seconds[NATIVELY], seconds[UNSCANNED],
                     seconds[NATIVELY] / seconds[UNSCANNED]);
    }
    if (good && reasons[NATIVELY] == NULL && reasons[UNICORN] == NULL) {
        (void)printf("compute guest: on Unicorn %.4f s (%.1f times as long as natively, asked for 20)\n", seconds[UNICORN],
                     seconds[UNICORN] / seconds[NATIVELY]);
    }
    for (unsigned way = 0; good && way < WAYS; way++) {
        if (reasons[way] != NULL) {
            (void)printf("compute guest: not measured: %s\n", reasons[way]);
        }
    }
    kind_table_free(&kinds);
    decoder_free(decoder);
    free(table);
    free(bytes);
    free(messages);
    return good ? 0 : 3;
}
