/* The guests by direct execution on this processor: the same output as on the model, and nothing of the host is reached. */
#include "../../direct/kind_table.h"
#include "../../isa-model/isa.h"
#include "../../machine/session.h"
#include "../tests.h"
#include "guest_list.h"
#include "random_code.h"

#include <stdlib.h>
#include <string.h>

/* A file beside the program. */
static void build_path(char *path, size_t size, const char *name) {
    const char *program = getenv("POPEK");
    const char *slash = program == NULL ? NULL : strrchr(program, '/');
    (void)snprintf(path, size, "%.*s/%s", slash == NULL ? 1 : (int)(slash - program), slash == NULL ? "." : program, name);
}

static char *read_guest(const char *name, size_t *size) {
    char path[1024];
    char file[256];
    (void)snprintf(file, sizeof file, "guests/%s.elf", name);
    build_path(path, sizeof path, file);
    return read_text(path, size);
}

/* False when it cannot run here. */
static bool run_guest(const struct decoder *decoder, const struct native_tables *tables, const char *name) {
    const struct session_request request = {.backend = BACKEND_NATIVE, .instructions = 2000000000, .native = tables};
    struct session_result result;
    enum boot_kind kind = BOOT_FLAT;
    size_t size = 0;
    char *expected = guest_output(name);
    char *bytes = read_guest(name, &size);
    struct computer *c = computer_new(decoder, 16u << 20);
    bool usable = true;
    if (CHECK(bytes != NULL && expected != NULL && c != NULL && computer_boot(c, (const uint8_t *)bytes, size, "", &kind) == NULL, "%s does not boot",
              name)) {
        session_run(c, &request, &result);
        usable = result.unusable == NULL;
        const char *serial = computer_serial(c, &size);
        if (usable) {
            CHECK(!result.differs, "%s: %s", name, result.difference);
            CHECK(strcmp(serial, expected) == 0, "%s: other output than what is kept (%s):\n%s", name, computer_end_name(result.end), serial);
            CHECK(result.revealed > 0, "%s: nothing ran directly", name);
            CHECK(result.handled > 0, "%s: no proven handler was asked", name);
            uint64_t lost = result.end == COMPUTER_SHUT_DOWN ? 1 : 0; /* the triple fault */
            CHECK(result.handled_deliveries + lost == result.delivered, "%s: the proven handler delivered %llu events of %llu", name,
                  (unsigned long long)result.handled_deliveries, (unsigned long long)result.delivered);
        } else {
            (void)printf("       not run: %s\n", result.unusable);
        }
    }
    computer_free(c);
    free(bytes);
    free(expected);
    return usable;
}

/* The table that popek has in it. */
static bool read_kinds(struct direct_kind_table *t, size_t form_count) {
    char path[1024];
    size_t size = 0;
    build_path(path, sizeof path, "classes/x86.kinds");
    char *text = read_text(path, &size);
    *t = (struct direct_kind_table){.form_count = 0};
    bool good = text != NULL && kind_table_read(t, text, size, form_count);
    free(text);
    return good;
}

#define CODE_ROOM 65536u
#define PROGRAMS 4u
#define PROGRAM_INSTRUCTIONS 400u

/* Random programs beside the model; with `broken`, its quotients are wrong. Returns how many differ. */
static unsigned compare_random(const struct decoder *decoder, const struct native_tables *tables, bool broken, uint64_t *compared) {
    static uint8_t code[CODE_ROOM];
    unsigned different = 0;
    for (unsigned i = 0; i < PROGRAMS; i++) {
        const struct session_request request = {.compare = true, .other = BACKEND_NATIVE, .instructions = 100000, .native = tables};
        struct session_result result;
        enum boot_kind kind = BOOT_FLAT;
        struct computer *c = computer_new(decoder, COMPUTER_LEAST_MEMORY * 2);
        size_t length = random_code(code, sizeof code, PROGRAM_INSTRUCTIONS, (uint64_t)i * 7919 + 12345);
        if (CHECK(c != NULL && computer_boot(c, code, length, "", &kind) == NULL, "a random program does not boot")) {
            if (broken) {
                computer_break_division(c);
            }
            session_run(c, &request, &result);
            *compared += result.compared;
            bool bad = result.unusable == NULL && (result.differs || result.end != COMPUTER_ENDED);
            different += bad ? 1 : 0;
            CHECK(broken || !bad, "program %u: %s: %s", i, computer_end_name(result.end), result.difference);
        }
        computer_free(c);
    }
    return different;
}

static void test_guests(void) {
    struct direct_kind_table kinds = {0};
    const char *message = "";
    struct isa *isa = load_dropped("x86-tables/x86.isa", "", NULL, 0);
    size_t form_count = isa == NULL ? 0 : isa->form_count;
    struct decoder *decoder = isa == NULL ? NULL : decoder_new(isa, &message);
    bool good = CHECK(decoder != NULL, "no decoder: %s", message) && CHECK(read_kinds(&kinds, form_count), "no kinds");
    const struct native_tables tables = {&kinds};
    for (size_t i = 0; decoder != NULL && i < guest_count && good; i++) {
        good = run_guest(decoder, &tables, guests[i].name);
    }
    uint64_t compared = 0;
    if (good) {
        (void)compare_random(decoder, &tables, false, &compared);
        CHECK(compared > (uint64_t)PROGRAMS * PROGRAM_INSTRUCTIONS / 2, "only %llu instructions were compared", (unsigned long long)compared);
        CHECK(compare_random(decoder, &tables, true, &compared) > 0, "a wrong quotient is not noticed");
    }
    decoder_free(decoder);
    kind_table_free(&kinds);
}

/* Instruction by instruction beside the model. */
static void test_lockstep(void) {
    static const struct {
        const char *guest;
        int code;
    } cases[] = {{"hello", 0},  {"robin_irvine", 0}, {"floating_point", 0}, {"hostile/self_modifying", 0}, {"hostile/popf_games", 0}, {"tasks", 0},
                 {"paging", 0}, {"protection", 0},   {"virtual_8086", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[256];
        (void)snprintf(command, sizeof command, "\"$POPEK\" run \"$(dirname \"$POPEK\")/guests/%s.elf\" --compare native --stats", cases[i].guest);
        struct command_result r = run_command(command);
        if (r.code == 77) {
            (void)printf("       not run: %s", r.err);
            command_result_free(&r);
            return;
        }
        const char *compared = strstr(r.out, "compared: ");
        CHECK(r.code == cases[i].code, "%s in lockstep: %s", cases[i].guest, r.err);
        CHECK(compared != NULL && strtoul(compared + 10, NULL, 10) > 1000, "%s: hardly anything was compared:\n%s", cases[i].guest, r.out);
        command_result_free(&r);
    }
}

static const struct test tests[] = {{"guests show what is kept", test_guests}, {"guests beside the model", test_lockstep}};
const struct suite native_run_suite = SUITE("native_run", tests);
