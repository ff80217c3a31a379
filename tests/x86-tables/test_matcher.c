/* The matcher: bytes against the forms and reasons in decodings.txt, every encoding of the tables, and bytes without end or sense. */
#include "../../x86-tables/matcher.h"
#include "../tests.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 15u

struct fixture {
    struct isa *isa;
    struct matcher *m;
};

static bool set_up(struct fixture *f) {
    char *message = NULL;
    f->isa = load_dropped("x86-tables/x86.isa", "", NULL, 0);
    f->m = f->isa == NULL ? NULL : matcher_of_isa(f->isa, &message);
    bool good = CHECK(f->m != NULL, "the tables do not compile: %s", message == NULL ? "out of memory" : message);
    free(message);
    return good;
}

static void tear_down(struct fixture *f) {
    matcher_free(f->m);
    isa_free(f->isa);
}

static size_t read_hex(const char *text, uint8_t *bytes, size_t most) {
    size_t count = 0;
    char *end = NULL;
    for (const char *at = text; count < most; at = end) {
        unsigned long byte = strtoul(at, &end, 16);
        if (end == at) {
            break;
        }
        bytes[count++] = (uint8_t)byte;
    }
    return count;
}

static char *trim(char *text) {
    text += strspn(text, " ");
    size_t size = strlen(text);
    while (size > 0 && isspace((unsigned char)text[size - 1]) != 0) {
        text[--size] = '\0';
    }
    return text;
}

/* In memory of just this size, so that the sanitizer sees what reads behind it. */
static bool decode_copy(const struct matcher *m, enum matcher_mode mode, const uint8_t *bytes, size_t size, struct decoded *d) {
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, bytes, size);
    bool matched = matcher_decode(m, mode, copy, size, d);
    free(copy);
    return matched;
}

/* Every proper beginning of an instruction is truncated. */
static void check_beginnings(const struct fixture *f, enum matcher_mode mode, const uint8_t *bytes, size_t size, const char *name) {
    struct decoded d;
    bool good = true;
    for (size_t i = 0; i < size && good; i++) {
        good = !decode_copy(f->m, mode, bytes, i, &d) && d.reason == MATCHER_TRUNCATED;
        CHECK(good, "the first %zu bytes of '%s' are %s", i, name, matcher_reason_name((enum matcher_reason)d.reason));
    }
}

static void check_line(const struct fixture *f, char *line) {
    char *rest = NULL;
    char *mode_name = strtok_r(line, "|", &rest);
    char *hex = strtok_r(NULL, "|", &rest);
    enum matcher_mode mode = MATCHER_LONG;
    if (!CHECK(mode_name != NULL && hex != NULL && matcher_find_mode(trim(mode_name), &mode), "not a case: %s", line)) {
        return;
    }
    char *expected = trim(rest);
    uint8_t bytes[32];
    size_t size = read_hex(hex, bytes, sizeof bytes);
    struct decoded d;
    bool matched = decode_copy(f->m, mode, bytes, size, &d);
    const char *form = matched ? f->isa->forms[d.form].text : "";
    const char *reason = matcher_reason_name((enum matcher_reason)d.reason);
    if (expected[0] == '!') {
        CHECK(!matched && strcmp(reason, expected + 1) == 0, "%s %s: %s (%s) instead of %s", mode_name, hex, reason, form, expected);
        return;
    }
    CHECK(matched && strcmp(form, expected) == 0, "%s %s: '%s' (%s) instead of '%s'", mode_name, hex, form, reason, expected);
    CHECK(!matched || d.length == size, "%s %s: %u bytes instead of %zu", mode_name, hex, d.length, size);
    if (matched) {
        check_beginnings(f, mode, bytes, size, expected);
    }
}

static void test_decodings(void) {
    struct fixture f;
    size_t size = 0;
    char *text = read_text("tests/x86-tables/decodings.txt", &size);
    if (CHECK(text != NULL, "no decodings.txt") && set_up(&f)) {
        char *rest = NULL;
        for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
            if (line[0] != '#') {
                check_line(&f, line);
            }
        }
        tear_down(&f);
    }
    free(text);
}

static void complain_of_pair(void *context, enum matcher_mode mode, unsigned first, unsigned second) {
    const struct isa *isa = context;
    CHECK(false, "%s: the same bytes are '%s' and '%s'", matcher_mode_name(mode), isa->forms[first].text, isa->forms[second].text);
}

static void test_tables(void) {
    struct fixture f;
    if (set_up(&f)) {
        size_t count = matcher_ambiguities(f.m, complain_of_pair, f.isa);
        CHECK(count == 0, "%zu pairs of forms have the same bytes", count);
        tear_down(&f);
    }
}

static void test_bad_encodings(void) {
    static const struct {
        const char *pattern, *encoding, *problem;
    } bad[] = {{"X r32", "0F", "an opcode byte must follow"},
               {"X r32", "0F 01 /9", "unknown word"},
               {"X r32", "01 /r nothing", "unknown word"},
               {"X r32", "01", "no place for a register operand"},
               {"X r33", "01 /r", "unknown operand"},
               {"X m32", "01 /r", "`mem` is missing"},
               {"X r/m32", "01 /r reg", "a memory operand in a register form"},
               {"X xmm", "VEX.128.66.0F 58 /r", "five parts"},
               {"X xmm", "VEX.128.66.08.W0 58 /r", "unknown opcode map"},
               {"X imm8", "01", "without immediate bytes"},
               {"X r32@nowhere", "01 /r", "unknown place"},
               {"X", "01 mem", "no ModRM byte"},
               {"X xmm, vm32x", "66 01 /r mem", "vsib"},
               {"X r/m32, r/m32", "01 /r", "two operands"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct matcher_form form = {bad[i].pattern, bad[i].encoding, 63};
        char *message = NULL;
        struct matcher *m = matcher_new(&form, 1, &message);
        CHECK(m == NULL && message != NULL && strstr(message, bad[i].problem) != NULL && strstr(message, bad[i].pattern) != NULL, "'%s': %s",
              bad[i].encoding, message == NULL ? "no message" : message);
        free(message);
        matcher_free(m);
    }
}

static void test_command(void) {
    static const struct {
        const char *arguments;
        int code;
        const char *out, *err; /* must occur there */
    } cases[] = {{"0f01e0", 0, "form     SMSW r32", ""},
                 {"0f 01 e0 --format json", 0, "\"form\": \"SMSW r32\"", ""},
                 {"0x0f,0x01,0xe0 --mode 32", 0, "length   3", ""},
                 {"'\\x9d' --mode v86", 0, "POPF", ""},
                 {"f00f01e0", 1, "LOCK is not allowed", ""},
                 {"06 --format json", 1, "\"reason\": \"not-in-mode\"", ""},
                 {"90 06", 1, "form     NOP", ""},
                 {"c5", 1, "the bytes end", ""},
                 {"xyz", 3, "", "not pairs of hexadecimal digits"},
                 {"0f0", 3, "", "not pairs of hexadecimal digits"},
                 {"''", 3, "", "no bytes"},
                 {"", 2, "", "which bytes?"},
                 {"90 --mode 128", 2, "", "unknown mode '128'"},
                 {"90 --profile nothing", 2, "", "unknown profile 'nothing'"},
                 {"90 --isa no-such-isa", 3, "", "no built-in ISA"},
                 {"--help", 0, "Exit code", ""},
                 {"62f2e528b44601", 0, "memory of 256 bits at ds:[rsi+0x20]", ""},
                 {"64678b8448f0ffffff", 0, "memory of 32 bits at fs:[eax+ecx*2-0x10]", ""},
                 {"88e0", 0, "operand  ah", ""},
                 {"4088e0", 0, "operand  spl", ""},
                 {"ea78563412cdab -m 32", 0, "far pointer 0xabcd:0x12345678", ""},
                 {"66ea3412cdab -m 32", 0, "far pointer 0xabcd:0x1234", ""},
                 {"48c7c0ffffffff", 0, "operand  -0x1", ""},
                 {"c8341202", 0, "operand  0x1234", ""},
                 {"8b4206 -m 16", 0, "memory of 16 bits at ss:[bp+si+0x6]", ""},
                 {"62a27d4192048d00000000", 0, "[zmm25*4]", ""},
                 {"c4e3714ac230", 0, "operand  xmm3", ""},
                 {"a11122334455667788", 0, "at ds:[0x8877665544332211]", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[256];
        (void)snprintf(command, sizeof command, "\"$POPEK\" decode %s", cases[i].arguments);
        struct command_result r = run_command(command);
        CHECK(r.code == cases[i].code, "decode %s: exit code %d instead of %d: %s", cases[i].arguments, r.code, cases[i].code, r.err);
        CHECK(r.out != NULL && strstr(r.out, cases[i].out) != NULL, "decode %s: no '%s' in: %s", cases[i].arguments, cases[i].out, r.out);
        CHECK(r.err != NULL && strstr(r.err, cases[i].err) != NULL, "decode %s: no '%s' in: %s", cases[i].arguments, cases[i].err, r.err);
        command_result_free(&r);
    }
}

static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Random bytes: the sanitizer watches the reads; lengths stay in bounds; what follows an instruction does not matter. */
static void test_random(void) {
    static const uint8_t starts[] = {0x0F, 0x66, 0xC4, 0xC5, 0x62, 0x8F, 0xF2, 0xF3, 0x48, 0x67};
    struct fixture f;
    if (!set_up(&f)) {
        return;
    }
    uint32_t state = 2463534242u;
    unsigned bad = 0;
    for (unsigned i = 0; i < 200000; i++) {
        uint8_t bytes[LONGEST + 1];
        for (unsigned k = 0; k < sizeof bytes; k++) {
            bytes[k] = (uint8_t)next_random(&state);
        }
        if (i % 2 == 0) {
            bytes[0] = starts[next_random(&state) % sizeof starts];
        }
        size_t size = next_random(&state) % (sizeof bytes + 1);
        enum matcher_mode mode = (enum matcher_mode)(next_random(&state) % MATCHER_MODE_COUNT);
        struct decoded d;
        struct decoded again;
        struct matcher_operand operands[MATCHER_OPERANDS];
        bool matched = decode_copy(f.m, mode, bytes, size, &d);
        bad += matched && (d.length == 0 || d.length > size || d.length > LONGEST) ? 1u : 0u;
        bad += matched && (!decode_copy(f.m, mode, bytes, d.length, &again) || again.form != d.form || again.length != d.length) ? 1u : 0u;
        bad += matched && matcher_operands(f.m, &d, operands) > MATCHER_OPERANDS ? 1u : 0u;
        bad += matched && d.length > 1 && (decode_copy(f.m, mode, bytes, d.length - 1u, &again) || again.reason != MATCHER_TRUNCATED) ? 1u : 0u;
    }
    CHECK(bad == 0, "%u of 200000 random byte strings", bad);
    tear_down(&f);
}

static const struct test tests[] = {{"every form of the tables compiles, and no two have the same bytes", test_tables},
                                    {"bytes are the form or the reason that the manual says", test_decodings},
                                    {"bad encodings are reported", test_bad_encodings},
                                    {"random bytes", test_random},
                                    {"popek decode", test_command}};
const struct suite matcher_suite = SUITE("matcher", tests);
