/* Where results go: a file, or standard output. */
#include "cli.h"

#include "progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool output_open(struct output *o, const char *path) {
    *o = (struct output){NULL, NULL, 0, path};
    o->stream = open_memstream(&o->text, &o->size);
    if (o->stream == NULL) {
        complain("out of memory");
    }
    return o->stream != NULL;
}

void output_abandon(struct output *o) {
    if (o->stream != NULL) {
        (void)fclose(o->stream);
    }
    free(o->text);
    *o = (struct output){NULL, NULL, 0, NULL};
}

bool output_coloured(const struct output *o) {
    const char *no_colour = getenv("NO_COLOR");
    return o->path == NULL && isatty(STDOUT_FILENO) == 1 && (no_colour == NULL || no_colour[0] == '\0');
}

static int write_result(const struct output *o) {
    progress_end();
    FILE *to = o->path == NULL ? stdout : fopen(o->path, "wb");
    const char *shown = o->path == NULL ? "standard output" : o->path;
    if (to == NULL) {
        complain("cannot write '%s': %s", shown, strerror(errno));
        return EXIT_INPUT;
    }
    errno = 0;
    bool written = fwrite(o->text, 1, o->size, to) == o->size;
    written = fflush(to) == 0 && written;
    int reason = errno;
    if (o->path != NULL && fclose(to) != 0) {
        reason = written ? errno : reason;
        written = false;
    }
    if (!written) {
        complain("cannot write '%s': %s", shown, strerror(reason));
        return EXIT_INPUT;
    }
    return EXIT_FINE;
}

int output_close(struct output *o, bool complete) {
    bool failed = ferror(o->stream) != 0;
    failed = fclose(o->stream) != 0 || failed || !complete;
    o->stream = NULL;
    int code = EXIT_INTERNAL;
    if (failed) {
        complain("out of memory");
    } else {
        code = write_result(o);
    }
    output_abandon(o);
    return code;
}
