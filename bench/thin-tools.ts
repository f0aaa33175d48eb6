import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { thinProvisioningTools } from '../test/lab/thin-provisioning-tools.js';

/** Their blocks are of 64 KiB, and need a little less metadata than this each. */
const METADATA_BYTES_PER_MAPPING = 64;
const LINES_PER_WRITE = 1 << 16;

/** Debian's tools for dm-cache, which are not installed; `cache_check` or why it does not run here. */
export async function cacheCheck(): Promise<{ readonly programs: string } | { readonly why: string }> {
  try {
    const programs = await thinProvisioningTools();
    const { status, stderr, error } = spawnSync(join(programs, 'cache_check'), ['--version'], {
      encoding: 'utf8',
    });
    return status === 0
      ? { programs }
      : { why: `cache_check does not run: ${error?.message ?? stderr.trim()}` };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** The metadata of a dm-cache with so many mappings of blocks all over its origin, half of them dirty. */
export function writeCacheMetadata(programs: string, path: string, mappings: number): void {
  const xml = `${path}.xml`;
  const fd = openSync(xml, 'w');
  writeSync(
    fd,
    `<superblock uuid="" block_size="128" nr_cache_blocks="${String(mappings)}" policy="smq" hint_width="4">\n<mappings>\n`,
  );
  for (let first = 0; first < mappings; first += LINES_PER_WRITE) {
    const lines = Array.from({ length: Math.min(LINES_PER_WRITE, mappings - first) }, (_, line) => {
      const block = first + line;
      const origin = Math.imul(block, 0x9e37_79b1) & 0xfff_ffff;
      return `<mapping cache_block="${String(block)}" origin_block="${String(origin)}" dirty="${String(block % 2 === 1)}"/>\n`;
    });
    writeSync(fd, lines.join(''));
  }
  writeSync(fd, '</mappings>\n<hints>\n</hints>\n</superblock>\n');
  closeSync(fd);
  writeFileSync(path, '');
  truncateSync(path, (8 << 20) + mappings * METADATA_BYTES_PER_MAPPING);
  const { status, stderr } = spawnSync(join(programs, 'cache_restore'), ['-i', xml, '-o', path], {
    encoding: 'utf8',
  });
  rmSync(xml);
  if (status !== 0) throw new Error(`cache_restore: ${stderr}`);
}
