/* Writes the text to a temporary directory, runs the assembler there, and reads the object. */
#include "assembler_run.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MOST_FLAGS = 256, MOST_MESSAGES = 4096, PATH_SIZE = 512 };

struct files {
    char directory[PATH_SIZE], source[PATH_SIZE + 8], object[PATH_SIZE + 8], messages[PATH_SIZE + 8];
};

static bool make_directory(struct files *f) {
    const char *base = getenv("TMPDIR");
    int length = snprintf(f->directory, sizeof f->directory, "%s/popek-XXXXXX", base == NULL || base[0] == '\0' ? "/tmp" : base);
    if (length < 0 || (size_t)length >= sizeof f->directory || mkdtemp(f->directory) == NULL) {
        return false;
    }
    (void)snprintf(f->source, sizeof f->source, "%s/in.s", f->directory);
    (void)snprintf(f->object, sizeof f->object, "%s/out.o", f->directory);
    (void)snprintf(f->messages, sizeof f->messages, "%s/errors", f->directory);
    return true;
}

static void remove_files(const struct files *f) {
    (void)unlink(f->source);
    (void)unlink(f->object);
    (void)unlink(f->messages);
    (void)rmdir(f->directory);
}

static bool write_file(const char *path, const char *text, size_t size) {
    FILE *file = fopen(path, "wb");
    bool good = file != NULL && fwrite(text, 1, size, file) == size;
    return file != NULL && fclose(file) == 0 && good;
}

/* At most `most` bytes, and a zero byte. NULL: it cannot be read. */
static char *read_file(const char *path, size_t most, size_t *size) {
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    *size = 0;
    for (size_t room = 65536; file != NULL; room *= 2) {
        char *larger = realloc(bytes, room + 1);
        if (larger == NULL) {
            free(bytes);
            bytes = NULL;
            break;
        }
        bytes = larger;
        *size += fread(bytes + *size, 1, room - *size, file);
        if (*size < room || *size >= most) {
            *size = *size < most ? *size : most;
            bytes[*size] = '\0';
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return bytes;
}

/* The exit code; negative: the program could not be run, and errno says why. */
static int run(const struct annotate_question *q, const struct files *f, bool tolerant) {
    const char *arguments[MOST_FLAGS + 8];
    size_t count = 0;
    arguments[count++] = q->assembler;
    for (size_t i = 0; i < MOST_FLAGS && q->flags[i] != NULL; i++) {
        arguments[count++] = q->flags[i];
    }
    arguments[count++] = tolerant ? "-Z" : "-g";
    arguments[count++] = "-o";
    arguments[count++] = f->object;
    arguments[count++] = f->source;
    arguments[count] = NULL;
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return -1;
    }
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, f->messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child = 0;
    /* The arguments are not written to; the type is that of execve. */
    int error = posix_spawnp(&child, q->assembler, &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (error != 0 || waitpid(child, &status, 0) != child) {
        errno = error != 0 ? error : errno;
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The file that is assembled is nobody's: its lines are those of the program. */
static void forget_path(char *messages, const char *path) {
    static const char instead[] = "the program";
    size_t length = strlen(path);
    if (messages == NULL || length < strlen(instead)) {
        return;
    }
    for (char *at = strstr(messages, path); at != NULL; at = strstr(at, path)) {
        memcpy(at, instead, strlen(instead));
        at += strlen(instead);
        memmove(at, at + length - strlen(instead), strlen(at + length - strlen(instead)) + 1);
    }
}

struct assembled assembler_run(const struct annotate_question *q, const char *text, size_t size, bool tolerant) {
    struct assembled a = {.status = ANNOTATE_NO_ASSEMBLER};
    struct files f = {"", "", "", ""};
    size_t message_size = 0;
    if (!make_directory(&f)) {
        a.messages = strdup("no temporary directory can be made");
        return a;
    }
    int code = write_file(f.source, text, size) ? run(q, &f, tolerant) : -1;
    if (code < 0 || code == 127) {
        a.messages = strdup(code == 127 ? "it was not found" : strerror(errno));
    } else {
        a.errors = code != 0;
        a.messages = read_file(f.messages, MOST_MESSAGES, &message_size);
        forget_path(a.messages, f.source);
        a.bytes = code == 0 || tolerant ? (uint8_t *)read_file(f.object, SIZE_MAX, &a.size) : NULL;
        a.status = a.bytes == NULL ? ANNOTATE_BAD : ANNOTATE_FINE;
    }
    remove_files(&f);
    return a;
}

void assembled_free(struct assembled *a) {
    free(a->messages);
    free(a->bytes);
    a->messages = NULL;
    a->bytes = NULL;
}
