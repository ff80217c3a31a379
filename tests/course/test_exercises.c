/* The exercises of the course: each answer solves its exercise, the file to begin with does not, and what is no solution at all gives a message. */
#include "../tests.h"

#include <stdio.h>
#include <string.h>

#define COURSE "docs/course/"

static const char *const files[] = {"classes.isa", "witnesses.txt", "converse.isa", "hybrid.isa", "notice.txt", "guest.s", "handler.c"};
#define EXERCISES (sizeof files / sizeof files[0])

static void check_exercise(size_t number, const char *folder, int code, const char *last) {
    char command[256];
    (void)snprintf(command, sizeof command, "\"$POPEK\" exercise %zu " COURSE "%s/%s", number, folder, files[number - 1]);
    struct command_result r = run_command(command);
    if (r.code == 77) {
        (void)printf("skipped: exercise %zu needs Frama-C and Why3\n", number);
    } else {
        CHECK(r.code == code, "exercise %zu, %s: exit code %d instead of %d: %s%s", number, folder, r.code, code, r.out, r.err);
        CHECK(r.out != NULL && strstr(r.out, last) != NULL, "exercise %zu, %s: %s", number, folder, r.out);
    }
    command_result_free(&r);
}

static void test_answers(void) {
    for (size_t number = 1; number <= EXERCISES; number++) {
        check_exercise(number, "answers", 0, "\nSolved.\n");
    }
}

static void test_beginnings(void) {
    for (size_t number = 1; number <= EXERCISES; number++) {
        check_exercise(number, "exercises", 1, "\nNot yet: ");
    }
}

/* Wrong solutions: the edit of an answer that makes it one, and the point that says so. */
static const struct {
    size_t number;
    const char *edit, *point;
} wrong[] = {
    {1, "s/reg\\[d\\] = r.base/reg[d] = 0/", "no   PEEK is sensitive-unprivileged (now: innocuous)"},
    {1, "s/INNOCENT/OTHER/", "no   there is an instruction INNOCENT"},
    {2, "s/^second  privilege = user/second privilege = supervisor/", "no   the states show that MOVE_FROM_SR of mc68000 is mode sensitive"},
    {2, "s/^second  r.base = 0x40/second r.base = 0x41/", "no   the states show that LRA of lra has a hole"}, /* not what the map says */
    {2, "s/^second  r.base = 0x40/second nothing = 1/", "no   line 20: there is no nothing = 1"},
    {2, "s/^witness lra.*/witness lra LRA doubt/", "no such machine, instruction or question: lra LRA doubt"},
    {2, "/^witness mc/,/^second/d", "no   there is a witness for MOVE_FROM_SR of mc68000"},
    {3, "s/if reg\\[a\\] < r.bound { r.bound = reg\\[a\\]; }/r.bound = 5;/", "no   TOUCH has no hole"},
    {4, "s/privilege = user;/privilege = supervisor;/", "no   BACK is not user sensitive"},
    {5, "s/^9c.*/f4/", "no   none is privileged"},
    {5, "s/^9c.*/90/; s/^8c.*//", "no   one of them is left when the monitor sets CR4.UMIP"},
    {6, "s/ADD  r5, r1 .*/LRA r5, r1/", "no   LRA is not executed any more"},
    {6, "s/.word 42, 0/.word 41, 0/", "no   r0 is 42 then (41)"},
    {7, "s/(uint16_t)(s->pc + 1)/s->pc/", "no   all of them are proven"},
    {7, "s/if (s->privilege == 1)/\\/*@ admit \\\\false; *\\/ if (s->privilege == 1)/",
     "no   nothing is assumed that the contract does not say: the file has admit"},
};

static void test_wrong(void) {
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char command[1024];
        const char *file = files[wrong[i].number - 1];
        /* Beside a link to the machines, because the answers include them by a path. */
        (void)snprintf(command, sizeof command,
                       "mkdir -p \"$TEMPORARY/a/b/c\" && ln -sfn \"$PWD/examples\" \"$TEMPORARY/examples\" && "
                       "sed '%s' " COURSE "answers/%s >\"$TEMPORARY/a/b/c/%s\" && ! cmp -s " COURSE "answers/%s \"$TEMPORARY/a/b/c/%s\" && "
                       "\"$POPEK\" exercise %zu \"$TEMPORARY/a/b/c/%s\"",
                       wrong[i].edit, file, file, file, file, wrong[i].number, file);
        struct command_result r = run_command(command);
        CHECK(r.code == 77 || (r.code == 1 && r.out != NULL && strstr(r.out, wrong[i].point) != NULL), "%zu, %s: exit code %d: %s%s", wrong[i].number,
              wrong[i].edit, r.code, r.out, r.err);
        command_result_free(&r);
    }
}

static const struct {
    const char *arguments;
    int code;
    const char *out, *err;
} cases[] = {
    {"", 0, "7  A handler that is proven", ""},
    {"3", 0, "docs/course/exercises/converse.isa", ""},
    {"0", 2, "", "there are exercises 1 to 7, not '0'"},
    {"8", 2, "", "there are exercises 1 to 7, not '8'"},
    {"1 a b", 2, "", "one file at a time; what is 'b'?"},
    {"1 /no/such/file", 3, "", "no readable file: '/no/such/file'"},
    {"1 README.md", 3, "", "README.md:1:"},
    {"1 third_generation", 1, "no   there is an instruction GUARD", ""},
    {"2 /dev/null", 1, "Not yet: 0 of 2", ""},
    {"2 README.md", 1, "no   line 3: neither 'witness MACHINE INSTRUCTION QUESTION' nor 'first NAME =", ""},
    {"5 /dev/null", 3, "", "pairs of hexadecimal digits are expected"},
    {"5 README.md", 3, "", "pairs of hexadecimal digits are expected"},
    {"6 /dev/null", 3, "", "not a guest file"},
    {"6 examples/guests/jrst1.s", 3, "", "no instruction 'JRST1'"},
    {"7 /no/such/file", 3, "", "cannot read '/no/such/file'"},
};

static void test_cases(void) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[256];
        (void)snprintf(command, sizeof command, "\"$POPEK\" exercise %s", cases[i].arguments);
        struct command_result r = run_command(command);
        CHECK(r.code == cases[i].code, "exercise %s: exit code %d: %s", cases[i].arguments, r.code, r.err);
        CHECK(r.out != NULL && strstr(r.out, cases[i].out) != NULL && r.err != NULL && strstr(r.err, cases[i].err) != NULL, "exercise %s: %s%s",
              cases[i].arguments, r.out, r.err);
        command_result_free(&r);
    }
}

static const struct test tests[] = {
    {"answers solve their exercises", test_answers},
    {"the files to begin with do not", test_beginnings},
    {"nor do wrong solutions", test_wrong},
    {"exit codes and messages", test_cases},
};
const struct suite course_suite = SUITE("course", tests);
