/* The bare x86 machine: random code in lockstep with the emulator, page faults, bad inputs, formats. */
#include "../../machine/session.h"
#include "../../isa-model/isa.h"
#include "../tests.h"
#include "random_code.h"

#include <stdlib.h>
#include <string.h>

#define CODE_ROOM 65536u
#define PROGRAMS 40u
#define PROGRAM_INSTRUCTIONS 400u

static struct command_result run_guest(const char *name, const char *options) {
    char command[512];
    (void)snprintf(command, sizeof command, "\"$POPEK\" run \"$(dirname \"$POPEK\")/guests/%s.elf\" --instructions 50000000 %s", name, options);
    return run_command(command);
}

static struct decoder *load_decoder(void) {
    const char *message = "the tables cannot be read";
    struct isa *isa = load_dropped("x86-tables/x86.isa", "", NULL, 0);
    struct decoder *d = isa == NULL ? NULL : decoder_new(isa, &message);
    CHECK(d != NULL, "%s", message);
    return d;
}

/* Runs random programs in lockstep with the emulator; returns how many of them differ. */
static unsigned compare_random(const struct decoder *d, unsigned programs, bool broken, bool *usable, char *first, size_t size, uint64_t *compared) {
    static uint8_t code[CODE_ROOM];
    unsigned different = 0;
    for (unsigned i = 0; i < programs && *usable; i++) {
        const struct session_request request = {.compare = true, .other = BACKEND_UNICORN, .instructions = 100000};
        struct session_result result;
        enum boot_kind kind = BOOT_FLAT;
        struct computer *c = computer_new(d, COMPUTER_LEAST_MEMORY * 2);
        size_t length = random_code(code, sizeof code, PROGRAM_INSTRUCTIONS, (uint64_t)i * 7919 + 12345);
        if (!CHECK(c != NULL && computer_boot(c, code, length, "", &kind) == NULL, "a random program does not boot")) {
            computer_free(c);
            return different;
        }
        if (broken) {
            computer_break_division(c);
        }
        session_run(c, &request, &result);
        *usable = result.unusable == NULL;
        *compared += result.compared;
        bool bad = *usable && (result.differs || result.end != COMPUTER_ENDED);
        if (bad && different++ == 0) {
            (void)snprintf(first, size, "program %u: %s: %s", i, computer_end_name(result.end), result.difference);
        }
        computer_free(c);
    }
    return different;
}

static void test_random(void) {
    struct decoder *d = load_decoder();
    bool usable = d != NULL;
    char first[700] = "";
    uint64_t compared = 0;
    unsigned different = compare_random(d, PROGRAMS, false, &usable, first, sizeof first, &compared);
    CHECK(different == 0, "%u of %u random programs differ; %s", different, PROGRAMS, first);
    if (usable) {
        CHECK(compared > (uint64_t)PROGRAMS * PROGRAM_INSTRUCTIONS / 2, "only %llu instructions were compared", (unsigned long long)compared);
        (void)printf("       %llu instructions compared\n", (unsigned long long)compared);
        different = compare_random(d, 4, true, &usable, first, sizeof first, &compared);
        CHECK(different > 0, "a wrong quotient is not noticed");
    } else {
        (void)printf("       no Unicorn here: not compared\n");
    }
    decoder_free(d);
}

/* A page of 4 MiB that may not be written, with CR0.WP; then a store into it. */
static const uint8_t read_only_page[] = {
    /* multiboot, at 100000h; the entry is behind it */
    0x02, 0xB0, 0xAD, 0x1B, 0x00, 0x00, 0x01, 0x00, 0xFE, 0x4F, 0x51, 0xE4, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x10, 0x00,
    /* MOV [200000h], 81h: the page directory; MOV CR3, 200000h */
    0xC7, 0x05, 0x00, 0x00, 0x20, 0x00, 0x81, 0x00, 0x00, 0x00, 0xB8, 0x00, 0x00, 0x20, 0x00, 0x0F, 0x22, 0xD8,
    /* CR4.PSE; CR0.PG and CR0.WP */
    0x0F, 0x20, 0xE0, 0x83, 0xC8, 0x10, 0x0F, 0x22, 0xE0, 0x0F, 0x20, 0xC0, 0x0D, 0x00, 0x00, 0x01, 0x80, 0x0F, 0x22, 0xC0,
    /* MOV [201000h], 1; a jump to itself */
    0xC7, 0x05, 0x00, 0x10, 0x20, 0x00, 0x01, 0x00, 0x00, 0x00, 0xEB, 0xFE};

/* A page fault that only the emulator has is a difference. */
static void test_page_faults(void) {
    struct decoder *d = load_decoder();
    for (unsigned broken = 0; d != NULL && broken < 2; broken++) {
        const struct session_request request = {.compare = true, .other = BACKEND_UNICORN, .instructions = 100};
        struct session_result result;
        enum boot_kind kind = BOOT_FLAT;
        struct computer *c = computer_new(d, COMPUTER_LEAST_MEMORY * 2);
        if (!CHECK(c != NULL && computer_boot(c, read_only_page, sizeof read_only_page, "", &kind) == NULL, "the program does not boot")) {
            computer_free(c);
            break;
        }
        if (broken == 1) {
            computer_break_rights(c);
        }
        session_run(c, &request, &result);
        if (result.unusable == NULL) {
            CHECK(result.differs == (broken == 1), "a page fault: %s", result.differs ? result.difference : "no difference");
            CHECK(result.compared > 8 && result.excused == 0, "%llu instructions compared, %llu by the model alone",
                  (unsigned long long)result.compared, (unsigned long long)result.excused);
        } else {
            (void)printf("       no Unicorn here: not compared\n");
        }
        computer_free(c);
    }
    decoder_free(d);
}

static void test_inputs(void) {
    static const struct {
        const char *command;
        int code;
        const char *says;
    } cases[] = {
        {"\"$POPEK\" run /nonexistent", 3, "cannot read"},
        {": >\"$TEMPORARY/empty\"; \"$POPEK\" run \"$TEMPORARY/empty\"", 3, "the guest is empty"},
        {"head -c 60 \"$(dirname \"$POPEK\")/guests/hello.elf\" >\"$TEMPORARY/cut\"; \"$POPEK\" run \"$TEMPORARY/cut\"", 3, "cut off"},
        {"\"$POPEK\" run \"$POPEK\"", 3, "32-bit x86"},
        {"(head -c 514 /dev/zero; printf HdrS) >\"$TEMPORARY/linux\"; \"$POPEK\" run \"$TEMPORARY/linux\"", 3, "boot protocol of Linux"},
        {"\"$POPEK\" run --except-lines time x", 2, "belongs to --technique"},
        {"\"$POPEK\" run --backend other x", 2, "unknown backend 'other'"},
        {"\"$POPEK\" run --memory 12 x", 2, "--memory needs a number"},
        {"\"$POPEK\" run --backend unicorn --compare unicorn x", 2, "another backend than"},
        {"printf '\\353\\376' >\"$TEMPORARY/loop\"; \"$POPEK\" run --instructions 1000 \"$TEMPORARY/loop\"", 1, "stopped after 1000 instructions"},
        {"printf '\\364' >\"$TEMPORARY/halt\"; \"$POPEK\" run \"$TEMPORARY/halt\"", 0, ""},
        {"printf '\\017\\013' >\"$TEMPORARY/ud\"; \"$POPEK\" run --instructions 1000 \"$TEMPORARY/ud\"", 1, "stopped after"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct command_result r = run_command(cases[i].command);
        CHECK(r.code == cases[i].code && strstr(r.err, cases[i].says) != NULL, "%s: exit code %d, %s", cases[i].command, r.code, r.err);
        command_result_free(&r);
    }
}

static void test_formats(void) {
    struct command_result r = run_guest("hello", "--format json");
    CHECK(strstr(r.out, "\"serial\": \"Hello from ring 0.\\n\"") != NULL && strstr(r.out, "\"exit_code\": 0") != NULL, "json: %s", r.out);
    command_result_free(&r);
    r = run_guest("hello", "--stats");
    CHECK(strncmp(r.out, "Hello from ring 0.\nbackend: model\ninstructions: ", 47) == 0, "stats: %s", r.out);
    command_result_free(&r);
    r = run_guest("hello", "--trace \"$TEMPORARY/trace\" >/dev/null; head -1 \"$TEMPORARY/trace\"");
    CHECK(strncmp(r.out, "0008:0010000c cpl 0 CLI", 23) == 0, "trace: %s", r.out);
    command_result_free(&r);
}

static const struct test tests[] = {{"random code in lockstep with the emulator", test_random},
                                    {"page faults", test_page_faults},
                                    {"bad guests and options", test_inputs},
                                    {"formats", test_formats}};
const struct suite machine_suite = SUITE("machine", tests);
