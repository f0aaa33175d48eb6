/*
 * frame COLUMNS ROWS MARK COMMAND…: runs a command in a terminal of its own and prints how many nanoseconds it took until a frame
 * with MARK in it was complete there (the end of a synchronized update); then ends it.
 */
#define _GNU_SOURCE
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#define FRAME_END "\033[?2026l"

static int is_complete(const char *seen, size_t length, const char *mark)
{
    const char *at = memmem(seen, length, mark, strlen(mark));
    return at != NULL && memmem(at, length - (size_t)(at - seen), FRAME_END, strlen(FRAME_END)) != NULL;
}

int main(int argc, char **argv)
{
    if (argc < 5) return 2;
    struct winsize size = {.ws_col = (unsigned short)atoi(argv[1]), .ws_row = (unsigned short)atoi(argv[2])};
    static char seen[1 << 20];
    size_t length = 0;
    int terminal;
    uint64_t started = now_ns();
    pid_t child = forkpty(&terminal, NULL, NULL, &size);
    if (child < 0) {
        perror("forkpty");
        return 1;
    }
    if (child == 0) {
        execvp(argv[4], argv + 4);
        perror(argv[4]);
        _exit(127);
    }
    int found = 0;
    while (!found && length < sizeof seen - 1) {
        ssize_t more = read(terminal, seen + length, sizeof seen - 1 - length);
        if (more <= 0) break;
        length += (size_t)more;
        found = is_complete(seen, length, argv[3]);
    }
    uint64_t taken = now_ns() - started;
    kill(child, SIGTERM);
    /* What it still has to say must not keep it. */
    while (read(terminal, seen, sizeof seen) > 0) continue;
    waitpid(child, NULL, 0);
    if (!found) {
        fprintf(stderr, "no frame had \"%s\": %.*s\n", argv[3], (int)length, seen);
        return 1;
    }
    printf("%lu\n", taken);
}
