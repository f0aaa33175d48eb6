/*
 * Answers wcache's questions as dmsetup does on a machine with many writecaches in use, whose numbers go on with the time. It
 * costs what dmsetup costs, within two milliseconds: that one loads a few more libraries. How many caches, and since when (of
 * /proc/uptime), is in the file `made` beside it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCKS 262144

static double uptime(void)
{
    double seconds = 0;
    FILE *file = fopen("/proc/uptime", "r");
    if (file == NULL || fscanf(file, "%lf", &seconds) != 1) return 0;
    fclose(file);
    return seconds;
}

static void status(int cache, double seconds)
{
    double rate = 200 + 40 * cache;
    long reads = (long)(rate * (seconds + 6 * (1 + sin(seconds / 7 + cache))));
    long writes = (long)(rate * 2 * (seconds + 10 * (1 + sin(seconds / 11 + cache))));
    long dirty = (long)(BLOCKS * (0.5 + 0.45 * sin(seconds / 60 + cache)));
    printf("0 20971520 writecache 0 %d %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld 0\n", BLOCKS, BLOCKS - dirty,
           (long)(rate / 10), reads, reads * 7 / 10, writes, writes / 5, writes / 10, writes / 20, writes * 13 / 20,
           writes / 1000, (long)seconds);
}

int main(int argc, char **argv)
{
    char path[4096];
    int caches;
    double since;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0) return 1;
    path[length] = 0;
    strcpy(strrchr(path, '/'), "/made");
    FILE *made = fopen(path, "r");
    if (made == NULL || fscanf(made, "%d %lf", &caches, &since) != 2) return 1;

    const char *question = NULL;
    int first = 0, named = 0;
    for (int at = 1; at < argc; at += 1) {
        static const char *const known[] = {"targets", "info", "table", "status"};
        for (int which = 0; question == NULL && which < 4; which += 1)
            if (strcmp(argv[at], known[which]) == 0) question = known[which];
        /* One mapping's lines come without its name. */
        if (at > 1 && strcmp(argv[at - 1], "--") == 0) named = sscanf(argv[at], "cache-%d", &first) == 1;
    }
    if (question == NULL) return 1;
    if (strcmp(question, "targets") == 0) {
        puts("writecache       v1.6.0\nlinear           v1.4.0");
        return 0;
    }
    double seconds = uptime() - since;
    int last = named ? first : caches - 1;
    for (int cache = first; cache <= last; cache += 1) {
        if (strcmp(question, "info") == 0) {
            printf("253\t%d\tL--w\t1\tWCACHE-%032d\tcache-%02d\n", cache, cache, cache);
            continue;
        }
        if (!named) printf("cache-%02d: ", cache);
        if (strcmp(question, "status") == 0) status(cache, seconds);
        else printf("0 20971520 writecache s 254:%d 255:%d 4096 4 high_watermark 60 low_watermark 40\n", cache, cache);
    }
    return 0;
}
