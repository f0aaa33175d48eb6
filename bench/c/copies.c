/* copies IMAGE ORIGIN_BYTES: classifies, and finds with a bit for each block of the origin which sectors come again. */
#include "cache.h"

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    struct cache cache = open_cache(argv[1]);
    uint64_t limit = cache.superblock.seq_count;
    unsigned shift = (unsigned)__builtin_ctz(cache.superblock.block_size / 512);
    uint64_t blocks = strtoull(argv[2], NULL, 10) / cache.superblock.block_size;
    uint64_t *seen = calloc((blocks + 63) / 64, 8);
    if (seen == NULL) fail("memory");
    uint64_t free_entries = 0, committed = 0, repeats = 0, max_sector = 0;
    for (size_t count; (count = next_entries(&cache)) > 0;) {
        for (size_t at = 0; at < count; at += 1) {
            uint64_t sector = cache.chunk[at].original_sector, seq = cache.chunk[at].seq_count;
            if (seq >= limit) {
                free_entries += seq == NEVER;
                continue;
            }
            committed += 1;
            max_sector = sector > max_sector ? sector : max_sector;
            uint64_t block = sector >> shift;
            if (block >= blocks) {
                fprintf(stderr, "sector %lu is beyond the origin\n", sector);
                return 1;
            }
            uint64_t bit = 1ull << (block % 64);
            repeats += (seen[block / 64] & bit) != 0;
            seen[block / 64] |= bit;
        }
    }
    uint64_t uncommitted = cache.superblock.n_blocks - free_entries - committed;
    printf("{\"ns\":%lu,\"free\":%lu,\"committed\":%lu,\"uncommitted\":%lu,\"maxSector\":\"%lu\",\"repeats\":%lu}\n",
           now_ns() - cache.started_ns, free_entries, committed, uncommitted, max_sector, repeats);
}
