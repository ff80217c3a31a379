/* The guests on the model against kept output, and on Unicorn, KVM and QEMU against the model: what differs has to be listed, with its cause. */
#include "../tests.h"
#include "guest_list.h"

#include <stdlib.h>
#include <string.h>

static struct command_result run_guest(const char *name, const char *options) {
    char command[512];
    (void)snprintf(command, sizeof command, "\"$POPEK\" run \"$(dirname \"$POPEK\")/guests/%s.elf\" --instructions 50000000 %s", name, options);
    return run_command(command);
}

/* `always`: what is listed is seen on every machine. Returns what is wrong; NULL: nothing. */
static const char *judge(const char *list, const char *name, const char *how, bool same, bool always, const struct command_result *r) {
    char text[256];
    bool known = guest_difference(list, name, how, text, sizeof text);
    if (same) {
        return known && always && strcmp(name, "two_processes") != 0 ? "the difference that is listed is not seen" : NULL;
    }
    if (!known) {
        return "a difference that is not listed";
    }
    return strstr(r->out, text) == NULL && strstr(r->err, text) == NULL ? "another difference than the one that is listed" : NULL;
}

static void test_model(void) {
    for (size_t i = 0; i < guest_count; i++) {
        char *expected = guest_output(guests[i].name);
        struct command_result r = run_guest(guests[i].name, "");
        CHECK(r.code == guests[i].code, "%s: exit code %d: %s", guests[i].name, r.code, r.err);
        CHECK(expected != NULL && strcmp(r.out, expected) == 0, "%s: other output than what is kept:\n%s", guests[i].name, r.out);
        command_result_free(&r);
        free(expected);
    }
}

/* Runs a command for every guest, made of its name and `options`; `skip_long`: not those that take long. */
static unsigned compare_all(const char *list, const char *how, const char *command, bool skip_long, bool always) {
    unsigned same = 0;
    for (size_t i = 0; i < guest_count; i++) {
        char line[512];
        char *expected = guest_output(guests[i].name);
        if (expected != NULL && !(skip_long && guests[i].is_long)) {
            (void)snprintf(line, sizeof line, command, guests[i].name);
            struct command_result r = run_command(line);
            bool alike = strcmp(r.out, expected) == 0;
            const char *wrong = judge(list, guests[i].name, how, alike, always, &r);
            CHECK(wrong == NULL, "%s on %s: %s:\n%.3000s%s", guests[i].name, how, wrong, r.out, r.err);
            same += alike ? 1 : 0;
            command_result_free(&r);
        }
        free(expected);
    }
    return same;
}

static bool can_run(const char *options) {
    struct command_result probe = run_guest("hello", options);
    bool can = probe.code != 77;
    if (!can) {
        (void)printf("       not compared: %s", probe.err);
    }
    command_result_free(&probe);
    return can;
}

static void test_unicorn(void) {
    size_t size = 0;
    char *list = read_text(GUEST_DIFFERENCES, &size);
    if (CHECK(list != NULL, "no " GUEST_DIFFERENCES) && can_run("--backend unicorn")) {
        unsigned same = compare_all(list, "unicorn",
                                    "\"$POPEK\" run \"$(dirname \"$POPEK\")/guests/%s.elf\" --instructions 50000000 --backend unicorn", false, true);
        CHECK(same == guest_count, "%u of %zu guests are alike on Unicorn", same, guest_count);
    }
    free(list);
}

static void test_lockstep(void) {
    size_t size = 0;
    char *list = read_text(GUEST_DIFFERENCES, &size);
    bool can = CHECK(list != NULL, "no " GUEST_DIFFERENCES) && can_run("--backend unicorn");
    for (size_t i = 0; can && i < guest_count; i++) {
        if (strcmp(guests[i].name, "compute") == 0) {
            continue;
        }
        struct command_result r = run_guest(guests[i].name, "--compare unicorn --stats");
        bool same = strstr(r.err, "difference") == NULL;
        const char *wrong = judge(list, guests[i].name, "lockstep", same, true, &r);
        CHECK(wrong == NULL, "%s in lockstep: %s: %s", guests[i].name, wrong, r.err);
        CHECK(!same || r.code == guests[i].code, "%s in lockstep: exit code %d", guests[i].name, r.code);
        CHECK(guests[i].model_alone || strstr(r.out, "by the model alone") == NULL, "%s in lockstep: %s", guests[i].name, r.out);
        command_result_free(&r);
    }
    free(list);
}

static void test_kvm(void) {
    size_t size = 0;
    char *list = read_text(GUEST_DIFFERENCES, &size);
    if (CHECK(list != NULL, "no " GUEST_DIFFERENCES) && can_run("--backend kvm")) {
        unsigned same = compare_all(list, "kvm", "timeout 20 \"$POPEK\" run \"$(dirname \"$POPEK\")/guests/%s.elf\" --backend kvm", false, false);
        (void)printf("       %u of %zu guests are alike on KVM\n", same, guest_count);
    }
    free(list);
}

/* QEMU boots them by itself: its loader, its firmware, its devices. */
static void test_qemu(void) {
    size_t size = 0;
    char *list = read_text(GUEST_DIFFERENCES, &size);
    struct command_result probe = run_command("command -v qemu-system-i386 && command -v timeout");
    if (CHECK(list != NULL, "no " GUEST_DIFFERENCES) && probe.code == 0) {
        unsigned same = compare_all(list, "qemu",
                                    "timeout 20 qemu-system-i386 -M isapc -nodefaults -vga std -cpu pentium3 -m 32 -kernel "
                                    "\"$(dirname \"$POPEK\")/guests/%s.elf\" -serial stdio -monitor none -display none -no-reboot "
                                    "-device isa-debug-exit,iobase=0xf4,iosize=1 | head -c 100000",
                                    false, true);
        (void)printf("       %u of %zu guests are alike under QEMU\n", same, guest_count);
    } else {
        (void)printf("       no QEMU here (package qemu-system-x86): not compared\n");
    }
    command_result_free(&probe);
    free(list);
}

/* Two of them without the model in between. */
static void test_pairs(void) {
    static const struct {
        const char *guest, *options;
        int code;
        const char *says;
    } cases[] = {{"robin_irvine", "--backend native --compare unicorn", 0, ""},
                 {"robin_irvine", "--backend native --compare model --stats", 0, ""},
                 {"hostile/host_segments", "--backend native --compare unicorn", 0, ""},
                 {"hello", "--backend kvm --compare unicorn", 0, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct command_result r = run_guest(cases[i].guest, cases[i].options);
        if (r.code == 77) {
            (void)printf("       not run: %s", r.err);
        } else {
            CHECK(r.code == cases[i].code && strstr(r.err, cases[i].says) != NULL, "%s %s: exit code %d: %s", cases[i].guest, cases[i].options,
                  r.code, r.err);
        }
        command_result_free(&r);
    }
}

/* A guest that shows the time-stamp counter: counted in instructions on one, of the clock on the other. */
static void test_different_pair(void) {
    static const struct {
        const char *order, *says;
    } orders[] = {{"native --compare unicorn", "\", on unicorn \"the counter: "}, {"unicorn --compare native", "\", on native \"the counter: "}};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        char line[512];
        (void)snprintf(line, sizeof line,
                       "as --32 -I examples/guests/x86 -o \"$TEMPORARY/counter.o\" tests/machine/guests/counter.s && "
                       "ld -m elf_i386 -Ttext=0x100000 -e start -o \"$TEMPORARY/counter.elf\" \"$TEMPORARY/counter.o\" && "
                       "\"$POPEK\" run \"$TEMPORARY/counter.elf\" --backend %s",
                       orders[i].order);
        struct command_result r = run_command(line);
        if (r.code == 77) {
            (void)printf("       not run: %s", r.err);
        } else {
            CHECK(r.code == 1 && strstr(r.err, orders[i].says) != NULL, "%s: exit code %d: %s", orders[i].order, r.code, r.err);
        }
        command_result_free(&r);
    }
}

/* The judge itself: what is not listed, or listed and not seen, or otherwise, is wrong. */
static void test_judge(void) {
    static const char list[] = "\na unicorn | this text | because\n";
    char out[] = "this text";
    char other[] = "another";
    char none[] = "";
    const struct command_result shown = {.out = out, .err = none};
    const struct command_result otherwise = {.out = other, .err = none};
    CHECK(judge(list, "a", "unicorn", false, true, &shown) == NULL, "what is listed");
    CHECK(judge(list, "a", "unicorn", false, true, &otherwise) != NULL, "another difference");
    CHECK(judge(list, "a", "unicorn", true, true, &otherwise) != NULL, "a difference that is gone");
    CHECK(judge(list, "a", "unicorn", true, false, &otherwise) == NULL, "a difference that need not be seen");
    CHECK(judge(list, "a", "kvm", false, true, &shown) != NULL, "another way");
    CHECK(judge(list, "b", "unicorn", false, true, &shown) != NULL, "another guest");
}

static const struct test tests[] = {{"the model shows what is kept", test_model},
                                    {"on Unicorn", test_unicorn},
                                    {"beside Unicorn", test_lockstep},
                                    {"on KVM", test_kvm},
                                    {"under QEMU", test_qemu},
                                    {"pairs of backends", test_pairs},
                                    {"a pair that differs", test_different_pair},
                                    {"the list of differences", test_judge}};
const struct suite guests_suite = SUITE("guests", tests);
