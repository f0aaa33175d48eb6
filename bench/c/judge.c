/*
 * judge IMAGE ORIGIN_BYTES: as copies, and decides which of the copies of a block the kernel keeps: the one with the higher
 * seq_count, and of two equal ones, which it calls identical, the later. For that the blocks that came again have bits of
 * their own, and their entries go through an open hash table in a second pass.
 */
#include "cache.h"

struct kept {
    uint64_t block_plus_one, seq_count, index;
};

static uint64_t *bitmap(uint64_t bits)
{
    uint64_t *words = calloc((bits + 63) / 64, 8);
    if (words == NULL) fail("memory");
    return words;
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    struct cache cache = open_cache(argv[1]);
    uint64_t limit = cache.superblock.seq_count;
    unsigned shift = (unsigned)__builtin_ctz(cache.superblock.block_size / 512);
    uint64_t blocks = strtoull(argv[2], NULL, 10) / cache.superblock.block_size;
    uint64_t *seen = bitmap(blocks), *again = bitmap(blocks);
    uint64_t free_entries = 0, committed = 0, max_sector = 0, repeated_blocks = 0;
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
            if (seen[block / 64] & bit) {
                repeated_blocks += (again[block / 64] & bit) == 0;
                again[block / 64] |= bit;
            }
            seen[block / 64] |= bit;
        }
    }
    free(seen);
    uint64_t slots = 16;
    while (slots < repeated_blocks * 3 / 2) slots *= 2;
    struct kept *table = calloc(slots, sizeof *table);
    if (table == NULL) fail("memory");
    uint64_t repeats = 0, identical = 0, index = 0, losers = 0;
    rewind_entries(&cache);
    for (size_t count; repeated_blocks > 0 && (count = next_entries(&cache)) > 0;) {
        for (size_t at = 0; at < count; at += 1, index += 1) {
            uint64_t seq = cache.chunk[at].seq_count;
            if (seq >= limit) continue;
            uint64_t block = cache.chunk[at].original_sector >> shift;
            if (((again[block / 64] >> (block % 64)) & 1) == 0) continue;
            uint64_t slot = (block * 0x9e3779b97f4a7c15ull >> 32) & (slots - 1);
            while (table[slot].block_plus_one != 0 && table[slot].block_plus_one != block + 1)
                slot = (slot + 1) & (slots - 1);
            struct kept *kept = &table[slot];
            if (kept->block_plus_one != 0) {
                repeats += 1;
                identical += seq == kept->seq_count;
                losers ^= seq >= kept->seq_count ? kept->index : index;
                if (seq < kept->seq_count) continue;
            }
            *kept = (struct kept){block + 1, seq, index};
        }
    }
    uint64_t uncommitted = cache.superblock.n_blocks - free_entries - committed;
    printf("{\"ns\":%lu,\"free\":%lu,\"committed\":%lu,\"uncommitted\":%lu,\"maxSector\":\"%lu\",\"repeats\":%lu,"
           "\"identical\":%lu,\"losers\":%lu}\n",
           now_ns() - cache.started_ns, free_entries, committed, uncommitted, max_sector, repeats, identical, losers);
}
