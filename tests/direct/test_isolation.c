/* Hostile guests reach nothing, without a scan that would stop them before. */
#include "../../hardware/features.h"
#include "guest.h"

/* ---- hostile guests, without a scan that would stop them before ---------------------------------------------------------------------------------
 */

#define CODE_COPY 0x10100000u /* where the child has the copy of the code of a guest with 1 MiB */

static const struct {
    const char *name, *code; /* at 0x1000 */
    int64_t system_call;
    const char *more;                              /* at 0x3000 */
    enum { NOWHERE, ON_AMD, ON_OTHERS } undefined; /* #UD there in 32-bit code of IA-32e mode */
} hostile[] = {
    {"int 0x80: exit", "B8 01 00 00 00 31 DB CD 80", 1, "", NOWHERE},
    {"int 0x80: mmap", "B8 5A 00 00 00 BB 00 50 00 00 CD 80", 90, "", NOWHERE},
    {"sysenter", "B8 01 00 00 00 89 E5 0F 34", -1, "", ON_AMD},
    {"syscall", "B8 01 00 00 00 89 E5 0F 05", -1, "", ON_OTHERS},
    {"a far jump to the host's 64-bit code", "EA 00 10 00 00 33 00", -1, "", NOWHERE},
    {"a far jump to the host's 32-bit code", "EA 00 10 00 00 23 00", -1, "", NOWHERE},
    /* in 64-bit code: mov eax, 60; syscall */
    {"a system call from 64-bit code", "EA 00 30 10 10 33 00", 60, "B8 3C 00 00 00 0F 05", NOWHERE},
    {"write from 64-bit code", "EA 00 30 10 10 33 00", -1, "48 C7 04 25 00 10 00 00 01 00 00 00 F4", NOWHERE},
    {"data segment of the host, an address of nobody", "B8 2B 00 00 00 8E D8 A3 00 00 00 08", -1, "", NOWHERE},
};

void test_hostile(void) {
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct direct *d = open_guest(DIRECT_UNSCANNED);
        struct direct_state s;
        if (d == NULL) {
            return;
        }
        flat_state(&s, MEMORY);
        put(d, 0x1000, hostile[i].code);
        if (hostile[i].more[0] != '\0') {
            put(d, 0x3000, "F4");
            put(d, 0x2000, "E9 FB 0F 00 00"); /* so that the page is there: it runs into the HLT */
            s.eip = 0x2000;
            (void)run_from(d, &s);
            put(d, 0x3000, hostile[i].more);
            direct_wrote(d, 0x3000, 16);
            s.eip = 0x1000;
        }
        struct direct_event e = run_from(d, &s);
        bool same = hostile[i].system_call < 0 || e.system_call == hostile[i].system_call;
        bool undefined = hostile[i].undefined == (processor_is_amd() ? ON_AMD : ON_OTHERS);
        CHECK(undefined ? e.stop == DIRECT_TRAP && e.vector == 6 : e.stop == DIRECT_ESCAPE && same, "%s: stop %d, vector %u, call %d",
              hostile[i].name, (int)e.stop, e.vector, (int)e.system_call);
        check_audit(d, hostile[i].name);
        put(d, 0x4000, "40 F4"); /* and nothing of it has harmed the child */
        flat_state(&s, MEMORY);
        s.eip = 0x4000;
        struct direct_event after = run_from(d, &s);
        CHECK(after.stop == DIRECT_TRAP && s.general[0] == 1, "%s: the guest does not go on", hostile[i].name);
        direct_close(d);
    }
}
