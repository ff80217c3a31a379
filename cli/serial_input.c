/* Standard input, or a file, as what a guest receives at its serial port: a byte at a time, and none that the guest does not take, so that a script's
 * input is not lost to a guest that only writes. */
#include "serial_input.h"

#include "cli.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* For the handler of signals: what the terminal was like. */
static struct termios terminal_before;
static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define ENDING_SIGNALS (sizeof ending_signals / sizeof ending_signals[0])

static void restore_and_end(int number) {
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void watch_signals(void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    struct sigaction old;
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ENDING_SIGNALS; i++) { /* one that is ignored, as by nohup, stays so */
        if (sigaction(ending_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            (void)sigaction(ending_signals[i], &action, NULL);
        }
    }
}

/* A serial terminal sends what is typed at once, a carriage return for Enter, and leaves it to the other side to show it. */
static bool begin_terminal(struct serial_input *s) {
    if (tcgetattr(s->descriptor, &s->before) != 0) {
        return false;
    }
    struct termios typed = s->before;
    typed.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    typed.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON);
    typed.c_cc[VMIN] = 1;
    typed.c_cc[VTIME] = 0;
    typed.c_cc[VSUSP] = _POSIX_VDISABLE;
    terminal_before = s->before;
    watch_signals(restore_and_end);
    return tcsetattr(s->descriptor, TCSANOW, &typed) == 0;
}

/* How many bytes can be read without waiting; at the end of a file none can, and a poll says that there is something. */
static bool readable(struct serial_input *s, uint64_t microseconds) {
    struct pollfd p = {s->descriptor, POLLIN, 0};
    int count = 0;
    const struct timespec patience = {(time_t)(microseconds / 1000000), (long)(microseconds % 1000000) * 1000};
    int found = s->ended ? 0 : ppoll(&p, 1, &patience, NULL);
    if (found <= 0) {
        return false;
    }
    if ((p.revents & POLLIN) != 0 && ioctl(s->descriptor, FIONREAD, &count) == 0 && count > 0) {
        return true;
    }
    s->ended = true;
    return false;
}

static bool ready(void *context, size_t number) {
    struct serial_input *s = context;
    return number < s->size || readable(s, 0);
}

static bool keep(struct serial_input *s, uint8_t byte) {
    if (s->size == s->capacity) {
        size_t capacity = s->capacity == 0 ? 256 : s->capacity * 2;
        uint8_t *bytes = realloc(s->bytes, capacity);
        if (bytes == NULL) {
            return false;
        }
        s->bytes = bytes;
        s->capacity = capacity;
    }
    s->bytes[s->size++] = byte;
    return true;
}

static uint8_t take(void *context, size_t number) {
    struct serial_input *s = context;
    uint8_t byte = 0;
    if (number < s->size) {
        return s->bytes[number];
    }
    s->ended = s->ended || read(s->descriptor, &byte, 1) != 1 || !keep(s, byte);
    return byte;
}

static bool wait_for(void *context, size_t number, uint64_t microseconds) {
    struct serial_input *s = context;
    if (number < s->size) {
        return true;
    }
    (void)readable(s, microseconds);
    return !s->ended;
}

bool serial_input_open(struct serial_input *s, const char *path) {
    *s = (struct serial_input){.source = {ready, take, wait_for, s}, .descriptor = STDIN_FILENO};
    if (path != NULL) {
        struct stat kind;
        s->descriptor = open(path, O_RDONLY | O_CLOEXEC);
        bool good = s->descriptor >= 0 && fstat(s->descriptor, &kind) == 0 && !S_ISDIR(kind.st_mode);
        if (!good) {
            complain("cannot read '%s'", path);
            serial_input_close(s);
        }
        return good;
    }
    bool is_terminal = isatty(STDIN_FILENO) == 1;
    bool is_ours = is_terminal && tcgetpgrp(STDIN_FILENO) == getpgrp(); /* who reads a terminal from the background is stopped */
    if (is_ours) {
        s->has_terminal = begin_terminal(s);
    }
    s->ended = is_terminal && !is_ours;
    return true;
}

void serial_input_close(struct serial_input *s) {
    if (s->has_terminal) {
        (void)tcsetattr(s->descriptor, TCSANOW, &s->before);
        watch_signals(SIG_DFL);
    }
    if (s->descriptor > STDIN_FILENO) {
        (void)close(s->descriptor);
    }
    free(s->bytes);
}
