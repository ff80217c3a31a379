/* Runs a command and prints its processor time and peak memory. Exit codes 0 and 1 of the command are results. */
#define _DEFAULT_SOURCE 1
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 3) {
        (void)fputs("usage: measure TITLE COMMAND...\n", stderr);
        return 2;
    }
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0) {
            _exit(127);
        }
        (void)execvp(argv[2], &argv[2]);
        _exit(127);
    }
    int status = 0;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        (void)fputs("measure: cannot run the command\n", stderr);
        return 2;
    }
    double seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    (void)printf("%-32s %8.3f s of processor time, %6.1f MB at most\n", argv[1], seconds, (double)usage.ru_maxrss / 1024.0);
    return WIFEXITED(status) && WEXITSTATUS(status) <= 1 ? 0 : 1;
}
