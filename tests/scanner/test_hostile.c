/* Damaged binaries: every truncation, and bytes changed at random, give a result or an error and never more. */
#include "../../scanner/scanner.h"
#include "../tests.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As many as the environment says in POPEK_MUTATIONS: `make damage` asks for more. */
static unsigned mutations(void) {
    const char *wanted = getenv("POPEK_MUTATIONS");
    return wanted == NULL ? 4000u : (unsigned)strtoul(wanted, NULL, 10);
}

struct fixture {
    struct isa *isa;
    struct matcher *m;
    struct scan_form *forms; /* every form is a site: what is found is resolved, too */
    uint8_t *transfers;      /* of every kind */
    struct scan_question question;
};

static const struct scan_form *give_forms(void *context, enum matcher_mode mode) {
    (void)mode;
    return ((struct fixture *)context)->forms;
}

static const uint8_t *give_transfers(void *context, enum matcher_mode mode) {
    (void)mode;
    return ((struct fixture *)context)->transfers;
}

static bool set_up(struct fixture *f) {
    char *message = NULL;
    f->isa = load_dropped("x86-tables/x86.isa", "", NULL, 0);
    f->m = f->isa == NULL ? NULL : matcher_of_isa(f->isa, &message);
    f->forms = f->m == NULL ? NULL : calloc(f->isa->form_count, sizeof *f->forms);
    f->transfers = f->m == NULL ? NULL : calloc(f->isa->form_count, 1);
    free(message);
    if (!CHECK(f->forms != NULL && f->transfers != NULL, "the tables do not load")) {
        return false;
    }
    for (size_t i = 0; i < f->isa->form_count; i++) {
        f->forms[i] = (struct scan_form){.site = true, .class_name = "innocuous", .closed_by = ""};
        f->transfers[i] = (uint8_t)(i % 7 + 1);
    }
    f->question = (struct scan_question){.matcher = f->m,
                                         .form_count = f->isa->form_count,
                                         .forms = give_forms,
                                         .transfers = give_transfers,
                                         .context = f,
                                         .breakpoints = true,
                                         .mode = -1};
    return true;
}

static void tear_down(struct fixture *f) {
    free(f->forms);
    free(f->transfers);
    matcher_free(f->m);
    isa_free(f->isa);
}

static bool is_there(const struct scan_site *s, const uint8_t *bytes, size_t size) {
    return s->length <= size && s->file_offset <= size - s->length && memcmp(bytes + s->file_offset, s->bytes, s->length) == 0;
}

/* Every site and every stop lies in the bytes that were given, and holds what is there. */
static bool is_honest(const struct scan_result *r, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < r->binary_count; i++) {
        const struct scan_binary *b = &r->binaries[i];
        for (size_t k = 0; k < b->site_count; k++) {
            if (!is_there(&b->sites[k], bytes, size)) {
                return false;
            }
        }
        for (size_t k = 0; k < b->stop_count; k++) {
            if (!is_there(&b->stops[k].site, bytes, size) || b->stops[k].block_end - b->stops[k].block_start - 1 >= size) {
                return false;
            }
        }
    }
    return r->status != SCAN_OUT_OF_MEMORY && r->status != SCAN_NO_TABLE;
}

static bool scan_copy(const struct fixture *f, const uint8_t *bytes, size_t size, size_t *with_sites) {
    uint8_t *copy = malloc(size + 1); /* of its own, so that reading beyond it is seen by the sanitizer */
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, bytes, size);
    struct scan_result r = scan_bytes(&f->question, "damaged", copy, size);
    bool good = is_honest(&r, copy, size);
    *with_sites += r.binary_count > 0 && r.binaries[0].site_count > 0 ? 1 : 0;
    scan_result_free(&r);
    free(copy);
    return good;
}

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void damage(const struct fixture *f, const char *name) {
    char path[256];
    size_t size = 0;
    (void)snprintf(path, sizeof path, "%s/%s", getenv("TEMPORARY"), name);
    char *bytes = read_text(path, &size);
    if (!CHECK(bytes != NULL && size > 0, "%s was not made", name)) {
        free(bytes);
        return;
    }
    size_t bad = 0;
    size_t with_sites = 0;
    for (size_t cut = 0; cut < size; cut++) {
        bad += scan_copy(f, (const uint8_t *)bytes, cut, &with_sites) ? 0 : 1;
    }
    CHECK(bad == 0, "%s: %zu truncations give sites that are not there", name, bad);
    const unsigned count = mutations();
    uint32_t state = 1;
    bad = 0;
    with_sites = 0;
    size_t kept_at = 0; /* the damage of one stays until the next eight are done */
    char *whole = malloc(size + 1);
    if (whole == NULL) {
        CHECK(false, "out of memory");
        free(bytes);
        return;
    }
    memcpy(whole, bytes, size);
    for (unsigned i = 0; i < count; i++) {
        size_t at = next_random(&state) % (i % 2 == 0 ? size : size < 256 ? size : 256); /* half of them in the headers */
        bytes[at] = (char)next_random(&state);
        bad += scan_copy(f, (const uint8_t *)bytes, size, &with_sites) ? 0 : 1;
        if (i % 8 == 7) {
            bytes[kept_at] = whole[kept_at];
            kept_at = at;
        } else if (at != kept_at) {
            bytes[at] = whole[at];
        }
    }
    free(whole);
    CHECK(bad == 0, "%s: %zu mutations give sites that are not there", name, bad);
    CHECK(with_sites > count / 8, "%s: only %zu of the mutations leave anything to find", name, with_sites);
    free(bytes);
}

static void test_damage(void) {
    static const char *const names[] = {"small.o", "small", "small.so", "small.a", "small.exe"};
    struct command_result r = run_command(
        "cd \"$TEMPORARY\" && printf '.text\\n.globl _start\\n_start: pushf\\nsgdt (%%rax)\\nret\\n' >small.s && as -g small.s -o small.o && "
        "ld -s -o small small.o -z noseparate-code && ld -shared -o small.so small.o -z noseparate-code && ar rc small.a small.o small.s && { printf "
        "'MZ'; head -c 58 /dev/zero; "
        "printf '\\100\\0\\0\\0PE\\0\\0\\144\\206\\1\\0'; head -c 12 /dev/zero; printf '\\2\\0\\0\\0\\013\\2.text\\0\\0\\0\\5\\0\\0\\0\\0\\20"
        "\\0\\0\\20\\0\\0\\0\\0\\0\\0\\0'; head -c 12 /dev/zero; printf '\\040\\0\\0\\140\\220\\017\\001\\0\\303'; } >small.exe");
    struct fixture f = {.isa = NULL};
    if (CHECK(r.code == 0, "the binaries cannot be made: %s", r.err) && set_up(&f)) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            damage(&f, names[i]);
        }
    }
    tear_down(&f);
    command_result_free(&r);
}

/* What a table that is asked for in the middle of a scan does to the file. */
struct cutter {
    const struct fixture *fixture;
    const char *path;
};
static const struct scan_form *cut_and_give(void *context, enum matcher_mode mode) {
    const struct cutter *c = context;
    (void)mode;
    return truncate(c->path, 4096) == 0 ? c->fixture->forms : NULL;
}

static const uint8_t *give_transfers_of(void *context, enum matcher_mode mode) {
    const struct cutter *c = context;
    (void)mode;
    return c->fixture->transfers;
}

static void test_shrinking(void) {
    char path[256];
    struct fixture f = {.isa = NULL};
    (void)snprintf(path, sizeof path, "%s/shrinking", getenv("TEMPORARY"));
    struct command_result r = run_command("head -c 1000000 /dev/zero | tr '\\0' '\\220' >\"$TEMPORARY/shrinking\"");
    if (CHECK(r.code == 0, "the file cannot be made") && set_up(&f)) {
        struct cutter cutter = {&f, path};
        f.question.raw = true;
        f.question.only_counts = true;
        f.question.forms = cut_and_give;
        f.question.transfers = give_transfers_of;
        f.question.context = &cutter;
        struct scan_result s = scan_file(&f.question, path);
        CHECK(s.status == SCAN_BAD && s.message != NULL && strstr(s.message, "shorter") != NULL, "a file that shrinks: status %d, %s", (int)s.status,
              s.message == NULL ? "no message" : s.message);
        CHECK(s.binary_count == 1 && s.binaries[0].site_count > 4000, "what was read of a file that shrinks is not there");
        scan_result_free(&s);
    }
    tear_down(&f);
    command_result_free(&r);
}

static const struct test tests[] = {{"damaged files", test_damage}, {"a file that shrinks", test_shrinking}};
const struct suite scan_hostile_suite = SUITE("scan_hostile", tests);
