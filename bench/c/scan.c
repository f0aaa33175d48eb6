/* scan IMAGE: counts free, committed and uncommitted entries, and finds the maxima of what is committed. */
#include "cache.h"

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    struct cache cache = open_cache(argv[1]);
    uint64_t limit = cache.superblock.seq_count;
    uint64_t free_entries = 0, committed = 0, max_sector = 0, max_seq = 0;
    for (size_t count; (count = next_entries(&cache)) > 0;) {
        for (size_t at = 0; at < count; at += 1) {
            uint64_t sector = cache.chunk[at].original_sector, seq = cache.chunk[at].seq_count;
            /* All ones where it is committed, so that no branch depends on the data. */
            uint64_t mask = -(uint64_t)(seq < limit);
            free_entries += seq == NEVER;
            committed -= mask;
            sector &= mask;
            seq &= mask;
            max_sector = sector > max_sector ? sector : max_sector;
            max_seq = seq > max_seq ? seq : max_seq;
        }
    }
    uint64_t uncommitted = cache.superblock.n_blocks - free_entries - committed;
    printf("{\"ns\":%lu,\"free\":%lu,\"committed\":%lu,\"uncommitted\":%lu,\"maxSector\":\"%lu\",\"maxSeqCount\":\"%lu\"}\n",
           now_ns() - cache.started_ns, free_entries, committed, uncommitted, max_sector, max_seq);
}
