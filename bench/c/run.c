/*
 * run [-1] RESULT COMMAND…: runs a command, with -1 on one processor only, and writes to the file RESULT what it took, children
 * that it waited for included: the time by the clock, of the processor, and the most memory.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t us(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

/* The last processor that may be used: the first ones serve most interrupts. */
static int stay_on_one(void)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
    int last = CPU_SETSIZE - 1;
    while (last > 0 && !CPU_ISSET(last, &allowed)) last -= 1;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    return sched_setaffinity(0, sizeof one, &one);
}

int main(int argc, char **argv)
{
    int on_one = argc > 1 && strcmp(argv[1], "-1") == 0;
    char **words = argv + 1 + on_one;
    if (argc - 1 - on_one < 2) return 2;
    FILE *result = fopen(words[0], "we");
    if (result == NULL) {
        perror(words[0]);
        return 1;
    }
    uint64_t started = now_ns();
    pid_t child = fork();
    if (child == 0) {
        if (on_one && stay_on_one() != 0) perror("sched_setaffinity");
        else execvp(words[1], words + 1);
        perror(words[1]);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("wait4");
        return 1;
    }
    fprintf(result, "{\"wallNs\":%lu,\"userUs\":%lu,\"systemUs\":%lu,\"peakKiB\":%ld}\n", now_ns() - started,
            us(usage.ru_utime), us(usage.ru_stime), usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
