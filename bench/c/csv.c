/* csv IMAGE: prints all entries as `wcache inspect --entries --format csv` does, where no sector comes twice. */
#include "cache.h"
#include <string.h>

#define LONGEST_LINE 128

static char *text(char *to, const char *from, size_t length)
{
    memcpy(to, from, length);
    return to + length;
}

static char *number(char *to, uint64_t value)
{
    char digits[20];
    unsigned first = sizeof digits;
    do {
        first -= 1;
        digits[first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return text(to, digits + first, sizeof digits - first);
}

static void write_all(const char *from, const char *end)
{
    while (from < end) {
        ssize_t written = write(1, from, (size_t)(end - from));
        if (written < 0) fail("write");
        from += written;
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    struct cache cache = open_cache(argv[1]);
    uint64_t limit = cache.superblock.seq_count, block_size = cache.superblock.block_size;
    uint64_t metadata = sizeof cache.superblock + cache.superblock.n_blocks * sizeof(struct entry);
    uint64_t offset = (metadata + block_size - 1) / block_size * block_size;
    char *buffer = malloc(CHUNK_BYTES), *to = buffer;
    if (buffer == NULL) fail("memory");
    const char title[] = "index,state,original_sector,seq_count,data_offset_bytes\n";
    to = text(to, title, sizeof title - 1);
    uint64_t index = 0;
    for (size_t count; (count = next_entries(&cache)) > 0;) {
        for (size_t at = 0; at < count; at += 1, index += 1, offset += block_size) {
            if (to > buffer + CHUNK_BYTES - LONGEST_LINE) {
                write_all(buffer, to);
                to = buffer;
            }
            uint64_t seq = cache.chunk[at].seq_count;
            to = number(to, index);
            if (seq < limit) to = text(to, ",live,", 6);
            else if (seq == NEVER) to = text(to, ",free,", 6);
            else to = text(to, ",uncommitted,", 13);
            to = number(to, cache.chunk[at].original_sector);
            *to++ = ',';
            to = number(to, seq);
            *to++ = ',';
            to = number(to, offset);
            *to++ = '\n';
        }
    }
    write_all(buffer, to);
}
