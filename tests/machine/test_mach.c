/* GNU Mach on the model, natively and under QEMU, when `make mach` has fetched it. */
#include "../tests.h"

#include <string.h>

static void test_boot(void) {
    struct command_result r = run_command("cd \"$(dirname \"$POPEK\")\" && if [ -f mach/gnumach ]; then \"$OLDPWD/tools/mach.sh\" ./popek mach; "
                                          "else echo 'skipped: not here; make mach fetches it'; fi");
    CHECK(r.code == 0, "GNU Mach: %s%s", r.out, r.err);
    (void)printf("%s", r.out);
    command_result_free(&r);
}

static const struct test tests[] = {{"GNU Mach boots", test_boot}};
const struct suite mach_suite = SUITE("mach", tests);
