/* What the baselines share: a cache's metadata, read with read(2) a mebibyte at a time into an aligned buffer. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES (1 << 20)
#define NEVER UINT64_MAX

struct superblock {
    uint32_t magic, version, block_size, pad;
    uint64_t n_blocks, seq_count;
    uint64_t reserved[4];
};

struct entry {
    uint64_t original_sector, seq_count;
};

struct cache {
    int fd;
    struct superblock superblock;
    struct entry *chunk;
    uint64_t left;
    uint64_t started_ns;
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static size_t read_all(int fd, void *to, size_t length)
{
    size_t got = 0;
    while (got < length) {
        ssize_t more = read(fd, (char *)to + got, length - got);
        if (more <= 0) fail("read");
        got += (size_t)more;
    }
    return got;
}

static struct cache open_cache(const char *path)
{
    struct cache cache = {.started_ns = now_ns()};
    cache.fd = open(path, O_RDONLY);
    if (cache.fd < 0) fail(path);
    cache.chunk = aligned_alloc(4096, CHUNK_BYTES);
    if (cache.chunk == NULL) fail("memory");
    read_all(cache.fd, &cache.superblock, sizeof cache.superblock);
    cache.left = cache.superblock.n_blocks;
    return cache;
}

/* The next entries, in cache->chunk; 0 at the end. */
static size_t next_entries(struct cache *cache)
{
    uint64_t most = CHUNK_BYTES / sizeof(struct entry);
    size_t count = cache->left < most ? cache->left : most;
    read_all(cache->fd, cache->chunk, count * sizeof(struct entry));
    cache->left -= count;
    return count;
}

/* Begins again with the first entry. */
static inline void rewind_entries(struct cache *cache)
{
    if (lseek(cache->fd, sizeof cache->superblock, SEEK_SET) < 0) fail("lseek");
    cache->left = cache->superblock.n_blocks;
}
